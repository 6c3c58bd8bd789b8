"""Long polling that confirms only what is committed: the offset moves after the inbox has it.

python-telegram-bot's Updater confirms first and would lose messages in a crash.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.raw import integer, mapping
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.translate import translate
from bot.channels.telegram.transport import CallFailed, Transport
from domain.clock import Clock
from domain.failures import AccountDown, Throttled

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
)

_LOG = logging.getLogger(__name__)
_COMMIT_GRACE_S = 10
_REFUSED_PAUSE_S = 45.0
"""Between two tries while the token is refused: it may have been one stray answer."""
_LONGEST_THROTTLE_S = 300.0


class Poller:
    """Fetch updates for one account until stopped; there must be one poller only per token."""

    def __init__(
        self,
        transport: Transport,
        intake: Intake,
        *,
        poll_timeout_s: int,
        backoff_cap_s: float,
        on_down: Callable[[AccountDown | None], None],
        clock: Clock,
        refused_pause_s: float = _REFUSED_PAUSE_S,
    ) -> None:
        self._transport = transport
        self._intake = intake
        self._poll_timeout_s = poll_timeout_s
        self._backoff_cap_s = backoff_cap_s
        self._on_down = on_down
        self._clock = clock
        self._refused_pause_s = refused_pause_s
        self._refused = False
        self._heard_at = clock.now()
        self._stopping = asyncio.Event()
        self._offset: int | None = None
        self._failures = 0
        self._in_conflict = False
        self._task: asyncio.Task[None] | None = None

    @property
    def heard_at(self) -> datetime:
        """When Telegram last answered a poll, or when this poller was made."""
        return self._heard_at

    def start(self) -> None:
        """Begin to poll in a task of its own."""
        self._task = asyncio.create_task(self._run(), name="telegram polling")

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
            try:
                updates = await self._poll()
            except CallFailed as failure:
                await self._recover(failure)
                continue
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the polling
                _LOG.error("polling stumbled: %s", type(error).__name__)
                self._failures += 1
                await self._pause(self._delay(self._failures))
                continue
            if updates is None:
                return
            if updates:
                await self._commit(updates)
            self._failures = 0

    async def _poll(self) -> list[object] | None:
        """Return the waiting updates; None when we are stopping."""
        params: dict[str, object] = {
            "timeout": self._poll_timeout_s,
            "limit": 100,
            "allowed_updates": ALLOWED_UPDATES,
        }
        if self._offset is not None:
            params["offset"] = self._offset
        poll = asyncio.ensure_future(
            self._transport.call("getUpdates", params, timeout_s=self._poll_timeout_s + 10)
        )
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({poll, stop}, return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                return None
            result = poll.result()
        finally:
            for task in (poll, stop):
                task.cancel()
            await asyncio.gather(poll, stop, return_exceptions=True)
        self._heard_at = self._clock.now()
        if self._in_conflict:
            self._in_conflict = False
            _LOG.info("polling again: no other poller any more")
        if self._refused:
            self._refused = False
            _LOG.info("polling again: Telegram takes the token")
            self._on_down(None)
        return result if isinstance(result, list) else []

    async def _commit(self, updates: list[object]) -> None:
        """Put a batch into the inbox, as often as it takes, and only then move the offset."""
        attempt = 0
        while True:
            try:
                await self._intake.take(updates)
                break
            except Exception as error:  # noqa: BLE001 - the inbox may fail in any way
                attempt += 1
                _LOG.warning(
                    "inbox did not take %d updates: %s", len(updates), type(error).__name__
                )
                if await self._pause(self._delay(attempt)):
                    return
        known = [
            number
            for update in updates
            if (number := integer(mapping(update).get("update_id"))) is not None
        ]
        if known:
            self._offset = max(known) + 1
        else:
            # Nothing here can be confirmed and it will come again at once: do not spin.
            await self._pause(1)

    async def _recover(self, failure: CallFailed) -> None:
        """Wait as the failure asks."""
        meaning = translate(
            status=failure.status,
            code=failure.code,
            description=failure.description,
            parameters=failure.parameters,
            network=failure.network,
        )
        if isinstance(meaning, AccountDown):
            if not self._refused:
                self._refused = True
                _LOG.error("polling waits: Telegram refuses the token")
                self._on_down(meaning)
            await self._pause(self._refused_pause_s * random.uniform(0.8, 1.2))  # noqa: S311
            return
        self._failures += 1
        delay = self._delay(self._failures)
        if isinstance(meaning, Throttled):
            told_s = meaning.retry_after / timedelta(seconds=1)
            delay = max(delay, min(told_s, _LONGEST_THROTTLE_S))
        if failure.code == 409:
            if not self._in_conflict:
                self._in_conflict = True
                _LOG.error("another poller or a webhook uses this bot; waiting for it to end")
        elif self._failures == 1:
            _LOG.warning("polling failed, trying again: %s", type(meaning).__name__)
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
