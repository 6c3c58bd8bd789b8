"""Plans as staff type them: with tones or without, in any order; too little is told so."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import HANOI
from domain.due import BadTime, FarTime, NoSuchDay, PastTime
from domain.schedule import Schedule
from domain.schedule_words import BadSchedule, FarEnd, read_clock, read_days, read_end, read_plan
from domain.toneless import toneless
from tests.domain.test_schedule import CLOCKS, NOW

WEEKDAYS = ("thứ 2", "thứ ba", "Thứ Tư", "T5", "thứ sáu", "thứ 7", "chủ nhật")
DAILY = tuple(range(7))


def _days(most: int, least: int = 0) -> st.SearchStrategy[tuple[int, ...]]:
    found = st.lists(st.integers(least, most), min_size=1, max_size=5, unique=True)
    return found.map(lambda days: tuple(sorted(days)))


@settings(deadline=None)
@given(
    CLOCKS,
    _days(6) | _days(31, 1).map(lambda days: tuple(-day for day in days)),
    st.none() | st.dates(date(2027, 3, 1), date(2028, 12, 31)),
    st.none() | st.integers(1, 500),
    st.permutations(["days", "clock", "end", "times"]),
    st.booleans(),
)
def test_a_schedule_in_words_is_read_back(
    at: time,
    days: tuple[int, ...],
    until: date | None,
    times: int | None,
    order: list[str],
    tones: bool,
) -> None:
    monthly = days[0] < 0
    named = (
        "hằng tháng ngày " + ", ".join(str(-day) for day in days)
        if monthly
        else "hằng tuần " + " và ".join(WEEKDAYS[day] for day in days)
    )
    parts = {
        "days": named,
        "clock": f"lúc {at.hour}h{at.minute:02}",
        "end": f"đến {until:%d/%m/%Y}" if until else "",
        "times": f"{times} lần" if times else "",
    }
    typed = " ".join(filter(None, (parts[name] for name in order)))
    expected = Schedule(
        at=at,
        weekdays=() if monthly else days,
        month_days=tuple(sorted(-day for day in days)) if monthly else (),
        until=until,
        times=times,
    )
    assert read_plan(typed if tones else toneless(typed), NOW) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hằng tuần thứ 2, thứ 5 lúc 7h30", Schedule(at=time(7, 30), weekdays=(0, 3))),
        ("hang tuan thu 2,5 va cn 8h toi", Schedule(at=time(20), weekdays=(0, 3, 6))),
        ("hàng tuần từ thứ 2 đến thứ 6", None),
        ("7h30 sáng mỗi thứ hai", Schedule(at=time(7, 30), weekdays=(0,))),
        ("các thứ 2, 4, 6 lúc 19:30", Schedule(at=time(19, 30), weekdays=(0, 2, 4))),
        ("thứ 2 đến thứ 6 hằng tuần 9h", Schedule(at=time(9), weekdays=(0, 1, 2, 3, 4))),
        ("hàng tuần từ thứ 2 đến thứ 4 lúc 9h", Schedule(at=time(9), weekdays=(0, 1, 2))),
        ("hằng ngày 6h chiều", Schedule(at=time(18), weekdays=DAILY)),
        ("mỗi ngày thứ bảy 9h", Schedule(at=time(9), weekdays=(5,))),
        (
            "hang thang ngay 15 luc 8h đến 31/12/2026",
            Schedule(at=time(8), month_days=(15,), until=date(2026, 12, 31)),
        ),
        ("ngày 1 và 15 hằng tháng 8h", Schedule(at=time(8), month_days=(1, 15))),
        ("8h ngày cuối tháng hằng tháng", Schedule(at=time(8), month_days=(31,))),
        (
            "hằng tuần t7 9h đến hết tháng 2",
            Schedule(at=time(9), weekdays=(5,), until=date(2027, 2, 28)),
        ),
        (
            "hằng tuần t7 9h đến hết năm 2026",
            Schedule(at=time(9), weekdays=(5,), until=date(2026, 12, 31)),
        ),
        (
            "hằng tuần t7 9h tới hết ngày 1/3",
            Schedule(at=time(9), weekdays=(5,), until=date(2027, 3, 1)),
        ),
        ("Hằng tuần thứ 5, 9h, 10 lần.", Schedule(at=time(9), weekdays=(3,), times=10)),
        ("ngày 5/2 19h", datetime(2027, 2, 5, 19, tzinfo=HANOI)),
        ("8h tối mai", datetime(2026, 11, 24, 20, tzinfo=HANOI)),
    ],
)
def test_plans_as_people_type_them(typed: str, expected: Schedule | datetime | None) -> None:
    if expected is None:
        with pytest.raises(BadSchedule):
            read_plan(typed, NOW)
        return
    assert read_plan(typed, NOW) == expected
    assert read_plan(toneless(typed), NOW) == expected


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("hằng tuần", BadSchedule),
        ("hằng tuần thứ 2", BadSchedule),
        ("hằng tuần lúc 7h30", BadSchedule),
        ("hằng tháng lúc 8h", BadSchedule),
        ("hằng tháng thứ 2 8h đầu tiên", BadSchedule),
        ("hằng tuần thứ 8 7h", BadSchedule),
        ("hằng tuần 2 5 7h", BadSchedule),
        ("hằng tuần thứ 2 7h hoặc 8h", BadSchedule),
        ("hằng tuần thứ 2 đến 7h", BadSchedule),
        ("hằng tháng ngày 32 8h", NoSuchDay),
        ("hằng tháng ngày 0 8h", NoSuchDay),
        ("hằng tuần thứ 2 25h", NoSuchDay),
        ("hằng tuần thứ 2 7h đến 31/2", NoSuchDay),
        ("hằng tuần thứ 2 7h 0 lần", NoSuchDay),
        ("hằng tuần thứ 2 7h đến hết tháng 13", NoSuchDay),
        ("hằng tuần thứ 2 7h đến 1/1/2026", PastTime),
        ("hằng tuần thứ 3 7h đến 23/11/2026", PastTime),
        ("hằng tuần thứ 2 7h đến 1/1/2099", FarEnd),
        ("hằng tuần " + "thứ 2 " * 40 + "7h", BadSchedule),
        ("hằng quý ngày 1 8h", BadTime),
        ("mùng 1 hằng tháng 8h", BadSchedule),
    ],
)
def test_a_plan_that_says_too_little_or_cannot_be_is_told_so(
    typed: str, why: type[ValueError]
) -> None:
    for form in (typed, toneless(typed)):
        with pytest.raises(ValueError) as told:  # noqa: PT011 - the kind is asked for below
            read_plan(form, NOW)
        assert type(told.value) is why


@settings(deadline=None)
@given(st.sampled_from(["hằng tuần ", "hang thang ", "mỗi thứ "]), st.text(max_size=25))
def test_any_words_are_a_plan_to_come_or_told_to_be_none(lead: str, words: str) -> None:
    try:
        found = read_plan(lead + words, NOW)
    except (BadTime, PastTime, FarTime):
        return
    assert isinstance(found, datetime) or (found.next_after(NOW) or NOW) > NOW


def test_the_parts_of_a_plan_are_read_alone() -> None:
    assert read_clock("lúc 8 giờ tối") == time(20)
    assert read_days("thứ 2, 4 và chủ nhật", monthly=False) == (0, 2, 6)
    assert read_days("t2 đến t6", monthly=False) == (0, 1, 2, 3, 4)
    assert read_days("ngày 1, 15, cuối tháng", monthly=True) == (1, 15, 31)
    assert read_end("31/12", NOW) == (date(2026, 12, 31), None)
    assert read_end("den het thang 1", NOW) == (date(2027, 1, 31), None)
    assert read_end("10 lần", NOW) == (None, 10)
    assert read_end("đến 29/2, 5 lần", NOW) == (date(2028, 2, 29), 5)
    assert read_end("Không", datetime(2026, 1, 1, tzinfo=UTC)) == (None, None)
    for text in ("", "8h mai", "thứ", "abc", "x" * 500):
        for read in (
            read_clock,
            lambda words: read_days(words, monthly=True),
            lambda words: read_days(words, monthly=False),
            lambda words: read_end(words, NOW),
        ):
            with pytest.raises(BadTime):
                read(text)
