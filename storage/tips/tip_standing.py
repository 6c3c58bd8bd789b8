"""Tips that stood open at an instant: how many somebody had, how many were overdue by then.

Counted one by one from their events, so that the figures of the moves can be checked against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, func, or_, select

from domain import clocks
from domain.tip import TipEventKind
from storage.database import Tx
from storage.people import units
from storage.tables import tip as tip_table
from storage.tables import tip_event
from storage.tips import tip_clock_rows
from storage.tips.tip_figures import CLOSING, Division, listed, tips_of

_HAD = (TipEventKind.TAKEN, TipEventKind.ASSIGNED)
_FREED = (TipEventKind.RELEASED, TipEventKind.REOPENED)


@dataclass(frozen=True, slots=True)
class Standing:
    """Open tips of a unit at an instant."""

    open: int = 0
    verifying: int = 0
    """Somebody of the staff had them."""
    overdue: int = 0
    """The time to solve them, extended where that was recorded by then, was over."""


def at(tx: Tx, unit_id: UUID, until: datetime, division: Division) -> Mapping[str | None, Standing]:
    """Return what stood open just before `until`, by what divides it; overdue at most as of now."""
    rules = units.get_unit(tx, unit_id).working
    rows = tx.connection.execute(_open(unit_id, until, division)).all()
    extended = tip_clock_rows.extended_to(tx, [row.id for row in rows], until)
    then = min(until, tx.now)
    found: dict[str | None, Standing] = {}
    for row in rows:
        solve = clocks.solve_by(row.opened_at, rules, extended.get(row.id, []))
        known = found.get(row.key, Standing())
        found[row.key] = replace(
            known,
            open=known.open + 1,
            verifying=known.verifying + (row.had in {kind.value for kind in _HAD}),
            overdue=known.overdue + solve.is_over(then),
        )
    return found


def _open(unit_id: UUID, until: datetime, division: Division) -> Select[Any]:
    closing = {kind.value for kind in CLOSING}
    moved = _last_of(until, "moved", *CLOSING, TipEventKind.REOPENED)
    had = _last_of(until, "had", *_HAD, *_FREED)
    return (
        listed(
            [tip_table.c.id, tip_table.c.opened_at, had.c.kind.label("had")],
            division,
        )
        .outerjoin(moved, (moved.c.tip_id == tip_table.c.id) & (moved.c.place == 1))
        .outerjoin(had, (had.c.tip_id == tip_table.c.id) & (had.c.place == 1))
        .where(
            *tips_of(unit_id),
            tip_table.c.opened_at < until,
            or_(moved.c.kind.is_(None), moved.c.kind.not_in(closing)),
        )
    )


def _last_of(until: datetime, name: str, *kinds: TipEventKind) -> Subquery:
    place = func.row_number().over(partition_by=tip_event.c.tip_id, order_by=tip_event.c.id.desc())
    return (
        select(tip_event.c.tip_id, tip_event.c.kind, place.label("place"))
        .where(tip_event.c.kind.in_([kind.value for kind in kinds]), tip_event.c.at < until)
        .subquery(name)
    )
