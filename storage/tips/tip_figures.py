"""Figures of tips in a period: what was open, came, was closed and reopened, and how fast."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, null, select

from domain.tip import TipEventKind, TipKind, TipOutcome
from storage.database import Tx
from storage.tables import account, tip, tip_event
from storage.tips import tip_clock_rows

CLOSING = (TipEventKind.CLOSED, TipEventKind.MISTAKEN, TipEventKind.ERASED)


class Division(StrEnum):
    """By what the tips of a period are told apart."""

    NOTHING = "nothing"
    SUBJECT = "subject"
    AREA = "area"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class TipFigures:
    """Tips of a unit in a period. `at_start` + `new` + `reopened` - `closed` = `at_end`."""

    at_start: int = 0
    new: int = 0
    urgent: int = 0
    """Of the new ones."""
    public: int = 0
    """Of the new ones: written where a group could read it."""
    anonymous: int = 0
    """Of the new ones: no contact stands with it when the period ends."""
    classified: int = 0
    """Of the new ones: staff said what it is about."""
    reopened: int = 0
    closed: int = 0
    by_outcome: Mapping[TipOutcome, int]
    """How many closings of the period ended so, whatever became of the tip since.

    Who withdrew theirs counts as mistaken; what was erased while it was open is in none.
    """
    hours_to_look: float | None = None
    """Mean over new tips that somebody looked at in the period; None when there is none."""
    days_to_close: float | None = None
    """Mean over the closings of the period, each from the first word of its tip."""

    @property
    def at_end(self) -> int:
        """How many were open when the period ended."""
        return self.at_start + self.new + self.reopened - self.closed


def of_period(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime, division: Division
) -> Mapping[str | None, TipFigures]:
    """Return a unit's tips from `since` up to, not including, `until`, by what divides them.

    The key None is what has no subject or area yet; undivided, it is all.
    """
    span = (unit_id, since, until)
    opened = _by_key(tx, _opened(*span, division))
    moved = _by_key(tx, _moved(*span, division))
    outcomes = _outcomes(tx, *span, division)
    looks = _means(tx, _looked(*span, division))
    closings = _means(tx, _closings(*span, division))
    keys = opened.keys() | moved.keys()
    return {
        key: TipFigures(
            at_start=_number(opened, key, "earlier")
            - _number(moved, key, "closed_earlier")
            + _number(moved, key, "reopened_earlier"),
            new=_number(opened, key, "new"),
            urgent=_number(opened, key, "urgent"),
            public=_number(opened, key, "public"),
            anonymous=_number(opened, key, "anonymous"),
            classified=_number(opened, key, "classified"),
            reopened=_number(moved, key, "reopened"),
            closed=_number(moved, key, "closed"),
            by_outcome=outcomes.get(key, {}),
            hours_to_look=_in(looks.get(key), timedelta(hours=1)),
            days_to_close=_in(closings.get(key), timedelta(days=1)),
        )
        for key in keys
    }


def _opened(unit_id: UUID, since: datetime, until: datetime, division: Division) -> Select[Any]:
    earlier = tip.c.opened_at < since
    return _divided(
        [
            _sum(earlier).label("earlier"),
            _sum(not_(earlier)).label("new"),
            _sum(and_(not_(earlier), tip.c.urgent)).label("urgent"),
            _sum(and_(not_(earlier), tip.c.public)).label("public"),
            _sum(and_(not_(earlier), not_(_with_contact(until)))).label("anonymous"),
            _sum(and_(not_(earlier), _happened(until, TipEventKind.SUBJECT))).label("classified"),
        ],
        division,
    ).where(*tips_of(unit_id), tip.c.opened_at < until)


def _happened(until: datetime, kind: TipEventKind) -> ColumnElement[bool]:
    return (
        select(tip_event.c.id)
        .where(
            tip_event.c.tip_id == tip.c.id, tip_event.c.kind == kind.value, tip_event.c.at < until
        )
        .exists()
    )


def _with_contact(until: datetime) -> ColumnElement[bool]:
    """Tell of a tip whether its writer left a contact by an instant and did not withdraw it."""
    later = tip_event.alias("later")
    withdrawn = (
        select(later.c.id)
        .where(
            later.c.tip_id == tip.c.id,
            later.c.kind == TipEventKind.CONTACT_WITHDRAWN.value,
            later.c.at >= tip_event.c.at,
            later.c.at < until,
        )
        .correlate(tip_event, tip)
        .exists()
    )
    return (
        select(tip_event.c.id)
        .where(
            tip_event.c.tip_id == tip.c.id,
            tip_event.c.kind == TipEventKind.CONTACT_LEFT.value,
            tip_event.c.at < until,
            ~withdrawn,
        )
        .correlate(tip)
        .exists()
    )


def _moved(unit_id: UUID, since: datetime, until: datetime, division: Division) -> Select[Any]:
    moves = _moves(until)
    closed = and_(moves.c.closes, not_(moves.c.closed_before))
    reopened = and_(not_(moves.c.closes), moves.c.closed_before)
    earlier = moves.c.at < since
    return (
        _divided(
            [
                _sum(and_(closed, earlier)).label("closed_earlier"),
                _sum(and_(reopened, earlier)).label("reopened_earlier"),
                _sum(and_(closed, not_(earlier))).label("closed"),
                _sum(and_(reopened, not_(earlier))).label("reopened"),
            ],
            division,
        )
        .join(moves, moves.c.tip_id == tip.c.id)
        .where(*tips_of(unit_id))
    )


def _moves(until: datetime) -> Any:
    """Return every closing and reopening with what the tip was before; a new tip is open."""
    closes = tip_event.c.kind != TipEventKind.REOPENED.value
    before = func.lag(closes).over(partition_by=tip_event.c.tip_id, order_by=tip_event.c.id)
    return (
        select(
            tip_event.c.tip_id,
            tip_event.c.at,
            tip_event.c.outcome,
            closes.label("closes"),
            func.coalesce(before, literal(value=False)).label("closed_before"),
        )
        .where(
            tip_event.c.kind.in_([TipEventKind.REOPENED.value, *(kind.value for kind in CLOSING)]),
            tip_event.c.at < until,
        )
        .subquery()
    )


def _outcomes(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime, division: Division
) -> dict[str | None, dict[TipOutcome, int]]:
    moves = _moves(until)
    query = (
        _divided([moves.c.outcome, func.count().label("number")], division)
        .join(moves, moves.c.tip_id == tip.c.id)
        .where(
            *tips_of(unit_id),
            moves.c.outcome.is_not(None),
            not_(moves.c.closed_before),
            moves.c.at >= since,
        )
    )
    found: dict[str | None, dict[TipOutcome, int]] = {}
    for row in tx.connection.execute(query.group_by(moves.c.outcome)):
        found.setdefault(row.key, {})[TipOutcome(row.outcome)] = row.number
    return found


def _looked(unit_id: UUID, since: datetime, until: datetime, division: Division) -> Select[Any]:
    first = (
        select(tip_event.c.tip_id, func.min(tip_event.c.at).label("at"))
        .where(
            tip_event.c.kind.in_([kind.value for kind in tip_clock_rows.LOOKS]),
            tip_event.c.staff_id.is_not(None),
        )
        .group_by(tip_event.c.tip_id)
        .subquery()
    )
    return (
        listed([tip.c.opened_at.label("since"), first.c.at.label("until")], division)
        .join(first, first.c.tip_id == tip.c.id)
        .where(
            *tips_of(unit_id),
            tip.c.opened_at >= since,
            tip.c.opened_at < until,
            first.c.at < until,
        )
    )


def _closings(unit_id: UUID, since: datetime, until: datetime, division: Division) -> Select[Any]:
    moves = _moves(until)
    return (
        listed([tip.c.opened_at.label("since"), moves.c.at.label("until")], division)
        .join(moves, moves.c.tip_id == tip.c.id)
        .where(*tips_of(unit_id), moves.c.closes, not_(moves.c.closed_before), moves.c.at >= since)
    )


def listed(columns: Iterable[ColumnElement[Any]], division: Division) -> Select[Any]:
    """Return columns of tips with the `key` that divides them."""
    query: Select[Any] = select(_key(division).label("key"), *columns).select_from(tip)
    if division is Division.CHANNEL:
        query = query.outerjoin(account, account.c.id == tip.c.account_id)
    return query


def _divided(columns: Iterable[ColumnElement[Any]], division: Division) -> Select[Any]:
    query = listed(columns, division)
    return query if division is Division.NOTHING else query.group_by(_key(division))


def _key(division: Division) -> ColumnElement[Any]:
    match division:
        case Division.NOTHING:
            return null()
        case Division.SUBJECT:
            return tip.c.subject
        case Division.AREA:
            return tip.c.area_code
        case Division.CHANNEL:
            # What staff heard came by no channel of ours, whatever they typed it on.
            return func.coalesce(tip.c.heard, account.c.channel)


def tips_of(unit_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Return what makes a row a tip, not a question, of a unit."""
    return (tip.c.unit_id == unit_id, tip.c.kind == TipKind.TIP.value)


def _by_key(tx: Tx, query: Select[Any]) -> dict[str | None, Mapping[str, Any]]:
    return {row.key: row._asdict() for row in tx.connection.execute(query)}


def _number(found: Mapping[str | None, Mapping[str, Any]], key: str | None, name: str) -> int:
    return int(found[key][name]) if key in found else 0


def _means(tx: Tx, query: Select[Any]) -> dict[str | None, timedelta]:
    """Return the mean time from `since` to `until` of each row, by key."""
    spans: dict[str | None, list[timedelta]] = {}
    for row in tx.connection.execute(query):
        spans.setdefault(row.key, []).append(row.until - row.since)
    return {key: sum(found, timedelta()) / len(found) for key, found in spans.items()}


def _in(span: timedelta | None, one: timedelta) -> float | None:
    return span / one if span is not None else None


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
