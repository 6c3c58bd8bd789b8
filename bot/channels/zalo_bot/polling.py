"""Long polling without offset: one update at a time, committed before the next is asked for.

There is no acknowledgement, and updates may come again: the inbox drops what it knows.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.channels.zalo_bot.intake import Intake
from bot.channels.zalo_bot.translate import IDLE, translate
from bot.channels.zalo_bot.transport import CallFailed
from domain.clock import Clock
from domain.failures import AccountDown, Throttled

_LOG = logging.getLogger(__name__)
_COMMIT_GRACE_S = 10
_REFUSED_PAUSE_S = 45.0
"""Between two tries while the token is refused: it may have been one stray answer."""
_LONGEST_THROTTLE_S = 300.0
_SHORTEST_IDLE_S = 1.0
"""An idle poll that ends sooner is no long poll: then we wait ourselves."""

Fetch = Callable[[], Awaitable[object]]
"""Do one long poll. Raises: CallFailed."""


class Poller:
    """Fetch updates for one bot until stopped; there must be one poller only per token."""

    def __init__(
        self,
        fetch: Fetch,
        intake: Intake,
        *,
        pause_s: float,
        backoff_cap_s: float,
        on_down: Callable[[AccountDown | None], None],
        clock: Clock,
    ) -> None:
        self._fetch = fetch
        self._intake = intake
        self._pause_s = pause_s
        self._backoff_cap_s = backoff_cap_s
        self._on_down = on_down
        self._clock = clock
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
        self._task = asyncio.create_task(self._run(), name="zalo bot polling")

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
                updates = await self._poll()
            except CallFailed as failure:
                if failure.code == IDLE:
                    self._well()
                    await self._rest(began)
                else:
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
            if not updates:
                await self._rest(began)
                continue
            await self._commit(updates)
            await self._pause(self._pause_s)

    async def _poll(self) -> list[object] | None:
        """Return what came; None when we are stopping."""
        poll = asyncio.ensure_future(self._fetch())
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({poll, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not poll.done():
                return None
            result = poll.result()
        finally:
            for task in (poll, stop):
                task.cancel()
            await asyncio.gather(poll, stop, return_exceptions=True)
        if isinstance(result, list):
            return result
        return [result] if isinstance(result, dict) and result else []

    async def _commit(self, updates: list[object]) -> None:
        """Put updates into the inbox, as often as it takes: nobody will give them again."""
        attempt = 0
        last = False
        while True:
            try:
                await self._intake.take(updates)
            except Exception as error:  # noqa: BLE001 - the inbox may fail in any way
                attempt += 1
                _LOG.warning("inbox did not take an update: %s", type(error).__name__)
                if last:
                    return
                # Told to stop, it tries once more: the database may just have come back.
                last = await self._pause(self._delay(attempt))
            else:
                return

    def _well(self) -> None:
        self._heard_at = self._clock.now()
        self._failures = 0
        if self._refused:
            self._refused = False
            _LOG.info("polling again: Zalo takes the token")
            self._on_down(None)

    async def _recover(self, failure: CallFailed) -> None:
        """Wait as the failure asks."""
        meaning = translate(failure)
        if isinstance(meaning, AccountDown):
            if not self._refused:
                self._refused = True
                _LOG.error("polling waits: Zalo refuses the token")
                self._on_down(meaning)
            await self._pause(_REFUSED_PAUSE_S * random.uniform(0.8, 1.2))  # noqa: S311
            return
        self._failures += 1
        delay = self._delay(self._failures)
        if isinstance(meaning, Throttled):
            told_s = meaning.retry_after / timedelta(seconds=1)
            delay = max(delay, min(told_s, _LONGEST_THROTTLE_S))
        if self._failures == 1:
            _LOG.warning("polling failed, trying again: %s", type(meaning).__name__)
        await self._pause(delay)

    async def _rest(self, began: float) -> None:
        if time.monotonic() - began < _SHORTEST_IDLE_S:
            await self._pause(_SHORTEST_IDLE_S)

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
