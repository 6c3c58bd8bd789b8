"""What is due: the rows that an account could send now, most urgent first.

Asked several times a second, so every statement is built once: building costs more than asking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Exists,
    Integer,
    Row,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
)

from domain.delivery import Lane
from domain.messages import ChatKind
from domain.tip import TipOutcome
from storage.database import Tx
from storage.deliveries import waits
from storage.deliveries.ledger import SENDING_RUNS, Delivery, as_delivery
from storage.tables import address, declined_subject, delivery, group_chat, resident, run, tip
from storage.tables.deliveries import DUE
from storage.types import UtcDateTime

CALM_AFTER = timedelta(hours=12)
"""Who told of a danger gets no broadcast that evening or night (domain rules for emergencies)."""


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run that is being sent."""

    id: UUID
    lane: Lane
    not_after: datetime
    a_day: int
    a_month: int
    subject: str | None
    """What it is about, where who declined that is left out."""
    unit_id: UUID | None
    """Whose residents get it; None for a correction, which follows whom the wrong words reached."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that could be sent, and what decides whether it still may; its words are sealed."""

    row: Delivery
    payload: bytes | None = field(repr=False)
    platform_id: bytes = field(repr=False)
    chat_kind: ChatKind
    not_after: datetime | None
    wish: str | None
    unreachable: str | None
    group_left: bool
    a_day: int = 0
    """How many broadcasts of a local day stop it; 0: none."""
    a_month: int = 0
    declines: bool = False
    """Whether the person wants nothing of what the run is about."""
    in_danger: bool = False
    """Whether the person told of a danger within `CALM_AFTER`, and the run can do without them."""
    moved: bool = False
    """Whether the person belongs to another unit by now, whatever they agreed to there."""
    heard_at: datetime | None = None
    """When they last wrote, where that matters."""
    joined: bool = False
    """Whether the person turned out to be another one, who has a row of their own."""
    parted: bool = False
    """Whether the chat is somebody else's by now, whatever the person agreed to."""
    linked: bool = False
    """Whether the person has chats on several channels, and may stand twice in an old run."""
    paced: bytes | None = field(default=None, repr=False)
    """When our last messages went to the chat, as slots are written down."""


def live_runs(tx: Tx) -> list[LiveRun]:
    """Return the runs that are being sent and do not rest now, oldest first."""
    rows = tx.connection.execute(_LIVE_RUNS, {"now": tx.now})
    return [
        LiveRun(
            row.id,
            Lane[row.lane],
            row.not_after,
            row.a_day,
            row.a_month,
            row.subject,
            row.unit_id if row.of_run is None else None,
        )
        for row in rows
    ]


def lanes_of_talk(tx: Tx, account_id: UUID) -> set[Lane]:
    """Return the lanes in which something waits that belongs to no run."""
    waits = tx.connection.execute(_LANES_OF_TALK, {"account": account_id}).one()
    return {lane for lane, one in zip(Lane, waits, strict=True) if one}


def candidates(
    tx: Tx, account_id: UUID, lane: Lane, live: Sequence[LiveRun], limit: int
) -> list[Candidate]:
    """Return due rows of a lane: first what belongs to no run, then run by run, oldest first.

    Each part reads an index of its own in order, so that what waits elsewhere, such as a paused
    run of many thousands, costs nothing.
    """
    known = {"account": account_id, **waits.instants(tx.now)}
    alone = tx.connection.execute(_DUE_ALONE, {**known, "lane": int(lane), "most": limit})
    found = [_candidate(raw, None) for raw in alone]
    for one in live:
        if len(found) >= limit:
            break
        if one.lane is lane:
            told = asked(tx, account_id, one, limit - len(found))
            found += [_candidate(raw, one) for raw in tx.connection.execute(_DUE_OF_RUN, told)]
    return found


def those(tx: Tx, account_id: UUID, of: LiveRun, ids: Sequence[UUID]) -> list[Candidate]:
    """Return those of some rows of a run that are due."""
    told = {**asked(tx, account_id, of, len(ids)), "rows": list(ids)}
    return [_candidate(raw, of) for raw in tx.connection.execute(_DUE_THOSE, told)]


def asked(tx: Tx, account_id: UUID, of: LiveRun, most: int) -> Mapping[str, object]:
    """Return what a query of a run's due rows is told."""
    return {
        "account": account_id,
        **waits.instants(tx.now),
        "run": of.id,
        "subject": of.subject,
        "most": most,
        "calm_before": tx.now - CALM_AFTER,
    }


def _candidate(raw: Row[Any], of: LiveRun | None) -> Candidate:
    run_not_after = of.not_after if of is not None else None
    limits = [limit for limit in (raw.not_after, run_not_after) if limit is not None]
    return Candidate(
        as_delivery(raw),
        raw.payload,
        raw.platform_id,
        ChatKind(raw.chat_kind),
        min(limits, default=None),
        raw.wish,
        raw.unreachable,
        raw.left_at is not None,
        of.a_day if of is not None else 0,
        of.a_month if of is not None else 0,
        of is not None and raw.declines is not None,
        can_wait(of) and raw.in_danger is not None,
        of is not None and of.unit_id is not None and raw.lives_in not in (None, of.unit_id),
        raw.heard_at,
        raw.joined_to is not None,
        raw.resident_id is not None and raw.whose_chat not in (None, raw.resident_id),
        bool(raw.linked),
        raw.paced,
    )


def can_wait(of: LiveRun | None) -> bool:
    """Tell whether a run is a mere broadcast: no alert, and nothing that puts wrong words right."""
    return of is not None and of.lane is not Lane.URGENT and of.unit_id is not None


def _nothing_in_the_way() -> ColumnElement[bool]:
    """Say what holds a row back: one in flight per chat, and run-less rows keep their order.

    Looked up for each row in turn: as a join PostgreSQL reads the whole table for a few rows,
    since it takes a LIMIT to spare it most of that.
    """
    other = delivery.alias()
    return (
        select(literal_column("1", Integer))
        .where(
            other.c.address_id == delivery.c.address_id,
            other.c.state == literal_column("'pending'"),
            or_(
                other.c.window_id.is_not(None),
                and_(
                    other.c.run_id.is_(None),
                    other.c.lane <= delivery.c.lane,
                    other.c.id < delivery.c.id,
                ),
            ),
        )
        .limit(1)
        .correlate(delivery)
        .scalar_subquery()
        .is_(None)
    )


def first_of_run(*columns: ColumnElement[Any]) -> Select[Any]:
    """Return a query of some columns of a run's oldest due rows.

    It is told what is `asked`; it may name columns of address and resident.
    """
    return _first(select(*columns), delivery.c.run_id == bindparam("run", type_=Uuid))


def _due(*which: ColumnElement[bool], more: Sequence[ColumnElement[Any]] = ()) -> Select[Any]:
    return _first(
        select(
            delivery,
            resident.c.wish,
            resident.c.unit_id.label("lives_in"),
            resident.c.joined_to,
            resident.c.linked,
            address.c.resident_id.label("whose_chat"),
            address.c.unreachable,
            address.c.heard_at,
            address.c.paced,
            address.c.platform_id,
            address.c.kind.label("chat_kind"),
            group_chat.c.left_at,
            *more,
        ),
        *which,
    )


def _first(query: Select[Any], *which: ColumnElement[bool]) -> Select[Any]:
    return (
        query.join(address, address.c.id == delivery.c.address_id)
        .outerjoin(resident, resident.c.id == delivery.c.resident_id)
        .outerjoin(group_chat, group_chat.c.id == delivery.c.group_id)
        .where(
            DUE,
            delivery.c.account_id == bindparam("account", type_=Uuid),
            *which,
            waits.is_over(delivery.c.not_before),
            waits.is_over_of_chat(address.c.not_before),
            _nothing_in_the_way(),
        )
        # A run has one lane. Ordered by ids alone, a run that is most of the table would be looked
        # for by the primary key, past whatever was sent already.
        .order_by(delivery.c.lane, delivery.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(of=delivery, skip_locked=True)
    )


def _waits(lane: Lane) -> Exists:
    return exists().where(
        DUE,
        delivery.c.run_id.is_(None),
        delivery.c.account_id == bindparam("account", type_=Uuid),
        delivery.c.lane == int(lane),
    )


_LIVE_RUNS = (
    select(
        run.c.id,
        run.c.lane,
        run.c.not_after,
        run.c.a_day,
        run.c.a_month,
        run.c.audience["subject"].as_string().label("subject"),
        run.c.audience["of_run"].as_string().label("of_run"),
        run.c.unit_id,
    )
    .where(
        run.c.state.in_(SENDING_RUNS),
        or_(run.c.open_from.is_(None), run.c.open_from <= bindparam("now", type_=UtcDateTime)),
        or_(run.c.open_until.is_(None), run.c.open_until > bindparam("now", type_=UtcDateTime)),
    )
    .order_by(run.c.id)
)
_LANES_OF_TALK = select(*(_waits(lane).label(lane.name) for lane in Lane))
_DUE_ALONE = _due(delivery.c.run_id.is_(None), delivery.c.lane == bindparam("lane", type_=Integer))
DECLINES = (
    select(literal_column("1", Integer))
    .where(
        declined_subject.c.resident_id == delivery.c.resident_id,
        declined_subject.c.subject == bindparam("subject", type_=String),
    )
    .correlate(delivery)
    .scalar_subquery()
)
IN_DANGER = (
    select(literal_column("1", Integer))
    .where(
        tip.c.resident_id == delivery.c.resident_id,
        tip.c.urgent,
        tip.c.last_piece_at > bindparam("calm_before", type_=UtcDateTime),
        or_(tip.c.outcome.is_(None), tip.c.outcome != TipOutcome.MISTAKEN.value),
    )
    .limit(1)
    .correlate(delivery)
    .scalar_subquery()
)
_OF_RUN = delivery.c.run_id == bindparam("run", type_=Uuid)
_ABOUT_THEM = (DECLINES.label("declines"), IN_DANGER.label("in_danger"))
_DUE_OF_RUN = _due(_OF_RUN, more=_ABOUT_THEM)
_DUE_THOSE = _due(
    _OF_RUN, delivery.c.id.in_(bindparam("rows", expanding=True, type_=Uuid)), more=_ABOUT_THEM
)
