"""Slots that several processes share, judged by a strict server: never too fast, hardly slower."""

import random
from bisect import bisect_left
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain import slots
from domain.channel import Pace
from domain.slots import AHEAD, GUARD, LEAD_MOST, SECOND, Timetable, Went, by_when

LIMITS = Pace(account_per_s=25, chat_per_s=1, group_per_minute=20, reply_share=0.15)
START = 1_800_000_000 * SECOND
LEAD = SECOND // 10
STALL = SECOND // 50


def most_within(instants: list[int], span: int) -> int:
    """Return how many instants lie at most in any half-open span of time."""
    ordered = sorted(instants)
    ends = (bisect_left(ordered, start + span) for start in ordered)
    return max((end - begun for begun, end in enumerate(ends)), default=0)


@dataclass
class Process:
    """Takes slots, sends at each with some delay, and tells of it when it asks again."""

    asks_at: int
    went: list[Went] = field(default_factory=list)
    replies: bool = False
    lead: int = 0


@dataclass
class World:
    """True time, the database's clock beside it, the shared table, and what the server saw."""

    limits: Pace
    chance: random.Random
    stall: int = STALL
    unused: float = 0.05
    shift: int = 0
    table: Timetable = field(default_factory=Timetable)
    seen: list[int] = field(default_factory=list)

    def turn(self, one: Process, now: int, *, wanted: int) -> None:
        """Let a process ask once, and send what it got."""
        clock = now + self.shift
        told = [w for w in one.went if (w.at or w.slot) <= clock]
        one.went = [w for w in one.went if (w.at or w.slot) > clock]
        table = slots.mend(slots.put_back(self.table, clock), told)
        taken = slots.take(table, self.limits, clock, wanted, reply=one.replies, lead=one.lead)
        assert all(0 <= slot - clock - one.lead <= AHEAD for slot in taken.slots)
        self.table = taken.table
        for slot in taken.slots:
            if self.chance.random() < self.unused:
                one.went.append(Went(slot, None))
            else:
                late = self.chance.randrange(self.stall)
                self.seen.append(slot - self.shift + late)
                one.went.append(Went(slot, slot + late))
        soon = self.chance.randrange(1_000, LEAD)
        one.asks_at = max(now + 1_000, taken.free_at - self.shift - soon - one.lead)


@given(
    seed=st.integers(0, 2**32),
    rate=st.sampled_from([0.3, 1, 2.5, 5, 25, 30, 250]),
    share=st.sampled_from([0.0, 0.15, 0.5]),
    processes=st.integers(1, 4),
    known=st.booleans(),
    jumps=st.booleans(),
)
@example(seed=39916800, rate=5, share=0.15, processes=3, known=True, jumps=True)
@settings(max_examples=60, deadline=None)
def test_a_strict_server_never_sees_more_than_it_allows(
    seed: int, rate: float, share: float, processes: int, known: bool, jumps: bool
) -> None:
    """Processes that pause, die, are replaced, wait for a disk; throttles; a clock put back."""
    chance = random.Random(seed)
    limits = replace(LIMITS, account_per_s=rate, reply_share=share, known=known)
    world = World(limits, chance)
    leads = [0, 0, SECOND // 3, 2 * SECOND]
    working = [
        Process(START, replies=chance.random() < 0.3, lead=chance.choice(leads))
        for _ in range(processes)
    ]
    for _ in range(250):
        one = min(working, key=lambda each: each.asks_at)
        now = one.asks_at
        if jumps and chance.random() < 0.02:
            world.shift -= chance.choice([SECOND // 10, SECOND, 3600 * SECOND])
        if chance.random() < 0.03:
            working.remove(one)
            one = Process(now, replies=one.replies, lead=one.lead)
            working.append(one)
        if chance.random() < 0.02:
            world.table = slots.slow_down(world.table, limits, now + world.shift)
        if chance.random() < 0.05:
            one.asks_at += chance.randrange(5 * SECOND)
            continue
        world.turn(one, now, wanted=chance.randrange(1, 17))
    assert world.seen
    _judge(world, rate)


def _judge(world: World, rate: float) -> None:
    """Count as a platform does: by the second, or a rate that is no whole number by the minute."""
    if rate > 1 and not float(rate).is_integer():
        assert most_within(world.seen, 60 * SECOND) <= 60 * rate
    else:
        assert most_within(world.seen, round(SECOND * max(1, 1 / rate))) <= max(1, int(rate))


@pytest.mark.parametrize(("processes", "least"), [(1, 0.98), (3, 0.96)])
@pytest.mark.parametrize("rate", [1, 1.5, 28, 28.5, 200])
def test_what_is_allowed_is_used_by_one_process_and_by_several(
    rate: float, processes: int, least: float
) -> None:
    limits = replace(LIMITS, account_per_s=rate, reply_share=0)
    world = World(limits, random.Random(int(rate)), stall=2_000, unused=0)
    working = [Process(START) for _ in range(processes)]
    end = START + 60 * SECOND
    while (one := min(working, key=lambda each: each.asks_at)).asks_at < end:
        world.turn(one, one.asks_at, wanted=round(max(1, rate / 4)))
    assert len(world.seen) >= least * 60 * rate / (1 + GUARD)
    _judge(world, rate)


def test_of_a_limit_by_the_minute_replies_have_their_share_and_no_more() -> None:
    limits = replace(LIMITS, account_per_s=1.5, reply_share=0.15)
    world = World(limits, random.Random(1), stall=2_000, unused=0)
    one, end = Process(START), START + 600 * SECOND
    while one.asks_at < end:
        world.turn(one, one.asks_at, wanted=1)
    assert 0.98 <= len(world.seen) / (600 * 1.5 * 25 / 30 / (1 + GUARD)) <= 1.01
    replies = Process(end, replies=True)
    while replies.asks_at < end + 60 * SECOND:
        world.turn(replies, replies.asks_at, wanted=1)
    _judge(world, 1.5)


def test_the_first_second_of_whoever_takes_over_counts_what_went_before() -> None:
    before = slots.take(Timetable(), LIMITS, START, 3, reply=False)
    table = before.table
    seen = list(before.slots)
    for step in range(40):
        taken = slots.take(table, LIMITS, START + step * SECOND // 10, 16, reply=step % 2 == 0)
        table, seen = taken.table, seen + list(taken.slots)
    assert most_within(seen, SECOND) <= 25


def test_replies_keep_their_share_while_a_broadcast_takes_all_it_may() -> None:
    table = Timetable()
    bulk: list[int] = []
    waits: list[int] = []
    for step in range(600):
        now = START + step * SECOND // 20
        taken = slots.take(table, LIMITS, now, 16, reply=False)
        table, bulk = taken.table, bulk + list(taken.slots)
        if step % 6 == 0:
            answer = slots.take(table, LIMITS, now, 1, reply=True)
            table = answer.table
            waits += [slot - now for slot in answer.slots]
    assert most_within(bulk, SECOND) <= 21
    assert len(bulk) >= 0.98 * 30 * 21 / (1 + GUARD), "no more than the share is kept back"
    assert len(waits) == 100
    assert max(waits) <= AHEAD


def test_slots_given_back_and_late_messages_are_written_down_as_they_were() -> None:
    taken = slots.take(Timetable(), LIMITS, START, 3, reply=False)
    first, second, third = taken.slots
    late = second + SECOND // 5
    table = slots.mend(taken.table, [Went(first, None), Went(second, late), Went(third, third)])
    assert table.common == (third, late)
    assert slots.mend(table, [Went(first, None)]) == table


@pytest.mark.parametrize("rate", [1.5, 10])
def test_a_message_of_several_calls_takes_the_place_of_several(rate: float) -> None:
    limits = replace(LIMITS, account_per_s=rate)
    table, calls, now = Timetable(), 0, START
    while now < START + 60 * SECOND:
        taken = slots.take(table, limits, now, 1, reply=False)
        table = slots.mend(taken.table, [Went(slot, slot, 2) for slot in taken.slots])
        calls += 3 * len(taken.slots)
        now = max(now + 1, taken.free_at - AHEAD)
    assert calls <= 60 * rate + 6


def test_a_throttle_lowers_the_rate_which_recovers_slowly() -> None:
    table = slots.slow_down(Timetable(), LIMITS, START)
    assert slots.rate(table, LIMITS, START) == pytest.approx(17.5)
    at_once = slots.slow_down(table, LIMITS, START + SECOND // 2)
    assert at_once == table, "what was in flight together is throttled together"
    assert slots.rate(table, LIMITS, START + 10 * SECOND) == pytest.approx(17.5 * 1.2)
    assert slots.rate(table, LIMITS, START + 3600 * SECOND) == 25
    for step in range(1, 100):
        table = slots.slow_down(table, LIMITS, START + step * 11 * SECOND // 10)
    assert 1 <= slots.rate(table, LIMITS, START + 110 * SECOND) < 1.3


def test_a_limit_that_nobody_told_is_felt_for_and_met_once() -> None:
    limits = replace(LIMITS, account_per_s=100, reply_share=0, known=False)
    true_limit, throttles, now = 12, 0, START
    table = Timetable()
    seen: list[int] = []
    while now < START + 600 * SECOND:
        taken = slots.take(table, limits, now, 4, reply=False)
        table = taken.table
        for slot in taken.slots:
            lately = [at for at in seen[-true_limit:] if at > slot - SECOND]
            if len(lately) >= true_limit:
                throttles += 1
                table = slots.slow_down(table, limits, slot)
                now = slot + SECOND
                break
            seen.append(slot)
        now = max(now + 1_000, taken.free_at - LEAD)
    assert throttles == 1
    assert len(seen) > 600 * true_limit * 0.6
    assert seen[10] - seen[0] >= 6 * SECOND, "it begins slowly"


def test_a_chat_gets_one_a_second_and_a_group_so_many_a_minute() -> None:
    limits = replace(LIMITS, chat_per_s=2)
    for group, span, most in ((False, SECOND, 2), (True, 60 * SECOND, 20), (True, SECOND, 2)):
        gone: tuple[int, ...] = ()
        sent: list[int] = []
        for step in range(4000):
            now = START + step * SECOND // 20
            if slots.chat_is_ready(gone, limits, now, group=group):
                gone = slots.chat_after(gone, limits, now, group=group)
                sent.append(now)
        assert most_within(sent, span) == most
        # A clock that was put back by an hour mutes nobody for an hour.
        assert slots.chat_is_ready(gone, limits, START - 3600 * SECOND, group=group)


def test_chats_of_many_sent_together_need_no_second_note_for_what_is_a_little_late() -> None:
    assert by_when([None]) is None
    assert by_when([900, 1000]) == 1000
    assert by_when([1000] * 512) == 1000 + AHEAD


def test_a_message_that_left_late_and_came_later_still_counts_as_gone_when_it_came() -> None:
    taken = slots.take(Timetable(), LIMITS, START, 1, reply=False)
    left, came = START + 10_000, START + 400_000
    assert slots.mend(taken.table, [Went(START, left), Went(left, came)]).common == (came,)
    assert slots.mend(taken.table, [Went(START, left), Went(left, None)]).common == ()


def test_a_chat_noted_at_the_latest_waits_also_for_who_read_the_clock_a_little_before() -> None:
    fast = replace(LIMITS, account_per_s=4000)
    taken = slots.take(Timetable(), fast, START, 1024, reply=False, lead=LEAD_MOST)
    noted = by_when(taken.slots)
    assert noted is not None
    assert not slots.chat_is_ready((noted,), fast, START - 50_000, group=False)
