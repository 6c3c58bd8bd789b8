"""From raw updates to the inbox, the same for polling and for the webhook."""

import hashlib
import hmac
import logging
from collections.abc import Sequence

import orjson

from bot.channels.raw import Raw, mapping
from bot.channels.zalo_bot.incoming import Me, parse
from bot.channels.zalo_oa.reading import told
from domain.channel import Inbox
from domain.clock import Clock
from domain.messages import Received

_LOG = logging.getLogger(__name__)


class Intake:
    """Understand and commit updates; `secret` makes keys of ids, so that they tell nothing."""

    def __init__(self, me: Me, inbox: Inbox, clock: Clock, secret: bytes) -> None:
        self._me = me
        self._inbox = inbox
        self._clock = clock
        self._secret = secret
        self.unknown = 0
        """Updates since the start that were no message of a person."""

    async def take(self, updates: Sequence[object]) -> None:
        """Commit what is ours among the updates; returns only when it is committed.

        Raises: whatever the inbox raises.
        """
        items = [item for update in updates if (item := self.receive(mapping(update))) is not None]
        await self._inbox.put(items)

    def receive(self, update: Raw) -> Received | None:
        """Turn one update into an item for the inbox; None when it is not ours. Never raises."""
        message = parse(update, self._me, self._clock.now())
        if message is None:
            self.unknown += 1
            _LOG.info("an update is no message of a person")
            return None
        return Received(
            key=self._key(update), order_key=f"chat:{message.chat.chat_id}", incoming=message
        )

    def _key(self, update: Raw) -> str:
        """Return one key for all repetitions of an update."""
        message_id = told(mapping(update.get("message")).get("message_id"))
        if message_id:
            return "m" + self._tag(message_id.encode("utf-8", "backslashreplace"))
        try:
            body = orjson.dumps(dict(update), option=orjson.OPT_SORT_KEYS)
        except (TypeError, ValueError):
            body = repr(update).encode("utf-8", "backslashreplace")
        return "h" + self._tag(body)

    def _tag(self, content: bytes) -> str:
        return hmac.new(self._secret, content, hashlib.sha256).hexdigest()[:32]
