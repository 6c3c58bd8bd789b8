"""How long a unit has for a tip: counted by the rules of the law, with days off as configured.

The day of the event is not counted, day 1 is the next day; a period in months ends on the same day
number, else on the last of the month; a last day that is a day off moves to the next working day;
hours count hour by hour (Criminal Procedure Code art. 134, Civil Code art. 147 and 148). All days
are those of Hanoi. A clock starts when the tip arrived in its channel, and is never set back.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from domain.clock import HANOI, local
from domain.hours import Span

SOLVE_DAYS = 20
EXTENSION_MONTHS = (2, 4)
"""Up to how many months after arrival the first and the second extension may reach."""
_SATURDAY = 5
_FIXED = ((1, 1), (4, 30), (5, 1), (9, 2))
"""Public holidays that have the same date each year; Tết and the others are configured."""
_FURTHEST = timedelta(days=366)
"""No run of days off is as long as this."""


class TipClock(StrEnum):
    """What has to be done by a time."""

    LOOK = "look"
    """An officer looks at it."""
    REPORT = "report"
    """It is reported to the province."""
    SOLVE = "solve"
    """It is solved; extensions lengthen this one alone."""


class Stage(StrEnum):
    """How near a deadline is; in this order."""

    HALF = "half"
    FIVE_DAYS = "five_days"
    ONE_DAY = "one_day"
    OVER = "over"


class NotWorking(ValueError):
    """The rules leave no working time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRules:
    """When a unit works and how long it has; all are settings of the unit.

    Raises: NotWorking, ValueError for a span that lies over midnight or no time at all.
    """

    hours: tuple[Span, ...] = (Span(time(7, 30), time(11, 30)), Span(time(13, 30), time(17)))
    """The working hours of a day, in order."""
    holidays: tuple[date, ...] = ()
    """Days off besides weekends and the holidays that have a fixed date."""
    workdays: tuple[date, ...] = ()
    """Days that are worked although they would be off."""
    look_hours: int = 4
    """Working hours within which an officer looks at a tip that is not urgent."""
    look_urgent_minutes: int = 15
    report_hours: int = 12
    """Within which it is reported up: 12, in hard areas 24; 0: a unit that does not report so."""

    def __post_init__(self) -> None:
        if not self.hours:
            raise NotWorking
        if any(span.start > span.end for span in self.hours):
            message = "working hours lie within one day"
            raise ValueError(message)
        if min(self.look_hours, self.look_urgent_minutes) <= 0 or self.report_hours < 0:
            message = "a deadline lies in the future"
            raise ValueError(message)

    def is_off(self, day: date) -> bool:
        """Tell whether a day is a day off."""
        if day in self.workdays:
            return False
        fixed = (day.month, day.day) in _FIXED
        return day.weekday() >= _SATURDAY or fixed or day in self.holidays

    def rolled(self, day: date) -> date:
        """Return the day itself, or the next working day when it is off.

        Raises: NotWorking.
        """
        furthest = day + _FURTHEST
        while self.is_off(day):
            day += timedelta(days=1)
            if day > furthest:
                raise NotWorking
        return day


def end_of(day: date) -> datetime:
    """Return the instant at which a local day is over."""
    return datetime.combine(day + timedelta(days=1), time(), HANOI).astimezone(UTC)


def last_of_days(start: datetime, days: int, rules: WorkRules) -> date:
    """Return the last day of a period in days, moved to the next working day when it is off."""
    return rules.rolled(local(start).date() + timedelta(days=days))


def last_of_months(start: datetime, months: int, rules: WorkRules) -> date:
    """Return the last day of a period in months, moved to the next working day when it is off."""
    first = local(start).date()
    year, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + year, month + 1
    return rules.rolled(date(year, month, min(first.day, calendar.monthrange(year, month)[1])))


def after_working_days(start: datetime, days: int, rules: WorkRules) -> date:
    """Return the last of so many working days, the day of the start not counted."""
    day = local(start).date()
    for _ in range(days):
        day = rules.rolled(day + timedelta(days=1))
    return day


def after_working_hours(start: datetime, duration: timedelta, rules: WorkRules) -> datetime:
    """Return the instant by which so much working time has passed since the start.

    Raises: NotWorking.
    """
    left = duration
    for opening, end in _working(start, rules):
        begin = max(opening, start)
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise NotWorking


def _working(start: datetime, rules: WorkRules) -> Iterator[tuple[datetime, datetime]]:
    """Give the working spans from the day of an instant on, in order."""
    day, idle = local(start).date(), 0
    while idle <= _FURTHEST.days:
        idle += 1
        if not rules.is_off(day):
            idle = 0
            for span in sorted(rules.hours, key=lambda one: one.start):
                begin, end = (
                    datetime.combine(day, clock, HANOI).astimezone(UTC)
                    for clock in (span.start, span.end)
                )
                if end > start:
                    yield begin, end
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something has to be done, since it began."""

    clock: TipClock
    since: datetime
    until: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether the time is over."""
        return now >= self.until

    def begins(self, stage: Stage) -> datetime | None:
        """Return when a stage begins; None where it would come no later than the half."""
        half = self.since + (self.until - self.since) / 2
        match stage:
            case Stage.HALF:
                return half
            case Stage.FIVE_DAYS:
                at = self.until - timedelta(days=5)
            case Stage.ONE_DAY:
                at = self.until - timedelta(days=1)
            case Stage.OVER:
                return self.until
        return at if at > half else None

    def stage(self, now: datetime) -> Stage | None:
        """Return how near it is; None before the half."""
        begun = [one for one in Stage if (begins := self.begins(one)) is not None and begins <= now]
        return begun[-1] if begun else None


def look_by(arrived: datetime, rules: WorkRules, *, urgent: bool) -> Deadline:
    """Return until when an officer should have looked at a tip."""
    if urgent:
        until = arrived + timedelta(minutes=rules.look_urgent_minutes)
    else:
        until = after_working_hours(arrived, timedelta(hours=rules.look_hours), rules)
    return Deadline(TipClock.LOOK, arrived, until)


def report_by(arrived: datetime, rules: WorkRules) -> Deadline | None:
    """Return until when a tip is reported to the province; None where a unit does not."""
    if not rules.report_hours:
        return None
    return Deadline(TipClock.REPORT, arrived, arrived + timedelta(hours=rules.report_hours))


def solve_by(arrived: datetime, rules: WorkRules, extended_to: Sequence[date] = ()) -> Deadline:
    """Return until when a tip is solved; `extended_to` are the last days of its extensions."""
    last = max([last_of_days(arrived, SOLVE_DAYS, rules), *extended_to])
    return Deadline(TipClock.SOLVE, arrived, end_of(last))


def furthest_extension(arrived: datetime, extensions: int, rules: WorkRules) -> date | None:
    """Return the last day to which a tip may be extended once more; None when it may not be."""
    if extensions >= len(EXTENSION_MONTHS):
        return None
    return last_of_months(arrived, EXTENSION_MONTHS[extensions], rules)
