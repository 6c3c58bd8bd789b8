"""A process keeps to the slots that it was given, whatever the database's clock shows."""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from delivery.pace import Pace
from domain import slots
from domain.channel import Pace as Limits
from domain.delivery import DeliveryKind, Lane
from domain.messages import ChatKind, ChatRef, Outgoing
from domain.slots import SECOND, Went
from storage.deliveries.slots import Reading
from storage.deliveries.windows import Send

LIMITS = Limits(account_per_s=25, chat_per_s=1, group_per_minute=20, reply_share=0.15)
NOON = 1_800_000_000 * SECOND


class World:
    """A monotonic clock that only sleepers move; the database's shows something else."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def reading(self, at: int = 0, late: float = 0.0) -> Reading:
        return Reading(NOON + at, self.now + late, self.now)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def pace(world: World) -> Pace:
    return Pace(LIMITS, world.monotonic, world.sleep, lambda: 5.0)


async def test_each_message_waits_for_its_slot_by_the_databases_clock(
    world: World, pace: Pace
) -> None:
    pace.learn(world.reading(), {})
    assert await pace.reach(NOON + SECOND // 5)
    assert world.now == pytest.approx(1000.2)
    assert pace.news().went == [], "it went when it was expected to"


async def test_a_slow_answer_of_the_database_makes_nothing_late(world: World, pace: Pace) -> None:
    pace.learn(world.reading(), {})
    pace.learn(world.reading(late=0.3), {})
    assert await pace.reach(NOON + SECOND // 5)
    assert world.now == pytest.approx(1000.2, abs=0.002)


@pytest.mark.parametrize("put", [-3600, -0.9, -0.3, 0.3, 3600])
async def test_a_clock_of_the_database_that_jumps_is_followed_at_once(
    world: World, pace: Pace, put: float
) -> None:
    pace.learn(world.reading(), {})
    there = round(put * SECOND)
    pace.learn(world.reading(at=there), {})
    assert await pace.reach(NOON + there + SECOND // 5)
    assert world.now == pytest.approx(1000.2)


async def test_what_is_late_is_told_and_what_is_much_too_late_does_not_go(
    world: World, pace: Pace
) -> None:
    pace.learn(world.reading(), {})
    world.now += 0.1
    used = await pace.reach(NOON)
    assert used == pytest.approx(NOON + SECOND // 10, abs=5)
    world.now += 0.2
    assert not await pace.reach(NOON + 1)
    assert pace.news().went == [Went(NOON, used), Went(NOON + 1, None)]


async def test_where_every_transaction_takes_a_second_slots_are_ready_when_it_is_over(
    world: World, pace: Pace
) -> None:
    table, went, given = slots.Timetable(), list[int](), 0
    for _ in range(40):
        told, reading = pace.news(), world.reading(round((world.now - 1000) * SECOND))
        table = slots.mend(table, told.went)
        taken = slots.take(table, LIMITS, reading.at, 6, reply=False, lead=told.lead)
        table = taken.table
        world.now += 1
        pace.learn(reading, {False: taken.free_at, True: taken.free_at})
        pace.in_hand(reading)
        given += len(taken.slots)
        went += [used for slot in taken.slots if (used := await pace.reach(slot))]
        await pace.ready(60, reply=False)
    assert given > 200
    assert len(went) > 0.9 * given, "only the first windows came too late"
    strict = SECOND // 25
    assert all(later - one >= strict - slots.LATE for one, later in pairwise(went))


def test_an_unusually_late_answer_tells_of_a_message_that_may_have_come_late(pace: Pace) -> None:
    send = Send(
        delivery_id=UUID(int=1),
        attempt_id=UUID(int=2),
        address_id=UUID(int=3),
        chat=ChatRef("1001", ChatKind.PRIVATE),
        kind=DeliveryKind.REPLY,
        lane=Lane.TALK,
        language="vi",
        outgoing=Outgoing(text="Chào"),
        again=False,
        slot=NOON,
    )
    for took_s in (0.2, 0.21, 0.22, 0.19, 0.4, 0.2):
        pace.answered(send, NOON, took_s)
    news = pace.news()
    (late,) = news.went
    assert [(one.address_id, one.slot, one.at) for one in news.late] == [
        (UUID(int=3), NOON, late.at)
    ]
    assert late.slot == NOON
    assert late.at is not None
    assert late.at - NOON == pytest.approx(SECOND // 5, rel=0.1)


async def test_after_a_throttle_nothing_goes_that_has_not_gone_yet(
    world: World, pace: Pace
) -> None:
    pace.learn(world.reading(), {})
    pace.throttled(timedelta(seconds=3))
    assert not await pace.reach(NOON + SECOND // 5)
    news = pace.news()
    assert news.throttled
    assert not pace.news().throttled
    world.now += 3
    assert await pace.reach(NOON + 32 * SECOND // 10)


async def test_what_a_transaction_that_failed_was_told_is_told_to_the_next(pace: Pace) -> None:
    pace.unused(NOON)
    pace.also(NOON, 0)
    pace.throttled(timedelta(seconds=1))
    news = pace.news()
    assert not pace.news().went
    pace.unused(NOON + 1)
    pace.again(news)
    again = pace.news()
    assert again.throttled
    assert again.went == [Went(NOON, None), Went(NOON + 1, None)]


async def test_slots_are_asked_for_a_little_before_they_are_free(world: World, pace: Pace) -> None:
    assert pace.wait_s(reply=False) == 0
    pace.learn(world.reading(), {False: NOON + SECOND, True: NOON + SECOND // 2})
    assert pace.wait_s(reply=False) == pytest.approx(0.9)
    assert pace.wait_s(reply=True) == pytest.approx(0.4), "a reply may have either kind"
    assert pace.nap_s(0.5) == 0.5
    assert pace.nap_s(5) == pytest.approx(0.9)
    await pace.ready(0.5, reply=False)
    assert world.now == 1000.5
    await pace.ready(5, reply=False)
    assert world.now == pytest.approx(1000.9)
    assert pace.nap_s(5) == 5, "there are slots and nothing for them: the bell will tell"


@pytest.mark.parametrize(("rate", "size"), [(0.2, 1), (1, 1), (28, 7), (1000, 16)])
def test_a_quarter_of_a_seconds_messages_are_taken_up_together(rate: float, size: int) -> None:
    limits = Limits(account_per_s=rate, chat_per_s=1, group_per_minute=20, reply_share=0)
    assert Pace(limits).at_once == size
