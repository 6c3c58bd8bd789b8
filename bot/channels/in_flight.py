"""What is on its way now."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from domain.failures import Transient


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

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold one call.

        Raises: Transient when closed; then nothing was sent.
        """
        if self._closed:
            reason = "the channel is not running"
            raise Transient(reason)
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()
