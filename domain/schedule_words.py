"""A plan as staff type it: once, or `hằng tuần thứ 2, thứ 5 lúc 7h30`, with tones or without."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from domain.clock import local
from domain.due import BadTime, FarTime, NoSuchDay, PastTime, cut, cut_clock, read_due
from domain.schedule import FURTHEST_END, LONGEST_MONTH, MOST_TIMES, Schedule
from domain.toneless import fold

_LONGEST = 120
_EVERY = re.compile(r"(?:hang|moi|cac) (tuan|thang|ngay|thu(?= ))")
_REPEATS = re.compile(r"(?:hang|moi) (?:tuan|thang|ngay|thu)|cac (?:ngay )?thu|lap lai")
_UNTIL = re.compile(
    r"(?:den|toi) (?:het )?(?:ngay )?(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?(?![\d/])"
)
_UNTIL_MONTH = re.compile(r"(?:den )?het thang (\d{1,2})(?:[/.-](\d{4})| nam (\d{4}))?")
_UNTIL_YEAR = re.compile(r"(?:den )?(?:het|cuoi) nam(?: nay| (\d{4}))?")
_TIMES = re.compile(r"(?:trong |gui |tat ca )?(\d{1,4}) (?:lan|dot)")
_NO_END = re.compile(r"(?:khong (?:hen ngay dung|co han|han)|mai mai|khong)")
_DATE_ALONE = re.compile(r"(?:ngay )?(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?")
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5, "cn": 6}
_TO = frozenset({"den", "toi", "-"})
_IDLE = frozenset({"vao", "luc", "ngay", "va", "gui", "lap", "lai", "moi", "cac", "hang"})
_OF_WEEK = _IDLE | {"tuan", "trong"}
_OF_MONTH = _IDLE | {"thang", "cung"}


class BadSchedule(BadTime):
    """It says that something repeats, but not when."""


class FarEnd(FarTime):
    """The last day is too far ahead."""


def read_plan(text: str, now: datetime) -> datetime | Schedule:
    """Read what was typed in local time: one instant, or when a campaign repeats.

    A repeating one names days of the week or of the month and a time, in any order, and perhaps a
    last day or how often. The days of an end without a year are the next ones to come.

    Raises: BadTime, BadSchedule, NoSuchDay, PastTime, FarTime, FarEnd.
    """
    plain = _plain(text)
    if not _REPEATS.search(plain):
        return read_due(text, now)
    if len(text) > _LONGEST:
        raise BadSchedule
    try:
        found = _schedule(plain, local(now).date())
    except NoSuchDay:
        raise
    except BadTime:
        raise BadSchedule from None
    if found.next_after(now) is None:
        raise PastTime
    return found


def read_clock(text: str) -> time:
    """Read a time of day alone: `7h30`, `8 giờ tối`.

    Raises: BadTime, NoSuchDay.
    """
    clock, rest = cut_clock(_short(text))
    if rest.replace("luc", "").strip():
        raise BadTime
    return clock


def read_days(text: str, *, monthly: bool) -> tuple[int, ...]:
    """Read days of the month, or of the week (0 is Monday), alone: `1, 15` or `thứ 2 đến thứ 6`.

    Raises: BadTime, NoSuchDay.
    """
    words = _short(text).split()
    return _month_days(words) if monthly else _week_days(words)


def read_end(text: str, now: datetime) -> tuple[date | None, int | None]:
    """Read the end of a schedule alone: `31/12/2026`, `đến hết tháng 12`, `10 lần`, `không`.

    Raises: BadTime, NoSuchDay, PastTime, FarEnd.
    """
    plain, today = _short(text), local(now).date()
    if _NO_END.fullmatch(plain):
        return None, None
    alone = _DATE_ALONE.fullmatch(plain)
    if alone is not None:
        return _coming(today, alone[2], alone[1], alone[3]), None
    until, times, rest = _cut_end(plain, today)
    if rest or (until is None and times is None):
        raise BadTime
    return until, times


def _schedule(plain: str, today: date) -> Schedule:
    until, times, rest = _cut_end(plain, today)
    clock, rest = cut_clock(rest)
    kinds = {found[1] for found in _EVERY.finditer(rest)}
    words = _EVERY.sub(lambda found: "thu" if found[1] == "thu" else "", rest).split()
    if "thang" in kinds:
        return Schedule(at=clock, month_days=_month_days(words), until=until, times=times)
    if "ngay" in kinds and not set(words) - _IDLE:
        return Schedule(at=clock, weekdays=tuple(range(7)), until=until, times=times)
    return Schedule(at=clock, weekdays=_week_days(words), until=until, times=times)


def _cut_end(plain: str, today: date) -> tuple[date | None, int | None, str]:
    """Return the last day and how often, and the text without them."""
    until: date | None = None
    found, rest = cut(_UNTIL, plain)
    if found is not None:
        until = _coming(today, found[2], found[1], found[3])
    else:
        found, rest = cut(_UNTIL_MONTH, rest)
        if found is not None:
            until = _end_of_month(today, int(found[1]), found[2] or found[3])
        else:
            found, rest = cut(_UNTIL_YEAR, rest)
            if found is not None:
                until = _checked(today, date(int(found[1] or today.year), 12, 31))
    often, rest = cut(_TIMES, rest)
    times = int(often[1]) if often is not None else None
    if times is not None and not 1 <= times <= MOST_TIMES:
        raise NoSuchDay
    return until, times, rest


def _coming(today: date, month: str, day: str, year: str | None) -> date:
    """Return a day as written; without a year the next of that name."""
    years = [int(year)] if year else [today.year + ahead for ahead in range(9)]
    for one in years:
        try:
            found = date(one, int(month), int(day))
        except ValueError:
            continue
        if year or found >= today:
            return _checked(today, found)
    raise NoSuchDay


def _end_of_month(today: date, month: int, year: str | None) -> date:
    if not 1 <= month <= 12:
        raise NoSuchDay
    chosen = int(year) if year else today.year + (month < today.month)
    return _checked(today, date(chosen + month // 12, month % 12 + 1, 1) - timedelta(days=1))


def _checked(today: date, last: date) -> date:
    if last < today:
        raise PastTime
    if last - today > FURTHEST_END:
        raise FarEnd
    return last


def _month_days(words: Sequence[str]) -> tuple[int, ...]:
    days = set()
    for word in words:
        if word.isdecimal() and word.isascii() and len(word) <= 2:
            if not 1 <= int(word) <= LONGEST_MONTH:
                raise NoSuchDay
            days.add(int(word))
        elif word == "cuoi":
            days.add(LONGEST_MONTH)
        elif word not in _OF_MONTH:
            raise BadTime
    if not days:
        raise BadTime
    return tuple(sorted(days))


def _week_days(words: Sequence[str]) -> tuple[int, ...]:
    """Read `thu 2 5 va cn`, `t2 t4`, `thu 2 den thu 6`."""
    days: list[int] = []
    to, named = False, False
    for word in words:
        if word in _TO and days:
            to = True
        elif word == "thu":
            named = True
        elif word in _OF_WEEK or (word == "tu" and not named):
            # "từ thứ 2 đến …" begins like Wednesday without its tone.
            continue
        else:
            day = _week_day(word, named=named)
            days += range(days[-1] + 1, day + 1) if to else [day]
            to = False
    if not days or to:
        raise BadTime
    return tuple(sorted(set(days)))


def _week_day(word: str, *, named: bool) -> int:
    short = re.fullmatch(r"t([2-7])", word)
    if short is not None:
        return int(short[1]) - 2
    if word == "cn":
        return 6
    if named and re.fullmatch("[2-7]", word):
        return int(word) - 2
    if named and word in _WEEKDAYS:
        return _WEEKDAYS[word]
    raise BadTime


def _plain(text: str) -> str:
    folded = re.sub(r"[,;&+]|\.(?=\s|$)", " ", fold(text[: _LONGEST * 2])).replace("–", "-")
    return " ".join(folded.replace("chu nhat", "cn").split())


def _short(text: str) -> str:
    if len(text) > _LONGEST:
        raise BadTime
    return _plain(text)
