"""How long an answer is waited for, also where it is us who stood still in the meantime."""

import asyncio
from types import TracebackType

_LATE_S = 0.25
"""A deadline that is noticed so much later tells that nothing was read for a while."""
_ONCE_MORE_S = 1.0
"""Then what arrived meanwhile is read first."""


class Patience:
    """Raise TimeoutError in its block after so many seconds, as `asyncio.timeout` does.

    A machine that slept, or a process that got no time, finds the deadline and the answer in the
    same moment: the answer counts.
    """

    __slots__ = ("_due", "_handle", "_loop", "_put_off", "_seconds", "_timeout")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout = asyncio.timeout(None)
        self._put_off = False

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + self._seconds
        self._handle = self._loop.call_at(self._due, self._is_over)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._handle.cancel()
        await self._timeout.__aexit__(kind, error, traceback)

    def _is_over(self) -> None:
        now = self._loop.time()
        if now - self._due > _LATE_S and not self._put_off:
            self._put_off = True
            self._handle = self._loop.call_at(now + _ONCE_MORE_S, self._is_over)
            return
        self._timeout.reschedule(now)
