"""What a row of the ledger does to a chat where it sends nothing: pin, leave, delete, remove."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from domain.article import article_of
from domain.channel import (
    Arranges,
    Articles,
    Channel,
    Edits,
    Leaves,
    MakesGroups,
    Members,
    Pins,
    Withdraws,
)
from domain.delivery import Accepted, Advanced
from domain.failures import Refused
from domain.messages import ChatRef, Effect, EffectKind, Outgoing, Sent

log = structlog.get_logger(__name__)

COUNT_WITHIN = timedelta(seconds=5)
"""How long counting the members of a group may take."""
_NOTHING_SENT = Sent("")
_ARRANGEMENTS = frozenset(
    {
        EffectKind.OPEN_TOPIC,
        EffectKind.CLOSE_TOPIC,
        EffectKind.REOPEN_TOPIC,
        EffectKind.DELETE_TOPIC,
        EffectKind.RENAME_TOPIC,
        EffectKind.MENU,
    }
)

_OF_ARTICLES = frozenset(
    {
        EffectKind.PUBLISH,
        EffectKind.AWAIT_ARTICLE,
        EffectKind.BROADCAST,
        EffectKind.RETRACT,
    }
)


async def carry_out(channel: Channel, chat: ChatRef, outgoing: Outgoing, effect: Effect) -> Sent:
    """Do what the row is for; twice does harm where a topic, group or article is made or sent.

    Raises: SendFailure; Refused when the channel has no way to do it.
    """
    match effect:
        case Effect(EffectKind.PIN, str(message_id)) if isinstance(channel, Pins):
            await channel.pin(chat, message_id)
        case Effect(EffectKind.LEAVE) if isinstance(channel, Leaves):
            await channel.leave(chat)
        case Effect(EffectKind.WITHDRAW, str(message_id)) if isinstance(channel, Withdraws):
            await _withdraw(channel, chat, message_id, outgoing)
        case Effect(EffectKind.REMOVE, str(message_id)) if isinstance(channel, Withdraws):
            await channel.withdraw(chat, message_id)
        case Effect(EffectKind.MAKE_GROUP) if isinstance(channel, MakesGroups):
            return await _make_group(channel, chat, outgoing, effect.message_id)
        case Effect(kind, told) if kind in _OF_ARTICLES and isinstance(channel, Articles):
            return await _with_articles(channel, outgoing, kind, told or "")
        case Effect(kind) if kind in _ARRANGEMENTS and isinstance(channel, Arranges):
            return Sent(await channel.arrange(chat, effect, outgoing.text))
        case _:
            reason = f"the channel cannot {effect.kind.value}"
            raise Refused(reason)
    return _NOTHING_SENT


def came_to(effect: Effect | None, sent: Sent, now: datetime) -> Accepted | Advanced:
    """Return what a success means: the end of it, or that the row's next step is due."""
    match effect:
        case Effect(EffectKind.PUBLISH):
            return Advanced(Effect(EffectKind.AWAIT_ARTICLE, sent.message_id))
        case Effect(EffectKind.AWAIT_ARTICLE):
            return Advanced(Effect(EffectKind.BROADCAST, sent.message_id))
    return Accepted(sent.message_id, now, sent.pressable, sent.others)


async def _make_group(
    channel: MakesGroups, chat: ChatRef, outgoing: Outgoing, second: str | None
) -> Sent:
    """Make it with both people; where that is refused, which makes nothing, with each alone.

    One must look after the account, and nobody can know who; either may not be let in.
    """
    people = [chat] if second is None else [chat, ChatRef(second, chat.kind)]
    tries = [people, *([one] for one in people)] if len(people) > 1 else [people]
    refused = Refused("nobody to make it with")
    for members in tries:
        try:
            made = await channel.make_group(
                outgoing.text, outgoing.heading or "", members, closed=outgoing.protected
            )
        except Refused as failure:
            refused = failure
        else:
            shut = ("closed",) if made.closed else ()
            return Sent("\n".join((made.chat_id, made.link or "", *shut)))
    raise refused


async def _with_articles(
    channel: Articles, outgoing: Outgoing, kind: EffectKind, told: str
) -> Sent:
    if kind is EffectKind.PUBLISH:
        return Sent(await channel.publish(article_of(outgoing)))
    if kind is EffectKind.AWAIT_ARTICLE:
        return Sent(await channel.article(told))
    if kind is EffectKind.BROADCAST:
        return await channel.broadcast(told)
    await channel.retract(told)
    return _NOTHING_SENT


async def _withdraw(channel: Withdraws, chat: ChatRef, message_id: str, outgoing: Outgoing) -> None:
    """Delete a message; one that can no longer be deleted is changed into the words of the row."""
    try:
        await channel.withdraw(chat, message_id)
    except Refused:
        if not outgoing.text or not isinstance(channel, Edits):
            raise
        await channel.edit(chat, message_id, replace(outgoing, effect=None))


async def count_members(channel: Channel, chat: ChatRef) -> int | None:
    """Return how many are in a group; None where its platform does not tell now."""
    if not isinstance(channel, Members):
        return None
    try:
        async with asyncio.timeout(COUNT_WITHIN.total_seconds()):
            return await channel.count_members(chat)
    except Exception as error:  # noqa: BLE001 - the post went out; a count is not worth a fault
        log.info("members_unknown", error=type(error).__name__)
        return None
