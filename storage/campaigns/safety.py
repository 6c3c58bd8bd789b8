"""The alerts to which somebody may answer that they are safe."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
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


def alert_to(
    tx: Tx,
    resident_id: UUID,
    within: timedelta,
    asked_for: Sequence[str],
    only: UUID | None = None,
) -> UUID | None:
    """Return the row of the newest alert that reached a resident lately; `only` this one, if given.

    An alert is what went out as urgent, and whatever asks for one of these words.
    """
    query = (
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
    if only is not None:
        query = query.where(delivery.c.id == only)
    for row in tx.connection.execute(query):
        if _is_alert(row.lane, row.content, row.language, asked_for):
            found: UUID = row.id
            return found
    return None


def is_alert(tx: Tx, run_id: UUID, asked_for: Sequence[str]) -> bool:
    """Tell whether a run went out as urgent, or asks for one of these words."""
    row = tx.connection.execute(
        select(run.c.lane, run.c.content).where(run.c.id == run_id)
    ).one_or_none()
    return row is not None and _is_alert(row.lane, row.content, Language.VI.value, asked_for)


def _is_alert(
    lane: str, content: Mapping[str, Any], language: str, asked_for: Sequence[str]
) -> bool:
    written = content.get(language) or content.get(Language.VI.value)
    text = read_outgoing(written).text if written is not None else ""
    return lane == Lane.URGENT.name or any(word in text for word in asked_for)


def take_all_back(tx: Tx, resident_id: UUID, within: timedelta) -> bool:
    """Count a resident among the safe of no alert to which they lately said so; tell if of any."""
    query = (
        select(delivery.c.id)
        .where(
            delivery.c.resident_id == resident_id,
            delivery.c.kind == DeliveryKind.CAMPAIGN.value,
            delivery.c.safe_at >= tx.now - within,
        )
        .order_by(delivery.c.id)
    )
    found = tx.connection.execute(query).scalars().all()
    return sum(bool(take_back(tx, delivery_id, resident_id)) for delivery_id in found) > 0


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
