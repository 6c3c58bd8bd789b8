"""Repeating schedules: which instants they have, and what becomes of those that came."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import HANOI, local
from domain.schedule import MOST_TIMES, Schedule, turnout

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""09:00 of a Monday, local time."""
ALLOWANCE = timedelta(minutes=30)

CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
ENDS = st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31))
TIMES = st.none() | st.integers(1, 40)


def _sorted(most: int, least: int = 0) -> st.SearchStrategy[tuple[int, ...]]:
    days = st.lists(st.integers(least, most), min_size=1, max_size=5, unique=True)
    return days.map(lambda found: tuple(sorted(found)))


SCHEDULES = st.builds(
    Schedule, at=CLOCKS, weekdays=_sorted(6), until=ENDS, times=TIMES
) | st.builds(Schedule, at=CLOCKS, month_days=_sorted(31, 1), until=ENDS, times=TIMES)
INSTANTS = st.integers(-300, 500).flatmap(
    lambda days: st.integers(0, 86_399).map(lambda left: NOW + timedelta(days=days, seconds=left))
)


def meant(schedule: Schedule, day: date) -> bool:
    """Say in other words whether a schedule has a day."""
    if schedule.until and day > schedule.until:
        return False
    if schedule.weekdays:
        return day.weekday() in schedule.weekdays
    last = monthrange(day.year, day.month)[1]
    return day.day in {min(wanted, last) for wanted in schedule.month_days}


@settings(deadline=None)
@given(SCHEDULES, INSTANTS)
def test_the_next_instant_is_the_first_local_one_that_is_meant(
    schedule: Schedule, instant: datetime
) -> None:
    found = schedule.next_after(instant)
    first = next(
        (
            at
            for ahead in range(70)
            for at in [
                datetime.combine(
                    local(instant).date() + timedelta(days=ahead), schedule.at, tzinfo=HANOI
                )
            ]
            if meant(schedule, at.date()) and at > instant
        ),
        None,
    )
    assert found == first
    assert found is None or found.tzinfo is UTC


@settings(deadline=None)
@given(st.integers(1, 31), CLOCKS, st.integers(2026, 2032), st.integers(1, 12))
def test_every_month_has_exactly_one_day_of_a_monthly_schedule(
    day: int, at: time, year: int, month: int
) -> None:
    schedule = Schedule(at=at, month_days=(day,))
    days = [date(year, month, one + 1) for one in range(monthrange(year, month)[1])]
    assert [one.day for one in days if schedule.has(one)] == [min(day, len(days))]


@settings(deadline=None)
@given(SCHEDULES, INSTANTS, st.integers(0, 12))
def test_what_is_coming_agrees_with_the_last(
    schedule: Schedule, instant: datetime, most: int
) -> None:
    coming = schedule.coming(instant, schedule.times, most)
    assert coming == sorted(set(coming))
    assert len(coming) <= most
    last = schedule.last(instant, schedule.times)
    if last is not None and coming:
        assert coming[-1] <= last
    if schedule.times is not None and schedule.times <= most:
        assert (coming[-1] if coming else None) == last


@settings(deadline=None, max_examples=60)
@given(
    SCHEDULES,
    st.lists(st.integers(1, 60 * 24 * 9), min_size=1, max_size=25),
)
def test_ticks_at_any_instants_let_each_come_once_in_order_and_none_get_lost(
    schedule: Schedule, steps: Sequence[int]
) -> None:
    now, next_at, left = NOW, schedule.next_after(NOW), schedule.times
    goes: list[datetime] = []
    came: list[datetime] = []
    for step in steps:
        now += timedelta(minutes=step)
        if next_at is None:
            break
        tick = now
        found = turnout(schedule, next_at, now, left, lambda at, tick=tick: tick - at > ALLOWANCE)  # type: ignore[misc]
        came += [*found.missed, *([found.goes] if found.goes else [])]
        goes += [found.goes] if found.goes else []
        assert found.goes is None or found.goes <= now <= found.goes + ALLOWANCE
        assert all(at < (found.goes or now + ALLOWANCE) for at in found.missed)
        assert found.next_at is None or found.next_at > now
        again = found.next_at and turnout(schedule, found.next_at, now, found.left, lambda _: False)
        assert not again or again.come == 0, "a second tick at the same instant finds nothing"
        next_at, left = found.next_at, found.left
    expected = schedule.coming(NOW, schedule.times, 10_000) if came else []
    assert came == [at for at in expected if at <= now][: len(came)]
    assert next_at is None or came == [at for at in expected if at < next_at]
    assert len(goes) == len(set(goes))


def test_a_week_that_was_slept_through_is_one_message_and_not_seven() -> None:
    daily = Schedule(at=time(9), weekdays=tuple(range(7)))
    found = turnout(daily, NOW, NOW + timedelta(days=7, minutes=5), None, lambda _: False)
    assert (len(found.missed), found.goes) == (7, NOW + timedelta(days=7))
    late = turnout(daily, NOW, NOW + timedelta(days=7, hours=2), None, lambda _: True)
    assert (len(late.missed), late.goes) == (8, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"weekdays": (0,), "month_days": (1,)},
        {"weekdays": (7,)},
        {"weekdays": (3, 1)},
        {"weekdays": (1, 1)},
        {"month_days": (0,)},
        {"month_days": (32,)},
        {"weekdays": (0,), "times": 0},
        {"weekdays": (0,), "times": MOST_TIMES + 1},
        {"weekdays": (0,), "at": time(9, 0, 1)},
    ],
)
def test_a_schedule_of_no_or_mixed_days_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"a schedule has|a campaign goes out"):
        Schedule(**{"at": time(9), **wrong})  # type: ignore[arg-type]
