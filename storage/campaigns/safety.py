"""The alerts to which somebody may answer that they are safe."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from domain.delivery import DeliveryKind, DeliveryState, Facet, Lane
from domain.language import Language
from storage.campaigns import reactions
from storage.codec import read_outgoing
from storage.database import Tx
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery, as_delivery, key_of
from storage.tables import delivery, run

_MOST = 10
_REACHED = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNSURE)


def alert_to(tx: Tx, resident_id: UUID, within: timedelta, asked_for: Sequence[str]) -> UUID | None:
    """Return the row of the newest alert that reached a resident lately.

    An alert is what went out as urgent, and whatever asks for one of these words.
    """
    rows = tx.connection.execute(
        select(delivery.c.id, delivery.c.language, run.c.lane, run.c.content)
        .join(run, run.c.id == delivery.c.run_id)
        .where(
            delivery.c.resident_id == resident_id,
            delivery.c.kind == DeliveryKind.CAMPAIGN.value,
            delivery.c.state.in_([state.value for state in _REACHED]),
            delivery.c.settled_at >= tx.now - within,
        )
        .order_by(delivery.c.settled_at.desc())
        .limit(_MOST)
    )
    for row in rows:
        written = row.content.get(row.language) or row.content.get(Language.VI.value)
        text = read_outgoing(written).text if written is not None else ""
        if row.lane == Lane.URGENT.name or any(word in text for word in asked_for):
            found: UUID = row.id
            return found
    return None


def told_safe(tx: Tx, resident_id: UUID, within: timedelta) -> UUID | None:
    """Return the row of the newest broadcast to which a resident lately said to be safe."""
    query = (
        select(delivery.c.id)
        .where(
            delivery.c.resident_id == resident_id,
            delivery.c.kind == DeliveryKind.CAMPAIGN.value,
            delivery.c.safe_at >= tx.now - within,
        )
        .order_by(delivery.c.safe_at.desc())
        .limit(1)
    )
    found: UUID | None = tx.connection.execute(query).scalar_one_or_none()
    return found


def take_back(tx: Tx, delivery_id: UUID, resident_id: UUID) -> bool | None:
    """Count a resident among the safe of a broadcast no more; None where it was not theirs.

    False where they were not counted (any more).
    """
    row = tx.connection.execute(
        select(delivery)
        .where(
            delivery.c.id == delivery_id,
            delivery.c.resident_id == resident_id,
            delivery.c.kind == DeliveryKind.CAMPAIGN.value,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    result = tx.connection.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id, delivery.c.safe_at.is_not(None))
        .values(safe_at=None)
    )
    if result.rowcount:
        moves = Moves()
        moves.add(key_of(as_delivery(row)), Facet.SAFE.value, -1)
        moves.apply(tx)
    return bool(result.rowcount)


def take_back_under(tx: Tx, post: Delivery, user_id: str) -> bool:
    """Count a person among the safe under a post no more; False where they were not counted."""
    # As whoever counts does: two at once come one after the other.
    tx.connection.execute(select(delivery.c.id).where(delivery.c.id == post.id).with_for_update())
    if not reactions.take_back(tx, post.id, post.channel, Facet.SAFE, user_id):
        return False
    moves = Moves()
    moves.add(key_of(post), Facet.SAFE.value, -1)
    moves.apply(tx)
    return True
