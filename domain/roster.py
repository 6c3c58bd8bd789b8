"""The weekly duty roster: turns by weekday and time of day, as people write and read them."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.clock import local
from domain.toneless import fold

_DAY = 24 * 60
_WEEK = 7
_SUNDAY = 6
MOST = 60
"""Turns that one person may have in a week: a row for each day and span."""

_NAMES = {"hang ngay": range(_WEEK), "moi ngay": range(_WEEK), "ca tuan": range(_WEEK)}
_WEEKDAY = r"(?:(?:t|thu\s*)([2-7])|(cn|chu nhat))"
_DAYS = re.compile(rf"{_WEEKDAY}(?:\s*-\s*{_WEEKDAY})?")
_CLOCK = r"(\d{1,2})\s*(?:gio|h|:|g)\s*(\d{2})?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|den|toi)\s*{_CLOCK}")


@dataclass(frozen=True, slots=True, order=True)
class DutyTurn:
    """A turn: weekdays count from Monday 0, minutes from midnight in Hanoi's time.

    It goes on into the next day when it ends no later than it begins.
    Raises: ValueError when it is none.
    """

    weekday: int
    begins: int
    ends: int

    def __post_init__(self) -> None:
        if not (0 <= self.weekday < _WEEK and 0 <= self.begins < _DAY and 0 < self.ends <= _DAY):
            message = "no turn of a week"
            raise ValueError(message)

    def __str__(self) -> str:
        return f"{_day(self.weekday)} {_clock(self.begins)}–{_clock(self.ends)}"

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        length = self.ends - self.begins
        return length if length > 0 else length + _DAY

    def end_at(self, instant: datetime) -> datetime | None:
        """Return when the turn ends that an instant lies in; None when it lies in none."""
        now = local(instant)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        # A turn of up to a day reaches into the next one, no further.
        for ago in (0, 1):
            if (now.weekday() - ago) % _WEEK != self.weekday:
                continue
            start = midnight - timedelta(days=ago) + timedelta(minutes=self.begins)
            end = start + timedelta(minutes=self.minutes)
            if start <= now < end:
                return end.astimezone(instant.tzinfo)
        return None


def read_turns(text: str) -> tuple[DutyTurn, ...]:
    """Read turns as staff type them: `T2-T6 7h-17h`, `T7, CN 17h30-7h; hằng ngày 20:00-22:00`.

    Raises: ValueError when a part of it is no turn, or there are too many.
    """
    found: set[DutyTurn] = set()
    parts = [part for part in re.split(r"[;\n]", fold(text).replace("–", "-")) if part.strip()]
    for part in parts:
        span = _SPAN.search(part)
        if span is None or part[span.end() :].strip(" .,"):
            message = f"no time of day in: {part.strip()}"
            raise ValueError(message)
        begins = _minutes(span.group(1), span.group(2))
        ends = _minutes(span.group(3), span.group(4))
        for weekday in _weekdays(part[: span.start()]):
            found.add(DutyTurn(weekday, begins % _DAY, ends or _DAY))
    if not found or len(found) > MOST:
        message = f"between one and {MOST} turns"
        raise ValueError(message)
    return tuple(sorted(found))


def show_turns(turns: Iterable[DutyTurn]) -> str:
    """Return turns in the words in which they are typed, days of the same hours together."""
    spans: dict[tuple[int, int], list[int]] = {}
    for turn in sorted(turns):
        spans.setdefault((turn.begins, turn.ends), []).append(turn.weekday)
    return "; ".join(
        f"{_together(days)} {_clock(begins)}–{_clock(ends)}"
        for (begins, ends), days in sorted(spans.items(), key=lambda one: (one[1], one[0]))
    )


def end_of_turn(turns: Collection[DutyTurn], instant: datetime) -> datetime | None:
    """Return when somebody's turn is over who is on duty at an instant; None when they are not.

    Turns that follow on each other count as one.
    """
    end = max(filter(None, (turn.end_at(instant) for turn in turns)), default=None)
    for _ in range(_WEEK * 2):
        if end is None:
            break
        later = max(filter(None, (turn.end_at(end) for turn in turns)), default=None)
        if later is None or later <= end:
            break
        end = later
    return end


def _weekdays(text: str) -> set[int]:
    words = " ".join(text.replace(",", " ").split())
    found: set[int] = set()
    for name, days in _NAMES.items():
        if name in words:
            found |= set(days)
            words = words.replace(name, " ")
    for match in _DAYS.finditer(words):
        first = _weekday(match.group(1))
        last = _weekday(match.group(3)) if match.group(3) or match.group(4) else first
        found |= {(first + step) % _WEEK for step in range((last - first) % _WEEK + 1)}
    if not found or _DAYS.sub(" ", words).strip():
        message = f"no weekday in: {text.strip()}"
        raise ValueError(message)
    return found


def _weekday(digit: str | None) -> int:
    return int(digit) - 2 if digit else _SUNDAY


def _minutes(hours: str, minutes: str | None) -> int:
    found = int(hours) * 60 + int(minutes or 0)
    if found > _DAY or int(minutes or 0) > 59:
        message = "no time of day"
        raise ValueError(message)
    return found


def _together(days: list[int]) -> str:
    """Return weekdays as runs: `T2-T6`, `T7, CN`."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    shown = []
    for run in runs:
        if len(run) > 2:
            shown.append(f"{_day(run[0])}-{_day(run[-1])}")
        else:
            shown += [_day(day) for day in run]
    return ", ".join(shown)


def _day(weekday: int) -> str:
    return "CN" if weekday == _SUNDAY else f"T{weekday + 2}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
