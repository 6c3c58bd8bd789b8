"""Who has had enough: how many broadcasts a person got in a local day and month.

A broadcast counts from the instant at which its window was opened: that is written down before it
goes, and does not change when a receipt comes days later. Urgent alerts and corrections neither
count nor are stopped.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from uuid import UUID

import orjson
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Uuid,
    bindparam,
    case,
    func,
    or_,
    select,
)

from domain.campaign import RunState
from domain.delivery import DeliveryState
from domain.hours import BroadcastRules, day_start, month_start
from storage.database import Tx
from storage.deliveries.due import Candidate
from storage.deliveries.ledger import SENDING_RUNS
from storage.deliveries.listed import listed
from storage.tables import attempt, delivery, resident, run
from storage.tables.deliveries import PENDING
from storage.types import UtcDateTime
from storage.upsert import DIALECTS

_HAVE_IT = tuple(
    state.value for state in (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNSURE)
)
_UNFINISHED = (*SENDING_RUNS, "paused")
_UNLIMITED = 1_000_000
_LONGEST_RUN = timedelta(days=31)
"""How long before a month its first broadcast may have begun."""


_CLOCK_BACK = timedelta(hours=1)
"""By so much a run may seem to have ended before its last messages went."""


class Share(Enum):
    """What a person's cap says of one more broadcast."""

    FREE = "free"
    FULL = "full"
    WAIT = "wait"
    """Another is on its way, and nobody knows yet whether it arrives."""


@dataclass(frozen=True, slots=True)
class _Had:
    run_id: UUID
    at: datetime
    arrived: bool


class Shares:
    """What each of some people had this month, read in batches as the rows are come to."""

    def __init__(self, tx: Tx, candidates: Sequence[Candidate], batch: int) -> None:
        self._tx = tx
        self._batch = batch
        people = (one.row.resident_id for one in candidates if _is_capped(one))
        self._to_read = list(dict.fromkeys(person for person in people if person is not None))
        self._held: set[UUID] = set()
        self._read: set[UUID] = set()
        self._had: dict[UUID, list[_Had]] = defaultdict(list)
        self._day = day_start(tx.now)

    def of(self, candidate: Candidate) -> Share:
        """Say whether a row may go as far as its person's cap is concerned."""
        person = candidate.row.resident_id
        if person is None or not _is_capped(candidate):
            return Share.FREE
        while person not in self._read and self._to_read:
            self._read_on()
        if person not in self._held:
            # Another transaction counts the same person just now.
            return Share.WAIT
        others = [had for had in self._had[person] if had.run_id != candidate.row.run_id]
        full = self._is_full([had for had in others if had.arrived], candidate)
        if full:
            return Share.FULL
        return Share.WAIT if self._is_full(others, candidate) else Share.FREE

    def _read_on(self) -> None:
        people, self._to_read = self._to_read[: self._batch], self._to_read[self._batch :]
        held = _hold(self._tx, people)
        self._read.update(people)
        self._held |= held
        self._had.update(_had(self._tx, held))

    def take(self, candidate: Candidate) -> None:
        """Note that a row goes now, so that no other of the same window does."""
        row = candidate.row
        if row.resident_id is not None and row.run_id is not None and _is_capped(candidate):
            self._had[row.resident_id].append(_Had(row.run_id, self._day, arrived=False))

    def _is_full(self, had: Sequence[_Had], candidate: Candidate) -> bool:
        today = {one.run_id for one in had if one.at >= self._day}
        month = {one.run_id for one in had}
        return bool(
            (candidate.a_day and len(today) >= candidate.a_day)
            or (candidate.a_month and len(month) >= candidate.a_month)
        )


def expected(
    tx: Tx, people: Sequence[ColumnElement[bool]], at: datetime, rules: BroadcastRules
) -> int:
    """Return how many of some residents will have had enough at an instant, as far as is known.

    `people` are conditions on the resident. What still waits in other runs counts as had now.
    """
    if not rules.caps:
        return 0
    query = select(func.count()).select_from(full(tx, people, at, rules).subquery())
    number: int = tx.connection.execute(query).scalar_one()
    return number


def full(
    tx: Tx, people: Sequence[ColumnElement[bool]], at: datetime, rules: BroadcastRules
) -> Select[tuple[UUID]]:
    """Return a query of the ids of those of some residents who will have had enough."""
    waits = (delivery.c.state == DeliveryState.PENDING.value) & run.c.state.in_(_UNFINISHED)
    had_at = case((waits, tx.now), else_=delivery.c.settled_at)
    today = func.count(case((had_at >= day_start(at), 1)))
    enough = []
    if rules.a_day:
        enough.append(today >= rules.a_day)
    if rules.a_month:
        enough.append(func.count() >= rules.a_month)
    return (
        select(delivery.c.resident_id)
        .join(run, run.c.id == delivery.c.run_id)
        .join(resident, resident.c.id == delivery.c.resident_id)
        .where(
            *people,
            delivery.c.run_id >= _first_id(month_start(at) - _LONGEST_RUN),
            run.c.counted,
            or_(waits, delivery.c.state.in_(_HAVE_IT)),
            had_at >= month_start(at),
        )
        .group_by(delivery.c.resident_id)
        .having(or_(*enough))
    )


def _is_capped(candidate: Candidate) -> bool:
    return bool(candidate.a_day or candidate.a_month)


def _hold(tx: Tx, people: Collection[UUID]) -> frozenset[UUID]:
    """Lock the people whom nobody else is counting; SQLite has one writer and needs none."""
    if not people or tx.connection.dialect.name == "sqlite":
        return frozenset(people)
    known = {"people": orjson.dumps([one.hex for one in people]).decode()}
    return frozenset(tx.connection.execute(_HOLD, known).scalars())


def _had(tx: Tx, people: Collection[UUID]) -> dict[UUID, list[_Had]]:
    found: dict[UUID, list[_Had]] = defaultdict(list)
    if not people:
        return found
    since = month_start(tx.now)
    arrived = delivery.c.state.in_(_HAVE_IT)
    on_its_way = (delivery.c.state == DeliveryState.PENDING.value) & delivery.c.window_id.is_not(
        None
    )
    rows = tx.connection.execute(
        select(
            delivery.c.resident_id,
            delivery.c.run_id,
            func.max(attempt.c.opened_at).label("at"),
            func.max(case((arrived, 1), else_=0)).label("arrived"),
        )
        .join(run, run.c.id == delivery.c.run_id)
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(
            delivery.c.resident_id.in_(people),
            delivery.c.run_id >= _first_id(since - _LONGEST_RUN),
            run.c.counted,
            attempt.c.opened_at >= since,
            or_(arrived, on_its_way),
        )
        .group_by(delivery.c.resident_id, delivery.c.run_id)
    )
    for row in rows:
        found[row.resident_id].append(_Had(row.run_id, row.at, bool(row.arrived)))
    return found


def full_of(
    tx: Tx, run_id: UUID, a_day: int, a_month: int, people: Sequence[str]
) -> frozenset[str]:
    """Return who of some people cannot simply get one more broadcast, by ids in hex digits.

    Who had enough, counting what is on its way, and of whom another transaction counts just now.
    """
    left_out: frozenset[str] = frozenset()
    if tx.connection.dialect.name != "sqlite":
        held = _hold(tx, [UUID(person) for person in people])
        left_out = frozenset(people) - {one.hex for one in held}
    # Asked with the people locked: what began meanwhile is seen here, or waits for them.
    if not _can_be_full(tx, run_id, a_day, a_month):
        return left_out
    since = month_start(tx.now)
    rows = tx.connection.execute(
        _FULL[tx.connection.dialect.name],
        {
            "people": orjson.dumps(people).decode(),
            "run": run_id,
            "first": _first_id(since - _LONGEST_RUN),
            "since": since,
            "day": day_start(tx.now),
            "a_day": a_day or _UNLIMITED,
            "a_month": a_month or _UNLIMITED,
        },
    )
    return left_out.union(row.resident_id.hex for row in rows)


def _can_be_full(tx: Tx, run_id: UUID, a_day: int, a_month: int) -> bool:
    """Tell whether there were so many other broadcasts that anybody can have had enough.

    Each reaches a person once.
    """
    since = month_start(tx.now)
    others = tx.connection.execute(
        _OTHERS,
        {
            "run": run_id,
            "first": _first_id(since - _LONGEST_RUN),
            "since": since - _CLOCK_BACK,
            "day": day_start(tx.now) - _CLOCK_BACK,
        },
    ).one()
    return bool(
        others.going
        or (a_day and others.today >= a_day)
        or (a_month and others.this_month >= a_month)
    )


def _full_of(dialect: str) -> Select[tuple[UUID]]:
    on_its_way = PENDING & delivery.c.window_id.is_not(None)
    had = (
        select(
            delivery.c.resident_id,
            delivery.c.run_id,
            func.max(attempt.c.opened_at).label("at"),
        )
        .join(run, run.c.id == delivery.c.run_id)
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(
            delivery.c.resident_id.in_(listed(dialect, "people")),
            delivery.c.run_id >= bindparam("first", type_=Uuid),
            delivery.c.run_id != bindparam("run", type_=Uuid),
            run.c.counted,
            attempt.c.opened_at >= bindparam("since", type_=UtcDateTime),
            or_(delivery.c.state.in_(_HAVE_IT), on_its_way),
        )
        .group_by(delivery.c.resident_id, delivery.c.run_id)
        .subquery()
    )
    today = func.count(case((had.c.at >= bindparam("day", type_=UtcDateTime), 1)))
    enough = or_(
        today >= bindparam("a_day", type_=Integer),
        func.count() >= bindparam("a_month", type_=Integer),
    )
    return select(had.c.resident_id).group_by(had.c.resident_id).having(enough)


def _first_id(instant: datetime) -> UUID:
    """Return the least id that was made at an instant (RFC 9562, 5.7)."""
    return UUID(int=int(instant.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62)


_HOLD = (
    select(resident.c.id)
    .where(resident.c.id.in_(listed("postgresql", "people")))
    .order_by(resident.c.id)
    .with_for_update(key_share=True, skip_locked=True)
)
_GOING = run.c.finished_at.is_(None)
_OTHERS = select(
    func.count(case((_GOING, 1))).label("going"),
    func.count(case((run.c.finished_at >= bindparam("day", type_=UtcDateTime), 1))).label("today"),
    func.count().label("this_month"),
).where(
    run.c.id >= bindparam("first", type_=Uuid),
    run.c.id != bindparam("run", type_=Uuid),
    run.c.counted,
    run.c.state != RunState.MISSED.value,
    or_(_GOING, run.c.finished_at >= bindparam("since", type_=UtcDateTime)),
)
_FULL = MappingProxyType({name: _full_of(name) for name in DIALECTS})
