"""When broadcasts may go, and how many a person gets: quiet hours, silent days, caps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.clock import HANOI, local

_DAY_MINUTES = 24 * 60
_LEAST_OPEN = 60
"""How many minutes a day must be left in which something may be sent."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the local day, its end not included; it may lie over midnight.

    Raises: ValueError when it has no length.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            message = "a span of the day needs a length"
            raise ValueError(message)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}"

    def covers(self, clock: time) -> bool:
        """Tell whether a local time of day lies in it."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    @property
    def minutes(self) -> tuple[range, ...]:
        """The whole minutes of the day that it covers, counted from midnight."""
        start, end = _minute(self.start), _minute(self.end)
        if self.start < self.end:
            return (range(start, end),)
        return range(start, _DAY_MINUTES), range(end)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute + bool(clock.second or clock.microsecond)


NIGHT = Span(time(20, 30), time(7))
NOON = Span(time(11, 30), time(13, 30))


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRules:
    """What a unit's broadcasts keep to; urgent alerts alone do not.

    Raises: ValueError when hardly any of the day would be left, or a cap is negative.
    """

    quiet: tuple[Span, ...] = (NIGHT, NOON)
    silent_days: tuple[date, ...] = ()
    """Local days, such as those of mourning, on which nothing is sent."""
    a_day: int = 1
    """Broadcasts a person gets in a local day; 0: as many as there are."""
    a_month: int = 4
    """Broadcasts a person gets in a calendar month; 0: as many as there are."""

    def __post_init__(self) -> None:
        closed: set[int] = set()
        for span in self.quiet:
            closed.update(*span.minutes)
        if _DAY_MINUTES - len(closed) < _LEAST_OPEN:
            message = "quiet hours leave no hour of the day"
            raise ValueError(message)
        if min(self.a_day, self.a_month) < 0:
            message = "a cap is not negative"
            raise ValueError(message)

    @property
    def caps(self) -> bool:
        """True when a person can have had enough."""
        return bool(self.a_day or self.a_month)

    def opens_at(self, instant: datetime) -> datetime:
        """Return the first instant from this one on at which a broadcast may go."""
        at = instant
        while True:
            here = local(at)
            if here.date() in self.silent_days:
                at = _at(here.date() + timedelta(days=1), time())
                continue
            ends = [span.end for span in self.quiet if span.covers(here.time())]
            if not ends:
                return at
            at = max(_next(at, end) for end in ends)

    def closes_at(self, instant: datetime) -> datetime | None:
        """Return the next instant after this open one at which broadcasts must rest."""
        midnights = (_at(day, time()) for day in self.silent_days)
        coming = [at for at in midnights if at > instant]
        return min([*coming, *(_next(instant, span.start) for span in self.quiet)], default=None)

    def interval(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Return from when until when a broadcast may go, None for now and for ever."""
        opens_at = self.opens_at(now)
        return (None if opens_at == now else opens_at), self.closes_at(opens_at)

    def after_open(self, start: datetime, duration: timedelta) -> datetime:
        """Return the instant by which so much time has passed in which something may be sent."""
        at, left = self.opens_at(start), duration
        while True:
            rest = self.closes_at(at)
            if rest is None or rest - at >= left:
                return at + left
            left -= rest - at
            at = self.opens_at(rest)

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much time between two instants is open to broadcasts."""
        at, found = self.opens_at(start), timedelta()
        while at < end:
            rest = self.closes_at(at)
            if rest is None or rest >= end:
                return found + (end - at)
            found += rest - at
            at = self.opens_at(rest)
        return found

    def signed(self) -> dict[str, object]:
        """Return the rules in one canonical form, for an approval to bind."""
        return {
            "quiet": [str(span) for span in self.quiet],
            "silent_days": [day.isoformat() for day in sorted(self.silent_days)],
            "a_day": self.a_day,
            "a_month": self.a_month,
        }


ANY_TIME = BroadcastRules(quiet=(), a_day=0, a_month=0)
"""No rest and no cap."""


def day_start(instant: datetime) -> datetime:
    """Return when the local day of an instant began."""
    return _at(local(instant).date(), time())


def month_start(instant: datetime) -> datetime:
    """Return when the local calendar month of an instant began."""
    return _at(local(instant).date().replace(day=1), time())


def read_span(text: str) -> Span:
    """Read `20:30-07:00`. Raises: ValueError."""
    start, dash, end = text.replace("–", "-").partition("-")
    if not dash:
        message = "a span is two times with a dash between them"
        raise ValueError(message)
    return Span(_clock(start), _clock(end))


def named(spans: Iterable[Span]) -> str:
    """Return spans for people: `20:30–07:00, 11:30–13:30`."""
    return ", ".join(map(str, spans))


def _clock(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    return time(int(hour), int(minute))


def _next(instant: datetime, clock: time) -> datetime:
    """Return the first instant after this one at which a local clock shows a time of day."""
    today = local(instant).date()
    at = _at(today, clock)
    return at if at > instant else _at(today + timedelta(days=1), clock)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=HANOI).astimezone(UTC)
