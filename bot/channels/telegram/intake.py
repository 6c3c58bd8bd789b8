"""From raw updates to the inbox, the same for polling and for the webhook."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import orjson

from bot.channels.raw import Raw, integer, mapping
from bot.channels.telegram.group_filter import Me, admit
from bot.channels.telegram.incoming import parse
from domain.channel import Inbox
from domain.clock import Clock
from domain.ids import is_typed_code
from domain.messages import ChatMoved, ChatRef, Incoming, Message, Received

_LOG = logging.getLogger(__name__)
_COUNTED_WITHIN_S = 3
_COUNTED_AT_ONCE = 3


class Intake:
    """Filter, understand and commit updates.

    `secret` makes keys of things that have no id of their own, so that they tell nothing.
    `count` tells how many are in a chat that somebody asks to connect.
    """

    def __init__(
        self,
        me: Me,
        inbox: Inbox,
        clock: Clock,
        secret: bytes,
        count: Callable[[ChatRef], Awaitable[int]] | None = None,
    ) -> None:
        self._me = me
        self._count = count
        self._inbox = inbox
        self._clock = clock
        self._secret = secret
        self.anonymous = 0
        """Messages to us that were dropped because no person signed them."""
        self.unreadable = 0
        """Updates of which something had to be given up."""

    async def take(self, updates: Sequence[object]) -> None:
        """Commit what is ours among the updates; returns only when it is committed.

        Raises: whatever the inbox raises; then nothing may be confirmed to Telegram.
        """
        items = [item for update in updates if (item := self.receive(mapping(update))) is not None]
        await self._inbox.put(await self._counted(items))

    def receive(self, update: Raw) -> Received | None:
        """Turn one update into an item for the inbox; None when it is not ours. Never raises."""
        admitted = admit(update, self._me)
        if admitted is None:
            return None
        if admitted.anonymous:
            self.anonymous += 1
            if not admitted.code:
                return None
        parsed = parse(update, self._me, admitted.addressed, self._clock.now())
        if not parsed.readable:
            self.unreadable += 1
            _LOG.warning("update %s could not be read whole", integer(update.get("update_id")))
        if parsed.incoming is None:
            return None
        return Received(
            key=self._key(update, parsed.incoming),
            order_key=f"chat:{parsed.incoming.chat.chat_id}",
            incoming=parsed.incoming,
        )

    async def _counted(self, items: Sequence[Received]) -> list[Received]:
        """Note how many are in rooms that are to be connected; a few, so that none is held up."""
        found = list(items)
        asking = [at for at, item in enumerate(found) if _asks_to_connect(item.incoming)]
        counted = asking[:_COUNTED_AT_ONCE] if self._count is not None else []
        told = await asyncio.gather(*(self._with_members(found[at]) for at in counted))
        for at, item in zip(counted, told, strict=True):
            found[at] = item
        return found

    async def _with_members(self, item: Received) -> Received:
        told = item.incoming
        if self._count is None or not isinstance(told, Message) or told.room is None:
            return item
        try:
            async with asyncio.timeout(_COUNTED_WITHIN_S):
                members = await self._count(told.chat)
        except Exception as error:  # noqa: BLE001 - no number is worth an update
            _LOG.info("members not counted: %s", type(error).__name__)
            return item
        return replace(item, incoming=replace(told, room=replace(told.room, members=members)))

    def _key(self, update: Raw, incoming: Incoming) -> str:
        if isinstance(incoming, ChatMoved):
            # Told twice, by the old and by the new chat: one key, so that it is kept once.
            return "m" + self._tag(f"{incoming.chat.chat_id}>{incoming.new_chat_id}".encode())
        update_id = integer(update.get("update_id"))
        if update_id is not None:
            return f"u{update_id}"
        try:
            body = orjson.dumps(dict(update), option=orjson.OPT_SORT_KEYS)
        except (TypeError, ValueError):
            body = repr(update).encode("utf-8", "backslashreplace")
        return "h" + self._tag(body)

    def _tag(self, content: bytes) -> str:
        return hmac.new(self._secret, content, hashlib.sha256).hexdigest()[:32]


def _asks_to_connect(incoming: Incoming) -> bool:
    """Tell whether it is the command with a code, which alone is worth a question to Telegram."""
    if not isinstance(incoming, Message) or incoming.room is None:
        return False
    return is_typed_code(incoming.text.partition(" ")[2])
