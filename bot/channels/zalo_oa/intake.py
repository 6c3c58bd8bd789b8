"""From webhook events to the inbox: freshness, meaning, group filter, commit."""

import asyncio
import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bot.channels.group_commands import CONNECT
from bot.channels.raw import Raw
from bot.channels.zalo_oa.group_filter import GroupFilter
from bot.channels.zalo_oa.incoming import Fate, Item, Me, command_of, parse
from bot.channels.zalo_oa.reading import instant
from domain.channel import Inbox, OurMessages
from domain.clock import Clock
from domain.ids import is_typed_code
from domain.messages import Addressed, ChatRef, Incoming, Message, Received, Room

FRESH_FOR = timedelta(days=7)
"""What is older was copied by somebody; younger copies are known by their keys, kept longer."""
_AHEAD = timedelta(minutes=10)
_UNDATED = "undated"
_ROOM_WITHIN_S = 0.8

_LOG = logging.getLogger(__name__)

DescribeRoom = Callable[[ChatRef], Awaitable[Room]]


class Intake:
    """Understand events and commit them.

    `secret` makes keys of ids, so that they tell nothing. `describe` tells what a group is called
    that somebody asks to connect; `revoked` hears that the account withdrew its permission.
    """

    def __init__(
        self,
        me: Me,
        inbox: Inbox,
        ours: OurMessages,
        clock: Clock,
        *,
        secret: bytes,
        describe: DescribeRoom,
        revoked: Callable[[], None],
    ) -> None:
        self._me = replace(me, secret=secret)
        self._inbox = inbox
        self._filter = GroupFilter(me, ours)
        self._clock = clock
        self._secret = secret
        self._describe = describe
        self._revoked = revoked
        self.counts: Counter[str] = Counter()
        """What became of events since the start, by `Fate`; `stale` ones were dropped, `undated`
        ones taken as of now."""

    async def take(self, event: Raw, fresh_for: timedelta = FRESH_FOR) -> None:
        """Commit what an event tells; returns only when it is committed.

        Raises: whatever the inbox, or the look-up of our own messages, raises.
        """
        now = self._clock.now()
        at = instant(event.get("timestamp"))
        if at is None or at - now > _AHEAD:
            # One clock is wrong, Zalo's or ours: no reason to lose what somebody tells.
            self._count(_UNDATED)
            at = now
        elif now - at > fresh_for:
            self._count("stale")
            return
        parsed = parse(event, self._me, min(at, now))
        self._count(parsed.fate.value)
        if parsed.fate is Fate.REVOKED:
            self._revoked()
        received = [one for item in parsed.items if (one := await self._ours(item)) is not None]
        # Also nothing is news: that Zalo called.
        await self._inbox.put(received)

    def _count(self, fate: str) -> None:
        self.counts[fate] += 1
        if fate in {"stale", _UNDATED, Fate.UNKNOWN, Fate.FOREIGN}:
            # Only how many: an event that is not ours is nobody's to keep.
            level = logging.WARNING if fate in {"stale", _UNDATED} else logging.INFO
            _LOG.log(level, "a webhook event was %s, %d so far", fate, self.counts[fate])

    async def _ours(self, item: Item) -> Received | None:
        incoming = await self._filter.admit(item.incoming)
        if incoming is None:
            return None
        if isinstance(incoming, Message) and self._asks_to_connect(incoming):
            incoming = await self._with_room(incoming)
        return self._received(item.source, incoming)

    def _asks_to_connect(self, message: Message) -> bool:
        if message.addressed is not Addressed.COMMAND:
            return False
        name, rest = command_of(message.text, self._me.commands) or ("", "")
        return name == CONNECT and is_typed_code(rest)

    async def _with_room(self, message: Message) -> Message:
        try:
            async with asyncio.timeout(_ROOM_WITHIN_S):
                room = await self._describe(message.chat)
        except Exception as error:  # noqa: BLE001 - no name is worth a message
            _LOG.info("a group was not described: %s", type(error).__name__)
            room = Room("")
        return replace(message, room=room)

    def _received(self, source: str, incoming: Incoming) -> Received:
        tag = hmac.new(self._secret, source.encode("utf-8", "replace"), hashlib.sha256)
        return Received(
            key="z" + tag.hexdigest()[:32],
            order_key=f"chat:{incoming.chat.chat_id}",
            incoming=incoming,
        )
