"""What is written down of tips' clocks: legal extensions, warnings given, what was done in time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, select

from domain.clocks import Stage, TipClock
from domain.tip import TipEventKind, TipState
from storage.database import Tx
from storage.sealing import Place
from storage.tables import tip, tip_event, tip_extension, tip_warning
from storage.tips.tip_keys import key_of
from storage.tips.tips import Tip, as_tip
from storage.upsert import put_new

LOOKS = (
    TipEventKind.TAKEN,
    TipEventKind.READ,
    TipEventKind.ANSWER,
    TipEventKind.PAGE_SEEN,
    TipEventKind.SUBJECT,
    TipEventKind.STATUS,
    TipEventKind.NOTE,
    TipEventKind.ASSIGNED,
    TipEventKind.CLOSED,
)
"""What shows that a member of staff has looked at a tip."""
_OPEN = tuple(state.value for state in TipState if state.is_open)


@dataclass(frozen=True, slots=True)
class Extension:
    """A recorded legal extension: who wrote it down, the paper, its date, the new last day."""

    number: int
    at: datetime
    staff_id: UUID
    decided_on: date
    last_day: date
    basis: str = field(repr=False)
    """Empty once the tip was erased."""


def extend(
    tx: Tx,
    known: Tip,
    staff_id: UUID,
    number: int,
    *,
    decided_on: date,
    last_day: date,
    basis: str,
) -> bool:
    """Write an extension down; False when there is one of that number.

    The warnings of the time to solve it begin anew.
    """
    new_id = tx.new_id()
    done = put_new(
        tx,
        tip_extension,
        tip_id=known.id,
        number=number,
        id=new_id,
        at=tx.now,
        staff_id=staff_id,
        decided_on=decided_on,
        last_day=last_day,
        basis=key_of(tx, known).seal(basis, _basis_place(new_id)),
    )
    tx.connection.execute(
        delete(tip_warning).where(
            tip_warning.c.tip_id == known.id, tip_warning.c.clock == TipClock.SOLVE.value
        )
    )
    return done


def take_back(tx: Tx, known: Tip, number: int) -> bool:
    """Delete an extension that was recorded by mistake; False when there is none of that number."""
    done = tx.connection.execute(
        delete(tip_extension).where(
            tip_extension.c.tip_id == known.id, tip_extension.c.number == number
        )
    )
    return done.rowcount == 1


def extensions(tx: Tx, known: Tip) -> list[Extension]:
    """Return a tip's extensions, in order."""
    rows = tx.connection.execute(
        select(tip_extension)
        .where(tip_extension.c.tip_id == known.id)
        .order_by(tip_extension.c.number)
    )
    key = key_of(tx, known) if known.sealed_key is not None else None
    return [
        Extension(
            row.number,
            row.at,
            row.staff_id,
            row.decided_on,
            row.last_day,
            key.unseal(row.basis, _basis_place(row.id)) if key is not None else "",
        )
        for row in rows
    ]


def extended_to(
    tx: Tx, tip_ids: Collection[UUID], before: datetime | None = None
) -> Mapping[UUID, list[date]]:
    """Return the last days of the extensions of tips, of those recorded before an instant."""
    found: dict[UUID, list[date]] = {}
    for some in _portions(tip_ids):
        query = select(tip_extension.c.tip_id, tip_extension.c.last_day)
        query = query.where(tip_extension.c.tip_id.in_(some))
        if before is not None:
            query = query.where(tip_extension.c.at < before)
        for row in tx.connection.execute(query):
            found.setdefault(row.tip_id, []).append(row.last_day)
    return found


def running(tx: Tx, unit_id: UUID) -> list[Tip]:
    """Return the open tips of a unit, oldest first."""
    rows = tx.connection.execute(
        select(tip).where(tip.c.unit_id == unit_id, tip.c.state.in_(_OPEN)).order_by(tip.c.id)
    )
    return [as_tip(row) for row in rows]


def looked_at(tx: Tx, unit_id: UUID) -> frozenset[UUID]:
    """Return which open tips of a unit a member of staff has looked at."""
    return _with_event(tx, unit_id, tuple(kind.value for kind in LOOKS))


def first_look(tx: Tx, tip_id: UUID) -> datetime | None:
    """Return when a member of staff first looked at a tip."""
    query = select(func.min(tip_event.c.at)).where(
        tip_event.c.tip_id == tip_id,
        tip_event.c.kind.in_([kind.value for kind in LOOKS]),
        tip_event.c.staff_id.is_not(None),
    )
    first: datetime | None = tx.connection.execute(query).scalar_one()
    return first


def reported(tx: Tx, unit_id: UUID) -> frozenset[UUID]:
    """Return which open tips of a unit were reported to the province."""
    return _with_event(tx, unit_id, (TipEventKind.REPORTED.value,))


def warn(tx: Tx, tip_id: UUID, clock: TipClock, stage: Stage) -> bool:
    """Note that a warning is given; False when it was given before."""
    return put_new(tx, tip_warning, tip_id=tip_id, clock=clock.value, stage=stage.value, at=tx.now)


def warned(tx: Tx, unit_id: UUID) -> frozenset[tuple[UUID, TipClock, Stage]]:
    """Return which warnings of a unit's open tips were given."""
    query = (
        select(tip_warning.c.tip_id, tip_warning.c.clock, tip_warning.c.stage)
        .join(tip, tip.c.id == tip_warning.c.tip_id)
        .where(tip.c.unit_id == unit_id, tip.c.state.in_(_OPEN))
    )
    rows = tx.connection.execute(query)
    return frozenset((row.tip_id, TipClock(row.clock), Stage(row.stage)) for row in rows)


def _with_event(tx: Tx, unit_id: UUID, kinds: Collection[str]) -> frozenset[UUID]:
    happened = exists().where(
        tip_event.c.tip_id == tip.c.id,
        tip_event.c.kind.in_(kinds),
        tip_event.c.staff_id.is_not(None),
    )
    query: Select[Any] = select(tip.c.id).where(
        tip.c.unit_id == unit_id, tip.c.state.in_(_OPEN), happened
    )
    return frozenset(row[0] for row in tx.connection.execute(query))


def _portions(ids: Collection[UUID], size: int = 500) -> list[list[UUID]]:
    everything = list(ids)
    return [everything[at : at + size] for at in range(0, len(everything), size)]


def _basis_place(extension_id: UUID) -> Place:
    return Place("tip_extension", "basis", extension_id)
