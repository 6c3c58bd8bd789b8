"""How long a campaign may go on: typed in many ways, and bound into what is approved."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.due import BadTime, FarTime, PastTime
from domain.hours import ANY_TIME, BroadcastRules
from domain.terms import AS_RULED, ClockOrSpan, Expiry, Terms, read_expiry

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""Monday, nine in the morning."""
EIGHT_PM = datetime(2026, 11, 25, 13, tzinfo=UTC)
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("typed", "expiry"),
    [
        ("6 giờ", Expiry(after=timedelta(hours=6))),
        ("SAU 12h", Expiry(after=timedelta(hours=12))),
        ("3 ngay", Expiry(after=timedelta(days=3))),
        ("tới 20h 25/11", Expiry(at=EIGHT_PM)),
        ("toi 20h 25/11", Expiry(at=EIGHT_PM)),
        ("đến 8h tối 25/11", Expiry(at=EIGHT_PM)),
        ("20:00 25/11", Expiry(at=EIGHT_PM)),
    ],
)
def test_spans_and_instants_are_read_as_they_are_typed(typed: str, expiry: Expiry) -> None:
    assert read_expiry(typed, NOW) == expiry
    assert Expiry.from_data(expiry.to_data()) == expiry


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("0 giờ", FarTime),
        ("8 ngày", FarTime),
        ("tới 8h", PastTime),
        ("mãi mãi", BadTime),
        ("", BadTime),
        ("tới", BadTime),
        ("20h", ClockOrSpan),
    ],
)
def test_what_cannot_be_is_refused(typed: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        read_expiry(typed, NOW)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    try:
        found = read_expiry(typed, NOW)
    except (BadTime, PastTime, FarTime):
        return
    assert found.is_chosen


def test_spans_leave_quiet_hours_out_and_instants_do_not() -> None:
    hours = BroadcastRules()
    begins = datetime(2026, 11, 23, 13, tzinfo=UTC)
    # Half an hour before the night, and the rest from seven in the morning.
    short = Expiry(after=timedelta(hours=1))
    assert short.ends(hours, begins, DAY) == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert Expiry(at=EIGHT_PM).ends(hours, begins, DAY) == EIGHT_PM
    assert AS_RULED.ends(ANY_TIME, begins, DAY) == begins + DAY
    assert Expiry(at=EIGHT_PM).is_over(EIGHT_PM)
    assert not AS_RULED.is_over(EIGHT_PM)


def test_expiry_and_pace_are_part_of_what_is_signed() -> None:
    known = [
        Terms(pace={"telegram": 25.0}),
        Terms(pace={"telegram": 20.0}),
        Terms(expiry=Expiry(at=EIGHT_PM), pace={"telegram": 25.0}),
        Terms(expiry=Expiry(after=DAY), pace={"telegram": 25.0}),
    ]
    signed = [str(one.signed()) for one in known]
    assert len(set(signed)) == len(known)
