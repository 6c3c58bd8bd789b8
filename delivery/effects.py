"""What a row of the ledger does to a chat where it sends nothing: pin, leave, delete."""

from domain.channel import Channel, Leaves, Pins, Withdraws
from domain.failures import Refused
from domain.messages import ChatRef, Effect, EffectKind, Sent

_NOTHING_SENT = Sent("")


async def carry_out(channel: Channel, chat: ChatRef, effect: Effect) -> Sent:
    """Do what the row is for; twice does no harm.

    Raises: SendFailure; Refused when the channel has no way to do it.
    """
    match effect:
        case Effect(EffectKind.PIN, str(message_id)) if isinstance(channel, Pins):
            await channel.pin(chat, message_id)
        case Effect(EffectKind.LEAVE) if isinstance(channel, Leaves):
            await channel.leave(chat)
        case Effect(EffectKind.WITHDRAW, str(message_id)) if isinstance(channel, Withdraws):
            await channel.withdraw(chat, message_id)
        case _:
            reason = f"the channel cannot {effect.kind.value}"
            raise Refused(reason)
    return _NOTHING_SENT
