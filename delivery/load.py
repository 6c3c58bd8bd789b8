"""How many plain rows to take up: as many as go in time, at the speed at which they went lately."""

import asyncio
import contextlib
import time
from collections.abc import Callable

_FIRST_PER_S = 2000.0
_MEASURED_S = 0.05
_SHARE_S = 0.1
_SLOWER = 0.7
_LEAST = 16


class Load:
    """Count what is being carried, and how fast that goes."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting = 0
        self._gone = 0
        self._since = monotonic()
        self._busy_s = 0.0
        self._per_s = _FIRST_PER_S
        self._lighter = asyncio.Event()

    @property
    def room(self) -> int:
        """How many rows more to take up: as many as go in a tenth of a second.

        A slot is good for a quarter of a second after its instant; half as many may wait when the
        next ones come.
        """
        return max(0, min(self._share, self._share * 3 // 2 - self._waiting))

    def add(self, rows: int) -> None:
        """Hear that rows are to be carried."""
        if not self._waiting:
            # Only while there is something to carry is it told how fast that goes.
            self._since = self._monotonic()
        self._waiting += rows

    def gone(self) -> None:
        """Hear that one of them is through, whatever it came to."""
        self._waiting -= 1
        self._gone += 1
        if not self._waiting or self.room >= self._share / 2:
            self._lighter.set()

    def measure(self) -> None:
        """Note how fast it went since the last time."""
        now = self._monotonic()
        self._busy_s += now - self._since
        self._since = now
        if self._busy_s >= _MEASURED_S:
            # One slow moment is no reason to begin anew.
            self._per_s = max(self._gone / self._busy_s, self._per_s * _SLOWER)
            self._busy_s, self._gone = 0.0, 0

    async def until_lighter(self) -> None:
        """Wait a tenth of a second for room for half of its rows: few cost as much as many.

        No longer, where a platform hangs: what is settled late may be another's by then.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SHARE_S):
                while self._waiting and self.room < self._share / 2:
                    self._lighter.clear()
                    await self._lighter.wait()

    @property
    def _share(self) -> int:
        return max(_LEAST, int(self._per_s * _SHARE_S))
