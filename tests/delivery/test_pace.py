"""Never faster than allowed, on a clock that only the tests move."""

import asyncio
import heapq
import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.pace import Pace
from domain.channel import Pace as Limits

GUARD = 0.03
LIMITS = Limits(account_per_s=25, chat_per_s=1, group_per_minute=20, reply_share=0.15)


class World:
    """A monotonic clock and the sleepers it wakes, in order, without any real time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self.now + seconds, self._count, woken))
        await woken

    async def pass_until(self, done: Callable[[], bool], limit: float = 100_000) -> None:
        """Let time pass, sleeper by sleeper, until `done`."""
        while not done():
            for _ in range(5):
                await asyncio.sleep(0)
            if done():
                return
            assert self._sleepers, "nobody sleeps and nothing is done"
            at, _, woken = heapq.heappop(self._sleepers)
            assert at < limit
            self.now = max(self.now, at)
            woken.set_result(None)


def chat(number: int) -> UUID:
    return UUID(int=number)


def most_within(instants: list[float], span: float) -> int:
    """Return how many instants lie at most in any half-open span of time."""
    ordered = sorted(instants)
    return max(
        (bisect_left(ordered, start + span - 1e-9) - index for index, start in enumerate(ordered)),
        default=0,
    )


async def slot(pace: Pace, to: UUID, *, reply: bool) -> None:
    """Wait for a promise of one send, and use it at once."""
    while not pace.reserve(1, reply=reply):
        await pace.ready(1000, reply=reply)
    pace.sending(to)


async def take(world: World, pace: Pace, count: int, *, reply: bool = True) -> list[float]:
    """Take slots as fast as they come; return when each was given."""
    given_at: list[float] = []

    async def one(number: int) -> None:
        await slot(pace, chat(number), reply=reply)
        given_at.append(world.now)

    tasks = [asyncio.create_task(one(number)) for number in range(count)]
    await world.pass_until(lambda: all(task.done() for task in tasks))
    return given_at


def new_pace(world: World, **changes: float) -> Pace:
    limits = replace(LIMITS, **changes)  # type: ignore[arg-type]
    return Pace(limits, world.monotonic, world.sleep)


async def test_in_no_sliding_second_are_there_more_than_allowed() -> None:
    world = World()
    given_at = await take(world, new_pace(world), 200)
    assert most_within(given_at, 1 + GUARD) <= 25
    took = given_at[-1] - given_at[0]
    assert 175 / took >= 0.98 * 25 / (1 + GUARD)


async def test_the_first_second_after_a_start_counts_as_full() -> None:
    world = World()
    start = world.now
    given_at = await take(world, new_pace(world), 30)
    assert min(given_at) >= start + 1
    assert most_within([start] * 25 + given_at, 1.0) <= 25


async def test_after_a_pause_no_burst_of_saved_up_slots_goes_out() -> None:
    world = World()
    pace = new_pace(world)
    before = await take(world, pace, 40)
    world.now += 60
    after = await take(world, pace, 80)
    assert most_within(before + after, 1 + GUARD) <= 25


async def test_replies_keep_their_share_while_a_broadcast_takes_all_it_may() -> None:
    world = World()
    pace = new_pace(world)
    bulk: list[float] = []
    replies: list[float] = []
    waits: list[float] = []

    async def broadcast(number: int) -> None:
        await slot(pace, chat(number), reply=False)
        bulk.append(world.now)

    async def answer(number: int) -> None:
        await world.sleep(number * 0.5 + 1)
        asked = world.now
        await slot(pace, chat(10_000 + number), reply=True)
        replies.append(world.now)
        waits.append(world.now - asked)

    tasks = [asyncio.create_task(broadcast(number)) for number in range(400)]
    tasks += [asyncio.create_task(answer(number)) for number in range(20)]
    await world.pass_until(lambda: all(task.done() for task in tasks))
    assert most_within(bulk, 1 + GUARD) <= 21
    assert most_within(bulk + replies, 1 + GUARD) <= 25
    assert max(waits) < 0.1


async def test_a_pace_below_one_a_second_is_kept_too() -> None:
    world = World()
    given_at = await take(world, new_pace(world, account_per_s=0.5), 8)
    assert most_within(given_at, 2 * (1 + GUARD)) == 1
    assert given_at[-1] - given_at[0] == pytest.approx(7 * 2 * (1 + GUARD), rel=0.02)


@pytest.mark.parametrize("rate", [1.5, 10])
async def test_a_message_of_several_calls_takes_the_place_of_several(rate: float) -> None:
    world = World()
    pace = new_pace(world, account_per_s=rate, chat_per_s=rate)
    calls: list[float] = []

    async def sends() -> None:
        for number in range(60):
            await slot(pace, chat(number), reply=True)
            calls.extend([world.now] * 3)
            pace.also(2)

    task = asyncio.create_task(sends())
    await world.pass_until(task.done)
    assert len(calls) == 180
    # The two calls of a message that begins at the very end are ahead of their time.
    assert most_within(calls, 60) <= 60 * rate + 2


async def test_one_chat_gets_one_a_second() -> None:
    world = World()
    pace = new_pace(world)
    assert pace.chat_ready(chat(1), group=False)
    await take(world, pace, 2)
    assert not pace.chat_ready(chat(1), group=False)
    assert pace.chat_ready(chat(9), group=False)
    world.now += 0.99
    assert not pace.chat_ready(chat(1), group=False)
    world.now += GUARD + 0.02
    assert pace.chat_ready(chat(1), group=False)


@pytest.mark.parametrize("per_minute", [20, 60, 3])
async def test_a_group_gets_only_so_many_a_minute(per_minute: int) -> None:
    world = World()
    pace = new_pace(world, group_per_minute=per_minute, chat_per_s=5)
    sent: list[float] = []
    while world.now < 1000 + 200:
        if pace.chat_ready(chat(7), group=True):
            task = asyncio.create_task(slot(pace, chat(7), reply=True))
            await world.pass_until(task.done)
            sent.append(world.now)
        world.now += 0.05
    assert most_within(sent, 60 * (1 + GUARD)) == per_minute


async def test_a_throttle_lowers_the_rate_which_recovers_slowly() -> None:
    world = World()
    pace = new_pace(world)
    assert pace.rate_per_s == 25
    pace.slow_down()
    assert pace.rate_per_s == pytest.approx(17.5)
    world.now += 10
    assert pace.rate_per_s == pytest.approx(17.5 * 1.2)
    world.now += 3600
    assert pace.rate_per_s == 25


async def test_throttles_of_sends_in_flight_together_count_once() -> None:
    world = World()
    pace = new_pace(world)
    for _ in range(16):
        pace.slow_down()
        world.now += 0.01
    assert pace.rate_per_s == pytest.approx(17.5, rel=0.01)
    world.now += 1
    pace.slow_down()
    assert pace.rate_per_s < 13


async def test_however_often_throttled_something_still_goes() -> None:
    world = World()
    pace = new_pace(world)
    for _ in range(100):
        pace.slow_down()
        world.now += 1.1
    assert 1 <= pace.rate_per_s < 1.1
    slow = new_pace(world, account_per_s=0.2)
    slow.slow_down()
    assert slow.rate_per_s == 0.2


async def test_chats_long_silent_are_forgotten_and_the_others_not() -> None:
    world = World()
    pace = new_pace(world, account_per_s=1000)
    world.now += 2
    for number in range(10_000):
        world.now += 0.002
        await slot(pace, chat(number), reply=True)
    world.now += 121
    task = asyncio.create_task(slot(pace, chat(20_000), reply=True))
    await world.pass_until(task.done)
    assert not pace.chat_ready(chat(20_000), group=False)
    assert pace.chat_ready(chat(5), group=False)


@given(
    seed=st.integers(0, 2**32),
    rate=st.sampled_from([0.3, 1, 2.5, 5, 25, 30]),
    share=st.sampled_from([0.0, 0.15, 0.5]),
    throttled=st.booleans(),
)
@settings(max_examples=30, deadline=None)
async def test_no_demand_whatever_makes_it_too_fast(
    seed: int,
    rate: float,
    share: float,
    throttled: bool,
) -> None:
    """Bursts, trickles and pauses of replies and broadcasts, at random, with throttles between."""
    chance = random.Random(seed)
    world = World()
    start = world.now
    pace = new_pace(world, account_per_s=rate, reply_share=share)
    given_at: list[float] = []

    async def one(number: int, after: float, *, reply: bool) -> None:
        if after:
            await world.sleep(after)
        await slot(pace, chat(number), reply=reply)
        given_at.append(world.now)
        if throttled and chance.random() < 0.05:
            pace.slow_down()

    tasks = [
        asyncio.create_task(
            one(
                number,
                chance.choice([0, chance.random() * 3, 5 + chance.random() / 10]),
                reply=chance.random() < 0.4,
            )
        )
        for number in range(chance.randrange(1, 60))
    ]
    await world.pass_until(lambda: all(task.done() for task in tasks))
    span = (1 + GUARD) * max(1, 1 / rate)
    full = [start] * max(1, int(rate))
    assert most_within(full + given_at, span) <= max(1, int(rate))


async def test_promises_not_used_are_given_back_and_none_are_given_twice() -> None:
    world = World()
    pace = new_pace(world)
    world.now += 2
    assert pace.reserve(16, reply=True) == 16
    assert pace.reserve(16, reply=True) == 9
    assert pace.reserve(16, reply=True) == 0
    pace.back(5)
    assert pace.reserve(16, reply=False) == 1
    assert pace.reserve(16, reply=True) == 4


async def test_right_after_a_start_nothing_is_promised() -> None:
    world = World()
    pace = new_pace(world)
    assert pace.reserve(16, reply=True) == 0
    world.now += 1 + GUARD + 0.01
    assert pace.reserve(16, reply=True) == 16
