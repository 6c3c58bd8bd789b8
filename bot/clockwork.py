"""The alarm clock: APScheduler rings, the database knows what is due."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from domain.clock import Clock
from storage.database import DatabaseAway

log = structlog.get_logger(__name__)

_PATIENCE_S = 10.0
_GRACE = timedelta(minutes=1)

Tick = Callable[[], Awaitable[None]]


class Clockwork:
    """Ring each tick at its interval.

    A tick claims rows and returns: a late or lost one, or two at once, do no harm. APScheduler's
    default would silently drop a job that is one second late, hence no grace limit.
    """

    def __init__(self, ticks: Mapping[str, tuple[Tick, timedelta]], clock: Clock) -> None:
        self._clock = clock
        self._every = {name: every for name, (_, every) in ticks.items()}
        self._well_at = dict.fromkeys(ticks, clock.now())
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

    def well_at(self) -> Mapping[str, datetime]:
        """Return when each tick last ended without a fault, or when this clockwork was made."""
        return dict(self._well_at)

    def overdue(self) -> list[str]:
        """Return the ticks that have not ended well for three rounds and a minute."""
        now = self._clock.now()
        return [
            name
            for name, well_at in self._well_at.items()
            if now - well_at > 3 * self._every[name] + _GRACE
        ]

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
        task = asyncio.create_task(self._guarded(name, tick), name=f"tick-{name}")
        self._under_way[name] = task
        task.add_done_callback(lambda _: self._under_way.pop(name, None))

    async def _guarded(self, name: str, tick: Tick) -> None:
        try:
            await tick()
        except DatabaseAway:
            log.warning("tick_without_database", tick=name)
        except Exception as error:  # noqa: BLE001 - one faulty tick must not stop the clock
            log.error("tick_fault", tick=name, error=type(error).__name__)
        else:
            self._well_at[name] = self._clock.now()
