"""How many plain rows are taken up together, at the speed at which they go."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.load import Load


class Road:
    """Rows that each take so long, one after the other."""

    def __init__(self, each_s: float) -> None:
        self.now = 0.0
        self.each_s = each_s
        self.load = Load(lambda: self.now)

    def carry(self, rows: int) -> None:
        self.load.add(rows)
        for _ in range(rows):
            self.now += self.each_s
            self.load.gone()
        self.load.measure()

    def settle(self) -> None:
        """Let time go by in which nothing is carried."""
        self.now += 1


@given(each_s=st.floats(0.000_05, 0.05), first=st.integers(1, 16))
def test_however_few_rows_it_begins_with_soon_a_tenth_of_a_second_goes_together(
    each_s: float, first: int
) -> None:
    road = Road(each_s)
    rows = first
    for _ in range(200):
        road.carry(rows)
        road.settle()
        rows = max(1, min(road.load.room, 512))
    together = 0.1 / each_s
    assert road.load.room == pytest.approx(max(16, together), rel=0.1, abs=1)


def test_one_slow_moment_is_no_reason_to_begin_anew() -> None:
    road = Road(0.000_1)
    for _ in range(20):
        road.carry(100)
    fast = road.load.room
    road.load.add(1)
    road.now += 2
    road.load.gone()
    road.load.measure()
    assert fast / 2 < road.load.room < fast


def test_what_waits_leaves_no_room_for_more_than_goes_in_time() -> None:
    load = Load(lambda: 0.0)
    share = load.room
    load.add(share)
    assert load.room == share // 2
    load.add(load.room)
    assert load.room == 0


async def test_who_waits_for_room_goes_on_as_soon_as_half_of_it_is_there() -> None:
    load = Load(lambda: 0.0)
    share = load.room
    load.add(share + share // 2)
    waiting = asyncio.create_task(load.until_lighter())
    await asyncio.sleep(0)
    for _ in range(share // 2):
        assert not waiting.done()
        load.gone()
    await waiting
    assert load.room >= share // 2


async def test_where_nothing_moves_nobody_waits_for_ever() -> None:
    load = Load()
    load.add(10_000)
    await asyncio.wait_for(load.until_lighter(), 60)
    assert load.room == 0
