"""What tips helped to: once per tip, with the day of its confirmation; it can be withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from domain.tip import Heard, TipKind, ValueFigure
from storage.database import Tx
from storage.tables import tip, tip_value
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Value:
    """A confirmation that stands; a figure that nobody told is missing."""

    tip_id: UUID
    confirmed_at: datetime
    figures: Mapping[ValueFigure, int]


@dataclass(frozen=True, slots=True)
class ValueSums:
    """The tips confirmed in a period, and the sums of their figures."""

    tips: int
    figures: Mapping[ValueFigure, int]


def confirm(tx: Tx, tip_id: UUID, staff_id: UUID) -> bool:
    """Confirm a tip as valuable; False when that stands already, with its first day.

    After a withdrawal it counts from now on, with no figures.
    """
    if get(tx, tip_id) is not None:
        return False
    values = {
        "confirmed_at": tx.now,
        "confirmed_by": staff_id,
        "withdrawn_at": None,
        **{figure.value: None for figure in ValueFigure},
    }
    tx.connection.execute(
        insert_into(tx, tip_value)
        .values(tip_id=tip_id, **values)
        .on_conflict_do_update(index_elements=[tip_value.c.tip_id], set_=values)
    )
    return True


def withdraw(tx: Tx, tip_id: UUID) -> bool:
    """Withdraw a confirmation; False when none stands."""
    done = tx.connection.execute(
        update(tip_value)
        .where(tip_value.c.tip_id == tip_id, tip_value.c.withdrawn_at.is_(None))
        .values(withdrawn_at=tx.now)
    )
    return done.rowcount == 1


def set_figure(tx: Tx, tip_id: UUID, figure: ValueFigure, number: int) -> None:
    """Write a figure of a confirmed tip down."""
    tx.connection.execute(
        update(tip_value).where(tip_value.c.tip_id == tip_id).values({figure.value: number})
    )


def get(tx: Tx, tip_id: UUID) -> Value | None:
    """Return the confirmation that stands for a tip."""
    query = select(tip_value).where(
        tip_value.c.tip_id == tip_id, tip_value.c.withdrawn_at.is_(None)
    )
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        return None
    told = {figure: row._mapping[figure.value] for figure in ValueFigure}
    known = {figure: number for figure, number in told.items() if number is not None}
    return Value(row.tip_id, row.confirmed_at, known)


def of_period(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime
) -> Mapping[Heard | None, ValueSums]:
    """Return what was confirmed from `since` up to, not including, `until`, and still stands.

    By how staff heard of it; None is what came by chat.
    """
    sums = [
        func.coalesce(func.sum(tip_value.c[figure.value]), 0).label(figure.value)
        for figure in ValueFigure
    ]
    rows = tx.connection.execute(
        select(tip.c.heard, func.count().label("tips"), *sums)
        .select_from(tip_value)
        .join(tip, tip.c.id == tip_value.c.tip_id)
        .where(
            tip.c.unit_id == unit_id,
            tip.c.kind == TipKind.TIP.value,
            tip_value.c.withdrawn_at.is_(None),
            tip_value.c.confirmed_at >= since,
            tip_value.c.confirmed_at < until,
        )
        .group_by(tip.c.heard)
    )
    return {
        Heard(row.heard) if row.heard else None: ValueSums(
            row.tips, {figure: int(row._mapping[figure.value]) for figure in ValueFigure}
        )
        for row in rows
    }
