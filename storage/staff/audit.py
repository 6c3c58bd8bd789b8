"""The audit log: who did what to which thing, when and why; append-only, each entry chained.

Every entry's link is a keyed hash over the entry and the link before it, so whoever changes,
removes or inserts one without the key breaks the chain from there on. What was cut off at the end
shows only against a link noted elsewhere: `verify` takes one.
The oldest entries are forgotten in time (`cut`): an entry of the chain itself says up to which
number and by which link, so that the rest still follows from what was before.
Facts are ids, counts and names of states, never words of a person: a reason is sealed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, select

from domain.audit import Act, Thing
from storage.database import Tx
from storage.sealing import Place
from storage.sequences import next_number
from storage.tables import audit_entry, sequence

_SERIES = "audit"
_PURPOSE = "audit"
_START = b""
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One act; `staff_id` is None for what an operator did from the command line."""

    number: int
    at: datetime
    unit_id: UUID | None
    staff_id: UUID | None
    act: Act
    thing: Thing
    thing_id: UUID | None
    facts: Mapping[str, Any]
    reason: str | None = field(repr=False)
    link: bytes


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What walking the chain found: `broken_at` is the first entry that is not as written.

    `anchored` tells whether the link noted elsewhere is still in the chain; None: none was given.
    `cut_through` is the last entry that was forgotten since its time was over, 0 for none.
    """

    entries: int
    broken_at: int | None
    head: bytes
    anchored: bool | None
    cut_through: int = 0

    @property
    def sound(self) -> bool:
        """Tell whether nothing speaks against the log."""
        return self.broken_at is None and self.anchored is not False


def append(
    tx: Tx,
    act: Act,
    thing: Thing,
    thing_id: UUID | None,
    *,
    unit_id: UUID | None,
    staff_id: UUID | None,
    reason: str = "",
    **facts: str | int | bool,
) -> int:
    """Write an act down, in the transaction that does it; returns its number."""
    # The series' row stays locked until the commit: two acts at once cannot take the same link.
    number = next_number(tx, _SERIES)
    entry_id = tx.new_id()
    values = {
        "number": number,
        "id": entry_id,
        "at": tx.now,
        "unit_id": unit_id,
        "staff_id": staff_id,
        "act": act.value,
        "thing": thing.value,
        "thing_id": thing_id,
        "facts": facts,
        "reason": tx.keys.seal(reason, _reason_place(entry_id)) if reason else None,
    }
    before = tx.connection.execute(
        select(audit_entry.c.link).where(audit_entry.c.number == number - 1)
    ).scalar_one_or_none()
    link = tx.keys.hash(_PURPOSE, _written(values, before or _START))
    tx.connection.execute(audit_entry.insert().values(**values, link=link))
    return number


def times(tx: Tx, act: Act, thing_id: UUID) -> int:
    """Return how many entries tell of an act on a thing."""
    of_it = (audit_entry.c.thing_id == thing_id, audit_entry.c.act == act.value)
    found: int = tx.connection.execute(select(func.count()).where(*of_it)).scalar_one()
    return found


def verify(tx: Tx, noted: bytes | None = None) -> ChainCheck:
    """Walk the whole chain; `noted` is a link that somebody wrote down before."""
    cut_through, before = _checkpoint(tx)
    number, anchored = cut_through, cut_through > 0 and noted == before
    for row in _rows(tx, select(audit_entry)):
        number += 1
        values = {name: getattr(row, name) for name in _FIELDS}
        if row.number != number or row.link not in tx.keys.hashes(
            _PURPOSE, _written(values, before)
        ):
            told = None if noted is None else anchored
            return ChainCheck(number - 1 - cut_through, number, before, told, cut_through)
        before = row.link
        anchored = anchored or row.link == noted
    promised = count(tx)
    broken_at = number + 1 if promised > number else None
    told = None if noted is None else anchored
    return ChainCheck(number - cut_through, broken_at, before, told, cut_through)


def cut(tx: Tx, before: datetime, limit: int = 5_000) -> int:
    """Forget up to `limit` of the oldest entries, those before an instant; return how many.

    The checkpoint that says so is written first, in the same transaction.
    """
    # The series' row is locked like for an entry: nobody else cuts or writes meanwhile.
    tx.connection.execute(select(sequence).where(sequence.c.name == _SERIES).with_for_update())
    younger = select(func.min(audit_entry.c.number)).where(audit_entry.c.at >= before)
    end: int | None = tx.connection.execute(younger).scalar_one()
    first: int | None = tx.connection.execute(select(func.min(audit_entry.c.number))).scalar_one()
    if first is None:
        return 0
    through = min(count(tx) if end is None else end - 1, first + limit - 1)
    if through < first:
        return 0
    link = tx.connection.execute(
        select(audit_entry.c.link).where(audit_entry.c.number == through)
    ).scalar_one()
    append(
        tx,
        Act.AUDIT_CUT,
        Thing.AUDIT,
        None,
        unit_id=None,
        staff_id=None,
        through=through,
        link=link.hex(),
    )
    tx.connection.execute(delete(audit_entry).where(audit_entry.c.number <= through))
    return through - first + 1


def oldest(tx: Tx) -> datetime | None:
    """Return when the first entry was written that is still there."""
    first = select(func.min(audit_entry.c.number)).scalar_subquery()
    query = select(audit_entry.c.at).where(audit_entry.c.number == first)
    return tx.connection.execute(query).scalar_one_or_none()


def _checkpoint(tx: Tx) -> tuple[int, bytes]:
    """Return up to where entries were forgotten, and the link from which the chain goes on.

    Whoever removes the oldest entries without the key finds no entry that says so.
    """
    first = tx.connection.execute(select(func.min(audit_entry.c.number))).scalar_one()
    if first is None or first == 1:
        return 0, _START
    query = select(audit_entry.c.facts).where(audit_entry.c.act == Act.AUDIT_CUT.value)
    for facts in tx.connection.execute(query.order_by(audit_entry.c.number.desc())).scalars():
        if facts.get("through") == first - 1:
            return first - 1, bytes.fromhex(facts["link"])
    return 0, _START


def count(tx: Tx) -> int:
    """Return how many entries were ever written, by the series' own account."""
    query = select(sequence.c.value).where(sequence.c.name == _SERIES)
    return tx.connection.execute(query).scalar_one_or_none() or 0


def entries(
    tx: Tx,
    *,
    unit_id: UUID | None = None,
    staff_id: UUID | None = None,
    newest: int | None = None,
    before: int | None = None,
) -> Iterator[Entry]:
    """Yield entries in order, of all or of one unit or person.

    `newest`: only so many, the last; `before`: only those of a smaller number.
    """
    query: Select[Any] = select(audit_entry)
    if unit_id is not None:
        query = query.where(audit_entry.c.unit_id == unit_id)
    if staff_id is not None:
        query = query.where(audit_entry.c.staff_id == staff_id)
    if before is not None:
        query = query.where(audit_entry.c.number < before)
    if newest is not None:
        last = tx.connection.execute(
            query.order_by(audit_entry.c.number.desc()).limit(newest)
        ).all()
        yield from (_entry(tx, row) for row in reversed(last))
        return
    yield from (_entry(tx, row) for row in _rows(tx, query))


_FIELDS = (
    "number",
    "id",
    "at",
    "unit_id",
    "staff_id",
    "act",
    "thing",
    "thing_id",
    "facts",
    "reason",
)


def _written(values: Mapping[str, Any], before: bytes) -> str:
    """Return what is hashed: one text per entry, the same on every database."""
    return json.dumps(
        [*(_plain(values[name]) for name in _FIELDS), before.hex()],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case UUID():
            return value.hex
        case bytes():
            return value.hex()
        case _:
            return value


def _rows(tx: Tx, query: Select[Any]) -> Iterator[Row[Any]]:
    last = 0
    while True:
        page = tx.connection.execute(
            query.where(audit_entry.c.number > last).order_by(audit_entry.c.number).limit(_PAGE)
        ).all()
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1].number


def _entry(tx: Tx, row: Row[Any]) -> Entry:
    return Entry(
        row.number,
        row.at,
        row.unit_id,
        row.staff_id,
        Act(row.act),
        Thing(row.thing),
        row.thing_id,
        row.facts,
        tx.keys.unseal(row.reason, _reason_place(row.id)) if row.reason is not None else None,
        row.link,
    )


def _reason_place(entry_id: UUID) -> Place:
    return Place("audit_entry", "reason", entry_id)
