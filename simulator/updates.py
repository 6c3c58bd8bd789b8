"""Updates waiting for one bot, and the long polls that fetch them.

Sources: Bot API "Getting updates"; Client.cpp `process_get_updates_query` and `add_update_impl`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.errors import ApiError

KEPT_S = 24 * 3600.0
CALLBACK_KEPT_S = 150.0
MAX_WAITING = 100_000
MAX_POLL_S = 50
CONFLICT_PAUSE_S = 3.0
ALL_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    }
)
DEFAULT_KINDS = ALL_KINDS - {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True, slots=True)
class Update:
    """One update as it was when it happened.

    `queue` names the webhook queue that keeps its order; `expires` is on the monotonic clock.
    """

    id: int
    kind: str
    payload: dict[str, Any]
    queue: str
    expires: float

    def as_json(self) -> dict[str, Any]:
        """Write the Update object."""
        return {"update_id": self.id, self.kind: self.payload}


@dataclass(slots=True)
class UpdateQueue:
    """What one bot has not confirmed yet."""

    clock: Clock
    next_id: int
    allowed: frozenset[str] = DEFAULT_KINDS
    waiting: dict[int, Update] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    on_update: Callable[[Update], None] | None = None
    _poll: asyncio.Future[str] | None = None
    webhook_not_before: float = -1e9
    _next_conflict: float = 0.0
    _last_offset: int | None = None
    _last_poll_at: float = -1e9

    def push(self, kind: str, payload: dict[str, Any], queue: str) -> None:
        """Queue an update, unless its kind is not allowed or the queue is full."""
        if kind not in self.allowed or len(self.waiting) >= MAX_WAITING:
            return
        kept = CALLBACK_KEPT_S if kind == "callback_query" else KEPT_S
        expires = self.clock.monotonic() + kept
        update = Update(self.next_id, kind, payload, queue, expires)
        self.waiting[update.id] = update
        self.next_id += 1
        self.wake.set()
        if self.on_update is not None:
            self.on_update(update)

    def pending(self) -> list[Update]:
        """List what waits, oldest first, after dropping what has expired."""
        now = self.clock.monotonic()
        for update in [one for one in self.waiting.values() if one.expires <= now]:
            del self.waiting[update.id]
        return list(self.waiting.values())

    def allow(self, kinds: list[str] | None) -> None:
        """Remember allowed_updates; None keeps the last ones, an empty list means the default."""
        if kinds is None:
            return
        known = frozenset(kinds) & ALL_KINDS
        self.allowed = known or DEFAULT_KINDS

    def confirm(self, offset: int) -> None:
        """Forget what an offset confirms: all below it, or all but the last -offset."""
        ids = list(self.waiting) if offset else []
        confirmed = [one for one in ids if one < offset] if offset > 0 else ids[:offset]
        for update_id in confirmed:
            del self.waiting[update_id]

    def drop(self, update: Update) -> None:
        """Forget one update, delivered by webhook or given up."""
        self.waiting.pop(update.id, None)

    async def poll(
        self, offset: int, limit: int, timeout_s: float, *, slow_empty: bool = False
    ) -> list[Update]:
        """Give what waits, or wait for it.

        Raises:
            ApiError: 409 when another poll or setWebhook ends this one.
        """
        await self.end_poll(
            "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        now = self.clock.monotonic()
        if slow_empty and offset == self._last_offset and now < self._last_poll_at + 3.0:
            timeout_s = max(timeout_s, 3.0)
        self._last_offset, self._last_poll_at = offset, now
        self.confirm(offset)
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poll = ended
        try:
            until = asyncio.get_running_loop().time() + timeout_s
            while not (ready := self.pending()[:limit]):
                left = until - asyncio.get_running_loop().time()
                if left <= 0:
                    return []
                await self._wait(ended, left)
                if ended.done():
                    raise ApiError(409, ended.result())
            return ready
        finally:
            if self._poll is ended:
                self._poll = None

    @property
    def polled(self) -> bool:
        """Whether somebody's poll waits now."""
        return self._poll is not None

    async def end_poll(self, reason: str) -> None:
        """End the poll under way, if any; a second one within 3 s is told 3 s later."""
        poll, self._poll = self._poll, None
        if poll is None or poll.done():
            return
        now = self.clock.monotonic()
        if now >= self._next_conflict:
            self._next_conflict = now + CONFLICT_PAUSE_S
            poll.set_result(reason)
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(CONFLICT_PAUSE_S, _settle, poll, reason)

    async def _wait(self, ended: asyncio.Future[str], left_s: float) -> None:
        self.wake.clear()
        woken = asyncio.ensure_future(self.wake.wait())
        both: set[asyncio.Future[Any]] = {woken, ended}
        try:
            await asyncio.wait(both, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()


def _settle(poll: asyncio.Future[str], reason: str) -> None:
    if not poll.done():
        poll.set_result(reason)
