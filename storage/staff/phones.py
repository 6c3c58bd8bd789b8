"""The phones on which staff are rung: sealed, opened only to ring or for the next in line."""

from uuid import UUID

import structlog
from sqlalchemy import select, update

from domain.audit import Act, Thing
from storage.database import Tx
from storage.people.units import Staff
from storage.sealing import KeysUnusable, Place
from storage.staff import audit
from storage.tables import staff

log = structlog.get_logger(__name__)


def of(tx: Tx, staff_id: UUID) -> str | None:
    """Return somebody's number as `+84900000111`; None when they gave none.

    One that cannot be opened is none: an alarm goes on with whom it can reach.
    """
    sealed = _sealed(tx, staff_id)
    if sealed is None:
        return None
    try:
        return tx.keys.unseal(sealed, _place(staff_id))
    except KeysUnusable:
        log.error("phone_not_opened", staff=str(staff_id))
        return None


def keep(tx: Tx, whose: Staff, phone: str | None, by: UUID | None) -> bool:
    """Keep somebody's number, or none; False when it is the same as before."""
    there = _sealed(tx, whose.id) is not None
    if there == (phone is not None) and of(tx, whose.id) == phone:
        return False
    sealed = tx.keys.seal(phone, _place(whose.id)) if phone is not None else None
    tx.connection.execute(update(staff).where(staff.c.id == whose.id).values(phone=sealed))
    audit.append(
        tx,
        Act.STAFF_PHONE_SET,
        Thing.STAFF,
        whose.id,
        unit_id=whose.unit_id,
        staff_id=by,
        there="yes" if phone is not None else "no",
    )
    return True


def _sealed(tx: Tx, staff_id: UUID) -> bytes | None:
    query = select(staff.c.phone).where(staff.c.id == staff_id)
    sealed: bytes | None = tx.connection.execute(query).scalar_one_or_none()
    return sealed


def _place(staff_id: UUID) -> Place:
    return Place("staff", "phone", staff_id)
