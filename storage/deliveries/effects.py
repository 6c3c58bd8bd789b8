"""What is done to chats beside sending: rows of the ledger like any other.

A row that acts on a message of ours says so in `amends`, so that nothing writes it twice; what a
crash interrupts is done again, which changes nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Effect, EffectKind, Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery, NewDelivery
from storage.tables import delivery

REMOVABLE = timedelta(hours=48)
"""How long platforms delete a message at most (Bot API, deleteMessage)."""


def pin(tx: Tx, notice: Delivery, message_id: str) -> UUID | None:
    """Pin a message of ours; None when that is under way or done."""
    return ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=Lane.TALK,
            address_id=notice.address_id,
            language=notice.language,
            outgoing=Outgoing(text="", effect=Effect(EffectKind.PIN, message_id)),
            group_id=notice.group_id,
            amends=notice.id,
        ),
    )


def pin_again(tx: Tx, address_id: UUID, group_id: UUID, message_id: str, language: str) -> UUID:
    """Try once more to pin what stands in a group; returns the row."""
    made = ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=Lane.TALK,
            address_id=address_id,
            language=language,
            outgoing=Outgoing(text="", effect=Effect(EffectKind.PIN, message_id)),
            group_id=group_id,
        ),
    )
    return _made(made)


def withdraw(
    tx: Tx, post: Delivery, message_id: str, instead: Outgoing, lane: Lane = Lane.TALK
) -> UUID | None:
    """Delete a message of ours, or else change it into other words; None when that is under way."""
    return ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=lane,
            address_id=post.address_id,
            language=post.language,
            outgoing=replace(instead, effect=Effect(EffectKind.WITHDRAW, message_id)),
            group_id=post.group_id,
            amends=post.id,
        ),
    )


def retract(tx: Tx, article: Delivery, article_id: str, lane: Lane = Lane.TALK) -> UUID | None:
    """Take an article of ours down; None when that is under way or done."""
    return ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=lane,
            address_id=article.address_id,
            language=article.language,
            outgoing=Outgoing(text="", effect=Effect(EffectKind.RETRACT, article_id)),
            amends=article.id,
        ),
    )


def remove(
    tx: Tx, address_id: UUID, group_id: UUID | None, message_id: str, not_after: datetime
) -> UUID:
    """Delete a message of somebody's in a group, if that begins in time; returns the row."""
    made = ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=Lane.TALK,
            address_id=address_id,
            language=Language.VI.value,
            outgoing=Outgoing(text="", effect=Effect(EffectKind.REMOVE, message_id)),
            group_id=group_id,
            not_after=not_after,
        ),
    )
    return _made(made)


def leave(tx: Tx, address_id: UUID, group_id: UUID, language: str) -> None:
    """Leave a group, once all that waits for it is sent."""
    ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=Lane.TALK,
            address_id=address_id,
            language=language,
            outgoing=Outgoing(text="", effect=Effect(EffectKind.LEAVE)),
            group_id=group_id,
        ),
    )


def of(tx: Tx, amended: UUID) -> Delivery | None:
    """Return the row that acts on the message of another."""
    row = tx.connection.execute(select(delivery).where(delivery.c.amends == amended)).one_or_none()
    return ledger.as_delivery(row) if row else None


def _made(row_id: UUID | None) -> UUID:
    if row_id is None:
        message = "a row that belongs to no run was there already"
        raise LookupError(message)
    return row_id
