"""A bell that wakes whoever waits for work; a lost ring costs one short nap, nothing else."""

import asyncio
from collections.abc import Callable


def _nowhere() -> None:
    """Ring in no other process."""


class Bell:
    """Ring it after a commit that left work; wait for it instead of asking the database again."""

    def __init__(self) -> None:
        self.rings = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._pass_on: Callable[[], None] = _nowhere

    def passes_on(self, to: Callable[[], None]) -> None:
        """Let what is rung everywhere be rung in other processes by `to`."""
        self._pass_on = to

    def ring(self) -> None:
        """Wake everybody who waits in this process."""
        self.rings += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def ring_everywhere(self) -> None:
        """Wake everybody who waits, in other processes too."""
        self.ring()
        self._pass_on()

    async def wait(self, heard: int, timeout_s: float) -> None:
        """Return when it rang more than `heard` times, or after the time-out."""
        if self.rings > heard:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=timeout_s)
        finally:
            self._waiting.discard(waiter)
