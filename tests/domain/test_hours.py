"""Quiet hours, silent days and the days that caps count in: local time, over midnight too."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import HANOI, local
from domain.hours import (
    ANY_TIME,
    BroadcastRules,
    Span,
    day_start,
    month_start,
    read_span,
)

USUAL = BroadcastRules()
START = datetime(2026, 11, 18, tzinfo=UTC)


def at(text: str) -> datetime:
    """Return the instant of a local `2026-11-22 20:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=HANOI).astimezone(UTC)


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ("2026-11-22 09:00", "2026-11-22 09:00"),
        ("2026-11-22 11:30", "2026-11-22 13:30"),
        ("2026-11-22 13:29", "2026-11-22 13:30"),
        ("2026-11-22 13:30", "2026-11-22 13:30"),
        ("2026-11-22 20:29", "2026-11-22 20:29"),
        ("2026-11-22 20:30", "2026-11-23 07:00"),
        ("2026-11-22 23:59", "2026-11-23 07:00"),
        ("2026-11-23 00:00", "2026-11-23 07:00"),
        ("2026-12-31 21:00", "2027-01-01 07:00"),
    ],
)
def test_what_falls_into_quiet_hours_goes_at_their_end(asked: str, opens: str) -> None:
    assert USUAL.opens_at(at(asked)) == at(opens)


def test_a_silent_day_moves_to_the_morning_after_it() -> None:
    mourning = BroadcastRules(silent_days=(date(2026, 11, 23), date(2026, 11, 24)))
    assert mourning.opens_at(at("2026-11-22 21:00")) == at("2026-11-25 07:00")
    assert mourning.opens_at(at("2026-11-23 09:00")) == at("2026-11-25 07:00")
    assert mourning.closes_at(at("2026-11-22 20:00")) == at("2026-11-22 20:30")


def test_a_silent_day_closes_at_midnight_where_there_are_no_quiet_hours() -> None:
    rules = BroadcastRules(quiet=(), silent_days=(date(2026, 11, 23),))
    assert rules.closes_at(at("2026-11-22 20:00")) == at("2026-11-23 00:00")
    assert rules.opens_at(at("2026-11-23 12:00")) == at("2026-11-24 00:00")
    assert rules.closes_at(at("2026-11-24 00:00")) is None


def test_without_rules_everything_is_open_for_ever() -> None:
    now = at("2026-11-22 23:00")
    assert ANY_TIME.interval(now) == (None, None)
    assert ANY_TIME.after_open(now, timedelta(hours=24)) == now + timedelta(hours=24)


def test_time_at_rest_does_not_count() -> None:
    assert USUAL.after_open(at("2026-11-22 20:00"), timedelta(hours=1)) == at("2026-11-23 07:30")
    assert USUAL.after_open(at("2026-11-22 11:00"), timedelta(minutes=30)) == at("2026-11-22 11:30")


@pytest.mark.parametrize("text", ["20:30-07:00", "20:30 – 07:00", " 9:5-10:00"])
def test_a_span_is_read_as_people_write_it(text: str) -> None:
    assert read_span(text).end in (time(7), time(10))


@pytest.mark.parametrize("text", ["", "20:30", "20:30-20:30", "24:00-07:00", "a-b", "7h-9h"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_span(text)


def test_quiet_hours_must_leave_an_hour_of_the_day() -> None:
    with pytest.raises(ValueError, match="no hour"):
        BroadcastRules(quiet=(Span(time(7), time(6, 30)),))
    with pytest.raises(ValueError, match="no hour"):
        BroadcastRules(quiet=(Span(time(0), time(12)), Span(time(12), time(0))))


def test_a_day_and_a_month_begin_at_local_midnight() -> None:
    assert day_start(at("2026-11-22 23:59")) == at("2026-11-22 00:00")
    assert day_start(at("2026-11-23 00:00")) == at("2026-11-23 00:00")
    assert month_start(at("2026-12-01 00:00")) == at("2026-12-01 00:00")
    assert month_start(at("2026-11-30 23:59")) == at("2026-11-01 00:00")


minutes = st.integers(0, 24 * 60 - 1).map(lambda at: time(at // 60, at % 60))
spans = st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1])


@given(
    st.lists(spans, max_size=3),
    st.lists(st.dates(date(2026, 11, 20), date(2026, 12, 5)), max_size=4),
    st.integers(0, 20 * 24 * 60 * 60).map(lambda s: START + timedelta(seconds=s)),
    st.integers(1, 60 * 30),
)
def test_what_is_open_is_neither_quiet_nor_silent_and_closes_later(
    drawn: list[tuple[time, time]], silent: list[date], now: datetime, needs: int
) -> None:
    try:
        rules = BroadcastRules(
            quiet=tuple(Span(*pair) for pair in drawn), silent_days=tuple(silent)
        )
    except ValueError:
        return
    opens = rules.opens_at(now)
    assert opens >= now
    assert rules.opens_at(opens) == opens
    assert local(opens).date() not in silent
    assert not any(span.covers(local(opens).time()) for span in rules.quiet)
    closes = rules.closes_at(opens)
    if closes is not None:
        assert closes > opens
        assert rules.opens_at(closes) > closes
        middle = opens + (closes - opens) / 2
        assert rules.opens_at(middle) == middle
    ends = rules.after_open(now, timedelta(minutes=needs))
    assert ends >= opens + timedelta(minutes=needs)
    assert rules.open_between(now, ends) == timedelta(minutes=needs)
    assert rules.open_between(ends, now) == timedelta()


@given(st.times(), st.times())
def test_a_span_counts_the_minutes_that_it_covers(start: time, end: time) -> None:
    if start == end:
        return
    span = Span(start, end)
    counted = {minute for part in span.minutes for minute in part}
    assert counted == {
        minute for minute in range(24 * 60) if span.covers(time(minute // 60, minute % 60))
    }
