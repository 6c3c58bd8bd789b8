"""Rows of a run of which nothing special is to be said: taken and settled by the hundred.

What they ask of the database is the same as for any row (`windows`, `settling`), put into a few
statements for all of them; rows cross between us and the database as one JSON text, since each
row that a driver hands over costs as much as many that it does not. Ids stay text: 32 hex digits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Executable,
    Integer,
    Select,
    String,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import sqlite

from domain.delivery import DeliveryKind, DeliveryState
from domain.messages import ChatKind, Outgoing
from domain.slots import by_when
from storage.campaigns.caps import full_of
from storage.database import Tx
from storage.deliveries import due
from storage.deliveries.counters import CounterKey, Moves
from storage.deliveries.due import LiveRun
from storage.deliveries.run_words import RunWords
from storage.tables import address, attempt, delivery, resident
from storage.types import UtcDateTime
from storage.upsert import DIALECTS

_CAMPAIGN = DeliveryKind.CAMPAIGN.value


class PlainRow(NamedTuple):
    """A row to be sent, its attempt, its chat; ids and `paced` in hex digits."""

    delivery: str
    attempt: str
    address: str
    language: str
    chat_id: str
    paced: str | None
    """When our last message went to the chat, as slots are written down."""


@dataclass(frozen=True, slots=True)
class Head:
    """The oldest due rows of a run: the plain ones, and the ids of the others."""

    rows: tuple[PlainRow, ...] = field(repr=False)
    others: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain rows of one run in a window, each with its slot, and what they say by language."""

    window_id: UUID
    run_id: UUID
    rows: Sequence[tuple[PlainRow, int | None]] = field(repr=False)
    words: Mapping[str, Outgoing] = field(repr=False)
    noted: int | None = None
    """By when each goes, as its chat knows; None without slots."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Plain rows that the platform took, with its id of each message, and those not tried."""

    run_id: UUID | None = None
    rows: Sequence[tuple[PlainRow, str]] = ()
    back: Sequence[PlainRow] = ()
    reason: str = ""
    """Why those were not tried."""


NOTHING = Taken()


def head(tx: Tx, account_id: UUID, run: LiveRun, most: int) -> Head:
    """Return the oldest rows of a run that are due and plain, locked; nothing is written yet.

    `run` is one that is being sent; the account's platform must be one that asks nothing.
    """
    found = tx.connection.execute(
        _HEAD[tx.connection.dialect.name],
        {
            **due.asked(tx, account_id, run, most),
            "unit": run.unit_id,
            "can_wait": due.can_wait(run),
        },
    ).scalar_one_or_none()
    listed = orjson.loads(found) if found else []
    plain = [one for one in listed if one[0]]
    if plain and (run.a_day or run.a_month):
        enough = full_of(tx, run.id, run.a_day, run.a_month, [one[5] for one in plain])
        plain = [one for one in plain if one[5] not in enough]
    attempts = tx.ids.block(tx.now, len(plain))
    opened = tx.keys.unseal_each("address", "platform_id", [(one[2], one[3]) for one in plain])
    rows = [
        PlainRow(one[1], own, one[2], one[4], chat_id, one[6])
        for one, own, chat_id in zip(plain, attempts, opened, strict=True)
        # One by one it will be said what is wrong with the others.
        if chat_id is not None
    ]
    known = {row.delivery for row in rows}
    return Head(tuple(rows), tuple(UUID(one[1]) for one in listed if one[1] not in known))


def words(tx: Tx, run_id: UUID, rows: Sequence[PlainRow]) -> Mapping[str, Outgoing]:
    """Return what a run says in the languages of rows, where it is said to all alike."""
    known = RunWords(tx)
    found = {name: known.for_many(run_id, name) for name in {row.language for row in rows}}
    return {name: outgoing for name, outgoing in found.items() if outgoing is not None}


def take(
    tx: Tx,
    run_id: UUID,
    rows: Sequence[PlainRow],
    slots: Sequence[int | None],
    said: Mapping[str, Outgoing],
) -> Plain:
    """Write the intent to send rows, each in its slot, in a window that is yet to be written."""
    window_id = tx.new_id()
    known = {
        "rows": _text([(one.attempt, one.delivery, one.address) for one in rows]),
        "window": window_id,
        "now": tx.now,
    }
    dialect = tx.connection.dialect.name
    tx.connection.execute(_INTEND[dialect], known)
    tx.connection.execute(_TAKE[dialect], known)
    return Plain(window_id, run_id, tuple(zip(rows, slots, strict=True)), said, by_when(slots))


def settle(tx: Tx, window_id: UUID, taken: Taken, moves: Moves) -> bool:
    """Write that the platform took rows of a window, with the ids that it gave.

    False, and nothing is written, when one of them lies in that window no more.
    """
    if not taken.rows or taken.run_id is None:
        return True
    known = {
        "rows": _text(
            [(row.attempt, row.delivery, row.address, message) for row, message in taken.rows]
        ),
        "window": window_id,
        "now": tx.now,
    }
    dialect = tx.connection.dialect.name
    lines = tx.connection.execute(_LINES[dialect], known).all()
    if sum(line.number for line in lines) != len(taken.rows):
        return False
    tx.connection.execute(_ACCEPT[dialect], known)
    tx.connection.execute(_NOTE[dialect], known)
    for line in lines:
        key = CounterKey(taken.run_id, _CAMPAIGN, line.area_code, line.channel, line.language)
        moves.add(key, DeliveryState.PENDING.value, -line.number)
        moves.add(key, DeliveryState.ACCEPTED.value, line.number)
    return True


def give_back(tx: Tx, window_id: UUID, taken: Taken) -> None:
    """Let rows that were not tried wait again; of those not in that window any more nothing."""
    if not taken.back:
        return
    known = {
        "rows": _text([(row.attempt, row.delivery, row.address) for row in taken.back]),
        "window": window_id,
        "now": tx.now,
        "reason": taken.reason,
    }
    dialect = tx.connection.dialect.name
    tx.connection.execute(_GIVE_BACK[dialect], known)
    tx.connection.execute(_NOT_SENT[dialect], known)


def _text(rows: Sequence[Sequence[str]]) -> str:
    return orjson.dumps(rows).decode()


def _plain() -> ColumnElement[bool]:
    """Say of which rows nothing forbids, and nothing asks for a look of its own."""
    now = bindparam("now", type_=UtcDateTime)
    unit = bindparam("unit", type_=Uuid)
    return and_(
        delivery.c.kind == literal_column("'campaign'"),
        delivery.c.payload.is_(None),
        ~delivery.c.again,
        or_(delivery.c.not_after.is_(None), delivery.c.not_after >= now),
        address.c.kind == literal_column(f"'{ChatKind.PRIVATE.value}'"),
        address.c.unreachable.is_(None),
        address.c.resident_id == delivery.c.resident_id,
        resident.c.wish == literal_column("'yes'"),
        resident.c.joined_to.is_(None),
        ~resident.c.linked,
        or_(unit.is_(None), resident.c.unit_id == unit),
        due.DECLINES.is_(None),
        or_(~bindparam("can_wait"), due.IN_DANGER.is_(None)),
    )


def _head(dialect: str) -> Select[Any]:
    first = due.first_of_run(
        delivery.c.id,
        delivery.c.address_id,
        address.c.platform_id,
        delivery.c.language,
        delivery.c.resident_id,
        address.c.paced,
        case((_plain(), 1), else_=0).label("plain"),
    ).subquery()
    c = first.c
    if dialect == "sqlite":
        sealed: ColumnElement[Any] = func.hex(c.platform_id)
        paced: ColumnElement[Any] = case((c.paced.is_not(None), func.hex(c.paced)))
        one = func.json_array(c.plain, c.id, c.address_id, sealed, c.language, c.resident_id, paced)
        return select(func.json_group_array(one, type_=Text))
    sealed = func.encode(c.platform_id, "hex")
    one = func.json_build_array(
        c.plain,
        _hex(c.id),
        _hex(c.address_id),
        sealed,
        c.language,
        _hex(c.resident_id),
        func.encode(c.paced, "hex"),
    )
    return select(cast(func.json_agg(one), Text))


def _hex(column: ColumnElement[Any]) -> ColumnElement[str]:
    return func.replace(cast(column, Text), "-", "")


class _Given(NamedTuple):
    """Rows that we give, and what stands where in each."""

    rows: Any
    dialect: str

    def text(self, place: int) -> ColumnElement[Any]:
        if self.dialect == "sqlite":
            return func.json_extract(self.rows.c.value, f"$[{place}]", type_=String)
        found: ColumnElement[Any] = self.rows.c.value.op("->>")(literal_column(str(place), Integer))
        return found

    def uuid(self, place: int) -> ColumnElement[Any]:
        return self.text(place) if self.dialect == "sqlite" else cast(self.text(place), Uuid)


def _given(dialect: str) -> _Given:
    given = bindparam("rows", type_=String)
    if dialect == "sqlite":
        return _Given(func.json_each(given).table_valued("value", name="given"), dialect)
    rows = func.json_array_elements(cast(given, JSON)).table_valued("value", name="given")
    return _Given(rows, dialect)


def _intend(dialect: str) -> Executable:
    given = _given(dialect)
    columns = ["id", "delivery_id", "address_id", "window_id", "opened_at"]
    return insert(attempt).from_select(
        columns,
        select(
            given.uuid(0),
            given.uuid(1),
            given.uuid(2),
            bindparam("window", type_=Uuid),
            bindparam("now", type_=UtcDateTime),
        ),
    )


def _those(dialect: str) -> ColumnElement[bool]:
    given = _given(dialect)
    return delivery.c.id.in_(select(given.uuid(1)))


def _take(dialect: str) -> Executable:
    return (
        update(delivery)
        .where(_those(dialect))
        .values(window_id=bindparam("window", type_=Uuid), tries=delivery.c.tries + 1)
    )


def _lines(dialect: str) -> Executable:
    held = (
        select(delivery.c.area_code, delivery.c.channel, delivery.c.language)
        .where(_those(dialect), delivery.c.window_id == bindparam("window", type_=Uuid))
        .with_for_update()
        .subquery()
    )
    key = (held.c.area_code, held.c.channel, held.c.language)
    return select(*key, func.count().label("number")).group_by(*key)


def _accept(dialect: str) -> Executable:
    return (
        update(delivery)
        .where(_those(dialect))
        .values(
            state=literal_column("'accepted'"),
            reason=None,
            window_id=None,
            settled_at=bindparam("now", type_=UtcDateTime),
        )
    )


def _give_back(dialect: str) -> Executable:
    return (
        update(delivery)
        .where(_those(dialect), delivery.c.window_id == bindparam("window", type_=Uuid))
        .values(
            window_id=None, reason=bindparam("reason", type_=String), tries=delivery.c.tries - 1
        )
    )


def _not_sent(dialect: str) -> Executable:
    given = _given(dialect)
    return (
        update(attempt)
        .where(attempt.c.id.in_(select(given.uuid(0))))
        .values(settled_at=bindparam("now", type_=UtcDateTime), outcome=literal_column("'notsent'"))
    )


def _note(dialect: str) -> Executable:
    """Write what attempts came to.

    SQLite joins a JSON text only row by row with the whole table, so there they are written as new
    and found to be known.
    """
    given, now = _given(dialect), bindparam("now", type_=UtcDateTime)
    if dialect != "sqlite":
        return (
            update(attempt)
            .where(attempt.c.id == given.uuid(0))
            .values(settled_at=now, outcome=literal_column("'accepted'"), message_id=given.text(3))
        )
    columns = ["id", "delivery_id", "address_id", "window_id", "opened_at"]
    known = sqlite.insert(attempt).from_select(
        [*columns, "settled_at", "outcome", "message_id"],
        select(
            given.uuid(0),
            given.uuid(1),
            given.uuid(2),
            bindparam("window", type_=Uuid),
            now,
            now,
            literal_column("'accepted'"),
            given.text(3),
        ).where(true()),
    )
    return known.on_conflict_do_update(
        index_elements=[attempt.c.id],
        set_={name: known.excluded[name] for name in ("settled_at", "outcome", "message_id")},
    )


def _both(build: Any) -> Mapping[str, Any]:
    return MappingProxyType({name: build(name) for name in DIALECTS})


# Built once, since they are asked several times a second.
_HEAD = _both(_head)
_INTEND = _both(_intend)
_TAKE = _both(_take)
_LINES = _both(_lines)
_ACCEPT = _both(_accept)
_NOTE = _both(_note)
_GIVE_BACK = _both(_give_back)
_NOT_SENT = _both(_not_sent)
