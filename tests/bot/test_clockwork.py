"""Ticks ring, whatever the others do, and finish what they began."""

import asyncio
import time
from datetime import timedelta

from bot.clockwork import Clockwork
from domain.clock import SystemClock
from storage.database import DatabaseAway
from tests.chat import MovingClock
from tests.delivery.post_office import until

SECOND = timedelta(seconds=1)


async def test_a_raising_tick_stops_neither_itself_nor_the_others() -> None:
    rings: list[str] = []

    async def faulty() -> None:
        rings.append("faulty")
        raise LookupError

    async def homeless() -> None:
        rings.append("homeless")
        raise DatabaseAway

    async def well() -> None:
        rings.append("well")

    ticks = {"faulty": faulty, "homeless": homeless, "well": well}
    clockwork = Clockwork({name: (tick, SECOND) for name, tick in ticks.items()}, SystemClock())
    clockwork.start()
    await until(lambda: all(rings.count(name) >= 2 for name in ticks))
    await clockwork.stop()


async def test_a_late_tick_still_rings() -> None:
    """The loop is held up for longer than the interval; APScheduler alone would drop the tick."""
    rings = []

    async def tick() -> None:
        rings.append(time.monotonic())

    clockwork = Clockwork({"tick": (tick, SECOND)}, SystemClock())
    clockwork.start()
    await asyncio.sleep(0)
    time.sleep(3.2)  # noqa: ASYNC251 - to hold up the loop is the point
    await until(lambda: bool(rings))
    # Of a machine that stands still once more the next one may have come, too.
    assert len(rings) < 2 + time.monotonic() - rings[0], "the missed ones ring once together"
    await clockwork.stop()


async def test_a_slow_tick_does_not_run_twice_at_once() -> None:
    running, most = 0, 0

    async def slow() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(2.3)
        running -= 1

    clockwork = Clockwork({"slow": (slow, SECOND)}, SystemClock())
    clockwork.start()
    await asyncio.sleep(2.5)
    await clockwork.stop()
    assert most == 1


async def test_stopping_lets_a_tick_under_way_finish() -> None:
    begun, finished = asyncio.Event(), []

    async def tick() -> None:
        begun.set()
        await asyncio.sleep(0.3)
        finished.append(True)

    clockwork = Clockwork({"tick": (tick, SECOND)}, SystemClock())
    clockwork.start()
    await asyncio.wait_for(begun.wait(), 60)
    await clockwork.stop()
    assert finished == [True]
    await asyncio.sleep(1.2)
    assert finished == [True]


async def test_a_tick_that_keeps_failing_is_named_as_overdue_and_no_other() -> None:
    clock = MovingClock()

    async def faulty() -> None:
        raise LookupError

    async def well() -> None:
        return

    ticks = {"faulty": (faulty, SECOND), "well": (well, SECOND)}
    began = clock.now()
    clockwork = Clockwork(ticks, clock)
    assert clockwork.well_at() == {"faulty": began, "well": began}
    clock.forward(seconds=62)
    assert clockwork.overdue() == [], "not yet: a minute and three rounds"
    clock.forward(seconds=2)
    clockwork.start()
    await until(lambda: clockwork.overdue() == ["faulty"])
    await clockwork.stop()
    assert clockwork.well_at() == {"faulty": began, "well": clock.now()}
