"""When an account's next messages may go: slots on one time line that all processes share.

The rule is that of a strict server: in no sliding span of time more than so many. Instants are
whole microseconds of one clock, the database's; what is written down is when messages really went,
as far as that is known, so that the first second, a take-over and a late message need no rule of
their own.
"""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from domain.channel import Pace

SECOND = 1_000_000
GUARD = 0.03
"""Share by which spans are stretched, so that jitter on the way never makes us too fast."""
AHEAD = SECOND // 4
"""How far ahead of now slots are given out, so that what is urgent never waits for longer."""
LEAD_MOST = 5 * SECOND
"""Where transactions take long to be kept, slots begin only after that, at the most so late."""
_EVENLY = 0.9
"""Of an even spacing: what is late may be caught up with, and no burst goes out."""
_MOST_KEPT = 64
"""A faster pace is kept in spans shorter than a second."""
_MINUTELY_S = 20
"""Spans in which a limit by the minute is kept to: three of them never exceed it."""
LATE = 5_000
"""What goes so little after its slot counts as gone at it."""
_SAME_THROTTLE = SECOND
_RECOVERY = 0.02
_SLOWED = 0.7
_GROWTH = 0.07
"""By which share a limit that nobody told is felt for, each second in which something is sent."""
_BELOW = 0.8
"""What of the rate that was too fast is taken for the limit then."""
_RISE = 0.1 / (24 * 3600)


@dataclass(frozen=True, slots=True)
class Timetable:
    """What all processes must know of an account's pace."""

    common: tuple[int, ...] = ()
    """Slots for everything, sorted."""
    kept: tuple[int, ...] = ()
    """Slots for replies alone, sorted."""
    rate: float | None = None
    """Messages a second at `rated_at`; None: what the platform allows."""
    rated_at: int = 0
    slowed_at: int | None = None
    ceiling: float | None = None
    """A rate known to be too fast by little, where the platform tells no limit."""


@dataclass(frozen=True, slots=True)
class Went:
    """What became of a slot: when its message went, or None if it did not."""

    slot: int
    at: int | None
    more_calls: int = 0
    """How many calls it took beside the first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Slots given out, in order, and from when on there are more."""

    slots: tuple[int, ...]
    table: Timetable = field(repr=False)
    free_at: int


@dataclass(frozen=True, slots=True)
class _Track:
    """So many in each span, with so much time in between."""

    most: int
    span: int
    apart: int

    def earliest(self, gone: Sequence[int], now: int) -> int:
        at = now
        if gone:
            at = max(at, gone[-1] + self.apart)
        # Of several spans, too: a message of several calls has gone beyond the first.
        for spans in range(1, len(gone) // self.most + 1):
            at = max(at, gone[-spans * self.most] + spans * self.span)
        return at


def rate(table: Timetable, limits: Pace, now: int) -> float:
    """Return how many messages a second may go now."""
    if table.rate is None:
        return limits.account_per_s if limits.known else _first_rate(limits)
    passed = max(0, now - table.rated_at) / SECOND
    if limits.known:
        return min(limits.account_per_s, table.rate * (1 + _RECOVERY * passed))
    return min(_most(table, limits, now), table.rate)


def take(
    table: Timetable, limits: Pace, now: int, most: int, *, reply: bool, lead: int = 0
) -> Taken:
    """Give out up to `most` slots from now on; a reply may also have one of those kept for it.

    `lead` is how long it takes until they are known to be ours: those before are of no use.
    """
    table = _felt(put_back(table, now), limits, now)
    broad, kept_track = _tracks(rate(table, limits, now), limits)
    common, kept = list(table.common), list(table.kept)
    slots: list[int] = []
    first = now + min(lead, LEAD_MOST)
    while True:
        at, into = broad.earliest(common, first), common
        if reply and kept_track is not None:
            alone = kept_track.earliest(kept, first)
            at, into = min((at, common), (alone, kept), key=lambda one: one[0])
        if len(slots) >= most or at > first + AHEAD:
            break
        slots.append(at)
        into.append(at)
    table = replace(table, common=_lately(common), kept=_lately(kept))
    return Taken(tuple(sorted(slots)), table, at)


def mend(table: Timetable, went: Sequence[Went]) -> Timetable:
    """Write down when messages really went, and give back the slots of those that did not."""
    # Of a fast pace most are no longer remembered; what was late may be told of once more by that.
    known = {*table.common, *table.kept, *(one.at for one in went)}
    went = [one for one in went if one.slot in known or one.more_calls]
    if not went:
        return table
    common, kept = list(table.common), list(table.kept)
    for one in went:
        track = next((track for track in (common, kept) if one.slot in track), None)
        if track is not None and (one.at is None or one.at - one.slot > LATE):
            track.remove(one.slot)
            if one.at is not None:
                insort(track, one.at)
        for _ in range(one.more_calls):
            insort(common, one.at if one.at is not None else one.slot)
    return replace(table, common=_lately(common), kept=_lately(kept))


def put_back(table: Timetable, now: int) -> Timetable:
    """Return the same table, unless the clock was put back since: then what it says ends soon.

    By how much is not known, only that the newest slot lay no further ahead than one can: each is
    taken to be as late as that allows, with the same time in between.
    """
    newest = max((*table.common[-1:], *table.kept[-1:]), default=0)
    too_far = newest - (now + LEAD_MOST + AHEAD)
    if too_far <= 0 and table.rated_at <= now + LEAD_MOST:
        return table
    back = max(0, too_far)
    return replace(
        table,
        common=tuple(at - back for at in table.common),
        kept=tuple(at - back for at in table.kept),
        rated_at=min(now, table.rated_at),
        slowed_at=None if table.slowed_at is None else min(now, table.slowed_at),
    )


def slow_down(table: Timetable, limits: Pace, now: int) -> Timetable:
    """Lower the rate after a throttle; it recovers by two hundredths a second.

    Messages that were in flight together are throttled together: within a second they count once.
    Where nobody told the limit, it is known by now, and rises by a tenth a day.
    """
    since = None if table.slowed_at is None else now - table.slowed_at
    if since is not None and 0 <= since < _SAME_THROTTLE:
        return table
    before = rate(table, limits, now)
    slower = max(min(1.0, limits.account_per_s), before * _SLOWED)
    ceiling = None if limits.known else max(slower, before * _BELOW)
    return replace(table, rate=slower, rated_at=now, slowed_at=now, ceiling=ceiling)


def chat_is_ready(gone: Sequence[int], limits: Pace, now: int, *, group: bool) -> bool:
    """Tell whether a chat's own pace allows a message now, by when the last ones went there."""
    # What lies further ahead than can be noted was written before the clock was put back: a slot
    # and by when it is used, and by a process that read the clock a little after us.
    known = [at for at in gone if at <= now + LEAD_MOST + 3 * AHEAD]
    if not known:
        return True
    if now - known[-1] < (1 + GUARD) * SECOND / limits.chat_per_s:
        return False
    if not group:
        return True
    lately = sum(1 for at in known if now - at < 60 * SECOND * (1 + GUARD))
    return lately < max(1, limits.group_per_minute)


def chat_after(gone: Sequence[int], limits: Pace, at: int, *, group: bool) -> tuple[int, ...]:
    """Return what is remembered of a chat after one more message."""
    if not group:
        return (at,)
    lately = [*(one for one in gone if one <= at), at]
    return tuple(lately[-max(1, limits.group_per_minute) :])


def by_when(together: Sequence[int | None]) -> int | None:
    """Return by when chats know messages to be gone that are sent together; None without slots.

    By the last slot; of more than go in a breath, by when the last may go at the latest: each
    would go a little after its slot, and have its chat written down once more for that.
    """
    known = [slot for slot in together if slot is not None]
    if not known:
        return None
    return max(known) if len(known) <= _MOST_KEPT else max(known) + AHEAD


def counted_within_s(limits: Pace) -> int:
    """Return in how many seconds a platform counts.

    A rate that is no whole number comes of a limit by the minute, such as Zalo's 90 calls: counted
    by the second a third of it would be left unused.
    """
    per_s = limits.account_per_s
    if per_s < 1 or float(per_s).is_integer():
        return 1
    return max(1, min(_MINUTELY_S, int(_MOST_KEPT / per_s)))


def _first_rate(limits: Pace) -> float:
    return min(1.0, limits.account_per_s)


def _most(table: Timetable, limits: Pace, now: int) -> float:
    if table.ceiling is None or table.slowed_at is None:
        return limits.account_per_s
    risen = 1 + _RISE * max(0, now - table.slowed_at) / SECOND
    return min(limits.account_per_s, table.ceiling * risen)


def _felt(table: Timetable, limits: Pace, now: int) -> Timetable:
    """Go a little faster where nobody told the limit, for as long as something is sent."""
    if limits.known:
        return table
    if table.rate is None:
        return replace(table, rate=_first_rate(limits), rated_at=now)
    passed = min(SECOND, max(0, now - table.rated_at)) / SECOND
    grown = min(_most(table, limits, now), table.rate * (1 + _GROWTH * passed))
    return replace(table, rate=grown, rated_at=now)


def _tracks(per_s: float, limits: Pace) -> tuple[_Track, _Track | None]:
    """Share a rate out: what everything may use, and what is kept for replies.

    Of a higher rate neither part is smaller: while it recovers the two never come to more.
    """
    seconds = counted_within_s(limits)
    # Less than one in that time is one in a longer span.
    span = (1 + GUARD) * SECOND * max(seconds, 1 / per_s)
    count, full = max(1, int(per_s * seconds)), max(1, int(limits.account_per_s * seconds))
    for_all = max(1, int(limits.account_per_s * seconds * (1 - limits.reply_share)))
    kept = count * (full - for_all) // full
    broad = _track(count - kept, span, evenly=True)
    return broad, _track(kept, span, evenly=False) if kept else None


def _track(most: int, span: float, *, evenly: bool) -> _Track:
    even = span / most
    if most > _MOST_KEPT:
        return _Track(_MOST_KEPT, round(even * _MOST_KEPT), round(even))
    return _Track(most, round(span), round(even * _EVENLY) if evenly else 0)


def _lately(gone: Sequence[int]) -> tuple[int, ...]:
    return tuple(gone[-_MOST_KEPT:])
