"""When people last wrote, where a platform lets us answer only for a while after that."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, update

from domain.delivery import DeliveryKind, Facet
from domain.door import Door
from storage.database import Tx
from storage.deliveries import ledger
from storage.tables import address, delivery
from storage.tables.people import HEARD

KEPT_FOR = timedelta(days=31)
"""No platform of ours lets us write for longer after a message: then it counts for nothing."""


def heard(tx: Tx, address_id: UUID, at: datetime, door: Door) -> None:
    """Note that a private chat's person wrote or pressed; what had cost until now is free again.

    The message of a run after which they wrote is marked, if it cost.
    """
    asked = {"address": address_id}
    known = tx.connection.execute(_HEARD_AT, asked).one_or_none()
    if known is None:
        # They had us forget them with these very words.
        return
    before: datetime | None = known.heard_at
    at = min(at, tx.now)
    if before is not None and before >= at:
        return
    if door.free_window is not None and door.costs(before, at):
        asked_run = {**asked, "since": at - door.free_window}
        reopened = tx.connection.execute(_COST, asked_run).scalar_one_or_none()
        if reopened is not None:
            ledger.note_facet(tx, reopened, Facet.REOPENED, proof=False)
    tx.connection.execute(update(address).where(address.c.id == address_id).values(heard_at=at))


def since(tx: Tx, address_id: UUID, at: datetime) -> bool:
    """Tell whether a chat's person is known to have written or pressed after an instant."""
    heard_at = last(tx, address_id)
    return heard_at is not None and heard_at > at


def last(tx: Tx, address_id: UUID) -> datetime | None:
    """Return when a chat's person last wrote or pressed, where that is known."""
    at: datetime | None = tx.connection.execute(_HEARD_AT, {"address": address_id}).scalar_one()
    return at


def forget_old(tx: Tx, limit: int = 1000) -> int:
    """Forget of up to `limit` chats when their people wrote, long after it; return how many.

    Of staff it is kept: whom no alarm reaches any more has to be known.
    """
    before = tx.now - KEPT_FOR
    old = select(address.c.id).where(
        HEARD, address.c.heard_at < before, address.c.staff_id.is_(None)
    )
    old = old.limit(limit)
    query = update(address).where(address.c.id.in_(old)).values(heard_at=None)
    return tx.connection.execute(query).rowcount


_HEARD_AT = select(address.c.heard_at).where(address.c.id == bindparam("address", type_=Uuid))
_COST = (
    select(delivery.c.id)
    .join(address, address.c.resident_id == delivery.c.resident_id)
    .where(
        address.c.id == bindparam("address", type_=Uuid),
        delivery.c.address_id == bindparam("address", type_=Uuid),
        delivery.c.kind == DeliveryKind.CAMPAIGN.value,
        delivery.c.paid_at >= bindparam("since"),
        delivery.c.reopened_at.is_(None),
    )
    .order_by(delivery.c.paid_at.desc())
    .limit(1)
)
