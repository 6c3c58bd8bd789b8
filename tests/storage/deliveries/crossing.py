"""Cross as many transactions as the service can on a private PostgreSQL, and count its deadlocks.

`python -m tests.storage.deliveries.crossing [SECONDS]`: workers settle and open windows, people
press, receipts and echoes come, chats are linked and parted, all of the same few people at once.
Exit code 1 when the server had to end a deadlock, or figures do not agree.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import NoResultFound

from domain.channel import Pace
from domain.delivery import Accepted, Facet, GoneAway, Lane, NotSent, Outcome, Unknowable
from domain.door import OPEN
from domain.failures import Until
from domain.messages import ChatKind, ChatRef, Echo, ReceiptEvent, ReceiptKind
from storage.database import Database, Tx
from storage.deliveries import echoes, hearing, ledger, receipts
from storage.deliveries.plain import NOTHING, Taken
from storage.deliveries.settling import Settled, settle
from storage.deliveries.slots import Booking, Pacing
from storage.deliveries.windows import Claim, Window, open_window
from storage.migrations_runner import upgrade
from storage.people import addresses, joining, residents
from storage.tables import address, delivery
from tests.postgres import private_postgres
from tests.storage.deliveries.two_channels import ASKING, OA, TELEGRAM, Two, two_channels
from tests.storage.ledger_world import LEASE, ledger_world

T = TypeVar("T")
_NAME = "crossing"
_PEOPLE = 24
_PLAIN = 6
_QUICK = Pace(account_per_s=4000, chat_per_s=4000, group_per_minute=4000, reply_share=0.15)
_PACING = Pacing(_QUICK, lambda: 0, time.monotonic)
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_STATISTICS_S = 1.5
"""How late the server's own statistics may be."""


@dataclass(slots=True)
class Crossing:
    """Everybody who works on the same rows."""

    two: Two
    database: Database
    until: float
    chats: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    runs: list[UUID] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def on(self) -> bool:
        """Whether it goes on."""
        return time.monotonic() < self.until

    async def do(self, name: str, work: Callable[[Tx], T]) -> T:
        """Run something in a transaction, and count it."""
        result = await self.database.write(work)
        self.done[name] += 1
        return result

    def somebody(self) -> UUID:
        """Return one of the people."""
        return random.choice(list(self.chats))

    async def furnish(self) -> None:
        """Make people with a chat on each of two channels."""
        for _ in range(_PEOPLE):
            one = await self.two.resident(timedelta(hours=60), OA, TELEGRAM)
            chats = [await self.two.chat(one, channel) for channel in (OA, TELEGRAM)]
            self.chats[one] = (chats[0], chats[1])

    async def feed(self) -> None:
        """Write runs to whoever the chats belong to now."""
        while self.on:
            owners = await self.do("look", _owners)
            to: dict[UUID, str] = {}
            for chats in self.chats.values():
                at = random.randrange(2)
                to.setdefault(owners[chats[at]], (OA, TELEGRAM)[at])
            # Who is linked or parted in between has another chat, or none.
            with suppress(NoResultFound):
                self.runs.append(await self.two.run(list(to.items())))
            await asyncio.sleep(0.2)

    async def send(self, channel: str) -> None:
        """Settle a window and open the next, in one transaction."""
        door = self.two.doors[channel]
        plain = _PLAIN if door == OPEN else None
        account_id = self.two.accounts[channel].id
        claim = Claim(account_id, f"w{random.random()}", LEASE, door, plain)
        window: Window | None = None
        while self.on:
            settled, results, taken = window, self._results(window), self._taken(window)

            def turn(
                tx: Tx,
                settled: Window | None = settled,
                results: Sequence[Settled] = results,
                taken: Taken = taken,
            ) -> Window | None:
                if settled is not None:
                    settle(tx, settled.id, results, door, taken)
                booking = Booking(tx, account_id, _PACING)
                opened = open_window(tx, claim, tuple(Lane), 8, booking)
                booking.note()
                return opened

            window = await self.do("window", turn)
            if window is None or window.is_empty:
                await asyncio.sleep(0.01)

    def _results(self, window: Window | None) -> list[Settled]:
        return [
            Settled(send.delivery_id, send.attempt_id, self._outcome(), paid=send.paid)
            for send in (window.sends if window is not None else ())
        ]

    def _taken(self, window: Window | None) -> Taken:
        if window is None or window.plain is None:
            return NOTHING
        rows = [row for row, _ in window.plain.rows]
        half = random.randrange(len(rows) + 1)
        took = [(row, f"m{random.random()}") for row in rows[:half]]
        return Taken(window.plain.run_id, took, rows[half:], "pace")

    async def change_mind(self) -> None:
        """Stop, and agree again: rows of who stopped are settled unsent by the next window."""
        while self.on:
            one = random.choice(list(self.chats))
            for wish in (residents.Wish.STOPPED, residents.Wish.YES):
                await self.do("wish", lambda tx, who=one, to=wish: residents.set_wish(tx, who, to))  # type: ignore[misc]
                await asyncio.sleep(0.01)

    def _outcome(self) -> Outcome:
        now = self.two.world.clock.now()
        accepted = Accepted(f"m{random.random()}", now)
        possible: list[Outcome] = [
            accepted,
            accepted,
            GoneAway(Until.THEY_WRITE, "blocked"),
            NotSent("429", timedelta(seconds=0.01), account_wide=False),
            NotSent("429", timedelta(seconds=0.001), account_wide=True),
            Unknowable("reset"),
        ]
        return random.choice(possible)

    async def press(self) -> None:
        """Answer the newest message of a chat, and be heard there."""
        facets = (Facet.ACKNOWLEDGED, Facet.REPLIED)
        while self.on:
            chat = random.choice(self.chats[self.somebody()])
            facet = random.choice(facets)

            def turn(tx: Tx, chat: UUID = chat, facet: Facet = facet) -> None:
                newest = select(delivery.c.id).where(delivery.c.address_id == chat)
                newest = newest.order_by(delivery.c.id.desc()).limit(1)
                row = tx.connection.execute(newest).scalar_one_or_none()
                if row is not None:
                    ledger.note_facet(tx, row, facet)
                hearing.heard(tx, chat, tx.now, ASKING)

            await self.do("press", turn)
            await self.do("back", lambda tx, chat=chat: addresses.mark_reachable(tx, chat))  # type: ignore[misc]

    async def hear(self) -> None:
        """Tell of messages: what the platform saw, and what went out in our name."""
        account_id = self.two.accounts[OA].id
        while self.on:
            chat = ChatRef(f"{OA} {self.somebody()}", ChatKind.PRIVATE)
            at, message = self.two.world.clock.now(), f"x{random.random()}"
            kind = random.choice(list(ReceiptKind))
            told = ReceiptEvent(chat=chat, at=at, message_id=message, receipt=kind)
            echo = Echo(chat=chat, at=at, message_id=message, text="Đội mũ bảo hiểm", by_hand=False)
            await self.do("receipt", lambda tx, of=told: receipts.note(tx, account_id, of))  # type: ignore[misc]
            await self.do("echo", lambda tx, of=echo: echoes.note(tx, account_id, of))  # type: ignore[misc]

    async def link(self) -> None:
        """Make two chats one person's, or part them again."""
        while self.on:
            chats = self.chats[self.somebody()]

            def turn(tx: Tx, chats: tuple[UUID, UUID] = chats) -> None:
                owners = _owners(tx)
                first, second = owners[chats[0]], owners[chats[1]]
                if first == second:
                    joining.part(tx, residents.get(tx, first), chats[1], chats[0], chats[1])
                elif (pair := joining.lock(tx, first, second)) is not None:
                    joining.join(tx, pair)

            await self.do("link", turn)
            await asyncio.sleep(0.02)

    def everybody(self) -> list[Coroutine[Any, Any, None]]:
        """Return all that goes on side by side."""
        senders = [self.send(channel) for channel in (OA, OA, OA, TELEGRAM, TELEGRAM)]
        return [
            *senders,
            *(self.press() for _ in range(4)),
            self.hear(),
            self.link(),
            *self._more(),
        ]

    def _more(self) -> list[Coroutine[Any, Any, None]]:
        return [self.feed(), *(self.change_mind() for _ in range(3))]


def _owners(tx: Tx) -> dict[UUID, UUID]:
    rows = tx.connection.execute(select(address.c.id, address.c.resident_id))
    return {row.id: row.resident_id for row in rows if row.resident_id is not None}


async def cross(url: str, seconds: float) -> tuple[int, Crossing, list[str]]:
    """Let everybody work for so long; return the deadlocks, what was done, and what is wrong."""
    async with ledger_world(url) as world:
        crossing = Crossing(await two_channels(world), world.db, time.monotonic() + seconds)
        await crossing.furnish()
        await asyncio.gather(*crossing.everybody())
        wrong = [one for run in crossing.runs for one in await world.problems(run)]
        await asyncio.sleep(_STATISTICS_S)
        engine = create_engine(url)
        with engine.connect() as connection:
            deadlocks: int = connection.execute(text(_DEADLOCKS)).scalar_one()
        engine.dispose()
        return deadlocks, crossing, wrong


def main(seconds: float) -> int:
    """Print what came of it."""
    with private_postgres() as server:
        url = server.create(_NAME)
        upgrade(url)
        deadlocks, crossing, wrong = asyncio.run(cross(url, seconds))
    sys.stdout.write(
        f"{crossing.done.total()} transactions in {seconds:.0f} s: {dict(crossing.done)}\n"
    )
    sys.stdout.write(f"deadlocks: {deadlocks}; figures that do not agree: {len(wrong)}\n")
    return 1 if deadlocks or wrong else 0


if __name__ == "__main__":
    words = argparse.ArgumentParser(
        prog=f"python -m tests.storage.deliveries.{_NAME}",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words.add_argument(
        "seconds", nargs="?", type=float, default=15.0, help="how long, 15 if left out"
    )
    sys.exit(main(words.parse_args().seconds))
