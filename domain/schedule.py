"""When a campaign repeats: days of the week or of the month at one local time, and until when."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.clock import HANOI, local

LONGEST_MONTH = 31
MOST_TIMES = 500
FURTHEST_END = timedelta(days=3 * 366)
"""How far ahead the last day may lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Some days of the week, or of the month, at one local time.

    A day that a month does not have is its last: the 31st is the 30th in April. Two days that come
    to be the same are one.

    Raises: ValueError unless it has days of one sort, in order, and a whole minute.
    """

    at: time
    weekdays: tuple[int, ...] = ()
    """0 is Monday."""
    month_days: tuple[int, ...] = ()
    until: date | None = None
    """The last local day, itself included; None: no end."""
    times: int | None = None
    """How often at most, counted from its approval; None: as often as it comes."""

    def __post_init__(self) -> None:
        days, least, most = self.weekdays, 0, 6
        if self.month_days:
            days, least, most = self.month_days, 1, LONGEST_MONTH
        one_sort = bool(self.weekdays) != bool(self.month_days)
        in_order = list(days) == sorted(set(days)) and all(least <= day <= most for day in days)
        if not one_sort or not in_order:
            message = "a schedule has days of the week or of the month, each once, in order"
            raise ValueError(message)
        if self.at.second or self.at.microsecond or self.at.tzinfo is not None:
            message = "a schedule has a local time in whole minutes"
            raise ValueError(message)
        if self.times is not None and not 1 <= self.times <= MOST_TIMES:
            message = f"a campaign goes out 1 to {MOST_TIMES} times"
            raise ValueError(message)

    @property
    def is_daily(self) -> bool:
        """True for every day of the week."""
        return len(self.weekdays) == 7

    @property
    def meets_short_months(self) -> bool:
        """True when some month lacks one of its days."""
        return any(day > 28 for day in self.month_days)

    def has(self, day: date) -> bool:
        """Tell whether it goes out on a local day, as far as its days and its end say."""
        if self.until is not None and day > self.until:
            return False
        if self.weekdays:
            return day.weekday() in self.weekdays
        last = monthrange(day.year, day.month)[1]
        return day.day in self.month_days or (day.day == last and max(self.month_days) > last)

    def after(self, instant: datetime) -> Iterator[datetime]:
        """Yield its instants after this one, in UTC and in order; how often is not looked at."""
        day = local(instant).date()
        while self.until is None or day <= self.until:
            if self.has(day):
                at = datetime.combine(day, self.at, tzinfo=HANOI).astimezone(UTC)
                if at > instant:
                    yield at
            if day == date.max:
                return
            day += timedelta(days=1)

    def next_after(self, instant: datetime) -> datetime | None:
        """Return the first of its instants after this one; None when it is over."""
        return next(self.after(instant), None)

    def coming(self, instant: datetime, left: int | None, most: int) -> list[datetime]:
        """Return its next instants after this one, `most` at most, no more than are left."""
        wanted = most if left is None else min(most, left)
        return [at for at, _ in zip(self.after(instant), range(wanted), strict=False)]

    def last(self, instant: datetime, left: int | None) -> datetime | None:
        """Return the last of its instants after this one; None when it has no end, or is over."""
        if left is None and self.until is None:
            return None
        last = None
        for number, at in enumerate(self.after(instant), start=1):
            if left is not None and number > left:
                break
            last = at
        return last

    def in_a_month(self) -> int:
        """Return about how often it goes out in a month of thirty days."""
        return len(self.month_days) or round(len(self.weekdays) * 30 / 7)

    def signed(self) -> dict[str, object]:
        """Return it in one canonical form, for an approval to bind."""
        return {
            "at": self.at.isoformat("minutes"),
            "weekdays": list(self.weekdays),
            "month_days": list(self.month_days),
            "until": self.until.isoformat() if self.until else None,
            "times": self.times,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """What of a repeating campaign has come by now."""

    missed: tuple[datetime, ...]
    """Those that are not sent, oldest first."""
    goes: datetime | None
    """The one that is sent now: the newest, unless it is too late for it, too."""
    next_at: datetime | None
    """The next one to come; None when it was the last."""
    left: int | None
    """How often it may still go out; None: no limit."""

    @property
    def come(self) -> int:
        """How many have come, sent or not."""
        return len(self.missed) + (self.goes is not None)


def turnout(
    schedule: Schedule,
    next_at: datetime,
    now: datetime,
    left: int | None,
    is_late: Callable[[datetime], bool],
) -> Turnout:
    """Return what has come from `next_at` up to now: of several only the newest is sent.

    So a service that was down for a week does not send a week's worth at once.
    """
    come: list[datetime] = []
    coming: datetime | None = next_at
    while coming is not None and coming <= now and (left is None or len(come) < left):
        come.append(coming)
        coming = schedule.next_after(coming)
    rest = None if left is None else left - len(come)
    goes = come.pop() if come and not is_late(come[-1]) else None
    return Turnout(
        missed=tuple(come),
        goes=goes,
        next_at=coming if rest is None or rest > 0 else None,
        left=rest,
    )
