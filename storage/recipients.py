"""Whom a run addresses, taken from the residents in steps, and counted beforehand."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from domain.campaign import Audience
from storage import units
from storage.database import Tx
from storage.residents import Wish
from storage.tables import account, address, delivery, resident


@dataclass(frozen=True, slots=True)
class Recipient:
    """A resident and where they are written to."""

    resident_id: UUID
    area_code: str | None
    language: str
    address_id: UUID
    account_id: UUID
    channel: str


@dataclass(frozen=True, slots=True)
class Expected:
    """How many an audience has: who said yes, who of them cannot be reached, by language."""

    people: int
    unreachable: int
    by_language: dict[str, int]


def step(
    tx: Tx, run_id: UUID, unit: units.Unit, audience: Audience, after: UUID | None, limit: int
) -> list[Recipient]:
    """Return the next residents by id who have no row in the run yet, with one address each.

    Of several addresses one that can be reached is taken, else the oldest.
    """
    already = (
        select(delivery.c.id)
        .where(delivery.c.run_id == run_id, delivery.c.resident_id == resident.c.id)
        .exists()
    )
    query = _addressed(tx, unit, audience).where(~already).order_by(resident.c.id).limit(limit)
    if after is not None:
        query = query.where(resident.c.id > after)
    return [
        Recipient(row.id, row.area_code, row.language, row.address_id, row.account_id, row.channel)
        for row in tx.connection.execute(query)
    ]


def expected(tx: Tx, unit: units.Unit, audience: Audience) -> Expected:
    """Return whom an audience would reach now."""
    found = _addressed(tx, unit, audience).subquery()
    rows = tx.connection.execute(
        select(found.c.language, func.count(), func.count(found.c.unreachable)).group_by(
            found.c.language
        )
    ).all()
    return Expected(
        sum(row[1] for row in rows), sum(row[2] for row in rows), {row[0]: row[1] for row in rows}
    )


def subscribers_by_area(tx: Tx, unit: units.Unit) -> dict[str | None, int]:
    """Return how many residents of a unit said yes, by the area they live in."""
    rows = tx.connection.execute(
        select(resident.c.area_code, func.count())
        .where(resident.c.unit_id == unit.id, resident.c.wish == Wish.YES.value)
        .group_by(resident.c.area_code)
    )
    return {row[0]: row[1] for row in rows}


def _addressed(tx: Tx, unit: units.Unit, audience: Audience) -> Select[Any]:
    where: list[ColumnElement[bool]] = [
        resident.c.unit_id == unit.id,
        resident.c.wish == Wish.YES.value,
    ]
    if audience.area_code != unit.area_code:
        # Residents who have not told their village belong to the whole unit only.
        below = units.areas_below(tx, audience.area_code)
        where.append(resident.c.area_code.in_(sorted(below)))
    if audience.languages:
        where.append(resident.c.language.in_([language.value for language in audience.languages]))
    best = (
        select(address.c.id)
        .where(address.c.resident_id == resident.c.id)
        .order_by(address.c.unreachable.is_not(None), address.c.id)
        .limit(1)
        .correlate(resident)
        .scalar_subquery()
    )
    return (
        select(
            resident.c.id,
            resident.c.area_code,
            resident.c.language,
            address.c.id.label("address_id"),
            address.c.account_id,
            address.c.unreachable,
            account.c.channel,
        )
        .join(address, address.c.id == best)
        .join(account, account.c.id == address.c.account_id)
        .where(*where)
    )
