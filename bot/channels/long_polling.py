"""Long polling that lets nothing be lost: the next is asked for once the inbox has the last."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain.clock import Clock
from domain.failures import AccountDown, SendFailure, Throttled

_LOG = logging.getLogger(__name__)
_COMMIT_GRACE_S = 10
_REFUSED_PAUSE_S = 45.0
"""Between two tries while the token is refused: it may have been one stray answer."""
_LONGEST_THROTTLE_S = 300.0


class Updates(Protocol):
    """Where updates come from: one account of a platform."""

    platform: str
    """Its name in the log."""

    async def fetch(self) -> list[object]:
        """Do one long poll.

        Raises: SendFailure.
        """

    def taken(self, updates: Sequence[object], took_s: float) -> float:
        """Note that a poll of so many seconds was good and the inbox has all that it gave.

        Returns how many seconds to wait before the next.
        """


class Taking(Protocol):
    """Who commits updates."""

    async def take(self, updates: Sequence[object]) -> None:
        """Commit; returns only when it is committed."""


class Poller:
    """Fetch updates for one account until stopped; there must be one poller only per token."""

    def __init__(
        self,
        updates: Updates,
        intake: Taking,
        *,
        backoff_cap_s: float,
        on_down: Callable[[AccountDown | None], None],
        clock: Clock,
        refused_pause_s: float = _REFUSED_PAUSE_S,
    ) -> None:
        self._updates = updates
        self._intake = intake
        self._backoff_cap_s = backoff_cap_s
        self._on_down = on_down
        self._clock = clock
        self._refused_pause_s = refused_pause_s
        self._heard_at = clock.now()
        self._refused = False
        self._failures = 0
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def heard_at(self) -> datetime:
        """When the platform last answered a poll, or when this poller was made."""
        return self._heard_at

    def start(self) -> None:
        """Begin to poll in a task of its own."""
        name = f"{self._updates.platform} polling"
        self._task = asyncio.create_task(self._run(), name=name)

    async def stop(self) -> None:
        """Leave the long poll at once; let a commit that has begun finish."""
        self._stopping.set()
        task, self._task = self._task, None
        if task is None:
            return
        done, _ = await asyncio.wait({task}, timeout=_COMMIT_GRACE_S)
        if not done:
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                updates = await self._poll(self._updates.fetch())
            except SendFailure as failure:
                await self._recover(failure)
                continue
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the polling
                _LOG.error("polling stumbled: %s", type(error).__name__)
                self._failures += 1
                await self._pause(self._delay(self._failures))
                continue
            if updates is None:
                return
            self._well()
            took_s = time.monotonic() - began
            if not updates or await self._commit(updates):
                await self._pause(self._updates.taken(updates, took_s))

    async def _poll(self, fetching: Coroutine[Any, Any, list[object]]) -> list[object] | None:
        """Return what came; None when we are stopping."""
        poll = asyncio.ensure_future(fetching)
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({poll, stop}, return_when=asyncio.FIRST_COMPLETED)
            # What came is taken also by one that is to stop: nobody may give it again.
            return poll.result() if poll.done() else None
        finally:
            for task in (poll, stop):
                task.cancel()
            await asyncio.gather(poll, stop, return_exceptions=True)

    async def _commit(self, updates: list[object]) -> bool:
        """Put a batch into the inbox, as often as it takes; tell whether it went in."""
        attempt = 0
        last = False
        while True:
            try:
                await self._intake.take(updates)
            except Exception as error:  # noqa: BLE001 - the inbox may fail in any way
                attempt += 1
                _LOG.warning(
                    "inbox did not take %d updates: %s", len(updates), type(error).__name__
                )
                if last:
                    return False
                # Told to stop, it tries once more: the database may just have come back.
                last = await self._pause(self._delay(attempt))
            else:
                return True

    def _well(self) -> None:
        self._heard_at = self._clock.now()
        self._failures = 0
        if self._refused:
            self._refused = False
            _LOG.info("polling again: %s takes the token", self._updates.platform)
            self._on_down(None)

    async def _recover(self, failure: SendFailure) -> None:
        """Wait as the failure asks."""
        if isinstance(failure, AccountDown):
            if not self._refused:
                self._refused = True
                _LOG.error("polling waits: %s refuses the token", self._updates.platform)
                self._on_down(failure)
            await self._pause(self._refused_pause_s * random.uniform(0.8, 1.2))  # noqa: S311
            return
        self._failures += 1
        delay = self._delay(self._failures)
        if isinstance(failure, Throttled):
            told_s = failure.retry_after / timedelta(seconds=1)
            delay = max(delay, min(told_s, _LONGEST_THROTTLE_S))
        if self._failures == 1:
            _LOG.warning("polling failed, trying again: %s", type(failure).__name__)
        await self._pause(delay)

    def _delay(self, attempt: int) -> float:
        longest = min(self._backoff_cap_s, 0.5 * 2.0 ** min(attempt, 10))
        return longest * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret

    async def _pause(self, seconds: float) -> bool:
        """Wait; True when it was cut short because we are stopping."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True
