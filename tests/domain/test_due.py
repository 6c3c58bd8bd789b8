"""Times as staff type them: read, or told to be none, over, too far or not on any calendar."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import HANOI, local
from domain.due import FURTHEST, BadTime, FarTime, NoSuchDay, PastTime, read_due

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""09:00 of a Monday, local time."""

MINUTES = st.integers(min_value=1, max_value=179 * 24 * 60)


@settings(deadline=None)
@given(MINUTES)
def test_a_time_with_day_and_month_is_read_back(ahead: int) -> None:
    due = (NOW + timedelta(minutes=ahead)).replace(second=0, microsecond=0)
    assert read_due(local(due).strftime("%H:%M %d/%m"), NOW) == due
    assert read_due(local(due).strftime("%H:%M %d/%m/%Y"), NOW) == due
    assert read_due(local(due).strftime("%Hh%M, ngày %d-%m"), NOW) == due


@settings(deadline=None)
@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_alone_is_today_or_past(hour: int, minute: int) -> None:
    due = datetime(2026, 11, 23, hour, minute, tzinfo=HANOI)
    if due > NOW:
        assert read_due(f"{hour}:{minute:02}", NOW) == due
    else:
        with pytest.raises(PastTime):
            read_due(f"{hour}:{minute:02}", NOW)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_later_time_or_told_to_be_none(text: str) -> None:
    try:
        due = read_due(text, NOW)
    except (BadTime, PastTime, FarTime):
        return
    assert due > NOW
    assert due - NOW <= FURTHEST
    assert due.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "mai", "25:00", "12:60", "12:00 31/02", "12:00 00/01", "12:", "1200", "12:00 5", "-1:00"],
)
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    with pytest.raises(BadTime):
        read_due(text, NOW)


@pytest.mark.parametrize("text", ["08:59", "09:00", "12:00 22/11", "12:00 01/07", "8h 1/1/2026"])
def test_a_past_time_is_told(text: str) -> None:
    with pytest.raises(PastTime):
        read_due(text, NOW)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("19h", datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
        ("19 giờ 30", datetime(2026, 11, 23, 12, 30, tzinfo=UTC)),
        ("7:00 05/01", datetime(2027, 1, 5, 0, 0, tzinfo=UTC)),
        ("0:15 24/11", datetime(2026, 11, 23, 17, 15, tzinfo=UTC)),
    ],
)
def test_times_as_people_type_them(text: str, due: datetime) -> None:
    assert read_due(text, NOW) == due


@pytest.mark.parametrize(
    ("text", "day", "hour", "minute"),
    [
        ("mai 8h", 24, 8, 0),
        ("ngày mai 8 giờ", 24, 8, 0),
        ("8h sáng mai", 24, 8, 0),
        ("8h tối mai", 24, 20, 0),
        ("8h toi mai", 24, 20, 0),
        ("8h tối nay", 23, 20, 0),
        ("8h tối", 23, 20, 0),
        ("3 giờ 15 chiều ngày kia", 25, 15, 15),
        ("thứ 7 19h30", 28, 19, 30),
        ("19h30 thứ bảy", 28, 19, 30),
        ("19:30 T7", 28, 19, 30),
        ("chủ nhật 8:00", 29, 8, 0),
        ("thứ hai 10h", 23, 10, 0),
        ("thứ hai 8h", 30, 8, 0),
        ("lúc 19h30 ngày 25/11", 25, 19, 30),
        ("25/11 19h30", 25, 19, 30),
        ("25/11/2026 7h30 tối", 25, 19, 30),
        ("tomorrow 8:00", 24, 8, 0),
    ],
)
def test_a_day_in_words_is_understood(text: str, day: int, hour: int, minute: int) -> None:
    due = datetime(2026, 11, day, hour, minute, tzinfo=HANOI)
    assert read_due(text, NOW) == due


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("in 1 minute", 1),
        ("sau 30 phút", 30),
        ("sau 2 giờ", 120),
        ("in 2 hours", 120),
        ("sau 1 ngày", 1440),
    ],
)
def test_a_span_from_now_is_understood(text: str, minutes: int) -> None:
    assert read_due(text, NOW) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        "19:30 29/2",
        "19:30 31/4",
        "24:00",
        "25:00",
        "8h 32/1",
        "7:61",
        "19:30 1/13",
        "19:30 0/0/2027",
    ],
)
def test_what_no_calendar_has_is_told_so(text: str) -> None:
    with pytest.raises(NoSuchDay):
        read_due(text, NOW)


@pytest.mark.parametrize("text", ["8h 1/1/9999", "10:00 24/11/2027", "sau 400 ngày"])
def test_more_than_a_year_ahead_is_too_far(text: str) -> None:
    with pytest.raises(FarTime):
        read_due(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "1/1/9999",
        "25/11",
        "mai",
        "thứ 7",
        "8h tối mai 25/11",
        "8h mai thứ 7",
        "13h sáng",
        "12h đêm",
        "8h hoặc 9h",
        "8h tối mai nhé anh",
        "8h thứ 8",
        "8h " * 40,
        "\u200b",
        "📅",
    ],
)
def test_what_can_be_read_two_ways_or_none_is_not_guessed(text: str) -> None:
    with pytest.raises(BadTime):
        read_due(text, NOW)


def test_the_29th_of_february_is_known_where_there_is_one() -> None:
    before = datetime(2028, 1, 3, 2, 0, tzinfo=UTC)
    assert read_due("8:00 29/2", before) == datetime(2028, 2, 29, 8, 0, tzinfo=HANOI)
