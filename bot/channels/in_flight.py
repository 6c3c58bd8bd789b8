"""What is on its way now."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Self

from domain.failures import Ambiguous, Transient
from domain.patience import Patience


class InFlight:
    """Count calls on their way; once closed, nothing new may leave."""

    def __init__(self) -> None:
        self._count = 0
        self._closed = True
        self._idle = asyncio.Event()
        self._idle.set()

    def open(self) -> None:
        """Let calls leave."""
        self._closed = False

    async def close(self) -> None:
        """Let nothing new leave, and wait until all is back."""
        self._closed = True
        await self._idle.wait()

    def one(self) -> Self:
        """Hold one call: used in `with`.

        Raises: Transient when closed; then nothing was sent.
        """
        if self._closed:
            reason = "the channel is not running"
            raise Transient(reason)
        return self

    def __enter__(self) -> None:
        self._count += 1
        if self._count == 1:
            self._idle.clear()

    def __exit__(self, *_fault: object) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()


@asynccontextmanager
async def in_time(limit: timedelta) -> AsyncIterator[None]:
    """Let a send take no longer than who sends thinks that it can.

    Raises: Ambiguous when it does.
    """
    try:
        async with Patience(limit.total_seconds()):
            yield
        return
    except TimeoutError:
        reason = "network: too slow"
    raise Ambiguous(reason)
