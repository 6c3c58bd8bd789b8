"""Whom a run addresses, taken from the residents in steps, and counted beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    case,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
)

from domain.campaign import Audience
from domain.door import OPEN, Door
from domain.hours import BroadcastRules
from domain.part import Part
from domain.subject import Subject
from storage.campaigns import caps
from storage.database import Tx
from storage.people import addresses, units
from storage.people.addresses import Account
from storage.people.residents import Wish
from storage.tables import (
    account,
    address,
    declined_subject,
    delivery,
    resident,
    resident_part,
)

_ALL_OPEN: Mapping[str, Door] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Expected:
    """How many an audience has: who said yes, who of them cannot be reached, by language."""

    people: int
    unreachable: int
    by_language: dict[str, int]


def page(
    tx: Tx,
    run_id: UUID,
    unit: units.Unit,
    audience: Audience,
    after: UUID | None,
    limit: int,
    doors: Mapping[str, Door] = _ALL_OPEN,
) -> Select[Any]:
    """Return a query of the next residents by id who have no row in the run yet.

    Of several addresses one that can be written to is taken, of those the preferred, else one where
    it costs nothing, else the oldest. `doors` says what each channel asks; `shut` is who wrote too
    long ago to be written to there, or anywhere. The rows come in no order; each has its `number`.
    Only what belongs to the next residents is read, in an order that an index gives: a database
    that has just been filled has no statistics, and would guess wrongly how to join long tables.
    """
    where = [*_without_row(tx, run_id, unit, audience), _has_address()]
    if after is not None:
        where.append(resident.c.id > after)
    asked = _asked(tx, doors)
    these = (
        select(
            resident.c.id,
            resident.c.area_code,
            resident.c.language,
            _best_address(*_orders(tx, asked)).label("address_id"),
            # Here, where an index gives their order; asked of what is joined they would be sorted.
            func.row_number().over(order_by=resident.c.id).label("number"),
        )
        .where(*where)
        .order_by(resident.c.id)
        .limit(limit)
        .subquery()
    )
    return (
        select(
            these.c.id.label("resident_id"),
            these.c.area_code,
            these.c.language,
            these.c.address_id,
            address.c.account_id,
            account.c.channel,
            _shut(tx, asked).label("shut"),
            these.c.number,
        )
        .join(address, address.c.id == these.c.address_id)
        .join(account, account.c.id == address.c.account_id)
    )


def newcomers(tx: Tx, run_id: UUID, unit: units.Unit, audience: Audience) -> int:
    """Return how many of an audience have no row in a run, and can be reached: they came later."""
    open_one = (address.c.resident_id == resident.c.id) & address.c.unreachable.is_(None)
    query = (
        select(func.count())
        .select_from(resident)
        .where(*_without_row(tx, run_id, unit, audience), _one(open_one).is_not(None))
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def _without_row(
    tx: Tx, run_id: UUID, unit: units.Unit, audience: Audience
) -> list[ColumnElement[bool]]:
    already = (
        select(delivery.c.id)
        .where(delivery.c.run_id == run_id, delivery.c.resident_id == resident.c.id)
        .scalar_subquery()
    )
    return [*_audience(tx, unit, audience), already.is_(None)]


def expected(tx: Tx, unit: units.Unit, audience: Audience) -> Expected:
    """Return whom an audience would reach now."""
    closed = func.min(case((address.c.unreachable.is_(None), 0), else_=1))
    found = (
        select(resident.c.language, closed.label("closed"))
        .join(address, address.c.resident_id == resident.c.id)
        .where(*_audience(tx, unit, audience))
        .group_by(resident.c.id, resident.c.language)
        .subquery()
    )
    rows = tx.connection.execute(
        select(found.c.language, func.count(), func.sum(found.c.closed)).group_by(found.c.language)
    ).all()
    return Expected(
        sum(row[1] for row in rows),
        sum(int(row[2]) for row in rows),
        {row[0]: row[1] for row in rows},
    )


def by_channel(tx: Tx, unit: units.Unit, audience: Audience) -> dict[str, int]:
    """Return how many of an audience can be reached now, by the channel they are written to."""
    best = _best_address()
    page = select(best.label("address_id")).where(*_audience(tx, unit, audience)).subquery()
    rows = tx.connection.execute(
        select(account.c.channel, func.count())
        .select_from(page)
        .join(address, address.c.id == page.c.address_id)
        .join(account, account.c.id == address.c.account_id)
        .where(address.c.unreachable.is_(None))
        .group_by(account.c.channel)
    )
    return {row.channel: row[1] for row in rows}


def everybody(
    tx: Tx,
    unit: units.Unit,
    audience: Audience,
    shut: ColumnElement[bool] | None,
    costs: ColumnElement[bool] | None,
) -> Select[Any]:
    """Return a query of everybody in an audience's area who has an address, whatever they want.

    Its columns: `id`, `wish`, the `address_id` at which they get it, and `declines`, which is 1
    for who wants nothing of the subject. `shut` says which addresses cannot be written to now:
    from those a run goes on to another of the same person; `costs` where a message is not free.
    """
    declines: ColumnElement[Any] = null()
    if audience.subject is not None:
        declines = _one(_declines(audience.subject))
    return select(
        resident.c.id,
        resident.c.wish,
        _best_address(_unusable(shut) if shut is not None else None, costs).label("address_id"),
        declines.label("declines"),
    ).where(*_audience(tx, unit, replace(audience, subject=None), None), _has_address())


def capped(
    tx: Tx, unit: units.Unit, audience: Audience, at: datetime, rules: BroadcastRules
) -> int:
    """Return how many of an audience will have had enough broadcasts at an instant: an estimate."""
    return caps.expected(tx, _audience(tx, unit, audience), at, rules)


def declining(tx: Tx, unit: units.Unit, audience: Audience) -> int:
    """Return how many are left out of an audience because they want nothing of its subject."""
    if audience.subject is None:
        return 0
    everybody = replace(audience, subject=None)
    query = (
        select(func.count())
        .select_from(declined_subject)
        .join(resident, resident.c.id == declined_subject.c.resident_id)
        .where(
            declined_subject.c.subject == audience.subject.value,
            *_audience(tx, unit, everybody),
            _has_address(),
        )
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def suspended(tx: Tx, unit: units.Unit, audience: Audience) -> int:
    """Return how many said yes but want nothing for a while, and are left out of an audience."""
    query = (
        select(func.count())
        .select_from(resident)
        .where(*_audience(tx, unit, audience, Wish.SUSPENDED), _has_address())
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def by_part(tx: Tx, unit: units.Unit, audience: Audience) -> dict[tuple[Part, str], int]:
    """Return how many of an audience's area have each part, by language; some have several."""
    everybody = replace(audience, parts=(), languages=())
    rows = tx.connection.execute(
        select(resident_part.c.part, resident.c.language, func.count())
        .join(resident, resident.c.id == resident_part.c.resident_id)
        .where(*_audience(tx, unit, everybody), _has_address())
        .group_by(resident_part.c.part, resident.c.language)
    )
    return {(Part(row.part), row.language): row[2] for row in rows}


def subscribers_by_area(tx: Tx, unit: units.Unit) -> dict[str | None, int]:
    """Return how many residents of a unit said yes, by the area they live in."""
    rows = tx.connection.execute(
        select(resident.c.area_code, func.count())
        .where(resident.c.unit_id == unit.id, resident.c.wish == Wish.YES.value)
        .group_by(resident.c.area_code)
    )
    return {row[0]: row[1] for row in rows}


def _audience(
    tx: Tx, unit: units.Unit, audience: Audience, wish: Wish | None = Wish.YES
) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [resident.c.unit_id == unit.id]
    if wish is not None:
        where.append(resident.c.wish == wish.value)
    if audience.posts_only:
        where.append(false())
    chosen = audience.areas or (audience.area_code,)
    if unit.area_code not in chosen:
        # Residents who have not told their village belong to the whole unit only.
        below = units.areas_below(tx, *chosen)
        where.append(resident.c.area_code.in_(sorted(below)))
    if audience.languages:
        where.append(resident.c.language.in_([language.value for language in audience.languages]))
    if audience.parts:
        where.append(_one(_has_part(audience.parts)).is_not(None))
    if audience.subject is not None:
        # Not `IS NULL`, of which PostgreSQL expects hardly any: it would take another index.
        where.append(_one(_declines(audience.subject)).is_distinct_from(1))
    return where


def _has_address() -> ColumnElement[bool]:
    return _one(address.c.resident_id == resident.c.id).is_not(None)


def _has_part(parts: Sequence[Part]) -> ColumnElement[bool]:
    wanted = resident_part.c.part.in_([part.value for part in parts])
    return and_(resident_part.c.resident_id == resident.c.id, wanted)


def _declines(subject: Subject) -> ColumnElement[bool]:
    of_subject = declined_subject.c.subject == subject.value
    return and_(declined_subject.c.resident_id == resident.c.id, of_subject)


def _one(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    # Looked up for each resident in turn: as a join it might be done for everybody at once.
    found: ScalarSelect[int] = (
        select(literal_column("1", Integer))
        .where(condition)
        .limit(1)
        .correlate(resident)
        .scalar_subquery()
    )
    return found


def _asked(tx: Tx, doors: Mapping[str, Door]) -> list[tuple[Account, Door]]:
    """Return our accounts with what their channels ask; nothing if nobody asks."""
    if not any(door.listens for door in doors.values()):
        return []
    return [(one, doors.get(one.channel, OPEN)) for one in addresses.accounts(tx)]


def _orders(tx: Tx, asked: Sequence[tuple[Account, Door]]) -> tuple[ColumnElement[Any] | None, ...]:
    """Say which addresses come last, and at which a message costs; nothing if nobody asks.

    Before those that are shut come those of accounts that send nothing now.
    """
    costs = [_silent(one, door.free_window, tx.now) for one, door in asked if door.free_window]
    silenced = [one.id for one, _ in asked if one.down_reason is not None]
    if not costs and not silenced and not any(door.reply_window for _, door in asked):
        return ()
    # PostgreSQL orders by no constant: where nothing costs, that is left out.
    down = address.c.account_id.in_(silenced)
    last = case((_unusable(_shut(tx, asked)), 2), (down, 1), else_=0)
    return last, or_(*costs) if costs else None


def _shut(tx: Tx, asked: Sequence[tuple[Account, Door]]) -> ColumnElement[bool]:
    """Say whose person wrote too long ago to be written to there."""
    shut = [_silent(one, door.reply_window, tx.now) for one, door in asked if door.reply_window]
    return or_(false(), *shut)


def _silent(one: Account, span: timedelta, now: datetime) -> ColumnElement[bool]:
    heard = address.c.heard_at
    return and_(address.c.account_id == one.id, or_(heard.is_(None), heard <= now - span))


def _unusable(shut: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(address.c.unreachable.is_not(None), shut)


def _best_address(
    last: ColumnElement[Any] | None = None, costs: ColumnElement[bool] | None = None
) -> ScalarSelect[UUID]:
    *wanted, oldest = addresses.best_first()
    order = [one for one in (last, *wanted, costs, oldest) if one is not None]
    return (
        select(address.c.id)
        .where(address.c.resident_id == resident.c.id)
        .order_by(*order)
        .limit(1)
        .correlate(resident)
        .scalar_subquery()
    )
