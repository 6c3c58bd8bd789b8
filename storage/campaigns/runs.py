"""Runs: one firing of a campaign, with its frozen words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select, update

from domain.campaign import RUN_MOVES, Audience, PauseReason, RunState, new_code, read_code
from domain.delivery import Lane
from domain.terms import Terms
from domain.tip import Binding, TipKind
from storage.campaigns.campaigns import HOLDER, Looked
from storage.campaigns.stored_json import audience_json, read_audience, read_terms
from storage.database import Tx
from storage.savepoints import delay
from storage.tables import campaign, delivery, run, run_counter, tip
from storage.upsert import put_new

_WELL: Mapping[str, int | None] = MappingProxyType({"faults": 0, "retry_at": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to be written; `content` maps a language or `post` to a message as JSON."""

    campaign_id: UUID
    occurrence: int
    unit_id: UUID
    code: str
    lane: Lane
    state: RunState
    content: Mapping[str, str]
    audience: Audience
    due_at: datetime
    not_after: datetime
    open_from: datetime | None = None
    open_until: datetime | None = None
    counted: bool = False
    a_day: int = 0
    a_month: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One firing of a campaign; `code` is public: it names the run, and proves nothing."""

    id: UUID
    campaign_id: UUID
    occurrence: int
    unit_id: UUID
    code: str
    lane: Lane
    state: RunState
    content: Mapping[str, str]
    audience: Audience
    due_at: datetime
    not_after: datetime
    open_from: datetime | None
    """Nothing of it goes before this instant: it rests."""
    open_until: datetime | None
    """Nothing of it goes from this instant on, until the next hours are set."""
    created_at: datetime
    cursor: UUID | None
    rest_at: datetime | None
    """When somebody decided to send it once more to those whom it may have missed."""
    newcomers_at: datetime | None
    """When somebody decided to send it to who joined its audience since it was written down."""
    expanded_at: datetime | None
    finished_at: datetime | None
    archived_at: datetime | None
    """From when on only figures of its private messages are kept."""
    pause_reason: PauseReason | None


@dataclass(frozen=True, slots=True)
class Hours:
    """When a run may be sent; readable even where its words are not."""

    run_id: UUID
    unit_id: UUID
    created_at: datetime
    open_from: datetime | None
    open_until: datetime | None
    not_after: datetime
    terms: Terms | None
    """How long it may go on, where its author said so."""


def create(tx: Tx, new: NewRun) -> Run | None:
    """Write a run; None when the campaign already has one for this occurrence."""
    run_id = tx.new_id()
    fresh = put_new(
        tx,
        run,
        key=[run.c.campaign_id, run.c.occurrence],
        id=run_id,
        campaign_id=new.campaign_id,
        occurrence=new.occurrence,
        unit_id=new.unit_id,
        code=new.code,
        lane=new.lane.name,
        state=new.state.value,
        content=dict(new.content),
        audience=audience_json(new.audience),
        due_at=new.due_at,
        not_after=new.not_after,
        open_from=new.open_from,
        open_until=new.open_until,
        counted=new.counted,
        a_day=new.a_day,
        a_month=new.a_month,
        created_at=tx.now,
    )
    return get(tx, run_id) if fresh else None


def unused_code(tx: Tx) -> str:
    """Return a new public code that no run has."""
    while True:
        code = new_code()
        if find_run(tx, code) is None:
            return code


def get(tx: Tx, run_id: UUID, *, lock: bool = False) -> Run | None:
    """Return a run; with `lock` nobody else can change it until the transaction ends."""
    query = select(run).where(run.c.id == run_id)
    if lock:
        query = query.with_for_update()
    row = tx.connection.execute(query).one_or_none()
    return _run(row) if row else None


def find_run(tx: Tx, typed: str) -> Run | None:
    """Return the run of a code as people type it: any case, with or without prefix and dash."""
    code = read_code(typed)
    if code is None:
        return None
    row = tx.connection.execute(select(run).where(run.c.code == code)).one_or_none()
    return _run(row) if row else None


def of_unit(tx: Tx, unit_id: UUID, limit: int) -> list[Run]:
    """Return a unit's newest runs, the newest first."""
    rows = tx.connection.execute(
        select(run).where(run.c.unit_id == unit_id).order_by(run.c.id.desc()).limit(limit)
    )
    return [_run(row) for row in rows]


def of_campaign(tx: Tx, campaign_id: UUID, limit: int) -> list[Run]:
    """Return a campaign's newest runs, newest first."""
    query = select(run).where(run.c.campaign_id == campaign_id)
    rows = tx.connection.execute(query.order_by(run.c.id.desc()).limit(limit))
    return [_run(row) for row in rows]


def ids_in(tx: Tx, states: Collection[RunState]) -> list[UUID]:
    """Return the runs in some states, urgent ones first, then oldest first.

    Those put off after a fault, and those put away, are left out.
    """
    rows = tx.connection.execute(
        select(run.c.id)
        .where(
            run.c.state.in_([state.value for state in states]),
            run.c.archived_at.is_(None),
            _not_put_off(tx),
        )
        .order_by(run.c.lane != Lane.URGENT.name, run.c.id)
    )
    return list(rows.scalars())


def overdue_paused(tx: Tx) -> list[UUID]:
    """Return the paused runs that may not send any more.

    Left out are those put off after a fault, and those whose figures people have to look into.
    """
    rows = tx.connection.execute(
        select(run.c.id)
        .where(
            run.c.state == RunState.PAUSED.value,
            run.c.pause_reason != PauseReason.FIGURES_DISAGREE.value,
            run.c.not_after < tx.now,
            _not_put_off(tx),
        )
        .order_by(run.c.id)
    )
    return list(rows.scalars())


def put_off(tx: Tx, run_id: UUID) -> int:
    """Leave a run that failed alone for a while, longer each time; return its faults."""
    one = run.c.id == run_id
    faults: int = tx.connection.execute(select(run.c.faults).where(one)).scalar_one() + 1
    tx.connection.execute(
        update(run).where(one).values(faults=faults, retry_at=tx.now + delay(faults))
    )
    return faults


def label(tx: Tx, run_id: UUID) -> tuple[Looked, str]:
    """Return who looks after a run's campaign, and its code; read where the rest cannot be."""
    query = (
        select(campaign.c.unit_id, HOLDER.label("holder_id"), run.c.code)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(run.c.id == run_id)
    )
    row = tx.connection.execute(query).one()
    return Looked(row.unit_id, row.holder_id), row.code


def failing(tx: Tx) -> int:
    """Return how many runs could not go on at the last try."""
    count: int = tx.connection.execute(select(func.count()).where(run.c.faults > 0)).scalar_one()
    return count


def all_ids(tx: Tx) -> list[UUID]:
    """Return the ids of all runs, oldest first."""
    return list(tx.connection.execute(select(run.c.id).order_by(run.c.id)).scalars())


def change(tx: Tx, known: Run, state: RunState, **values: object) -> bool:
    """Bring a run into another state; False when it has left the known one meanwhile.

    Raises: ValueError for a step that no run may take.
    """
    if state not in RUN_MOVES[known.state]:
        message = f"a run cannot go from {known.state} to {state}"
        raise ValueError(message)
    result = tx.connection.execute(
        update(run)
        .where(run.c.id == known.id, run.c.state == known.state.value)
        .values(state=state.value, **_WELL, **values)
    )
    return bool(result.rowcount)


def unfinished(tx: Tx, lanes: Collection[Lane]) -> list[Hours]:
    """Return when the runs of some lanes of which something is left may be sent, oldest first."""
    states = [state.value for state in RunState if not state.is_over]
    rows = tx.connection.execute(
        select(
            run.c.id,
            run.c.unit_id,
            run.c.created_at,
            run.c.open_from,
            run.c.open_until,
            run.c.not_after,
            campaign.c.terms,
        )
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(run.c.state.in_(states), run.c.lane.in_([lane.name for lane in lanes]))
        .order_by(run.c.id)
    )
    return [
        Hours(
            run_id=row.id,
            unit_id=row.unit_id,
            created_at=row.created_at,
            open_from=row.open_from,
            open_until=row.open_until,
            not_after=row.not_after,
            terms=read_terms(row.terms),
        )
        for row in rows
    ]


def set_hours(
    tx: Tx, run_id: UUID, hours: tuple[datetime | None, datetime | None], not_after: datetime
) -> None:
    """Say from when until when a run's rows may be sent, and when it is over."""
    tx.connection.execute(
        update(run)
        .where(run.c.id == run_id)
        .values(open_from=hours[0], open_until=hours[1], not_after=not_after)
    )


def advance(tx: Tx, run_id: UUID, cursor: UUID) -> None:
    """Remember up to which resident the recipients are written down."""
    tx.connection.execute(update(run).where(run.c.id == run_id).values(cursor=cursor, **_WELL))


def counted(tx: Tx, run_id: UUID, column: str) -> int:
    """Return one figure of a run, as counted, over private rows and posts."""
    query = select(func.coalesce(func.sum(run_counter.c[column]), 0)).where(
        run_counter.c.run_id == run_id
    )
    total: int = tx.connection.execute(query).scalar_one()
    return int(total)


def tips_by_binding(tx: Tx, run_id: UUID, *, by_post: bool) -> dict[Binding, int]:
    """Return how many tips came by a run's posts, or by its private messages, by how tied."""
    rows = tx.connection.execute(
        select(tip.c.bound, func.count())
        .where(
            tip.c.run_id == run_id,
            tip.c.kind == TipKind.TIP.value,
            tip.c.by_post.is_(by_post),
        )
        .group_by(tip.c.bound)
    )
    return {Binding(row.bound): row[1] for row in rows}


def tips_by_hand(tx: Tx, run_id: UUID) -> int:
    """Return how many tips came by posts that people posted by hand; these count as by post too."""
    query = select(func.count()).where(
        tip.c.run_id == run_id, tip.c.kind == TipKind.TIP.value, tip.c.by_hand.is_(True)
    )
    found: int = tx.connection.execute(query).scalar_one()
    return found


def tips_unmarked(tx: Tx, run_id: UUID) -> int:
    """Return how many residents sent a tip tied to a run whose delivery does not say so."""
    same = (tip.c.run_id == delivery.c.run_id) & (tip.c.resident_id == delivery.c.resident_id)
    query = (
        select(func.count(func.distinct(delivery.c.id)))
        .join(tip, same)
        .where(
            delivery.c.run_id == run_id,
            delivery.c.tip_at.is_(None),
            tip.c.kind == TipKind.TIP.value,
            tip.c.public.is_(False),
            # Who came by a post may have told before a private message was there to be marked.
            tip.c.opened_at >= delivery.c.created_at,
        )
    )
    found: int = tx.connection.execute(query).scalar_one()
    return found


def _not_put_off(tx: Tx) -> ColumnElement[bool]:
    return or_(run.c.retry_at.is_(None), run.c.retry_at <= tx.now)


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        campaign_id=row.campaign_id,
        occurrence=row.occurrence,
        unit_id=row.unit_id,
        code=row.code,
        lane=Lane[row.lane],
        state=RunState(row.state),
        content=row.content,
        audience=read_audience(row.audience),
        due_at=row.due_at,
        not_after=row.not_after,
        open_from=row.open_from,
        open_until=row.open_until,
        created_at=row.created_at,
        cursor=row.cursor,
        rest_at=row.rest_at,
        newcomers_at=row.newcomers_at,
        expanded_at=row.expanded_at,
        finished_at=row.finished_at,
        archived_at=row.archived_at,
        pause_reason=PauseReason(row.pause_reason) if row.pause_reason else None,
    )
