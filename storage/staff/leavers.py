"""Who has left, or has no chat any more, and whether the chief was told what lies with them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update

from storage.database import Tx
from storage.tables import address, staff


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in a unit, or did."""

    id: UUID
    active: bool
    cut_off: bool
    """Whether they had a chat, and have none."""
    told_at: datetime | None
    """When the chief was told what lies with them."""


def everybody(tx: Tx, unit_id: UUID) -> list[Member]:
    """Return all who work in a unit or did, oldest first."""
    linked = exists().where(address.c.staff_id == staff.c.id)
    had = exists().where(address.c.former_staff_id == staff.c.id)
    query = (
        select(staff.c.id, staff.c.active, had & ~linked, staff.c.left_told_at)
        .where(staff.c.unit_id == unit_id)
        .order_by(staff.c.id)
    )
    return [
        Member(row[0], bool(row[1]), bool(row[2]), row[3]) for row in tx.connection.execute(query)
    ]


def note_told(tx: Tx, staff_id: UUID, *, told: bool) -> None:
    """Remember that the chief was told of them now, or that there is nothing to tell any more."""
    tx.connection.execute(
        update(staff).where(staff.c.id == staff_id).values(left_told_at=tx.now if told else None)
    )
