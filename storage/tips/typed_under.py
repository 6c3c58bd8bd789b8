"""Which messages of staff in a review group were about a tip, so that they can be deleted there.

Such an id points to words that nobody but the chief may read one day. It is sealed with the tip's
own key, and forgotten once no platform would delete the message any more.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Effect, EffectKind, Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.effects import REMOVABLE
from storage.people.addresses import Address
from storage.sealing import Place
from storage.tables import delivery, topic
from storage.tables.intake import typed_under
from storage.tips.tip_keys import key_of
from storage.tips.tips import Tip


@dataclass(frozen=True, slots=True)
class Typed:
    """A message of staff that stands, or stood, in a group."""

    address_id: UUID
    message_id: str = field(repr=False)
    at: datetime


def note(tx: Tx, tip: Tip, here: Address, message_id: str) -> None:
    """Keep that a message in a group is about a tip."""
    if tip.sealed_key is None:
        return
    row_id = tx.new_id()
    tx.connection.execute(
        typed_under.insert().values(
            id=row_id,
            tip_id=tip.id,
            address_id=here.id,
            message_id=key_of(tx, tip).seal(message_id, _place(row_id)),
            at=tx.now,
        )
    )


def take(tx: Tx, tip: Tip) -> list[Typed]:
    """Return what of a tip platforms still delete, and forget all of it."""
    if tip.sealed_key is None:
        return []
    key = key_of(tx, tip)
    query = select(typed_under).where(
        typed_under.c.tip_id == tip.id, typed_under.c.at > tx.now - REMOVABLE
    )
    rows = tx.connection.execute(query.order_by(typed_under.c.id)).all()
    forget_tip(tx, tip.id)
    return [
        Typed(row.address_id, key.unseal(row.message_id, _place(row.id)), row.at) for row in rows
    ]


def remove(tx: Tx, tip: Tip, typed: Typed, group_id: UUID | None) -> None:
    """Delete what was typed, if that begins in time; a refusal is told of as one of the tip's."""
    ledger.put(
        tx,
        ledger.NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=Lane.TALK,
            address_id=typed.address_id,
            language=Language.VI.value,
            outgoing=Outgoing(text="", effect=Effect(EffectKind.REMOVE, typed.message_id)),
            group_id=group_id,
            tip_id=tip.id,
            not_after=typed.at + REMOVABLE,
        ),
    )


def is_removal(tx: Tx, row_id: UUID) -> bool:
    """Tell whether an effect about a tip that failed was to delete what was typed.

    Its content is emptied by then; a photo is taken back by a row that amends, a topic is opened
    by one that the topic names.
    """
    opens = exists().where(topic.c.asked_by == delivery.c.id)
    query = select(delivery.c.id).where(
        delivery.c.id == row_id, delivery.c.amends.is_(None), ~opens
    )
    return tx.connection.execute(query).first() is not None


def forget_tip(tx: Tx, tip_id: UUID) -> None:
    """Forget what was typed about a tip."""
    tx.connection.execute(delete(typed_under).where(typed_under.c.tip_id == tip_id))


def forget_in(tx: Tx, address_id: UUID) -> None:
    """Forget the ids of messages in a group that has moved: there they mean something else."""
    tx.connection.execute(delete(typed_under).where(typed_under.c.address_id == address_id))


def forget_old(tx: Tx, limit: int = 500) -> int:
    """Forget what cannot be deleted any more, up to `limit` at once; return how many."""
    old = select(typed_under.c.id).where(typed_under.c.at <= tx.now - REMOVABLE).limit(limit)
    ids = list(tx.connection.execute(old).scalars())
    tx.connection.execute(delete(typed_under).where(typed_under.c.id.in_(ids)))
    return len(ids)


def _place(row_id: UUID) -> Place:
    return Place("typed_under", "message_id", row_id)
