"""A sender at work on a real database, and a platform that does what a test tells it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select

from delivery.bell import Bell
from delivery.files import Shelf
from delivery.high_water import HighWater
from delivery.pace import Pace
from delivery.sender import Sender, SenderRules
from domain.channel import Capabilities, Channel, Inbox
from domain.channel import Pace as Limits
from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.language import Language
from domain.messages import ChatKind, ChatRef, MediaRef, Outgoing, Sent
from storage.codec import write_outgoing
from storage.database import Database, DatabaseAway, Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import NewDelivery
from storage.people import addresses, residents
from storage.staff import setting_up
from storage.tables import account as account_table
from storage.tables import campaign, run, send_window
from tests.cellar import COMMUNE, VILLAGE, Cellar
from tests.chat import MovingClock, pretend_capabilities

T = TypeVar("T")
QUICK = Limits(account_per_s=4000, chat_per_s=4000, group_per_minute=100_000, reply_share=0.15)

Script = Callable[[ChatRef, Outgoing], Awaitable[Sent | None]]


class Platform:
    """A channel that follows a script; without one it accepts everything at once."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script
        self.sends: list[tuple[str, str]] = []
        """Chat id and text of each send, in the order in which they began."""
        self.most_at_once: Counter[str] = Counter()
        self._now: Counter[str] = Counter()

    @property
    def name(self) -> str:
        return "telegram"

    @property
    def capabilities(self) -> Capabilities:
        return replace(pretend_capabilities(), pace=QUICK)

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        self.sends.append((chat.chat_id, outgoing.text))
        number = len(self.sends)
        self._now[chat.chat_id] += 1
        running = self._now[chat.chat_id]
        self.most_at_once[chat.chat_id] = max(self.most_at_once[chat.chat_id], running)
        try:
            answer = await self.script(chat, outgoing) if self.script else None
        finally:
            self._now[chat.chat_id] -= 1
        return answer or Sent(f"m{number}")

    async def start(self, inbox: Inbox) -> None:
        # The process starts and stops channels; a sender that does is at fault.
        raise AssertionError("a sender must not start its channel")

    async def stop(self) -> None:
        raise AssertionError("a sender must not stop its channel")

    def texts(self) -> list[str]:
        return [text for _, text in self.sends]


class PreparingPlatform(Platform):
    """A platform that also takes a message written once, as Telegram does."""

    def __init__(self, script: Script | None = None) -> None:
        super().__init__(script)
        self.owns: dict[str, str] = {}
        """By chat the id that its message was given as its own."""
        self.written = 0

    def prepare(self, outgoing: Outgoing, own: str) -> Callable[[str, str], Awaitable[Sent]]:
        self.written += 1

        async def send(chat_id: str, its_own: str) -> Sent:
            self.owns[chat_id] = its_own
            return await self.send(ChatRef(chat_id, ChatKind.PRIVATE), outgoing)

        return send


class CountingPlatform(Platform):
    """A platform that can also count members, or fails at it."""

    def __init__(self, members: int | Exception) -> None:
        super().__init__()
        self._members = members

    async def count_members(self, chat: ChatRef) -> int:
        if isinstance(self._members, Exception):
            raise self._members
        return self._members


class FlakyDatabase(Database):
    """A database that goes away when told so."""

    away = False

    async def write(self, work: Callable[[Tx], T]) -> T:
        if self.away:
            message = "told to be away"
            raise DatabaseAway(message)
        return await super().write(work)


@dataclass(slots=True)
class Office:
    """A furnished cellar, a clock that only tests move, and the messages to be sent."""

    cellar: Cellar
    clock: MovingClock
    bell: Bell = field(default_factory=Bell)

    def sender(
        self,
        platform: Channel,
        *,
        worker: str = "w1",
        database: Database | None = None,
        limits: Limits = QUICK,
        send_timeout: timedelta = timedelta(minutes=1),
        patience: timedelta = timedelta(seconds=10),
        shelf: Shelf | None = None,
        water: HighWater | None = None,
        pace: Pace | None = None,
        in_flight: int = 64,
    ) -> Sender:
        return Sender(
            database=database or self.cellar.db,
            account_id=self.cellar.account_id,
            channel=platform,
            pace=pace or Pace(limits),
            rules=SenderRules(
                worker=worker, send_timeout=send_timeout, patience=patience, in_flight=in_flight
            ),
            clock=self.clock,
            bell=self.bell,
            mark_again=lambda outgoing, _: replace(outgoing, text=f"(gửi lại) {outgoing.text}"),
            shelf=shelf,
            water=water,
        )

    async def reply(self, platform_id: str, *texts: str, lane: Lane = Lane.TALK) -> list[UUID]:
        """Put replies to a person into the ledger, in order."""

        def put(tx: Tx) -> list[UUID]:
            account_id = self.cellar.account_id
            chat = addresses.ensure(tx, account_id, ChatKind.PRIVATE, platform_id)
            return [
                _put(tx, DeliveryKind.REPLY, lane, chat.id, outgoing=Outgoing(text=text))
                for text in texts
            ]

        ids = await self.cellar.do(put)
        self.bell.ring()
        return ids

    async def broadcast(
        self,
        people: Sequence[str],
        text: str,
        lane: Lane = Lane.ROUTINE,
        media: MediaRef | None = None,
    ) -> list[UUID]:
        """Put a run's message to each person, who has said yes."""

        def put(tx: Tx) -> list[UUID]:
            run_id = self._run(tx, text, lane, media)
            return [
                _put(
                    tx,
                    DeliveryKind.CAMPAIGN,
                    lane,
                    *self._subscriber(tx, platform_id),
                    run_id=run_id,
                )
                for platform_id in people
            ]

        ids = await self.cellar.do(put)
        self.bell.ring()
        return ids

    async def post(self, text: str) -> UUID:
        """Put a run's post to a group."""

        def put(tx: Tx) -> UUID:
            chat = addresses.ensure(tx, self.cellar.account_id, ChatKind.GROUP, "-55")
            group = setting_up.create_group(
                tx, self.cellar.unit_id, VILLAGE, "neighbourhood", "Nhóm Ví Dụ"
            )
            addresses.link_group(tx, chat.id, group.id)
            run_id = self._run(tx, text, Lane.ROUTINE)
            kind = DeliveryKind.POST
            return _put(tx, kind, Lane.ROUTINE, chat.id, run_id=run_id, group_id=group.id)

        made = await self.cellar.do(put)
        self.bell.ring()
        return made

    def _subscriber(self, tx: Tx, platform_id: str) -> tuple[UUID, UUID]:
        chat = addresses.ensure(tx, self.cellar.account_id, ChatKind.PRIVATE, platform_id)
        person = residents.create(tx, self.cellar.unit_id, Language.VI)
        residents.set_wish(tx, person.id, residents.Wish.YES)
        addresses.link_resident(tx, chat.id, person.id)
        return chat.id, person.id

    def _run(self, tx: Tx, text: str, lane: Lane, media: MediaRef | None = None) -> UUID:
        author = setting_up.create_staff(tx, self.cellar.unit_id, "Cán bộ Ví Dụ", [])
        campaign_id, run_id = tx.new_id(), tx.new_id()
        number = tx.connection.execute(select(func.count()).select_from(campaign)).scalar_one()
        written = write_outgoing(Outgoing(text=text, media=media))
        common = {
            "unit_id": self.cellar.unit_id,
            "lane": lane.name,
            "content": {"vi": written, "post": written},
            "audience": {"area_code": COMMUNE},
            "created_at": tx.now,
            "due_at": tx.now,
            "occurrence": 1,
        }
        tx.connection.execute(
            campaign.insert().values(
                id=campaign_id,
                number=number + 1,
                subject="traffic",
                author_id=author.id,
                state="approved",
                **common,
            )
        )
        tx.connection.execute(
            run.insert().values(
                id=run_id,
                campaign_id=campaign_id,
                code=f"AN-{number:05}",
                state="sending",
                not_after=tx.now + timedelta(days=2),
                **common,
            )
        )
        return run_id

    async def state(self, delivery_id: UUID) -> DeliveryState:
        found = await self.row(delivery_id)
        return found.state

    async def row(self, delivery_id: UUID) -> ledger.Delivery:
        found = await self.cellar.look(lambda tx: ledger.get(tx, delivery_id))
        assert found is not None
        return found

    async def states(self, ids: Sequence[UUID]) -> Counter[DeliveryState]:
        def look(tx: Tx) -> Counter[DeliveryState]:
            rows = [ledger.get(tx, delivery_id) for delivery_id in ids]
            return Counter(row.state for row in rows if row is not None)

        return await self.cellar.look(look)

    async def open_windows(self) -> int:
        def look(tx: Tx) -> int:
            query = select(func.count()).select_from(send_window)
            count: int = tx.connection.execute(query).scalar_one()
            return count

        return await self.cellar.look(look)

    async def paused_for(self) -> timedelta:
        """Return how long the account still has to wait."""
        until = await self.cellar.look(
            lambda tx: tx.connection.execute(select(account_table.c.paused_until)).scalar_one()
        )
        return max(until - self.clock.now(), timedelta(0)) if until else timedelta(0)


def windows_open(tx: Tx) -> frozenset[UUID]:
    """Return the windows that stand open, as a transaction sees it."""
    return frozenset(tx.connection.scalars(select(send_window.c.id)))


def _put(
    tx: Tx,
    kind: DeliveryKind,
    lane: Lane,
    address_id: UUID,
    resident_id: UUID | None = None,
    *,
    run_id: UUID | None = None,
    group_id: UUID | None = None,
    outgoing: Outgoing | None = None,
) -> UUID:
    made = ledger.put(
        tx,
        NewDelivery(
            kind=kind,
            lane=lane,
            address_id=address_id,
            language="vi",
            area_code=VILLAGE,
            outgoing=outgoing,
            run_id=run_id,
            resident_id=resident_id,
            group_id=group_id,
        ),
    )
    assert made is not None
    return made


@asynccontextmanager
async def at_work(sender: Sender) -> AsyncIterator[asyncio.Task[None]]:
    """Let a sender run, and stop it afterwards; it must end in good time and without a fault."""
    task = asyncio.create_task(sender.run())
    try:
        yield task
    finally:
        sender.stop()
        await asyncio.wait_for(task, 60)


async def until(
    done: Callable[[], Awaitable[bool]] | Callable[[], bool], limit_s: float = 60
) -> None:
    """Return once something has come true; fail when it does not in good time."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        answer = done()
        if answer is True or (not isinstance(answer, bool) and await answer):
            return
        await asyncio.sleep(0.01)
    message = "it did not come true in good time"
    raise AssertionError(message)


def failing(failure: Exception, times: int = 10**9) -> Platform:
    """Return a platform that fails so often before it accepts."""
    left = times

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        nonlocal left
        if left > 0:
            left -= 1
            raise failure
        return None

    return Platform(script)


async def in_state(office: Office, delivery_id: UUID, state: DeliveryState) -> None:
    """Return once a delivery has come to a state."""

    async def reached() -> bool:
        return await office.state(delivery_id) is state

    await until(reached)
