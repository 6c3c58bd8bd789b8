"""The rest of a run: whose message may not have arrived, and who was left out by time or pause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from domain.delivery import DeliveryState, SkipReason
from storage.database import Tx
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import as_delivery, key_of, standing
from storage.people.residents import Wish
from storage.tables import address, delivery, group_chat, resident, run

_REASONS = (SkipReason.EXPIRED.value, SkipReason.PAUSED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How many a run would go to again: people by why, and posts."""

    unsure: int
    expired: int
    paused: int
    posts: int

    @property
    def people(self) -> int:
        """How many people that is."""
        return self.unsure + self.expired + self.paused


def count(tx: Tx, run_id: UUID) -> Rest:
    """Return the rest of a run as it is now."""
    rows = tx.connection.execute(
        select(delivery.c.state, delivery.c.reason, func.count())
        .join(resident, resident.c.id == delivery.c.resident_id)
        .join(address, address.c.id == delivery.c.address_id)
        .where(*_people(run_id))
        .group_by(delivery.c.state, delivery.c.reason)
    ).all()
    skipped = {row.reason: row[2] for row in rows if row.state == DeliveryState.SKIPPED.value}
    return Rest(
        unsure=sum(row[2] for row in rows if row.state == DeliveryState.UNSURE.value),
        expired=skipped.get(SkipReason.EXPIRED.value, 0),
        paused=skipped.get(SkipReason.PAUSED.value, 0),
        posts=len(_posts(tx, run_id)),
    )


def reopen(
    tx: Tx, run_id: UUID, before: datetime, after: UUID | None, limit: int
) -> tuple[int, UUID | None]:
    """Let the next people of the rest wait for the same message again, by resident id.

    Only what was settled by `before`, when somebody decided it: what becomes unsure by this second
    sending is not among them. Returns how many, and the last of them. Their rows stay the same, so
    that nobody is counted twice.
    """
    where = [*_people(run_id), delivery.c.settled_at <= before]
    if after is not None:
        where.append(delivery.c.resident_id > after)
    rows = tx.connection.execute(
        select(delivery)
        .join(resident, resident.c.id == delivery.c.resident_id)
        .join(address, address.c.id == delivery.c.address_id)
        .where(*where)
        .order_by(delivery.c.resident_id)
        .limit(limit)
        .with_for_update(of=delivery)
    ).all()
    _back(tx, rows)
    return len(rows), rows[-1].resident_id if rows else None


def reopen_posts(tx: Tx, run_id: UUID, before: datetime) -> int:
    """Let the posts of the rest wait again; return how many."""
    rows = [row for row in _posts(tx, run_id) if row.settled_at and row.settled_at <= before]
    _back(tx, rows)
    return len(rows)


def _back(tx: Tx, rows: Sequence[Row[Any]]) -> None:
    moves = Moves()
    for raw in rows:
        row = as_delivery(raw)
        unsure = row.state is DeliveryState.UNSURE
        # Who may have it already is told that it comes again.
        moves.write(
            row.id,
            state=DeliveryState.PENDING.value,
            reason=None,
            settled_at=None,
            window_id=None,
            again=unsure,
        )
        moves.shift(key_of(row), standing(row), (DeliveryState.PENDING, None))
    moves.apply(tx)


def _posts(tx: Tx, run_id: UUID) -> Sequence[Row[Any]]:
    rows = tx.connection.execute(
        select(delivery)
        .join(group_chat, group_chat.c.id == delivery.c.group_id)
        .where(
            delivery.c.run_id == run_id,
            delivery.c.group_id.is_not(None),
            group_chat.c.left_at.is_(None),
            _left(),
        )
        .with_for_update(of=delivery)
    )
    return rows.all()


def _people(run_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Say who of a run is its rest: of those who want its unit's messages now and can be reached.

    Whoever moved since may have said yes, but to another unit.
    """
    whose = select(run.c.unit_id).where(run.c.id == run_id).scalar_subquery()
    return (
        delivery.c.run_id == run_id,
        delivery.c.resident_id.is_not(None),
        resident.c.wish == Wish.YES.value,
        resident.c.unit_id == whose,
        address.c.unreachable.is_(None),
        _left(),
    )


def _left() -> ColumnElement[bool]:
    return or_(
        delivery.c.state == DeliveryState.UNSURE.value,
        and_(delivery.c.state == DeliveryState.SKIPPED.value, delivery.c.reason.in_(_REASONS)),
    )
