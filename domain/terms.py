"""How long a campaign may go on being sent, and how fast: part of the plan that is approved."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.due import BadTime, FarTime, read_due
from domain.hours import BroadcastRules
from domain.toneless import fold

LONGEST = timedelta(days=7)
SHORTEST = timedelta(hours=1)
_SPAN = re.compile(r"(?:sau |in )?(\d{1,3}) ?(gio|tieng|h|hours?|ngay|days?)")
_BARE = re.compile(r"\d{1,3} ?h")
_TONED = re.compile(r"\s*(?:tới|đến|trước)\s+(?=\S)", re.IGNORECASE)
_UNTIL = re.compile(r"(?:toi|den|truoc|until|by)\s+(?=\S)")
_HOURS = {"g": 1, "t": 1, "h": 1, "n": 24, "d": 24}


class ClockOrSpan(BadTime):
    """It may be a time of day as well as so many hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """When what has not gone is not sent any more: so long after its start, or at an instant.

    Neither: as long as the rules say.
    """

    after: timedelta | None = None
    """Counted without quiet hours."""
    at: datetime | None = None

    @property
    def is_chosen(self) -> bool:
        """True when its author said something about it."""
        return self.after is not None or self.at is not None

    def ends(self, hours: BroadcastRules, start: datetime, default: timedelta) -> datetime:
        """Return the instant at which a run that starts then is over."""
        if self.at is not None:
            return self.at
        return hours.after_open(start, self.after or default)

    def is_over(self, start: datetime) -> bool:
        """Tell whether nothing of what starts then could be sent."""
        return self.at is not None and self.at <= start

    def fits(self, start: datetime) -> bool:
        """Tell whether an instant lies neither too soon nor too long after a start; a span does."""
        return self.at is None or SHORTEST <= self.at - start <= LONGEST

    def to_data(self) -> str:
        """Return it in one short line; empty where nothing was chosen."""
        if self.at is not None:
            return self.at.isoformat()
        return f"{int(self.after.total_seconds())}" if self.after is not None else ""

    @classmethod
    def from_data(cls, line: str) -> "Expiry":
        """Read what `to_data` wrote."""
        if not line:
            return cls()
        if line.isdecimal():
            return cls(after=timedelta(seconds=int(line)))
        return cls(at=datetime.fromisoformat(line))


AS_RULED = Expiry()
"""Its author said nothing about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an approval binds beside text, audience and time: its expiry and its pace."""

    expiry: Expiry = AS_RULED
    pace: Mapping[str, float] = field(default_factory=dict)
    """Broadcast messages a second at most, by channel."""
    most_vnd: int = 0
    """What it may cost beyond what our accounts have paid for, in đồng; 0: nothing."""

    def signed(self) -> dict[str, object]:
        """Return them in one canonical form."""
        after, at = self.expiry.after, self.expiry.at
        money = {"most_vnd": self.most_vnd} if self.most_vnd else {}
        return {
            **money,
            "after_s": int(after.total_seconds()) if after is not None else None,
            "at": at.astimezone(UTC).isoformat() if at is not None else None,
            "pace": {channel: round(speed, 3) for channel, speed in sorted(self.pace.items())},
        }


def read_expiry(text: str, now: datetime) -> Expiry:
    """Read what was typed: `6 giờ`, `3 ngày`, `tới 20h 25/11`.

    Raises: BadTime, NoSuchDay, PastTime; ClockOrSpan for a bare `20h`; FarTime for more than a
    week after the start, or less than an hour.
    """
    plain = " ".join(fold(text).split())
    if _BARE.fullmatch(plain):
        raise ClockOrSpan
    span = _SPAN.fullmatch(plain)
    if span is None:
        return Expiry(at=_instant(text, plain, now))
    after = timedelta(hours=int(span[1]) * _HOURS[span[2][0]])
    if not SHORTEST <= after <= LONGEST:
        raise FarTime
    return Expiry(after=after)


def _instant(text: str, plain: str, now: datetime) -> datetime:
    text = _TONED.sub("", unicodedata.normalize("NFC", text), count=1)
    try:
        return read_due(text, now)
    except BadTime:
        # "tới" without its tone may be "tối": only where the whole makes no sense.
        rest = _UNTIL.sub("", plain, count=1)
        if rest == plain:
            raise
        return read_due(rest, now)
