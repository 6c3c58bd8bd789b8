"""The alerts to which somebody may answer that they are safe."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.language import Language
from storage.codec import read_outgoing
from storage.database import Tx
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
