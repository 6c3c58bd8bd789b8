"""An older copy of the database: what was under way in it, and rows that are not sent again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from domain.campaign import CampaignState, RunState
from domain.delivery import DeliveryKind, DeliveryState
from domain.door import OPEN, Door
from storage.database import Tx
from storage.deliveries import taking_over
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import as_delivery, move
from storage.tables import account, campaign, delivery, run, run_counter, send_window
from storage.tables.deliveries import DUE

RESTORED = "restored"
"""Why a row is unsure that was pending in an older copy: it may have gone since."""
_OVER = tuple(state.value for state in RunState if state.is_over)
_ONLY_ONCE = (DeliveryKind.MAKING.value, DeliveryKind.ARTICLE.value)


@dataclass(frozen=True, slots=True)
class Going:
    """A run that was under way in the copy, and how many of its rows wait."""

    run_id: UUID
    code: str
    state: RunState
    expanded: bool
    pending: int


def going(tx: Tx, before: datetime) -> list[Going]:
    """Return the runs that were under way in the copy, oldest first."""
    waiting = (
        select(func.coalesce(func.sum(run_counter.c.pending), 0))
        .where(run_counter.c.run_id == run.c.id)
        .scalar_subquery()
    )
    rows = tx.connection.execute(
        select(run.c.id, run.c.code, run.c.state, run.c.expanded_at, waiting.label("pending"))
        .where(run.c.created_at <= before, run.c.state.not_in(_OVER))
        .order_by(run.c.id)
    )
    return [
        Going(row.id, row.code, RunState(row.state), row.expanded_at is not None, int(row.pending))
        for row in rows
    ]


def came_due(tx: Tx, before: datetime) -> int:
    """Return how many campaigns were to start by an instant, as far as the copy knows."""
    query = select(func.count()).where(
        campaign.c.state == CampaignState.APPROVED.value, campaign.c.next_at <= before
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def talk(tx: Tx, before: datetime) -> int:
    """Return how many replies, cards and notices waited in the copy."""
    query = select(func.count()).where(
        DUE, delivery.c.run_id.is_(None), delivery.c.created_at <= before
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def close_windows(tx: Tx, doors: Mapping[str, Door]) -> int:
    """Take over all that was being sent in the copy; return how many accounts had some."""
    open_ones = select(send_window.c.account_id)
    query = select(account.c.id, account.c.channel).where(account.c.id.in_(open_ones))
    accounts = tx.connection.execute(query.order_by(account.c.id)).all()
    for one in accounts:
        taking_over.take_over(tx, one.id, doors.get(one.channel, OPEN), all_dead=True)
    return len(accounts)


def hold(tx: Tx, run_id: UUID, limit: int) -> int:
    """Take up to `limit` pending rows of a run for unsure; return how many."""
    rows = tx.connection.execute(
        select(delivery).where(delivery.c.run_id == run_id, DUE).limit(limit).with_for_update()
    ).all()
    moves = Moves()
    for raw in rows:
        move(tx, as_delivery(raw), DeliveryState.UNSURE, moves, RESTORED)
    moves.apply(tx)
    return len(rows)


def mark_talk(tx: Tx, before: datetime) -> None:
    """Let what belongs to no run go once more, marked; what must not be done twice is unsure."""
    waits = (DUE, delivery.c.run_id.is_(None), delivery.c.created_at <= before)
    rows = tx.connection.execute(
        select(delivery).where(*waits, delivery.c.kind.in_(_ONLY_ONCE)).with_for_update()
    ).all()
    moves = Moves()
    for raw in rows:
        move(tx, as_delivery(raw), DeliveryState.UNSURE, moves, RESTORED)
    moves.apply(tx)
    tx.connection.execute(update(delivery).where(*waits).values(again=True, reason=RESTORED))
