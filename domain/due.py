"""A time as staff type it: `19:30 25/11`, `8h tối mai`, `thứ 7 19h30`, `sau 30 phút`."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from domain.clock import HANOI, local
from domain.toneless import fold

FURTHEST = timedelta(days=366)
"""How far ahead anything may be planned."""

_NEXT_YEAR_WITHIN = timedelta(days=180)
_LONGEST = 60
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}) ?(?::|h|gio|g)(?: ?(\d{1,2}))?(?: ?phut)?(?![\d:])")
_DAY = re.compile(r"(?:ngay )?(?<!\d)(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?(?!\d)")
_AFTER = re.compile(r"(?:sau|in) (\d{1,3}) (phut|p|minutes?|mins?|gio|tieng|h|hours?|ngay|days?)")
_MINUTES = {"p": 1, "m": 1, "g": 60, "t": 60, "h": 60, "n": 60 * 24, "d": 60 * 24}
_WEEKDAY = re.compile(r"(?:thu (hai|bay|ba|tu|nam|sau|[2-7])|t([2-7])|(chu nhat|cn))")
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
_TOMORROW = {"ngay mai": 1, "mai": 1, "tomorrow": 1}
_LATER = {"hom nay": 0, "nay": 0, "today": 0, **_TOMORROW, "ngay kia": 2, "ngay mot": 2}
_LATER_DAY = re.compile("|".join(sorted(_LATER, key=len, reverse=True)))
_PART = re.compile(r"sang|trua|chieu|toi|dem")
_PARTS = {
    "sang": {hour: hour for hour in range(12)},
    "trua": {10: 10, 11: 11, 12: 12, 1: 13, 13: 13},
    "chieu": {12: 12, **{hour: hour + 12 for hour in range(1, 7)}},
    "toi": {hour: hour + 12 for hour in range(5, 12)},
    "dem": {hour: hour + 12 for hour in range(8, 12)},
}
"""What o'clock is meant by an hour in a part of the day; an hour left out makes no sense there."""


class BadTime(ValueError):
    """What was typed is not a time."""


class NoSuchDay(BadTime):
    """It has the form of a time, but no calendar or clock has it."""


class PastTime(ValueError):
    """The time typed is already over."""


class FarTime(ValueError):
    """The time typed is more than a year ahead."""


def read_due(text: str, now: datetime) -> datetime:
    """Read what was typed in local time as an instant in UTC.

    A time of day with, before or after it, at most one day: `dd/mm`, `dd/mm/yyyy`, a day of the
    week, `mai`; or a span from now. Without a day it is today. A day and month already over mean
    next year when that is less than half a year away.

    Raises: BadTime, NoSuchDay, PastTime, FarTime.
    """
    if len(text) > _LONGEST or text.lstrip().startswith("-"):
        raise BadTime
    plain = " ".join(fold(text).replace(",", " ").split())
    span = _AFTER.fullmatch(plain)
    if span is not None:
        due = now + timedelta(minutes=int(span[1]) * _MINUTES[span[2][0]])
        return _checked([due], now)
    day, rest = cut(_DAY, plain)
    clock, rest = cut_clock(rest)
    week, rest = cut(_WEEKDAY, rest)
    later, rest = cut(_LATER_DAY, rest)
    if rest.replace("luc", "").strip() or sum(one is not None for one in (day, week, later)) > 1:
        raise BadTime
    today = local(now).date()
    return _checked(
        [
            datetime.combine(one, clock, tzinfo=HANOI).astimezone(UTC)
            for one in _days(day, week, later, today, clock <= _clock_of(now))
        ],
        now,
    )


def cut_clock(plain: str) -> tuple[time, str]:
    """Return the time of day in a folded text, with its part of the day, and the text without it.

    Raises: BadTime, NoSuchDay.
    """
    clock, rest = cut(_CLOCK, plain)
    if clock is None or (":" in clock[0] and clock[2] is None):
        raise BadTime
    part, rest = cut(_PART, rest)
    hour, minute = _hour(int(clock[1]), part), int(clock[2] or 0)
    if hour > 23 or minute > 59:
        raise NoSuchDay
    return time(hour, minute), rest


def cut(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    """Return the first match that stands alone between spaces, and the text without it."""
    for found in pattern.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        if (not before or before.endswith(" ")) and (not after or after.startswith(" ")):
            return found, " ".join(f"{before} {after}".split())
    return None, text


def _hour(typed: int, part: re.Match[str] | None) -> int:
    if part is None:
        return typed
    meant = _PARTS[part[0]].get(typed)
    if meant is None and typed in _PARTS[part[0]].values():
        meant = typed
    if meant is None:
        raise BadTime
    return meant


def _days(
    day: re.Match[str] | None,
    week: re.Match[str] | None,
    later: re.Match[str] | None,
    today: date,
    is_over: bool,
) -> list[date]:
    if later is not None:
        return [today + timedelta(days=_LATER[later[0]])]
    if week is not None:
        named = week[1] or week[2]
        wanted = 6 if week[3] else _WEEKDAYS.get(named, int(named) - 2 if named.isdecimal() else 0)
        ahead = (wanted - today.weekday()) % 7
        return [today + timedelta(days=7 if ahead == 0 and is_over else ahead)]
    if day is None:
        return [today]
    years = [int(day[3])] if day[3] else [today.year, today.year + 1]
    found = list(_existing(years, int(day[2]), int(day[1])))
    if not found:
        raise NoSuchDay
    return found


def _existing(years: Iterable[int], month: int, day: int) -> Iterable[date]:
    for year in years:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _checked(instants: list[datetime], now: datetime) -> datetime:
    for instant in instants:
        soon = instant - now < _NEXT_YEAR_WITHIN
        if instant > now and (instant is instants[0] or soon):
            if instant - now > FURTHEST:
                raise FarTime
            return instant
    raise PastTime


def _clock_of(now: datetime) -> time:
    return local(now).time().replace(second=0, microsecond=0)
