"""Pledges that residents signed: each once per person and run, counted, never listed by person.

A person finds their own by their own id; whoever was erased leaves a row that points to nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, func, or_, select, update

from domain.clock import HANOI, local
from domain.delivery import DeliveryKind, DeliveryState
from domain.part import Part
from storage.database import Tx
from storage.tables import campaign, delivery, pledge, pledge_words, resident_part, run
from storage.upsert import insert_into, put_new

_REACHED = (
    DeliveryState.ACCEPTED.value,
    DeliveryState.DELIVERED.value,
    DeliveryState.UNSURE.value,
)


@dataclass(frozen=True, slots=True)
class NewPledge:
    """A signature to be written; `words` are exactly those of the version."""

    run_id: UUID
    resident_id: UUID
    version: str
    words: str
    area_code: str
    channel: str
    by_post: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A pledge that somebody signed; it stands until it is withdrawn."""

    run_id: UUID
    version: str
    words: str
    signed_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledged:
    """How many pledges of a run, or of a period, stand, and how many were withdrawn."""

    standing: int = 0
    withdrawn: int = 0
    people: int = 0
    """Distinct people behind those that stand; who was erased counts once for each."""
    by_post: int = 0
    """Of those that stand: signed by way of a post in a group."""


def sign(tx: Tx, new: NewPledge) -> bool:
    """Write a signature; False when it stands already. One that was withdrawn stands anew.

    One that was withdrawn on a day before stays counted where it was, and points to nobody.
    """
    earlier = (
        pledge.c.run_id == new.run_id,
        pledge.c.resident_id == new.resident_id,
        pledge.c.withdrawn_at < _day(tx.now),
    )
    _let_go(tx, *earlier)
    put_new(tx, pledge_words, version=new.version, words=new.words)
    values = {
        "version": new.version,
        "area_code": new.area_code,
        "channel": new.channel,
        "by_post": new.by_post,
        "signed_at": tx.now,
        "withdrawn_at": None,
    }
    written = tx.connection.execute(
        insert_into(tx, pledge)
        .values(id=uuid4(), run_id=new.run_id, resident_id=new.resident_id, **values)
        .on_conflict_do_update(
            index_elements=[pledge.c.run_id, pledge.c.resident_id],
            set_=values,
            where=pledge.c.withdrawn_at.is_not(None),
        )
    )
    return bool(written.rowcount)


def withdraw(tx: Tx, run_id: UUID, resident_id: UUID) -> bool:
    """Take a signature back; False when none stands."""
    result = tx.connection.execute(
        update(pledge)
        .where(
            pledge.c.run_id == run_id,
            pledge.c.resident_id == resident_id,
            pledge.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=tx.now)
    )
    return bool(result.rowcount)


def standing_of(tx: Tx, resident_id: UUID) -> list[Signed]:
    """Return what a person signed and did not withdraw, newest first: for that person alone."""
    return [one for one in signed_by(tx, resident_id) if one.withdrawn_at is None]


def signed_by(tx: Tx, resident_id: UUID) -> list[Signed]:
    """Return all that a person signed, newest first: for that person alone."""
    rows = tx.connection.execute(
        select(
            pledge.c.run_id,
            pledge.c.version,
            pledge_words.c.words,
            pledge.c.signed_at,
            pledge.c.withdrawn_at,
        )
        .join(pledge_words, pledge_words.c.version == pledge.c.version)
        .where(pledge.c.resident_id == resident_id)
        .order_by(pledge.c.signed_at.desc(), pledge.c.id)
    )
    return [Signed(*row) for row in rows]


def forget(tx: Tx, resident_id: UUID) -> None:
    """Leave what somebody signed to be counted, pointing to nobody, of the day alone."""
    _let_go(tx, pledge.c.resident_id == resident_id)


def merge(tx: Tx, kept_id: UUID, other_id: UUID) -> None:
    """Let what two signed be one person's: of two of a run the one that stands is theirs.

    The other's stays where it was withdrawn, to be counted there, and points to nobody; of two that
    stand it is as if the later had never been signed, since a person pledges once.
    """
    theirs = {row.run_id: row for row in _rows(tx, other_id)}
    for row in _rows(tx, kept_id):
        twice = theirs.get(row.run_id)
        if twice is None:
            continue
        gone = row if row.withdrawn_at is not None and twice.withdrawn_at is None else twice
        if gone.withdrawn_at is None:
            tx.connection.execute(delete(pledge).where(pledge.c.id == gone.id))
        else:
            _let_go(tx, pledge.c.id == gone.id)
    tx.connection.execute(
        update(pledge).where(pledge.c.resident_id == other_id).values(resident_id=kept_id)
    )


def _rows(tx: Tx, resident_id: UUID) -> Sequence[Row[Any, Any, Any]]:
    query = select(pledge.c.id, pledge.c.run_id, pledge.c.withdrawn_at)
    return tx.connection.execute(query.where(pledge.c.resident_id == resident_id)).all()


def _let_go(tx: Tx, *which: ColumnElement[bool]) -> None:
    rows = tx.connection.execute(
        select(pledge.c.id, pledge.c.signed_at, pledge.c.withdrawn_at).where(*which)
    ).all()
    for row in rows:
        withdrawn_at = _day(row.withdrawn_at) if row.withdrawn_at is not None else None
        tx.connection.execute(
            update(pledge)
            .where(pledge.c.id == row.id)
            .values(resident_id=None, signed_at=_day(row.signed_at), withdrawn_at=withdrawn_at)
        )


# --- which run is meant


def asking(tx: Tx, unit_id: UUID, resident_id: UUID, within: timedelta) -> list[UUID]:
    """Return a unit's runs of the last days that ask for a pledge, newest first.

    Where some reached the person, only those. One run of each campaign: its newest.
    """
    asks = campaign.c.content["pledge", "label"].as_string().is_not(None)
    base = (
        select(run.c.id, run.c.campaign_id)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(
            run.c.unit_id == unit_id,
            run.c.created_at >= tx.now - within,
            run.c.state.not_in(("cancelled", "missed")),
            asks,
        )
        .order_by(run.c.id.desc())
    )
    theirs = base.join(
        delivery,
        (delivery.c.run_id == run.c.id)
        & (delivery.c.resident_id == resident_id)
        & (delivery.c.kind == DeliveryKind.CAMPAIGN.value),
    ).where(delivery.c.state.in_(_REACHED))
    found = tx.connection.execute(theirs).all() or tx.connection.execute(base).all()
    newest: dict[UUID, UUID] = {}
    for run_id, campaign_id in found:
        newest.setdefault(campaign_id, run_id)
    return list(newest.values())


def is_withdrawn(tx: Tx, run_id: UUID, template_id: str) -> bool:
    """Tell whether a withdrawal, written from that template, has gone out for a run."""
    query = (
        select(run.c.id)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(
            run.c.audience["of_run"].as_string() == str(run_id),
            campaign.c.template_id == template_id,
        )
    )
    return tx.connection.execute(query.limit(1)).first() is not None


# --- figures


def of_run(tx: Tx, run_id: UUID) -> Pledged:
    """Count a run's pledges."""
    figures = _figures(_stands(), ~_stands())
    row = tx.connection.execute(select(*figures).where(pledge.c.run_id == run_id)).one()
    return _pledged(row)


def of_run_by_area(tx: Tx, run_id: UUID) -> Mapping[str, int]:
    """Count those of a run's pledges that stand by the code of the area."""
    return _by_area(tx, select(pledge).where(pledge.c.run_id == run_id), _stands())


def of_run_by_part(tx: Tx, run_id: UUID) -> Mapping[Part, int]:
    """Count those of a run's pledges that stand by part; one person may have several, or none."""
    return _by_part(tx, select(pledge).where(pledge.c.run_id == run_id), _stands())


def of_period(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime
) -> Mapping[str | None, Pledged]:
    """Count a unit's pledges signed from `since` up to, not including, `until`.

    By subject, and under None all of them. As it was at the end: what was withdrawn later still
    stands, and what was withdrawn within it counts as withdrawn whenever it was signed.
    """
    signed = and_(pledge.c.signed_at >= since, pledge.c.signed_at < until)
    withdrawn = and_(pledge.c.withdrawn_at >= since, pledge.c.withdrawn_at < until)
    figures = _figures(and_(signed, _stood(until)), withdrawn)
    base = (
        select(campaign.c.subject, *figures)
        .select_from(pledge)
        .join(run, run.c.id == pledge.c.run_id)
        .join(campaign, campaign.c.id == run.c.campaign_id)
        .where(run.c.unit_id == unit_id, or_(signed, withdrawn))
    )
    found: dict[str | None, Pledged] = {}
    for row in tx.connection.execute(base.group_by(campaign.c.subject)):
        found[row[0]] = _pledged(row[1:])
    for row in tx.connection.execute(base.with_only_columns(*figures)):
        found[None] = _pledged(row)
    return found


def of_period_by_area(tx: Tx, unit_id: UUID, since: datetime, until: datetime) -> Mapping[str, int]:
    """Count those of a period's pledges that stand by the code of the area."""
    return _by_area(tx, _in_period(unit_id, since, until), _stood(until))


def of_period_by_part(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime
) -> Mapping[Part, int]:
    """Count those of a period's pledges that stand by part."""
    return _by_part(tx, _in_period(unit_id, since, until), _stood(until))


def _in_period(unit_id: UUID, since: datetime, until: datetime) -> Select[Any]:
    return (
        select(pledge)
        .join(run, run.c.id == pledge.c.run_id)
        .where(run.c.unit_id == unit_id, pledge.c.signed_at >= since, pledge.c.signed_at < until)
    )


def _stands() -> ColumnElement[bool]:
    return pledge.c.withdrawn_at.is_(None)


def _stood(until: datetime) -> ColumnElement[bool]:
    """Tell of a pledge whether it had not been withdrawn by an instant."""
    return or_(pledge.c.withdrawn_at.is_(None), pledge.c.withdrawn_at >= until)


def _by_area(tx: Tx, which: Select[Any], counted: ColumnElement[bool]) -> Mapping[str, int]:
    meant = which.where(counted).subquery()
    rows = tx.connection.execute(
        select(meant.c.area_code, func.count())
        .group_by(meant.c.area_code)
        .order_by(meant.c.area_code)
    )
    return {row[0]: row[1] for row in rows}


def _by_part(tx: Tx, which: Select[Any], counted: ColumnElement[bool]) -> Mapping[Part, int]:
    meant = which.where(counted).subquery()
    rows = tx.connection.execute(
        select(resident_part.c.part, func.count())
        .join(meant, meant.c.resident_id == resident_part.c.resident_id)
        .group_by(resident_part.c.part)
    )
    found = {row[0]: row[1] for row in rows}
    return {part: found[part.value] for part in Part if part.value in found}


def _figures(
    stands: ColumnElement[bool], withdrawn: ColumnElement[bool]
) -> list[ColumnElement[int]]:
    return [
        func.count(case((stands, 1))),
        func.count(case((withdrawn, 1))),
        func.count(func.distinct(case((stands, pledge.c.resident_id))))
        + func.count(case((stands & pledge.c.resident_id.is_(None), 1))),
        func.count(case((stands & pledge.c.by_post.is_(True), 1))),
    ]


def _pledged(row: Sequence[Any]) -> Pledged:
    standing, withdrawn, people, by_post = row
    return Pledged(standing=standing, withdrawn=withdrawn, people=people, by_post=by_post)


def _day(instant: datetime) -> datetime:
    return datetime.combine(local(instant).date(), time(), HANOI).astimezone(UTC)
