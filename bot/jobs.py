"""Coarse work that somebody does soon: in this process, or on PostgreSQL in any worker.

A job is a hint that something is due, never the only trace of it: each job is also looked for at
an interval, and begins by asking the database what there is to do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from bot.clockwork import Tick
from storage.database import Database, DatabaseAway, Tx

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work: how often it is looked for, whether it is due, and how it is done.

    Two may do it at the same instant, and each may be killed in the middle.
    """

    name: str
    every: timedelta
    is_due: Callable[[Tx], bool]
    work: Callable[[], Awaitable[None]]


class Jobs(Protocol):
    """Where jobs are asked for and done."""

    def defer(self, tx: Tx, name: str) -> None:
        """Have a job done soon after this transaction; if it is undone, nothing was asked."""
        ...

    def periodic(self) -> Mapping[str, tuple[Tick, timedelta]]:
        """Return the ticks that look for what is due and have it done."""
        ...

    async def run(self, *, works: bool) -> None:
        """Serve until `stop`; only who `works` does jobs, others merely ask for them."""
        ...

    def stop(self) -> None:
        """Begin no more jobs."""
        ...


class JobsHere:
    """Jobs done by tasks of this process, each kind one at a time."""

    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        self._database = database
        self._jobs = {job.name: job for job in jobs}
        self._at_work = {job.name: asyncio.Lock() for job in jobs}
        self._asked: set[str] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._loop = asyncio.get_running_loop()

    def defer(self, tx: Tx, name: str) -> None:  # noqa: ARG002 - as the port has it
        """Have a job done soon.

        Its first transaction waits for the one that asked, since one thread writes; were that one
        undone, the job finds nothing to do.
        """
        self._loop.call_soon_threadsafe(self._ask, name)

    def periodic(self) -> Mapping[str, tuple[Tick, timedelta]]:
        """Return the ticks that look for what is due and do it."""
        return {name: (self._tick(job), job.every) for name, job in self._jobs.items()}

    async def run(self, *, works: bool) -> None:
        """Do what is asked for, until `stop`."""
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            asked, self._asked = self._asked, set()
            if works:
                await asyncio.gather(*(self._guarded(self._jobs[name]) for name in sorted(asked)))

    def stop(self) -> None:
        """Begin no more jobs."""
        self._stopping = True
        self._wake.set()

    def _ask(self, name: str) -> None:
        self._asked.add(name)
        self._wake.set()

    def _tick(self, job: Job) -> Tick:
        async def look() -> None:
            if await self._database.read(job.is_due):
                await self._do(job)

        return look

    async def _do(self, job: Job) -> None:
        async with self._at_work[job.name]:
            await job.work()

    async def _guarded(self, job: Job) -> None:
        try:
            await self._do(job)
        except DatabaseAway:
            log.warning("job_without_database", job=job.name)
        except Exception as error:  # noqa: BLE001 - the next look finds the same work
            log.error("job_fault", job=job.name, error=type(error).__name__)
