"""The phones on which staff are rung: sealed, opened only to ring or for the next in line."""

from uuid import UUID

from sqlalchemy import select, update

from domain.audit import Act, Thing
from storage.database import Tx
from storage.people.units import Staff
from storage.sealing import Place
from storage.staff import audit
from storage.tables import staff


def of(tx: Tx, staff_id: UUID) -> str | None:
    """Return somebody's number as `+84900000111`; None when they gave none."""
    query = select(staff.c.phone).where(staff.c.id == staff_id)
    sealed = tx.connection.execute(query).scalar_one_or_none()
    return tx.keys.unseal(sealed, _place(staff_id)) if sealed is not None else None


def keep(tx: Tx, whose: Staff, phone: str | None, by: UUID | None) -> bool:
    """Keep somebody's number, or none; False when it is the same as before."""
    if of(tx, whose.id) == phone:
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


def _place(staff_id: UUID) -> Place:
    return Place("staff", "phone", staff_id)
