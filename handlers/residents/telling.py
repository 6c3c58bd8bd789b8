"""Saying something in other chats of the same person, and what a channel is called to them."""

from collections.abc import Sequence

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Button, Outgoing
from handlers.turn import Context, Turn
from storage.database import Tx
from storage.people.addresses import Address


def shown(turn: Turn, channel: str) -> str:
    """Return the name under which people know a channel."""
    return turn.context.catalogue.channel(turn.language, channel)


def tell_others(
    turn: Turn, others: Sequence[Address], text: str, rows: tuple[tuple[Button, ...], ...] = ()
) -> None:
    """Say something in some chats of the person who writes."""
    tell_in(turn.tx, turn.context, others, turn.language, Outgoing(text=text, buttons=rows))


def tell_in(
    tx: Tx, context: Context, chats: Sequence[Address], language: Language, outgoing: Outgoing
) -> None:
    """Say something in some chats, as part of a conversation."""
    for one in chats:
        context.outbox.put(
            tx,
            one.id,
            outgoing,
            kind=DeliveryKind.REPLY,
            lane=Lane.TALK,
            language=language.value,
            resident_id=one.resident_id,
        )
