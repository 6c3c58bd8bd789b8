"""The simulator's own time, which tests may push forward."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

COUNTER_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
COUNTER_CEILING = 2_000_000_000


@dataclass(slots=True)
class Clock:
    """Tell the time, shifted by what `advance` has added."""

    shift_s: float = 0.0

    def now(self) -> datetime:
        """Give the present instant in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.shift_s)

    def monotonic(self) -> float:
        """Give seconds that never run backwards, for windows and expiries."""
        return time.monotonic() + self.shift_s

    def advance(self, seconds: float) -> None:
        """Push the time forward, as if that many seconds had passed."""
        self.shift_s += seconds


def counter_start(now: datetime, per_second: int) -> int:
    """Derive where a counter starts from the wall clock, so that a restart re-uses no id.

    Telegram's ids fit 31 bits; `per_second` is how fast the start moves, and ids given out more
    slowly than that on average can never meet those of an earlier start.
    """
    ticks = int((now - COUNTER_EPOCH).total_seconds() * per_second)
    return ticks % COUNTER_CEILING + 1
