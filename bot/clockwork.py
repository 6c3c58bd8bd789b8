"""The alarm clock: APScheduler rings, the database knows what is due."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from storage.database import DatabaseAway

log = structlog.get_logger(__name__)

_PATIENCE_S = 10.0

Tick = Callable[[], Awaitable[None]]


class Clockwork:
    """Ring each tick at its interval.

    A tick claims rows and returns: a late or lost one, or two at once, do no harm. APScheduler's
    default would silently drop a job that is one second late, hence no grace limit.
    """

    def __init__(self, ticks: Mapping[str, tuple[Tick, timedelta]]) -> None:
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for name, (tick, every) in ticks.items():
            self._scheduler.add_job(
                self._ring,
                IntervalTrigger(seconds=max(1, int(every.total_seconds())), timezone=UTC),
                args=[name, tick],
                id=name,
            )

    def start(self) -> None:
        """Begin to ring."""
        self._scheduler.start()

    async def stop(self) -> None:
        """Ring no more, and let ticks under way finish, as long as patience lasts."""
        self._scheduler.shutdown(wait=False)
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=_PATIENCE_S)

    async def _ring(self, name: str, tick: Tick) -> None:
        # In a task of its own, for APScheduler cancels what runs when it is shut down, whatever
        # `wait` says.
        if name in self._under_way:
            return
        task = asyncio.create_task(_guarded(name, tick), name=f"tick-{name}")
        self._under_way[name] = task
        task.add_done_callback(lambda _: self._under_way.pop(name, None))


async def _guarded(name: str, tick: Tick) -> None:
    try:
        await tick()
    except DatabaseAway:
        log.warning("tick_without_database", tick=name)
    except Exception as error:  # noqa: BLE001 - one faulty tick must not stop the clock
        log.error("tick_fault", tick=name, error=type(error).__name__)
