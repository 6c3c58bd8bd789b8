"""Figures of a unit in a period, by subject of the broadcasts: read from the rows themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, func, null, or_, select

from domain.delivery import DeliveryKind, DeliveryState
from domain.tip import Binding, TipKind
from storage.campaigns import archiving
from storage.campaigns.broadcast_figures import Broadcast
from storage.database import Tx
from storage.tables import attempt, campaign, delivery, resident, run, run_counter, tip

_TAKEN = (DeliveryState.ACCEPTED.value, DeliveryState.DELIVERED.value)
_HANDED = (
    *_TAKEN,
    DeliveryState.UNREACHABLE.value,
    DeliveryState.REFUSED.value,
    DeliveryState.UNSURE.value,
)
_ANSWERS = (delivery.c.replied_at, delivery.c.acknowledged_at, delivery.c.pressed_at)
_AMENDS = run.c.audience["of_run"].as_string().is_not(None)
"""Corrections and withdrawals go to those whom another run reached; they reach nobody anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Posts in groups and channels about one subject, or about all."""

    subject: str | None
    posts: int
    members: int
    """Members at the time of posting, summed over posts: an upper bound, not readers."""
    replied: int
    acknowledged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Tips that answered broadcasts about one subject, or about all, by how sure that is."""

    subject: str | None
    explicit: int
    assumed: int
    by_post: int
    by_hand: int
    """By posts that people posted by hand; none of `by_post`."""


def broadcasts(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime, receipts: Collection[str] = ()
) -> Sequence[Broadcast]:
    """Return a unit's private broadcasts from `since` up to, not including, `until`.

    By subject, then one line of all. A message lies in the period in which its outcome was first
    known, and a broadcast in the one in which its first message was taken: sending on to its rest
    counts neither anew.
    Amendments are none of them. `receipts` names the channels that tell of delivery.
    """
    which = (_in(unit_id), ~_AMENDS, _settled(since, until))
    span = (since, until)
    whole = [
        _with_put_away(tx, (_in(unit_id), ~_AMENDS), span, receipts, living, by_subject=by_subject)
        for by_subject, living in (
            (True, _broadcasts(tx, which, since, receipts, by_subject=True)),
            (False, _broadcasts(tx, which, since, receipts, by_subject=False)),
        )
    ]
    return [line for lines in whole for line in lines]


def amendments(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime, receipts: Collection[str] = ()
) -> Broadcast:
    """Return the corrections and withdrawals of a period, told as `broadcasts` tells the rest."""
    which = (_in(unit_id), _AMENDS, _settled(since, until))
    living = _broadcasts(tx, which, since, receipts, by_subject=False)
    runs = (_in(unit_id), _AMENDS)
    (found,) = _with_put_away(tx, runs, (since, until), receipts, living, by_subject=False)
    return found


def posts(tx: Tx, unit_id: UUID, since: datetime, until: datetime) -> Sequence[Posted]:
    """Return a unit's posts from `since` up to, not including, `until`: by subject, then all.

    Amendments are none of them.
    """
    which = (_in(unit_id), ~_AMENDS, run.c.due_at >= since, run.c.due_at < until)
    return [*_posts(tx, which, by_subject=True), *_posts(tx, which, by_subject=False)]


def articles(tx: Tx, unit_id: UUID, since: datetime, until: datetime) -> dict[str | None, int]:
    """Return how many articles platforms took from `since` up to `until`: by subject, then all."""
    found: dict[str | None, int] = {}
    for by_subject in (True, False):
        query = (
            select(
                _subject(by_subject=by_subject),
                func.coalesce(func.sum(run_counter.c.accepted + run_counter.c.delivered), 0),
            )
            .select_from(run_counter)
            .join(run, run.c.id == run_counter.c.run_id)
            .join(campaign, campaign.c.id == run.c.campaign_id)
            .where(
                _in(unit_id),
                run.c.due_at >= since,
                run.c.due_at < until,
                run_counter.c.kind == DeliveryKind.ARTICLE.value,
            )
        )
        rows = tx.connection.execute(_grouped(query, by_subject=by_subject))
        found |= {row[0]: int(row[1]) for row in rows if row[1]}
    return found


def amending_posts(tx: Tx, unit_id: UUID, since: datetime, until: datetime) -> Posted:
    """Return the posts of a period that corrected or withdrew others."""
    which = (_in(unit_id), _AMENDS, run.c.due_at >= since, run.c.due_at < until)
    (found,) = _posts(tx, which, by_subject=False)
    return found


def brought(tx: Tx, unit_id: UUID, since: datetime, until: datetime) -> Sequence[Brought]:
    """Return the tips opened in the period that answer broadcasts: by subject, then all."""
    return [
        *_brought(tx, unit_id, since, until, by_subject=True),
        *_brought(tx, unit_id, since, until, by_subject=False),
    ]


def began_at(tx: Tx, unit_id: UUID) -> datetime | None:
    """Return when a unit's first resident came or its first run or tip began; None: none yet."""
    firsts = [
        tx.connection.execute(select(func.min(began)).where(table.c.unit_id == unit_id)).scalar()
        for table, began in (
            (resident, resident.c.created_at),
            (run, run.c.created_at),
            (tip, tip.c.opened_at),
        )
    ]
    return min((first for first in firsts if first is not None), default=None)


def _broadcasts(
    tx: Tx,
    which: Sequence[ColumnElement[bool]],
    since: datetime,
    receipts: Collection[str],
    *,
    by_subject: bool,
) -> list[Broadcast]:
    taken = delivery.c.state.in_(_TAKEN)
    tells = delivery.c.channel.in_(sorted(receipts))
    answered = or_(*(column.is_not(None) for column in _ANSWERS))
    # Whoever was written to in two chats before these were joined is one person all the same.
    person = func.coalesce(resident.c.joined_to, delivery.c.resident_id)
    pairs = (
        select(
            campaign.c.subject,
            delivery.c.run_id,
            person.label("person"),
            _any(taken & _begins(since)).label("begun"),
            _any(taken).label("taken"),
            _any(tells & (delivery.c.state == DeliveryState.DELIVERED.value)).label("delivered"),
            _any(tells & taken & delivery.c.seen_at.is_not(None)).label("seen"),
            _any(taken & answered).label("answered"),
        )
        .select_from(delivery)
        .join(resident, resident.c.id == delivery.c.resident_id)
        .join(run, run.c.id == delivery.c.run_id)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(
            *which,
            run.c.archived_at.is_(None),
            delivery.c.kind == DeliveryKind.CAMPAIGN.value,
            delivery.c.state.in_(_HANDED),
        )
        .group_by(campaign.c.subject, delivery.c.run_id, person)
        .subquery()
    )
    query = select(
        pairs.c.subject if by_subject else null(),
        func.count(func.distinct(case((pairs.c.begun == 1, pairs.c.run_id)))),
        func.count(),
        *(func.coalesce(func.sum(pairs.c[name]), 0) for name in ("taken", "delivered", "seen")),
        func.count(func.distinct(case((pairs.c.taken == 1, pairs.c.person)))),
        func.coalesce(func.sum(pairs.c.answered), 0),
    )
    if by_subject:
        query = query.group_by(pairs.c.subject).order_by(pairs.c.subject)
    return [
        Broadcast(
            subject=row[0],
            broadcasts=row[1],
            handed=row[2],
            taken=int(row[3]),
            delivered=int(row[4]),
            seen=int(row[5]),
            people=row[6],
            answered=int(row[7]),
        )
        for row in tx.connection.execute(query)
    ]


def _with_put_away(
    tx: Tx,
    which: Sequence[ColumnElement[bool]],
    span: tuple[datetime, datetime],
    receipts: Collection[str],
    living: Sequence[Broadcast],
    *,
    by_subject: bool,
) -> list[Broadcast]:
    """Add what is left of runs whose rows are gone."""
    lines = {line.subject: line for line in living}
    gone = archiving.figures(tx, which, *span, sorted(receipts), by_subject=by_subject)
    for old in gone:
        now = lines.get(old.subject)
        lines[old.subject] = old if now is None else now.plus(old)
    return sorted(lines.values(), key=lambda line: line.subject or "")


def _posts(tx: Tx, which: Sequence[ColumnElement[bool]], *, by_subject: bool) -> list[Posted]:
    # Members and reactions of posts are kept by the run's counters alone.
    query = (
        select(
            _subject(by_subject=by_subject),
            *(
                func.coalesce(func.sum(column), 0)
                for column in (
                    run_counter.c.accepted + run_counter.c.delivered,
                    run_counter.c.members,
                    run_counter.c.replied,
                    run_counter.c.acknowledged,
                )
            ),
        )
        .select_from(run_counter)
        .join(run, run.c.id == run_counter.c.run_id)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(*which, run_counter.c.kind == DeliveryKind.POST.value)
    )
    return [
        Posted(
            subject=row[0],
            posts=int(row[1]),
            members=int(row[2]),
            replied=int(row[3]),
            acknowledged=int(row[4]),
        )
        for row in tx.connection.execute(_grouped(query, by_subject=by_subject))
    ]


def _brought(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime, *, by_subject: bool
) -> list[Brought]:
    private = tip.c.by_post.is_(False)
    query = (
        select(
            _subject(by_subject=by_subject),
            _sum(private & (tip.c.bound == Binding.EXPLICIT.value)),
            _sum(private & (tip.c.bound == Binding.ASSUMED.value)),
            _sum(tip.c.by_post.is_(True) & tip.c.by_hand.is_(False)),
            _sum(tip.c.by_hand.is_(True)),
        )
        .select_from(tip)
        .join(run, run.c.id == tip.c.run_id)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(
            run.c.unit_id == unit_id,
            tip.c.kind == TipKind.TIP.value,
            tip.c.opened_at >= since,
            tip.c.opened_at < until,
        )
    )
    return [
        Brought(
            subject=row[0],
            explicit=int(row[1]),
            assumed=int(row[2]),
            by_post=int(row[3]),
            by_hand=int(row[4]),
        )
        for row in tx.connection.execute(_grouped(query, by_subject=by_subject))
    ]


def _in(unit_id: UUID) -> ColumnElement[bool]:
    return run.c.unit_id == unit_id


def _settled(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Say that an outcome was first known in a period; what was sent again has an older one."""
    first = (
        select(func.min(func.coalesce(attempt.c.settled_at, attempt.c.opened_at)))
        .where(attempt.c.delivery_id == delivery.c.id)
        .scalar_subquery()
    )
    # Attempts are forgotten in time.
    known = func.coalesce(first, delivery.c.settled_at)
    return (delivery.c.settled_at >= since) & or_(
        ~delivery.c.again & (delivery.c.settled_at < until),
        delivery.c.again & (known >= since) & (known < until),
    )


def _begins(since: datetime) -> ColumnElement[bool]:
    """Say that nothing of a run was taken before an instant."""
    before = delivery.alias()
    return or_(
        run.c.created_at >= since,
        ~exists().where(
            before.c.run_id == run.c.id,
            before.c.kind == DeliveryKind.CAMPAIGN.value,
            before.c.state.in_(_TAKEN),
            before.c.settled_at < since,
        ),
    )


def _subject(*, by_subject: bool) -> ColumnElement[Any]:
    return campaign.c.subject if by_subject else null()


def _grouped(query: Select[Any], *, by_subject: bool) -> Select[Any]:
    return query.group_by(campaign.c.subject).order_by(campaign.c.subject) if by_subject else query


def _any(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.max(case((condition, 1), else_=0))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
