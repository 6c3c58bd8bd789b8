"""The clocks of a tip: the worked example, and what holds for every arrival and holiday."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import clocks
from domain.clock import HANOI, local
from domain.clocks import NotWorking, Stage, WorkRules
from domain.hours import Span

FRIDAY_NIGHT = datetime(2026, 11, 20, 21, 30, tzinfo=HANOI).astimezone(UTC)
USUAL = WorkRules()

arrivals = st.integers(0, 6 * 366 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
days_off = st.lists(st.dates(date(2025, 1, 1), date(2032, 3, 1)), max_size=12)
rules = st.builds(WorkRules, holidays=days_off.map(tuple))


def here(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=HANOI).astimezone(UTC)


def test_the_worked_example_of_the_law() -> None:
    report = clocks.report_by(FRIDAY_NIGHT, USUAL)
    assert report is not None
    assert report.until == here(2026, 11, 21, 9, 30)
    far = clocks.report_by(FRIDAY_NIGHT, WorkRules(report_hours=24))
    assert far is not None
    assert far.until == here(2026, 11, 21, 21, 30)
    # 20 days: to the end of Thursday 10 December, the day of the arrival not counted.
    solve = clocks.solve_by(FRIDAY_NIGHT, USUAL)
    assert solve.until == here(2026, 12, 11)
    assert clocks.last_of_months(FRIDAY_NIGHT, 2, USUAL) == date(2027, 1, 20)
    # 20 March 2027 is a Saturday.
    assert clocks.last_of_months(FRIDAY_NIGHT, 4, USUAL) == date(2027, 3, 22)
    # 28 February 2027, the last of a short month, is a Sunday.
    assert clocks.last_of_months(here(2026, 12, 31, 8), 2, USUAL) == date(2027, 3, 1)
    assert clocks.after_working_days(FRIDAY_NIGHT, 2, USUAL) == date(2026, 11, 24)
    # Nobody works on Friday night or at the weekend: four hours of Monday.
    assert clocks.look_by(FRIDAY_NIGHT, USUAL, urgent=False).until == here(2026, 11, 23, 11, 30)
    assert clocks.look_by(FRIDAY_NIGHT, USUAL, urgent=True).until == here(2026, 11, 20, 21, 45)


def test_a_holiday_moves_the_last_day_and_the_working_hours_on() -> None:
    tet = WorkRules(holidays=tuple(date(2027, 2, day) for day in range(4, 11)))
    # Twenty days after 15 January: Thursday 4 February, within Tết; on Thursday 11 they work.
    assert clocks.last_of_days(here(2027, 1, 15, 9), 20, tet) == date(2027, 2, 11)
    assert clocks.look_by(here(2027, 2, 3, 16, 0), tet, urgent=False).until == here(
        2027, 2, 11, 10, 30
    )
    assert USUAL.is_off(date(2027, 9, 2))
    assert not WorkRules(workdays=(date(2027, 9, 2),)).is_off(date(2027, 9, 2))


def test_an_extension_lengthens_only_the_time_to_solve_and_only_twice() -> None:
    extended = clocks.solve_by(FRIDAY_NIGHT, USUAL, [date(2027, 1, 20)])
    assert extended.until == here(2027, 1, 21)
    assert clocks.furthest_extension(FRIDAY_NIGHT, 0, USUAL) == date(2027, 1, 20)
    assert clocks.furthest_extension(FRIDAY_NIGHT, 1, USUAL) == date(2027, 3, 22)
    assert clocks.furthest_extension(FRIDAY_NIGHT, 2, USUAL) is None


@given(arrivals, rules)
def test_no_deadline_ends_on_a_day_off_or_before_its_days_are_over(
    arrived: datetime, own: WorkRules
) -> None:
    solve = clocks.solve_by(arrived, own)
    last = local(solve.until - timedelta(seconds=1)).date()
    assert not own.is_off(last)
    assert last - local(arrived).date() >= timedelta(days=clocks.SOLVE_DAYS)
    counted = local(arrived).date() + timedelta(days=clocks.SOLVE_DAYS)
    skipped = (counted + timedelta(days=one) for one in range((last - counted).days))
    assert all(own.is_off(day) for day in skipped)
    months = clocks.last_of_months(arrived, 2, own)
    assert not own.is_off(months)
    assert months > last


@given(arrivals, rules, st.integers(1, 40))
def test_working_hours_pass_only_while_somebody_works(
    arrived: datetime, own: WorkRules, hours: int
) -> None:
    end = clocks.after_working_hours(arrived, timedelta(hours=hours), own)
    assert end - arrived >= timedelta(hours=hours)
    assert not own.is_off(local(end).date())
    assert any(span.start < local(end).time() <= span.end for span in own.hours)
    later = clocks.after_working_hours(arrived + timedelta(hours=1), timedelta(hours=hours), own)
    assert later >= end
    longer = clocks.after_working_hours(arrived, timedelta(hours=hours + 1), own)
    assert longer - end >= timedelta(hours=1)


@given(arrivals, rules, st.floats(0, 1.5))
def test_stages_come_in_order_and_each_only_once(
    arrived: datetime, own: WorkRules, part: float
) -> None:
    for deadline in (clocks.solve_by(arrived, own), clocks.look_by(arrived, own, urgent=False)):
        begins = [at for one in Stage if (at := deadline.begins(one)) is not None]
        assert begins == sorted(begins)
        now = arrived + part * (deadline.until - arrived)
        assert (deadline.stage(now) is Stage.OVER) == deadline.is_over(now)
        assert (deadline.stage(now) is None) == (now < begins[0])


def test_the_solving_warns_at_the_half_at_five_days_and_at_one_day() -> None:
    solve = clocks.solve_by(FRIDAY_NIGHT, USUAL)
    told: dict[Stage | None, int] = {}
    for hours in range(0, 24 * 22, 6):
        told.setdefault(solve.stage(FRIDAY_NIGHT + timedelta(hours=hours)), hours // 24)
    assert list(told) == [None, Stage.HALF, Stage.FIVE_DAYS, Stage.ONE_DAY, Stage.OVER]
    # A clock of hours has no days left to warn of.
    look = clocks.look_by(FRIDAY_NIGHT, USUAL, urgent=True)
    assert look.begins(Stage.FIVE_DAYS) is None


def test_rules_that_leave_no_working_time_are_refused() -> None:
    with pytest.raises(NotWorking):
        WorkRules(hours=())
    with pytest.raises(ValueError, match="within one day"):
        WorkRules(hours=(Span(time(22), time(6)),))
    with pytest.raises(ValueError, match="future"):
        WorkRules(look_hours=0)
