"""Calls to be made about urgent tips: written with the alarm, made once each, forgotten soon."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func, select, update

from storage.database import Tx
from storage.tables import phone_call
from storage.tables.second_path import WAITING

_KEPT = timedelta(days=1)


class CallState(StrEnum):
    """Where a call stands."""

    WAITING = "waiting"
    RUNG = "rung"
    FAILED = "failed"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A phone to be rung; `tries` counts this one."""

    id: UUID
    tip_id: UUID
    staff_id: UUID | None
    step: int
    put_at: datetime
    tries: int


def put(tx: Tx, tip_id: UUID, staff_id: UUID | None, round_at: datetime, step: int) -> bool:
    """Have a phone rung once about a cry; False when that was asked for. Lock the tip first."""
    same = (
        phone_call.c.tip_id == tip_id,
        phone_call.c.staff_id.is_not_distinct_from(staff_id),
        phone_call.c.round_at >= round_at,
    )
    if tx.connection.execute(select(phone_call.c.id).where(*same).limit(1)).first() is not None:
        return False
    tx.connection.execute(
        phone_call.insert().values(
            id=tx.new_id(),
            tip_id=tip_id,
            staff_id=staff_id,
            round_at=round_at,
            step=step,
            put_at=tx.now,
            due_at=tx.now,
            tries=0,
            state=CallState.WAITING.value,
        )
    )
    return True


def claim(tx: Tx, lease: timedelta, limit: int) -> list[Call]:
    """Return calls that are due, each ours alone for the lease; of who dies others take them."""
    rows = tx.connection.execute(
        select(phone_call)
        .where(WAITING, phone_call.c.due_at <= tx.now)
        .order_by(phone_call.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        tx.connection.execute(
            update(phone_call)
            .where(phone_call.c.id == row.id)
            .values(due_at=tx.now + lease, tries=row.tries + 1)
        )
    return [
        Call(
            id=row.id,
            tip_id=row.tip_id,
            staff_id=row.staff_id,
            step=row.step,
            put_at=row.put_at,
            tries=row.tries + 1,
        )
        for row in rows
    ]


def settle(tx: Tx, call_id: UUID, state: CallState, reason: str | None = None) -> None:
    """Write down what became of a call."""
    tx.connection.execute(
        update(phone_call)
        .where(phone_call.c.id == call_id, WAITING)
        .values(state=state.value, reason=reason)
    )


def put_off(tx: Tx, call_id: UUID, until: datetime, reason: str) -> None:
    """Try a call again at an instant."""
    tx.connection.execute(
        update(phone_call)
        .where(phone_call.c.id == call_id, WAITING)
        .values(due_at=until, reason=reason)
    )


def counts(tx: Tx) -> dict[CallState, int]:
    """Return how many calls of the last day stand where."""
    query = select(phone_call.c.state, func.count()).group_by(phone_call.c.state)
    return {CallState(row[0]): row[1] for row in tx.connection.execute(query)}


def forget(tx: Tx, limit: int = 200) -> int:
    """Forget up to `limit` calls of more than a day ago; return how many."""
    old = select(phone_call.c.id).where(phone_call.c.put_at < tx.now - _KEPT).limit(limit)
    ids = list(tx.connection.execute(old).scalars())
    if ids:
        tx.connection.execute(delete(phone_call).where(phone_call.c.id.in_(ids)))
    return len(ids)
