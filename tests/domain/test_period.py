"""Reporting periods begin and end where the form says, in local time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.period import Period, read_date

AUTUMN = Period(date(2026, 10, 15), date(2026, 11, 14))


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        # 23:59 local on the 14th, and the minute after.
        (datetime(2026, 11, 14, 16, 59, tzinfo=UTC), date(2026, 10, 15), date(2026, 11, 14)),
        (datetime(2026, 11, 14, 17, 0, tzinfo=UTC), date(2026, 11, 15), date(2026, 12, 14)),
        (datetime(2026, 12, 20, 3, 0, tzinfo=UTC), date(2026, 12, 15), date(2027, 1, 14)),
        (datetime(2027, 1, 3, 3, 0, tzinfo=UTC), date(2026, 12, 15), date(2027, 1, 14)),
    ],
)
def test_a_reporting_month_runs_from_the_15th_to_the_14th(
    now: datetime, first: date, last: date
) -> None:
    assert Period.month_of(now) == Period(first, last)


def test_a_unit_may_close_at_the_end_of_the_month() -> None:
    february = Period.month_of(datetime(2027, 2, 10, tzinfo=UTC), closing_day=31)
    assert february == Period(date(2027, 2, 1), date(2027, 2, 28))


def test_a_period_holds_its_first_and_last_day_whole() -> None:
    assert AUTUMN.since == datetime(2026, 10, 14, 17, tzinfo=UTC)
    assert AUTUMN.until == datetime(2026, 11, 14, 17, tzinfo=UTC)
    assert AUTUMN.days == 31
    assert not AUTUMN.is_over(AUTUMN.until - timedelta(seconds=1))
    assert AUTUMN.is_over(AUTUMN.until)


def test_the_year_before_has_the_same_days() -> None:
    assert AUTUMN.year_before() == Period(date(2025, 10, 15), date(2025, 11, 14))
    leap = Period(date(2028, 2, 29), date(2028, 3, 1))
    assert leap.year_before() == Period(date(2027, 2, 28), date(2027, 3, 1))


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="lies before"):
        Period(date(2026, 11, 14), date(2026, 11, 13))


@pytest.mark.parametrize("typed", ["15/10/2026", "15-10-2026", " 2026-10-15 ", "15.10.2026"])
def test_a_date_is_read_as_people_type_it(typed: str) -> None:
    assert read_date(typed) == date(2026, 10, 15)


@pytest.mark.parametrize("typed", ["", "31/02/2026", "15/10/26", "hôm qua", "10/15/2026", "15/10"])
def test_what_is_no_date_is_not_guessed(typed: str) -> None:
    assert read_date(typed) is None


@given(
    st.integers(0, 52_000_000).map(
        lambda minutes: datetime(2000, 2, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(1, 31),
)
def test_every_instant_lies_in_exactly_one_month(now: datetime, closing_day: int) -> None:
    here = Period.month_of(now, closing_day)
    assert here.since <= now < here.until
    following = Period.month_of(here.until, closing_day)
    assert following.since == here.until
