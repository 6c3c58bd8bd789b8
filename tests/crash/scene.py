"""A commune of some hundred residents, workers to be killed, and the platform as the judge."""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from broadcasts import reach
from domain.campaign import RunState
from domain.delivery import DeliveryState
from domain.language import Language
from domain.messages import ChatKind
from storage.campaigns import reached, runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import addresses, residents
from storage.sealing import fresh_keyring, write_keyring
from storage.tables import delivery, send_window
from tests.bot.commands import environment, kitchen
from tests.broadcasts.station import Station, open_station
from tests.crash.worker import Order
from tests.delivery.post_office import until

Heard = Mapping[str, Any]
PEOPLE = 700
"""More than all deaths of a test together can leave in the dark: each step finds rows to take."""
_PATIENCE_S = 150
"""For a busy machine; nothing here waits for the time itself."""
WINDOW, OPEN_WINDOWS = 16, 6
"""What one process has under way at the most."""


@dataclass(slots=True)
class Record:
    """What the platform really received, in order; the judge."""

    sends: list[tuple[str, str]] = field(default_factory=list)
    withdrawn: Counter[str] = field(default_factory=Counter)

    def times(self, words: str) -> Counter[str]:
        """Return how often each chat got a message with these words."""
        return Counter(chat for chat, text in self.sends if words in text)


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that works."""

    pid: int
    _task: asyncio.Task[tuple[int, bytes, bytes]]

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    async def ended(self) -> int:
        """Return how it ended."""
        code, out, err = await asyncio.wait_for(self._task, _PATIENCE_S)
        assert b"Traceback" not in out + err, (out + err).decode()
        return code


class Scene:
    """The test's end: it starts workers, hears what they are about to do, and kills them."""

    def __init__(
        self,
        station: Station,
        order: Callable[[str, datetime], Order],
        door: Path,
        chats: Mapping[UUID, str],
    ) -> None:
        self.station = station
        self.record = Record()
        self.dark = 0
        """How many rows of residents lay in open windows when a worker was killed."""
        self.heard: Counter[str] = Counter()
        """How often each step was heard of: `firing`, `opening`, `about`, `send`, `answered`…"""
        self.chats = frozenset(chats.values())
        self._chats = chats
        self._order = order
        self._door = door
        self._strikes: tuple[str, int, signal.Signals] | None = None
        self._struck = False
        self._pids: asyncio.Queue[int] = asyncio.Queue()
        self._ids = 0

    async def start(self) -> "Worker":
        """Start a worker; its clock is a minute ahead of the one before."""
        at = self.station.chat.clock.forward(minutes=1)
        words = (self._order(str(self._door), at).written(),)
        order = kitchen().command(self._door.parent, "tests.crash.worker", words, environment())
        task = asyncio.create_task(order)
        hello = asyncio.create_task(self._pids.get())
        await asyncio.wait([task, hello], return_when=asyncio.FIRST_COMPLETED)
        assert hello.done(), (await task)[2].decode()
        return Worker(hello.result(), task)

    async def dies_at(self, step: str, after: int = 1) -> None:
        """Start a worker and kill it when it is about to take a step for the n-th time."""
        self._strike_at(step, after, signal.SIGKILL)
        worker = await self.start()
        assert await worker.ended() == -signal.SIGKILL
        self._strikes = None
        dark = await self.station.chat.look(_in_windows)
        assert dark <= OPEN_WINDOWS * WINDOW
        self.dark += dark

    async def stops_at(self, step: str, after: int = 1) -> "Worker":
        """Start a worker and stop it in the same way: it may go on later."""
        self._strike_at(step, after, signal.SIGSTOP)
        worker = await self.start()
        await until(lambda: self._struck, _PATIENCE_S)
        self._strikes = None
        self.dark += await self.station.chat.look(_in_windows)
        return worker

    async def works_until(self, done: Callable[[], Any]) -> None:
        """Let a worker work until something has come true, and stop it."""
        worker = await self.start()
        try:
            await until(done, _PATIENCE_S)
        finally:
            worker.tell(signal.SIGTERM)
        assert await worker.ended() == 0

    def _strike_at(self, step: str, after: int, number: signal.Signals) -> None:
        at = self.heard[step] + after
        self._struck = False
        self._strikes = (step, at, number)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear one step of a worker; it waits for the answer."""
        line = await reader.readline()
        if not line:
            # Killed in the middle of a word.
            writer.close()
            return
        told: Heard = json.loads(line)
        what = step = told["what"]
        if what == "hello":
            self._pids.put_nowait(told["pid"])
        if told.get("chat", "5").startswith("2"):
            step = f"{what} to staff"
        self.heard[step] += 1
        if what == "send":
            self.record.sends.append((told["chat"], told["text"]))
        elif what == "withdraw":
            self.record.withdrawn[told["text"]] += 1
        killed = self._strike(step, told["pid"])
        if not killed:
            self._ids += 1
            writer.write(json.dumps({"id": str(self._ids)}).encode() + b"\n")
            with suppress(ConnectionError):
                await writer.drain()
        writer.close()

    def _strike(self, step: str, pid: int) -> bool:
        """Strike where that is wanted; tell whether the worker gets no answer any more."""
        if self._strikes is None:
            return False
        wanted, at, number = self._strikes
        if not self._struck and (step != wanted or self.heard[step] < at):
            return False
        self._struck = True
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return number is signal.SIGKILL

    async def run(self) -> Run:
        """Return the newest run as it stands."""
        return await self.station.newest()

    async def finished(self) -> bool:
        """Tell whether the newest run is over, and nothing waits."""
        found = await self.station.chat.look(lambda tx: runs.of_unit(tx, self._unit, 1))
        if not found or found[0].state is not RunState.FINISHED:
            return False
        return not await self.station.chat.look(_waiting)

    @property
    def _unit(self) -> Any:
        return self.station.chat.unit.id

    async def accepted(self, run: Run) -> int:
        """Return how many of a run's private messages are known to have been taken."""
        rows = await self.station.chat.look(lambda tx: _states(tx, run, self._chats))
        return Counter(rows.values())[DeliveryState.ACCEPTED]

    async def post_of(self, run: Run) -> str:
        """Return the id of a run's post."""
        (post,) = await self.station.chat.look(lambda tx: reached.old_posts(tx, run.id))
        assert post.message_id is not None
        return post.message_id

    async def judge(self, run: Run) -> Counter[DeliveryState]:
        """Hold the ledger against what the platform received; returns the states of the rows."""
        rows = await self.station.chat.look(lambda tx: _states(tx, run, self._chats))
        got = {chat: self.record.times(run.code)[chat] for chat in self._chats.values()}
        assert not [chat for chat, times in got.items() if times > 1], "a routine message twice"
        taken = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED)
        lost = [chat for chat, state in rows.items() if state in taken and not got[chat]]
        assert not lost, "the ledger calls accepted what the platform never got"
        named = {*taken, DeliveryState.UNSURE}
        assert set(rows.values()) <= named
        assert len(rows) == PEOPLE
        states = Counter(rows.values())
        assert states[DeliveryState.UNSURE] <= self.dark
        problems = await self.station.chat.look(lambda tx: reach.verify(tx, run.id))
        assert problems == []
        return states


def _states(tx: Tx, run: Run, chats: Mapping[UUID, str]) -> dict[str, DeliveryState]:
    query = select(delivery.c.address_id, delivery.c.state).where(
        delivery.c.run_id == run.id, delivery.c.resident_id.is_not(None)
    )
    return {chats[row.address_id]: DeliveryState(row.state) for row in tx.connection.execute(query)}


def _in_windows(tx: Tx) -> int:
    query = select(func.count()).where(
        delivery.c.window_id.is_not(None), delivery.c.resident_id.is_not(None)
    )
    return int(tx.connection.execute(query).scalar_one())


def _waiting(tx: Tx) -> int:
    pending = select(func.count()).select_from(delivery).where(delivery.c.state == "pending")
    opened = select(func.count()).select_from(send_window)
    return int(
        tx.connection.execute(pending).scalar_one() + tx.connection.execute(opened).scalar_one()
    )


@asynccontextmanager
async def open_scene(url: str, folder: Path) -> AsyncIterator[Scene]:
    """Open a commune on a migrated, empty database, with an approved campaign that is due."""
    keys = fresh_keyring()
    write_keyring(keys, folder / "keys.json")
    door = folder / "door"
    async with open_station(url, keys=keys) as station:
        chats = await station.chat.do(lambda tx: _settle_people(tx, station))
        account = station.chat.account.id

        def order(told: str, at: datetime) -> Order:
            return Order(
                url=url,
                keys=str(folder / "keys.json"),
                marks=str(folder / "senders"),
                door=told,
                account_id=str(account),
                unit_id=str(station.chat.unit.id),
                at=at.isoformat(),
            )

        scene = Scene(station, order, door, chats)
        server = await asyncio.start_unix_server(scene.answer, door)
        try:
            yield scene
        finally:
            server.close()
            await server.wait_closed()


def _settle_people(tx: Tx, station: Station) -> dict[UUID, str]:
    """Make residents; return the chat of each address."""
    chat = station.chat
    chats = {}
    for number in range(PEOPLE):
        where = addresses.ensure(tx, chat.account.id, ChatKind.PRIVATE, str(5000 + number))
        person = residents.create(tx, chat.unit.id, Language.VI)
        addresses.link_resident(tx, where.id, person.id)
        residents.set_wish(tx, person.id, residents.Wish.YES)
        chats[where.id] = str(5000 + number)
    return chats
