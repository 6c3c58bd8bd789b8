"""A run's private rows: the database writes them itself, from a query of whom they go to."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Insert,
    Integer,
    Select,
    String,
    Subquery,
    Uuid,
    case,
    cast,
    func,
    insert,
    literal,
    select,
)

from domain.delivery import DeliveryKind, DeliveryState, Facet, Lane, SkipReason
from domain.ids import ID_STEP
from domain.language import Language
from storage.database import Tx
from storage.deliveries.counters import CounterKey, Moves
from storage.tables import delivery
from storage.types import UtcDateTime

_CAMPAIGN = DeliveryKind.CAMPAIGN.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is the same of many rows of a run."""

    run_id: UUID
    lane: Lane
    area_code: str
    """Where somebody is counted who has not told their area."""
    languages: Collection[str]
    """In which the run is written; who reads none of them gets it in Vietnamese."""
    newcomers: bool
    """Whether they joined its audience after that had been written down."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were written, and the last resident of them."""

    number: int
    last: UUID | None


def write(tx: Tx, batch: Batch, whom: Select[Any], most: int) -> Written:
    """Write a row for each resident that a query finds, `most` at the most, and count them.

    Its columns are those of `recipients.page`. The rows' ids grow with the residents'. None of them
    may have a row in the run already; who cannot be written to is skipped from the start.
    """
    first = tx.ids.reserve(tx.now, most)
    written = tx.connection.execute(_insert(tx, batch, whom, first)).rowcount
    if not written:
        return Written(0, None)
    last = UUID(int=first + (written - 1) * ID_STEP)
    moves = Moves()
    for line in tx.connection.execute(_lines(UUID(int=first), last)):
        # No condition, since it would have the whole run read by the index that begins with it.
        if line.run_id == batch.run_id:
            key = CounterKey(line.run_id, _CAMPAIGN, line.area_code, line.channel, line.language)
            moves.add(key, "targeted", line.number)
            moves.add(key, line.state, line.number)
            moves.add_reason(key, (DeliveryState(line.state), line.reason), line.number)
            if batch.newcomers:
                moves.add(key, Facet.NEWCOMERS.value, line.number)
    moves.apply(tx)
    who = select(delivery.c.resident_id).where(delivery.c.id == last)
    return Written(written, tx.connection.execute(who).scalar_one())


def _insert(tx: Tx, batch: Batch, whom: Select[Any], first: int) -> Insert:
    numbered = whom.subquery()
    now = literal(tx.now, UtcDateTime)
    shut = numbered.c.shut
    columns = {
        "id": _id(tx.connection.dialect.name, first, numbered),
        "kind": literal(_CAMPAIGN),
        "lane": literal(int(batch.lane), Integer),
        "account_id": numbered.c.account_id,
        "address_id": numbered.c.address_id,
        "run_id": literal(batch.run_id, Uuid),
        "resident_id": numbered.c.resident_id,
        "area_code": func.coalesce(numbered.c.area_code, batch.area_code),
        "channel": numbered.c.channel,
        "language": case(
            (numbered.c.language.in_(sorted(batch.languages)), numbered.c.language),
            else_=Language.VI.value,
        ),
        "state": case((shut, DeliveryState.SKIPPED.value), else_=DeliveryState.PENDING.value),
        "reason": case((shut, SkipReason.WINDOW.value)),
        "created_at": now,
        "settled_at": case((shut, now)),
        "tries": literal(0, Integer),
        "again": literal(value=False, type_=Boolean),
        "newcomer_at": literal(tx.now if batch.newcomers else None, UtcDateTime),
    }
    rows = select(*columns.values())
    if tx.connection.dialect.name != "sqlite":
        # So that every index grows at its end; SQLite keeps the order in which they were numbered.
        rows = rows.order_by(numbered.c.number)
    return insert(delivery).from_select(list(columns), rows)


def _id(dialect: str, first: int, numbered: Subquery) -> ColumnElement[Any]:
    digits = f"{first:032x}"
    third = literal(int(digits[16:24], 16) - 1, BigInteger) + numbered.c.number
    if dialect == "sqlite":
        return func.printf("%s%08x%s", digits[:16], third, digits[24:])
    middle = func.lpad(func.to_hex(third), 8, "0")
    return cast(func.concat(digits[:16], middle, digits[24:], type_=String), Uuid)


def _lines(first: UUID, last: UUID) -> Select[Any]:
    key = (
        delivery.c.run_id,
        delivery.c.area_code,
        delivery.c.channel,
        delivery.c.language,
        delivery.c.state,
        delivery.c.reason,
    )
    these = delivery.c.id.between(first, last)
    return select(*key, func.count().label("number")).where(these).group_by(*key)
