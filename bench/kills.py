"""Workers killed and stopped at random in a large run; the judge is the platform's record."""

import asyncio
import random
import signal
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
from sqlalchemy import select

from bench.engine import Engine, Plan, Progress, engine
from bench.filling import FIRST_CHAT
from bench.platform import NoPlatform, Platform
from bench.running import expand, let_go, standing, started
from bench.workers import environment
from bot.settings import Settings
from broadcasts import checking
from domain.delivery import DeliveryState
from domain.errors import Misconfigured
from storage.database import Tx, is_sqlite
from storage.people import addresses
from storage.tables import delivery, send_window

_ROOT = Path(__file__).parents[1]
_BETWEEN_S = (0.0, 0.5)
_STOPPED_S = 30.0
"""Longer than a lease: another worker takes over meanwhile."""
_STOPPED_ALONE_S = 3.0
_STOP_SHARE = 0.1
_STANDS_S = 0.1
"""Until a stopped process stands, and what it had committed is seen."""
_PATIENCE_S = 120.0
_GAVE_UP = "Một tiến trình gửi tin tự dừng; chạy `python -m bot run` xem nó nói gì."


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """What came of it."""

    database: str
    recipients: int
    asked: int
    """How many kills were asked for; `kills` is how many there were while something was left."""
    kills: int
    stops: int
    accepted: int
    lost: int
    """Said to have been taken, or never tried, though the platform has none of it."""
    twice: int
    unsure: int
    left_open: int
    """How many rows lay in windows of processes when those were killed, or stopped for longer than
    a lease while others took over: of no others nobody may know."""
    most_left_open: int
    """The same of the one kill that left most."""
    in_doubt: int
    """Of how many chats a fault of the platform left us without knowing, whatever was killed."""
    unexplained: int
    """How many rows are unsure that neither lay open at a kill nor met such a fault."""
    unsure_per_kill: float
    problems: int
    """How many counters do not equal their rows."""
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether nothing was lost, and nothing doubled in silence, or unsure without a reason."""
        return not (self.unexplained or self.lost or self.twice or self.problems)


class _Worker:
    """One process of the real service, which is started again whenever it was killed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Its process id, also when it has ended."""
        assert self._process is not None, "it was started"
        return self._process.pid

    async def start(self) -> None:
        """Start it; what it says is not kept."""
        alone = is_sqlite(self._settings.database)
        words = ("-m", "bot", "run", *(() if alone else ("--role", "worker")))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *words,
            cwd=_ROOT,
            env={**environment(self._settings), "SEND_TIMEOUT_S": "2"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def end(self, number: signal.Signals) -> None:
        """Send a signal that ends it, and wait until it has."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
            await self._process.wait()

    @property
    def gave_up(self) -> bool:
        """Whether it has ended though nobody ended it."""
        return self._process is not None and self._process.returncode is not None

    def stand_still(self) -> bool:
        """Stop it where it is; False when there is none that could be stopped."""
        return self._told(signal.SIGSTOP)

    async def go_on(self, after_s: float) -> None:
        """Let it go on after so long."""
        await asyncio.sleep(after_s)
        self._told(signal.SIGCONT)

    def _told(self, number: signal.Signals) -> bool:
        if self._process is None or self._process.returncode is not None:
            return False
        try:
            self._process.send_signal(number)
        except ProcessLookupError:
            return False
        return True


async def killed(plan: Plan, recipients: int, kills: int, seed: int, progress: Progress) -> Killed:
    """Send one campaign by the real service, and kill it so often; then look what arrived.

    Raises: NoPlatform, Misconfigured, DatabaseAway.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    if await _forgotten(plan.api):
        simulator = Platform(plan.api, is_simulator=True)
        await simulator.people(recipients)
        await simulator.lift_pace()
    async with engine(plan, recipients, progress) as made:
        database = made.house.database
        run = await database.write(lambda tx: started(tx, made, held=True, capped=True))
        await expand(made, run.id)
        await database.write(lambda tx: let_go(tx, run.id))
        alone = is_sqlite(made.house.settings.database)
        workers = [_Worker(made.house.settings) for _ in range(1 if alone else 2)]
        begun = asyncio.get_running_loop().time()
        await asyncio.gather(*(worker.start() for worker in workers))
        left = _LeftOpen(made, run.id)
        stops, done = await _strike(made, workers, kills, chance, left, progress)
        await _until_over(made, run.id, recipients, progress)
        seconds = asyncio.get_running_loop().time() - begun
        await asyncio.gather(*(worker.end(signal.SIGTERM) for worker in workers))
        record = await _record(plan.api)
        stands = await database.read(lambda tx: standing(tx, run.id))
        lost = await database.read(lambda tx: _lost(tx, made, run.id, recipients, record["got"]))
        problems = await database.read(lambda tx: len(checking.verify(tx, run.id)))
        unexplained = await database.read(
            lambda tx: unexplained_rows(
                tx, made.line.account.id, run.id, left.rows, record["in_doubt"]
            )
        )
        return Killed(
            database=made.database_kind,
            recipients=recipients,
            asked=kills,
            kills=done,
            stops=stops,
            accepted=stands.accepted,
            lost=lost,
            twice=sum(record["got"].get(chat, 0) > 1 for chat in _chats(recipients)),
            unsure=stands.unsure,
            left_open=sum(left.by_kill),
            most_left_open=max(left.by_kill, default=0),
            in_doubt=len(record["in_doubt"]),
            unexplained=unexplained,
            unsure_per_kill=round(stands.unsure / max(1, done), 2),
            problems=problems,
            seconds=round(seconds, 1),
        )


class _LeftOpen:
    """Counts the rows of a run that processes have in their windows when they are struck."""

    def __init__(self, made: Engine, run_id: UUID) -> None:
        self._made = made
        self.run_id = run_id
        self._windows: set[UUID] = set()
        self.rows: set[UUID] = set()
        self.by_kill: list[int] = []

    async def count(self, pid: int) -> None:
        """Count those of a process; what it left open before was counted then."""
        # What it had asked to be committed is committed by now, and can be seen.
        await asyncio.sleep(_STANDS_S)
        query = (
            select(delivery.c.id, delivery.c.window_id)
            .join(send_window, send_window.c.id == delivery.c.window_id)
            .where(delivery.c.run_id == self.run_id, send_window.c.worker.startswith(f"{pid}-"))
        )
        read = self._made.house.database.read
        found = await read(lambda tx: tx.connection.execute(query).all())
        new = {row.id for row in found if row.window_id not in self._windows}
        self._windows.update(row.window_id for row in found)
        self.rows |= new
        self.by_kill.append(len(new))


async def _strike(
    made: Engine,
    workers: Sequence[_Worker],
    kills: int,
    chance: random.Random,
    left: _LeftOpen,
    progress: Progress,
) -> tuple[int, int]:
    """Stop one, and kill so often while something is left; return how often it was each."""
    alone = len(workers) == 1
    stops, done = 0, 0
    pausing: set[asyncio.Task[None]] = set()
    while done < kills and await _left(made, left.run_id):
        await _until_it_moves(made, left.run_id, workers)
        await asyncio.sleep(chance.uniform(*_BETWEEN_S))
        worker = chance.choice(workers)
        if not stops or chance.random() < _STOP_SHARE:
            if worker.stand_still():
                stops += 1
                going_on = worker.go_on(_STOPPED_ALONE_S if alone else _STOPPED_S)
                pausing.add(paused := asyncio.create_task(going_on))
                if alone:
                    # Answers wait for it, and nobody takes over: no row may be unsure for that.
                    await paused
                else:
                    await left.count(worker.pid)
            continue
        await worker.end(signal.SIGKILL)
        await left.count(worker.pid)
        await worker.start()
        done += 1
        progress("Lần giết", done, kills)
    await asyncio.gather(*pausing)
    return stops, done


async def _left(made: Engine, run_id: UUID) -> int:
    stands = await made.house.database.read(lambda tx: standing(tx, run_id))
    return stands.pending


async def _until_it_moves(made: Engine, run_id: UUID, workers: Sequence[_Worker]) -> None:
    """Return once something is sent again, so that no kill hits a process that only starts.

    Raises: Misconfigured when one does not run at all.
    """
    before = await _left(made, run_id)
    for _ in range(int(_PATIENCE_S * 20)):
        if await _left(made, run_id) != before:
            return
        if any(worker.gave_up for worker in workers):
            raise Misconfigured(_GAVE_UP)
        await asyncio.sleep(0.05)


async def _until_over(made: Engine, run_id: UUID, recipients: int, progress: Progress) -> None:
    last, waited = -1, 0.0
    while (left := await _left(made, run_id)) and waited < _PATIENCE_S:
        waited = 0.0 if left != last else waited + 0.2
        last = left
        progress("Gửi", recipients - left, recipients)
        await asyncio.sleep(0.2)


async def _record(api: str) -> Mapping[str, Any]:
    """Return how often each chat `got` something, whose answers are `in_doubt`, and whether it is
    a `simulator` that tells.

    Raises: NoPlatform when the server keeps no record that we can read.
    """
    try:
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{api}/record") as response:
                if response.status == 200:
                    found: Mapping[str, Any] = await response.json(content_type=None)
                    return {"got": found["got"], "in_doubt": found["in_doubt"]}
            async with session.get(f"{api}/sim/record", raise_for_status=True) as response:
                sends = (await response.json())["sends"]
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
        message = f"Máy chủ {api} không kể lại đã nhận những gì, nên không đếm được ai mất."
        raise NoPlatform(message) from error
    got = Counter(str(sent["chat"]) for sent in sends)
    in_doubt = {str(sent["chat"]) for sent in sends if sent["lost"]}
    return {"got": got, "in_doubt": in_doubt, "simulator": True}


async def _forgotten(api: str) -> bool:
    """Let a server forget what an earlier run sent; tell whether it is a simulator.

    Raises: NoPlatform, before anything is sent, when it keeps no record that we can read.
    """
    simulator = "simulator" in await _record(api)
    forget = f"{api}/sim/record/clear" if simulator else f"{api}/forget"
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        await session.post(forget)
    return simulator


def _chats(recipients: int) -> list[str]:
    return [str(FIRST_CHAT + at) for at in range(recipients)]


def _lost(tx: Tx, made: Engine, run_id: UUID, recipients: int, got: Mapping[str, int]) -> int:
    """Count who got nothing though their row does not say that nobody knows."""
    missing = [chat for chat in _chats(recipients) if chat not in got]
    return sum(_state(tx, made, run_id, chat) != DeliveryState.UNSURE for chat in missing)


def unexplained_rows(
    tx: Tx, account_id: UUID, run_id: UUID, open_rows: Collection[UUID], in_doubt: Collection[str]
) -> int:
    """Count the unsure rows of a run that neither lay open at a kill nor met a platform's fault.

    `in_doubt`: ids of the chats at which the platform, by its own record, gave no clear answer.
    """
    found = (addresses.find(tx, account_id, chat) for chat in in_doubt)
    chats = {where.id for where in found if where is not None}
    query = select(delivery.c.id, delivery.c.address_id).where(
        delivery.c.run_id == run_id, delivery.c.state == DeliveryState.UNSURE.value
    )
    unsure = tx.connection.execute(query).all()
    return sum(row.id not in open_rows and row.address_id not in chats for row in unsure)


def _state(tx: Tx, made: Engine, run_id: UUID, chat: str) -> str | None:
    where = addresses.find(tx, made.line.account.id, chat)
    if where is None:
        return None
    query = select(delivery.c.state).where(
        delivery.c.run_id == run_id, delivery.c.address_id == where.id
    )
    states: Sequence[str] = tx.connection.execute(query).scalars().all()
    return states[0] if states else None
