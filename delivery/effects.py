"""What a row of the ledger does to a chat where it sends nothing: pin, leave, delete, remove."""

from dataclasses import replace

from domain.channel import Arranges, Channel, Edits, Leaves, MakesGroups, Pins, Withdraws
from domain.failures import Refused
from domain.messages import ChatRef, Effect, EffectKind, Outgoing, Sent

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


async def carry_out(channel: Channel, chat: ChatRef, outgoing: Outgoing, effect: Effect) -> Sent:
    """Do what the row is for; twice does no harm, but for a topic or group: it is there twice then.

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
            made = await channel.make_group(outgoing.text, outgoing.heading or "", [chat])
            return Sent("\n".join((made.chat_id, made.link or "")))
        case Effect(kind) if kind in _ARRANGEMENTS and isinstance(channel, Arranges):
            return Sent(await channel.arrange(chat, effect, outgoing.text))
        case _:
            reason = f"the channel cannot {effect.kind.value}"
            raise Refused(reason)
    return _NOTHING_SENT


async def _withdraw(channel: Withdraws, chat: ChatRef, message_id: str, outgoing: Outgoing) -> None:
    """Delete a message; one that can no longer be deleted is changed into the words of the row."""
    try:
        await channel.withdraw(chat, message_id)
    except Refused:
        if not outgoing.text or not isinstance(channel, Edits):
            raise
        await channel.edit(chat, message_id, replace(outgoing, effect=None))
