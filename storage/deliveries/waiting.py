"""What waits to be sent: how much, how long, and what has waited too long."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, exists, func, literal_column, or_, select

from domain.delivery import DeliveryState, Lane, SkipReason
from storage.database import Tx
from storage.deliveries import ledger, waits
from storage.deliveries.counters import Moves
from storage.tables import address, delivery, run, run_counter
from storage.tables.deliveries import DUE, PENDING


def expire_due(tx: Tx, limit: int = 1000) -> int:
    """Skip up to about `limit` rows that nobody may send any more; return how many.

    The sender would skip them too, but not while its account is down or has to wait, and a run
    must end all the same.
    """
    over = tx.connection.execute(
        select(run.c.id)
        .where(run.c.state.in_(ledger.SENDING_RUNS), run.c.not_after < tx.now)
        .order_by(run.c.id)
    ).scalars()
    skipped = 0
    for run_id in over.all():
        if skipped < limit:
            skipped += ledger.skip_pending(tx, run_id, SkipReason.EXPIRED, limit - skipped)
    rows = tx.connection.execute(
        select(delivery)
        .where(DUE, delivery.c.not_after < tx.now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    moves = Moves()
    for row in rows:
        expired = SkipReason.EXPIRED.value
        ledger.move(tx, ledger.as_delivery(row), DeliveryState.SKIPPED, moves, expired)
    moves.apply(tx)
    return skipped + len(rows)


def backlog(tx: Tx) -> dict[Lane, int]:
    """Return how many rows wait in each lane; those of runs as counted."""
    waiting: Counter[Lane] = Counter()
    unfinished = (*ledger.SENDING_RUNS, "paused")
    of_runs = tx.connection.execute(
        select(run.c.lane, func.sum(run_counter.c.pending))
        .join(run_counter, run_counter.c.run_id == run.c.id)
        .where(run.c.state.in_(unfinished))
        .group_by(run.c.lane)
    )
    for name, count in of_runs:
        waiting[Lane[name]] += int(count)
    alone = tx.connection.execute(
        select(delivery.c.lane, func.count())
        .where(DUE, delivery.c.run_id.is_(None))
        .group_by(delivery.c.lane)
    )
    for lane, count in alone:
        waiting[Lane(lane)] += count
    return {lane: count for lane, count in sorted(waiting.items()) if count}


def pending_of(tx: Tx, run_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of some runs that have rows still to be sent, or on their way."""
    rows = tx.connection.execute(select(run.c.id).where(run.c.id.in_(run_ids), _HAS_PENDING))
    return frozenset(rows.scalars())


def counted_pending_of(tx: Tx, run_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of some runs of which something is counted as pending."""
    some = (run_counter.c.run_id.in_(run_ids), run_counter.c.pending > 0)
    rows = tx.connection.execute(select(run_counter.c.run_id).where(*some))
    return frozenset(rows.scalars())


def due_since(tx: Tx) -> dict[Lane, datetime]:
    """Return since when the oldest message that may go now has been due, by lane.

    Of a run that is since its start, or since its hours began again.
    """
    alone = (
        select(delivery.c.lane, func.min(delivery.c.created_at))
        .join(address, address.c.id == delivery.c.address_id)
        .where(
            DUE,
            delivery.c.run_id.is_(None),
            waits.is_over(delivery.c.not_before),
            waits.is_over_of_chat(address.c.not_before),
        )
        .group_by(delivery.c.lane)
    )
    since = {Lane(lane): at for lane, at in tx.connection.execute(alone, waits.instants(tx.now))}
    pending = exists().where(run_counter.c.run_id == run.c.id, run_counter.c.pending > 0)
    live = select(run.c.lane, run.c.created_at, run.c.open_from).where(
        run.c.state.in_(ledger.SENDING_RUNS),
        pending,
        or_(run.c.open_from.is_(None), run.c.open_from <= tx.now),
        or_(run.c.open_until.is_(None), run.c.open_until > tx.now),
    )
    for row in tx.connection.execute(live):
        began = max(row.created_at, row.open_from or row.created_at)
        lane = Lane[row.lane]
        since[lane] = min(since.get(lane, began), began)
    return since


def oldest_talk(tx: Tx) -> datetime | None:
    """Return when the oldest urgent message or reply was written that could go now.

    Those of runs are not among them, nor those for which the platform asked to wait.
    """
    query = (
        select(delivery.c.created_at)
        .join(address, address.c.id == delivery.c.address_id)
        .where(
            DUE,
            delivery.c.run_id.is_(None),
            delivery.c.lane <= int(Lane.TALK),
            waits.is_over(delivery.c.not_before),
            waits.is_over_of_chat(address.c.not_before),
        )
        .order_by(delivery.c.created_at)
        .limit(1)
    )
    told = waits.instants(tx.now)
    oldest: datetime | None = tx.connection.execute(query, told).scalar_one_or_none()
    return oldest


# In the order of an index, so that it reads one entry, however many rows a run has.
_HAS_PENDING = (
    select(literal_column("1", Integer))
    .where(PENDING, delivery.c.run_id == run.c.id)
    .order_by(delivery.c.account_id, delivery.c.lane, delivery.c.id)
    .limit(1)
    .correlate(run)
    .scalar_subquery()
    .is_not(None)
)
