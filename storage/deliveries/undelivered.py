"""Messages about tips that did not arrive, until what had to be done about them is done."""

from uuid import UUID

from sqlalchemy import select, update

from storage.database import Tx
from storage.deliveries.ledger import Delivery, as_delivery
from storage.tables import delivery
from storage.tables.deliveries import FAILED


def of_tips(tx: Tx, limit: int) -> list[Delivery]:
    """Return messages about tips that did not arrive, or may not have, oldest first.

    They stay among them until `note`; one that is found to have arrived leaves by itself.
    """
    rows = tx.connection.execute(
        select(delivery).where(FAILED).order_by(delivery.c.id).limit(limit)
    )
    return [as_delivery(row) for row in rows]


def note(tx: Tx, delivery_id: UUID) -> None:
    """Remember that what had to be done about a failed message is done."""
    tx.connection.execute(
        update(delivery).where(delivery.c.id == delivery_id).values(failed_at=None)
    )
