"""A commune of some hundred residents, workers to be killed, and the simulator as the judge.

The workers send over HTTP by the Telegram channel. Of what came to pass the simulator's record
alone tells; a worker is asked only at which moment it is to be killed. Between a message and its
answer it is killed while the simulator holds the answer back. The pace is not the simulator's
matter here: at Telegram's, each of these tests would send for half a minute.
"""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from broadcasts import checking
from domain.campaign import RunState
from domain.delivery import DeliveryState
from domain.language import Language
from domain.messages import ChatKind
from simulator import Running, running
from simulator.faults import Fault
from simulator.rates import Limits
from simulator.record import Send
from simulator.spec import BotSpec, ChatSpec, UserSpec, WorldSpec
from storage.campaigns import reached, runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import addresses, residents
from storage.sealing import fresh_keyring, write_keyring
from storage.tables import attempt, delivery, send_window
from tests.bot.commands import environment, kitchen
from tests.broadcasts.station import Station, open_station
from tests.crash.worker import WINDOW, Order
from tests.delivery.post_office import until

Heard = Mapping[str, Any]
PEOPLE = 700
"""More than all deaths of a test together can leave in the dark: each step finds rows to take."""
_TAKEN = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED)
_PATIENCE_S = 150
"""For a busy machine; nothing here waits for the time itself."""
OPEN_WINDOWS = 6
"""What one process has under way at the most."""
GROUP = "-77"
_STAFF, _FIRST = (2001, 2002), 5000
_HELD = {"send": ("sendMessage", "Mã bản tin: "), "withdraw": ("deleteMessage", "")}
"""Steps of which the simulator holds the answers back: the calls, and what is in them."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that works."""

    pid: int
    _task: asyncio.Task[tuple[int, bytes, bytes]]

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until something has come true that comes only while it lives."""
        await until(lambda: done() or self._task.done(), _PATIENCE_S)
        assert done(), await self.ended()

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
        simulator: Running,
        order: Callable[[str | None, datetime], Order],
        door: Path,
        chats: Mapping[UUID, str],
    ) -> None:
        self.station = station
        self._simulator = simulator
        self._in_dark: dict[UUID, int] = {}
        self.in_flight = 64
        """How many residents' messages a worker that starts now has on their way at once."""
        self.heard: Counter[str] = Counter()
        """How often each step was heard of that somebody is or was to be killed at."""
        self.chats = frozenset(chats.values())
        self._chats = chats
        self._order = order
        self._door = door
        self._strikes: tuple[str, int, signal.Signals] | None = None
        self._struck = False
        self._pids: asyncio.Queue[int] = asyncio.Queue()
        self._hearing = 0
        self._tasks: set[asyncio.Task[tuple[int, bytes, bytes]]] = set()

    async def end(self) -> None:
        """End workers that a test which failed left behind, the frozen ones, too."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def dark(self) -> int:
        """How many rows of residents lay in windows of workers that were struck."""
        return sum(self._in_dark.values())

    @property
    def sends(self) -> list[Send]:
        """What the platform received, in order."""
        return self._simulator.world.record.sends

    def times(self, words: str) -> Counter[str]:
        """Return how often each chat got a message with these words."""
        return Counter(str(sent.chat_id) for sent in self.sends if words in sent.text)

    def withdrawn(self) -> tuple[list[str], int]:
        """Return what was deleted, and how often that was asked for."""
        record = self._simulator.world.record
        gone = [str(one.message_id) for one in record.changes if one.method == "deleteMessage"]
        return gone, record.calls["deleteMessage"]

    async def start(self, step: str | None = None) -> "Worker":
        """Start a worker that tells of a step; its clock is ahead of that of the one before."""
        at = self.station.chat.clock.forward(minutes=2)
        words = (replace(self._order(step, at), in_flight=self.in_flight).written(),)
        order = kitchen().command(self._door.parent, "tests.crash.worker", words, environment())
        task = asyncio.create_task(order)
        self._tasks.add(task)
        hello = asyncio.create_task(self._pids.get())
        await asyncio.wait([task, hello], return_when=asyncio.FIRST_COMPLETED)
        assert hello.done(), (await task)[2].decode()
        return Worker(hello.result(), task)

    async def dies_at(self, step: str, after: int = 1) -> None:
        """Start a worker and kill it when it is about to take a step for the n-th time."""
        worker = await self._struck_at(step, after, signal.SIGKILL)
        assert await worker.ended() == -signal.SIGKILL
        await self._heard_out()
        await self._count_dark()

    async def stops_at(self, step: str, after: int = 1) -> "Worker":
        """Start a worker and stop it in the same way: it may go on later."""
        worker = await self._struck_at(step, after, signal.SIGSTOP)
        await self._count_dark()
        return worker

    async def _count_dark(self) -> None:
        """Count the windows of who was just struck: some of those before may still be open."""
        open_now = await self.station.chat.look(_in_windows)
        new = {window: rows for window, rows in open_now.items() if window not in self._in_dark}
        assert sum(new.values()) <= OPEN_WINDOWS * WINDOW
        self._in_dark |= new

    async def works_until(self, done: Callable[[], Any]) -> None:
        """Let a worker work until something has come true, and stop it."""
        worker = await self.start()
        try:
            await until(done, _PATIENCE_S)
        finally:
            worker.tell(signal.SIGTERM)
        assert await worker.ended() == 0

    async def _heard_out(self) -> None:
        """Return when all is heard that a dead worker told: what comes now comes after it."""
        await until(lambda: not self._simulator.connections, _PATIENCE_S)
        _, writer = await asyncio.open_unix_connection(str(self._door))
        before = self.heard["nothing"]
        writer.write(json.dumps({"what": "nothing"}).encode() + b"\n")
        await until(lambda: self.heard["nothing"] > before and not self._hearing, _PATIENCE_S)
        writer.close()
        await writer.wait_closed()

    async def _struck_at(self, step: str, after: int, number: signal.Signals) -> "Worker":
        if step in _HELD:
            return await self._struck_unanswered(*_HELD[step], after, number)
        self._struck = False
        self._strikes = (step, self.heard[step] + after, number)
        worker = await self.start(step)
        await worker.until(lambda: self._struck)
        self._strikes = None
        return worker

    async def _struck_unanswered(
        self, method: str, text: str, after: int, number: signal.Signals
    ) -> "Worker":
        """Strike a worker that waits for answers, the first of them to its n-th call."""
        faults = self._simulator.world.faults
        held = Fault("held-answer", method, count=PEOPLE, text=text, after=after - 1)
        faults.orders.append(held)
        worker = await self.start()
        await worker.until(lambda: faults.holding > 0)
        worker.tell(number)
        if number is signal.SIGKILL:
            await worker.ended()
        faults.clear()
        return worker

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear one step of a worker; it waits for the answer."""
        self._hearing += 1
        try:
            await self._hear(reader, writer)
        finally:
            self._hearing -= 1
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            # Killed in the middle of a word.
            return
        told: Heard = json.loads(line)
        what = told["what"]
        if what == "nothing":
            self.heard[what] += 1
            return
        if what == "hello":
            self._pids.put_nowait(told["pid"])
        self.heard[what] += 1
        killed = self._strike(what, told["pid"])
        if not killed:
            writer.write(b"\n")
            with suppress(ConnectionError):
                await writer.drain()

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

    async def taken(self, run: Run) -> int:
        """Return of how many rows the ledger knows that the platform took them."""
        rows = await self.station.chat.look(lambda tx: _states(tx, run, self._chats))
        return sum(state in _TAKEN for state in rows.values())

    async def judge(self, run: Run, dark: int | None = None) -> Counter[DeliveryState]:
        """Hold the ledger against what the platform received; returns the states of the rows.

        `dark` is of how many rows nobody can know, where those are more than the struck left.
        """
        rows = await self.station.chat.look(lambda tx: _states(tx, run, self._chats))
        times = self.times(run.code)
        got = {chat: times[chat] for chat in self._chats.values()}
        assert not [chat for chat, times in got.items() if times > 1], "a routine message twice"
        lost = [chat for chat, state in rows.items() if state in _TAKEN and not got[chat]]
        assert not lost, "the ledger calls accepted what the platform never got"
        said = {(str(sent.chat_id), str(sent.message_id)) for sent in self.sends}
        known = await self.station.chat.look(lambda tx: _known(tx, run, self._chats))
        assert known <= said, "the ledger knows of messages that the platform never made"
        named = {*_TAKEN, DeliveryState.UNSURE}
        assert set(rows.values()) <= named
        assert len(rows) == PEOPLE
        states = Counter(rows.values())
        assert states[DeliveryState.UNSURE] <= (self.dark if dark is None else dark)
        problems = await self.station.chat.look(lambda tx: checking.verify(tx, run.id))
        assert problems == []
        return states


def _states(tx: Tx, run: Run, chats: Mapping[UUID, str]) -> dict[str, DeliveryState]:
    query = select(delivery.c.address_id, delivery.c.state).where(
        delivery.c.run_id == run.id, delivery.c.resident_id.is_not(None)
    )
    return {chats[row.address_id]: DeliveryState(row.state) for row in tx.connection.execute(query)}


def _known(tx: Tx, run: Run, chats: Mapping[UUID, str]) -> set[tuple[str, str]]:
    query = select(attempt.c.address_id, attempt.c.message_id).where(
        attempt.c.message_id.is_not(None),
        attempt.c.delivery_id.in_(select(delivery.c.id).where(delivery.c.run_id == run.id)),
        attempt.c.address_id.in_(chats),
    )
    return {(chats[row.address_id], row.message_id) for row in tx.connection.execute(query)}


def _in_windows(tx: Tx) -> dict[UUID, int]:
    """Return how many rows of residents lie in each open window."""
    query = (
        select(delivery.c.window_id, func.count())
        .where(delivery.c.window_id.is_not(None), delivery.c.resident_id.is_not(None))
        .group_by(delivery.c.window_id)
    )
    return {window: int(rows) for window, rows in tx.connection.execute(query)}


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
    async with running(_world()) as simulator, open_station(url, keys=keys) as station:
        simulator.world.rates.limits = Limits(enforce=False)
        chats = await station.chat.do(lambda tx: _settle_people(tx, station))
        account = station.chat.account.id

        def order(step: str | None, at: datetime) -> Order:
            return Order(
                url=url,
                keys=str(folder / "keys.json"),
                marks=str(folder / "senders"),
                door=str(door),
                account_id=str(account),
                unit_id=str(station.chat.unit.id),
                at=at.isoformat(),
                api_url=simulator.base_url,
                token=simulator.token,
                step=step,
            )

        scene = Scene(station, simulator, order, door, chats)
        server = await asyncio.start_unix_server(scene.answer, door)
        try:
            yield scene
        finally:
            await scene.end()
            server.close()
            await server.wait_closed()


def _world() -> WorldSpec:
    everybody = (*_STAFF, *range(_FIRST, _FIRST + PEOPLE))
    return WorldSpec(
        bots=[BotSpec(token="7001:SIMULATOR-vi-du", username="vi_du_bot")],
        users=[UserSpec(id=one, name=f"Người {one} (ví dụ)", started=True) for one in everybody],
        chats=[ChatSpec(id=int(GROUP), kind="supergroup", title="Nhóm Ví Dụ", bot="administrator")],
    )


def _settle_people(tx: Tx, station: Station) -> dict[UUID, str]:
    """Make residents; return the chat of each address."""
    chat = station.chat
    chats = {}
    for number in range(PEOPLE):
        where = addresses.ensure(tx, chat.account.id, ChatKind.PRIVATE, str(_FIRST + number))
        person = residents.create(tx, chat.unit.id, Language.VI)
        addresses.link_resident(tx, where.id, person.id)
        residents.set_wish(tx, person.id, residents.Wish.YES)
        chats[where.id] = str(_FIRST + number)
    return chats
