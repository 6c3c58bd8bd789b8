"""Put old runs away: their figures stay for good, the rows of who got what go.

Only private messages are put away; posts stay, for they tell of groups and of nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, func, insert, null, or_, select, update

from domain.campaign import RunState
from domain.delivery import DeliveryKind, DeliveryState
from storage.campaigns.broadcast_figures import Broadcast
from storage.database import Tx
from storage.deliveries import counters, hours
from storage.deliveries.counters import Line
from storage.tables import (
    archived_hour,
    archived_run,
    attempt,
    campaign,
    delivery,
    resident,
    run,
)

_OVER = tuple(state.value for state in RunState if state.is_over)
_TAKEN = (DeliveryState.ACCEPTED.value, DeliveryState.DELIVERED.value)
_NOT_HANDED = (DeliveryState.PENDING.value, DeliveryState.SKIPPED.value)
_ANSWERS = (delivery.c.replied_at, delivery.c.acknowledged_at, delivery.c.pressed_at)
_PRIVATE = delivery.c.kind == DeliveryKind.CAMPAIGN.value
_FIGURES = ("handed", "taken", "delivered", "seen", "answered")


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of a run when its rows go."""

    run_id: UUID
    channels: Sequence[Mapping[str, object]]
    """A row of `archived_run` for each channel."""
    hours: Sequence[tuple[datetime, int]]
    counted: Sequence[Line]
    """What its counters said then."""


def due(tx: Tx, before: datetime, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return runs that were over before an instant and are not put away, oldest first.

    `after`: only those behind this one.
    """
    ended = func.coalesce(run.c.finished_at, run.c.not_after)
    query = (
        select(run.c.id)
        .where(run.c.state.in_(_OVER), run.c.archived_at.is_(None), ended < before)
        .order_by(run.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(run.c.id > after)
    return list(tx.connection.execute(query).scalars())


def summary(tx: Tx, run_id: UUID) -> Summary:
    """Return what the reports of a run's time need, from its rows; reads all of them."""
    taken = delivery.c.state.in_(_TAKEN)
    answered = or_(*(column.is_not(None) for column in _ANSWERS))
    person = func.coalesce(resident.c.joined_to, delivery.c.resident_id)
    handed = delivery.c.state.not_in(_NOT_HANDED)
    pairs = (
        select(
            delivery.c.channel,
            func.min(case((taken, delivery.c.settled_at))).label("first_at"),
            _any(handed).label("handed"),
            _any(taken).label("taken"),
            _any(delivery.c.state == DeliveryState.DELIVERED.value).label("delivered"),
            _any(taken & delivery.c.seen_at.is_not(None)).label("seen"),
            _any(taken & answered).label("answered"),
        )
        .select_from(delivery)
        .join(resident, resident.c.id == delivery.c.resident_id)
        .where(delivery.c.run_id == run_id, _PRIVATE)
        .group_by(delivery.c.channel, person)
        .subquery()
    )
    rows = tx.connection.execute(
        select(
            pairs.c.channel,
            func.min(pairs.c.first_at).label("first_at"),
            *(func.sum(pairs.c[name]).label(name) for name in _FIGURES),
        ).group_by(pairs.c.channel)
    ).all()
    of_channels = [
        {
            "channel": row.channel,
            "first_at": row.first_at,
            **{name: int(row._mapping[name]) for name in _FIGURES},
        }
        for row in rows
    ]
    return Summary(run_id, of_channels, hours.taken(tx, run_id), tuple(counters.of_run(tx, run_id)))


def begin(tx: Tx, found: Summary) -> bool:
    """Write down what the reports of a run's time need, and let its rows go from now on.

    False, and nothing is written, where something happened to it since that was found.
    """
    run_id = found.run_id
    if tuple(counters.of_run(tx, run_id)) != found.counted:
        return False
    if found.channels:
        values = [{"run_id": run_id, **figures} for figures in found.channels]
        tx.connection.execute(insert(archived_run), values)
    if found.hours:
        taken_at = [{"run_id": run_id, "hour": at, "taken": number} for at, number in found.hours]
        tx.connection.execute(insert(archived_hour), taken_at)
    tx.connection.execute(update(run).where(run.c.id == run_id).values(archived_at=tx.now))
    return True


def drop(tx: Tx, limit: int = 500) -> int:
    """Delete up to `limit` private rows of runs that were put away, and their attempts."""
    rows = (
        select(delivery.c.id)
        .join(run, run.c.id == delivery.c.run_id)
        .where(run.c.archived_at.is_not(None), _PRIVATE, delivery.c.window_id.is_(None))
        .limit(limit)
    )
    ids = list(tx.connection.execute(rows).scalars())
    tx.connection.execute(delete(attempt).where(attempt.c.delivery_id.in_(ids)))
    tx.connection.execute(delete(delivery).where(delivery.c.id.in_(ids)))
    return len(ids)


def figures(
    tx: Tx,
    which: Sequence[ColumnElement[bool]],
    since: datetime,
    until: datetime,
    receipts: Sequence[str],
    *,
    by_subject: bool,
) -> list[Broadcast]:
    """Return what is left of the runs whose first message was taken from `since` up to `until`."""
    tells = archived_run.c.channel.in_(receipts)
    first = (
        select(func.min(archived_run.c.first_at))
        .where(archived_run.c.run_id == run.c.id)
        .correlate(run)
        .scalar_subquery()
    )
    query = (
        select(
            campaign.c.subject if by_subject else null(),
            func.count(func.distinct(case((archived_run.c.taken > 0, run.c.id)))),
            func.sum(archived_run.c.handed),
            func.sum(archived_run.c.taken),
            func.sum(case((tells, archived_run.c.delivered), else_=0)),
            func.sum(case((tells, archived_run.c.seen), else_=0)),
            func.sum(archived_run.c.answered),
        )
        .select_from(archived_run)
        .join(run, run.c.id == archived_run.c.run_id)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(*which, first >= since, first < until)
    )
    if by_subject:
        query = query.group_by(campaign.c.subject)
    return [
        Broadcast(
            subject=row[0],
            broadcasts=int(row[1]),
            handed=int(row[2]),
            taken=int(row[3]),
            delivered=int(row[4]),
            seen=int(row[5]),
            people=None,
            answered=int(row[6]),
        )
        for row in tx.connection.execute(query)
        if row[2] is not None
    ]


def _any(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.max(case((condition, 1), else_=0))
