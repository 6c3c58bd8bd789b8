"""The weekly duty roster of units: who is on duty on which weekday, from when until when."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select

from domain.audit import Act, Thing
from domain.roster import DutyTurn, show_turns
from storage.database import Tx
from storage.staff import audit
from storage.tables import duty_turn


def keep(
    tx: Tx, unit_id: UUID, staff_id: UUID, turns: Collection[DutyTurn], by: UUID | None
) -> bool:
    """Let somebody have these turns and no others; False when they are the same as before."""
    wanted = {(turn.weekday, turn.begins): turn for turn in turns}
    if set(wanted.values()) == set(of(tx, staff_id)):
        return False
    tx.connection.execute(delete(duty_turn).where(duty_turn.c.staff_id == staff_id))
    if wanted:
        tx.connection.execute(
            duty_turn.insert(),
            [
                {
                    "staff_id": staff_id,
                    "unit_id": unit_id,
                    "weekday": turn.weekday,
                    "begins": turn.begins,
                    "ends": turn.ends,
                }
                for turn in wanted.values()
            ],
        )
    audit.append(
        tx,
        Act.ROSTER_CHANGED,
        Thing.STAFF,
        staff_id,
        unit_id=unit_id,
        staff_id=by,
        turns=show_turns(wanted.values()),
    )
    return True


def of(tx: Tx, staff_id: UUID) -> tuple[DutyTurn, ...]:
    """Return somebody's turns."""
    query = select(duty_turn).where(duty_turn.c.staff_id == staff_id)
    rows = tx.connection.execute(query).all()
    return tuple(sorted(DutyTurn(row.weekday, row.begins, row.ends) for row in rows))


def of_unit(tx: Tx, unit_id: UUID) -> dict[UUID, tuple[DutyTurn, ...]]:
    """Return the turns of everybody in a unit who has any."""
    query = select(duty_turn).where(duty_turn.c.unit_id == unit_id).order_by(duty_turn.c.staff_id)
    found: dict[UUID, list[DutyTurn]] = {}
    for row in tx.connection.execute(query):
        turn = DutyTurn(row.weekday, row.begins, row.ends)
        found.setdefault(row.staff_id, []).append(turn)
    return {staff_id: tuple(sorted(turns)) for staff_id, turns in found.items()}
