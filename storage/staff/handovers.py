"""What was handed over when somebody went on leave, until it is given back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select

from storage.database import Tx
from storage.tables import handed_thing, handover


class Share(StrEnum):
    """What somebody may hold."""

    TIPS = "tips"
    TURNS = "turns"
    CAMPAIGNS = "campaigns"


Things = Mapping[Share, Sequence[UUID]]
"""Ids of tips, of campaigns, and of the staff whose turns they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What somebody handed over to a colleague."""

    id: UUID
    unit_id: UUID
    from_id: UUID
    to_id: UUID
    at: datetime
    duty_until: datetime | None
    """Until when the duty would have lasted that was handed over; None for none."""
    things: Things


def note(
    tx: Tx, unit_id: UUID, from_id: UUID, to_id: UUID, things: Things, duty_until: datetime | None
) -> UUID:
    """Write down what was handed over; returns the id by which it is given back."""
    new_id = tx.new_id()
    tx.connection.execute(
        handover.insert().values(
            id=new_id,
            unit_id=unit_id,
            from_id=from_id,
            to_id=to_id,
            at=tx.now,
            duty_until=duty_until,
        )
    )
    rows = [
        {"handover_id": new_id, "kind": part.value, "thing_id": one}
        for part, ids in things.items()
        for one in ids
    ]
    if rows:
        tx.connection.execute(handed_thing.insert(), rows)
    return new_id


def of_unit(tx: Tx, unit_id: UUID, from_id: UUID | None = None) -> list[Handover]:
    """Return what is handed over in a unit, or by one of its staff, oldest first."""
    query = select(handover).where(handover.c.unit_id == unit_id).order_by(handover.c.id)
    if from_id is not None:
        query = query.where(handover.c.from_id == from_id)
    return [_handover(tx, row) for row in tx.connection.execute(query).all()]


def get(tx: Tx, handover_id: UUID) -> Handover | None:
    """Return what was handed over, for a change; None once it was given back."""
    query = select(handover).where(handover.c.id == handover_id).with_for_update()
    row = tx.connection.execute(query).one_or_none()
    return _handover(tx, row) if row is not None else None


def forget(tx: Tx, handover_id: UUID) -> bool:
    """Forget it, since it was given back; False when somebody else did just now."""
    tx.connection.execute(delete(handed_thing).where(handed_thing.c.handover_id == handover_id))
    gone = tx.connection.execute(delete(handover).where(handover.c.id == handover_id))
    return gone.rowcount == 1


def _handover(tx: Tx, row: Row[Any]) -> Handover:
    things: dict[Share, list[UUID]] = {}
    query = select(handed_thing).where(handed_thing.c.handover_id == row.id)
    for one in tx.connection.execute(query.order_by(handed_thing.c.thing_id)):
        things.setdefault(Share(one.kind), []).append(one.thing_id)
    return Handover(
        id=row.id,
        unit_id=row.unit_id,
        from_id=row.from_id,
        to_id=row.to_id,
        at=row.at,
        duty_until=row.duty_until,
        things=things,
    )
