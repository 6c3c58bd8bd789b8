"""The weekly duty roster of units: who is on duty on which weekday, from when until when."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update

from domain.audit import Act, Thing
from domain.ids import short
from domain.roster import DutyTurn, show_turns
from storage.database import Tx
from storage.staff import audit
from storage.tables import duty_turn

_DOER = func.coalesce(duty_turn.c.kept_by, duty_turn.c.staff_id)


def keep(
    tx: Tx, unit_id: UUID, staff_id: UUID, turns: Collection[DutyTurn], by: UUID | None
) -> bool:
    """Let somebody have these turns and no others; False when they are the same as before.

    Who does them in their place goes on doing so, unless they write their turns themselves.
    """
    wanted = {(turn.weekday, turn.begins): turn for turn in turns}
    if set(wanted.values()) == set(of(tx, staff_id)):
        return False
    instead = stand_ins(tx, unit_id).get(staff_id) if by != staff_id else None
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
                    "kept_by": instead,
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


def done_by(tx: Tx, staff_id: UUID) -> dict[UUID, tuple[DutyTurn, ...]]:
    """Return the turns that somebody does now, by whose they are."""
    return _by(tx, duty_turn.c.staff_id, _DOER.in_([staff_id]))


def done_in(tx: Tx, unit_id: UUID) -> dict[UUID, tuple[DutyTurn, ...]]:
    """Return the turns of a unit by who does them now, handed over or their own."""
    return _by(tx, _DOER, duty_turn.c.unit_id == unit_id)


def stand_ins(tx: Tx, unit_id: UUID) -> dict[UUID, UUID]:
    """Return who does whose turns since they were handed over."""
    query = (
        select(duty_turn.c.staff_id, duty_turn.c.kept_by)
        .where(duty_turn.c.unit_id == unit_id, duty_turn.c.kept_by.is_not(None))
        .distinct()
    )
    return {row.staff_id: row.kept_by for row in tx.connection.execute(query)}


def entrust(tx: Tx, unit_id: UUID, staff_id: UUID, to_id: UUID, by: UUID) -> None:
    """Let somebody else do a person's turns from now on, or them again."""
    tx.connection.execute(
        update(duty_turn)
        .where(duty_turn.c.staff_id == staff_id, duty_turn.c.unit_id == unit_id)
        .values(kept_by=to_id if to_id != staff_id else None)
    )
    audit.append(
        tx,
        Act.TURNS_HANDED_OVER,
        Thing.STAFF,
        staff_id,
        unit_id=unit_id,
        staff_id=by,
        to=short(to_id),
    )


def of_unit(tx: Tx, unit_id: UUID) -> dict[UUID, tuple[DutyTurn, ...]]:
    """Return the turns of everybody in a unit who has any, whoever does them."""
    return _by(tx, duty_turn.c.staff_id, duty_turn.c.unit_id == unit_id)


def _by(
    tx: Tx, whose: ColumnElement[UUID], condition: ColumnElement[bool]
) -> dict[UUID, tuple[DutyTurn, ...]]:
    query = select(duty_turn, whose.label("whose")).where(condition).order_by(whose)
    found: dict[UUID, list[DutyTurn]] = {}
    for row in tx.connection.execute(query):
        turn = DutyTurn(row.weekday, row.begins, row.ends)
        found.setdefault(row.whose, []).append(turn)
    return {staff_id: tuple(sorted(turns)) for staff_id, turns in found.items()}
