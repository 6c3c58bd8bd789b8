"""Reporting periods: days in local time, from the day after the closing day to the closing day."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from domain.clock import HANOI, local

CLOSING_DAY = 14
"""Administrative months run from the 15th to the 14th; a unit may close on another day."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_OURS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole local days, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins.

        Raises: ValueError.
        """
        if self.last < self.first:
            message = f"{self.last} lies before {self.first}"
            raise ValueError(message)

    @property
    def since(self) -> datetime:
        """The instant at which it begins."""
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first instant that lies behind it."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @classmethod
    def month_of(cls, now: datetime, closing_day: int = CLOSING_DAY) -> Self:
        """Return the reporting month of an instant; a month too short closes at its end."""
        today = local(now).date()
        closing = _day_in(today.year, today.month, closing_day)
        if today > closing:
            closing = _day_in(*_next_month(today.year, today.month), closing_day)
        before = _day_in(*_month_before(closing.year, closing.month), closing_day)
        return cls(before + timedelta(days=1), closing)

    def year_before(self) -> Self:
        """Return the same days of the year before; 29 February becomes the 28th."""
        return type(self)(_year_back(self.first), _year_back(self.last))

    def is_over(self, now: datetime) -> bool:
        """Tell whether its last day has passed."""
        return now >= self.until

    def label(self) -> str:
        """Return its days as people here write them."""
        return f"{show_date(self.first)} – {show_date(self.last)}"


def read_date(typed: str) -> date | None:
    """Read `15/10/2026`, `15-10-2026` or `2026-10-15`; None for anything else."""
    typed = typed.strip()
    if found := _ISO.fullmatch(typed):
        year, month, day = (int(part) for part in found.groups())
    elif found := _OURS.fullmatch(typed):
        day, month, year = (int(part) for part in found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def show_date(day: date) -> str:
    """Write a day as people here do."""
    return f"{day:%d/%m/%Y}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HANOI).astimezone(UTC)


def _day_in(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _next_month(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def _month_before(year: int, month: int) -> tuple[int, int]:
    return (year - 1, 12) if month == 1 else (year, month - 1)


def _year_back(day: date) -> date:
    return _day_in(day.year - 1, day.month, day.day)
