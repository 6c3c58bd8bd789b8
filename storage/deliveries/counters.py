"""The counters of a run, moved in the same transaction as the rows they count."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select, update
from sqlalchemy.dialects import sqlite

from domain.delivery import DeliveryKind, DeliveryState, Facet
from storage.campaigns import reactions
from storage.database import Tx
from storage.tables import delivery, run_counter, run_reason
from storage.upsert import DIALECTS, insert_for

FACET_COLUMNS = {
    Facet.SEEN: delivery.c.seen_at,
    Facet.ACKNOWLEDGED: delivery.c.acknowledged_at,
    Facet.PRESSED: delivery.c.pressed_at,
    Facet.REPLIED: delivery.c.replied_at,
    Facet.TIPS: delivery.c.tip_at,
    Facet.STOPPED: delivery.c.stopped_at,
    Facet.SAFE: delivery.c.safe_at,
    Facet.PAID: delivery.c.paid_at,
    Facet.REOPENED: delivery.c.reopened_at,
    Facet.NEWCOMERS: delivery.c.newcomer_at,
}

_COUNTED = (*(state.value for state in DeliveryState), *(facet.value for facet in Facet))
_SUMMED = ("targeted", *_COUNTED, "members")


@dataclass(frozen=True, slots=True, order=True)
class CounterKey:
    """What one line of a run's figures is about; `kind` is `campaign` or `post`."""

    run_id: UUID
    kind: str
    area_code: str
    channel: str
    language: str

    def on(self, channel: str) -> "CounterKey":
        """Return the same line for another channel."""
        return replace(self, channel=channel)


@dataclass(frozen=True, slots=True, order=True)
class Why:
    """Rows of one line that are settled in one state for one reason."""

    key: CounterKey
    state: str
    reason: str


Standing = tuple[DeliveryState, str | None]
"""The state of a row, and why it is so."""


@dataclass(slots=True)
class Moves:
    """Changes of rows and of what counts them, collected and then written in a few statements."""

    _rows: dict[tuple[tuple[str, object], ...], list[UUID]] = field(default_factory=dict)
    _changes: dict[CounterKey, Counter[str]] = field(default_factory=dict)
    _reasons: Counter[Why] = field(default_factory=Counter)
    _last: list[tuple[UUID, Callable[[Tx], None]]] = field(default_factory=list)

    def write(self, row_id: UUID, **values: object) -> None:
        """Note new values of a row of the ledger; rows that get the same are written together."""
        self._rows.setdefault(tuple(sorted(values.items())), []).append(row_id)

    def add(self, key: CounterKey, column: str, by: int = 1) -> None:
        """Note a change of one counter."""
        self._changes.setdefault(key, Counter())[column] += by

    def shift(self, key: CounterKey, before: Standing, after: Standing) -> None:
        """Note that a row went from one state to another, each with its reason, if any."""
        if before[0] is not after[0]:
            self.add(key, before[0].value, -1)
            self.add(key, after[0].value)
        self.add_reason(key, before, -1)
        self.add_reason(key, after)

    def add_reason(self, key: CounterKey, standing: Standing, by: int = 1) -> None:
        """Note a change of how many rows stand so; why one waits is counted nowhere.

        Whoever changes it changes the line of the same key as well, and has that locked before.
        """
        state, reason = standing
        if reason is not None and state is not DeliveryState.PENDING:
            self._reasons[Why(key, state.value, reason)] += by

    def after(self, chat_or_account: UUID, change: Callable[[Tx], None]) -> None:
        """Let a chat or an account change once rows and counters are written.

        That is everybody's order: rows of the ledger, their counters, chats, accounts. Who goes
        another way may be waited for by whom they wait for.
        """
        self._last.append((chat_or_account, change))

    def take(self, others: "Moves") -> None:
        """Take over what was collected apart, and is to be written together with this."""
        for values, ids in others._rows.items():
            self._rows.setdefault(values, []).extend(ids)
        for key, changes in others._changes.items():
            self._changes.setdefault(key, Counter()).update(changes)
        self._reasons.update(others._reasons)
        self._last += others._last

    def apply(self, tx: Tx) -> None:
        """Write the changes, in sorted order so that two transactions cannot lock each other."""
        for values, ids in self._rows.items():
            tx.connection.execute(
                update(delivery).where(delivery.c.id.in_(sorted(ids))).values(dict(values))
            )
        self._rows.clear()
        changed = [
            {
                **_columns(key),
                **{name: self._changes[key][name] for name in _SUMMED},
            }
            for key in sorted(self._changes)
            if any(self._changes[key].values())
        ]
        if changed:
            tx.connection.execute(_ADD[tx.connection.dialect.name], changed)
        self._changes.clear()
        reasons = [
            {**_columns(why.key), "state": why.state, "reason": why.reason, "number": number}
            for why, number in sorted(self._reasons.items())
            if number
        ]
        if reasons:
            tx.connection.execute(_ADD_REASON[tx.connection.dialect.name], reasons)
        self._reasons.clear()
        for _, change in sorted(self._last, key=lambda one: one[0]):
            change(tx)
        self._last.clear()


def _columns(key: CounterKey) -> dict[str, object]:
    return {
        "run_id": key.run_id,
        "kind": key.kind,
        "area_code": key.area_code,
        "channel": key.channel,
        "language": key.language,
    }


def _added(insert: sqlite.Insert) -> sqlite.Insert:
    return insert.on_conflict_do_update(
        index_elements=list(run_counter.primary_key),
        set_={name: run_counter.c[name] + insert.excluded[name] for name in _SUMMED},
    )


_ADD = MappingProxyType({name: _added(insert_for(name, run_counter)) for name in DIALECTS})


def _added_reason(insert: sqlite.Insert) -> sqlite.Insert:
    return insert.on_conflict_do_update(
        index_elements=list(run_reason.primary_key),
        set_={"number": run_reason.c.number + insert.excluded.number},
    )


_ADD_REASON = MappingProxyType(
    {name: _added_reason(insert_for(name, run_reason)) for name in DIALECTS}
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a run's figures."""

    key: CounterKey
    counts: Mapping[str, int]


def of_run(tx: Tx, run_id: UUID) -> list[Line]:
    """Return a run's figures as counted, sorted by key."""
    key = ("kind", "area_code", "channel", "language")
    columns = [run_counter.c[name] for name in (*key, *_SUMMED)]
    rows = tx.connection.execute(select(*columns).where(run_counter.c.run_id == run_id))
    return sorted(
        (
            Line(
                CounterKey(run_id, row.kind, row.area_code, row.channel, row.language),
                dict(zip(_SUMMED, row[len(key) :], strict=True)),
            )
            for row in rows
        ),
        key=lambda line: line.key,
    )


def recounted(tx: Tx, run_id: UUID) -> list[Line]:
    """Return the same figures recomputed from the rows; `members` is not among them."""
    group = (delivery.c.kind, delivery.c.area_code, delivery.c.channel, delivery.c.language)
    figures = (
        func.count().label("targeted"),
        *(
            func.count(case((delivery.c.state == state.value, 1))).label(state.value)
            for state in DeliveryState
        ),
        *(func.count(column).label(facet.value) for facet, column in FACET_COLUMNS.items()),
    )
    rows = tx.connection.execute(
        select(*group, *figures).where(delivery.c.run_id == run_id).group_by(*group)
    )
    names = ("targeted", *_COUNTED)
    people = reactions.counted(tx, run_id)
    lines = []
    for row in rows:
        counts = {name: row._mapping[name] for name in names}
        if row.kind == DeliveryKind.POST.value:
            # Posts count people, not posts.
            counts |= dict.fromkeys((facet.value for facet in Facet), 0)
            counts |= people.get((row.area_code, row.channel, row.language), {})
        key = CounterKey(run_id, row.kind, row.area_code, row.channel, row.language)
        lines.append(Line(key, counts))
    return sorted(lines, key=lambda line: line.key)


def reasons(tx: Tx, run_id: UUID, kind: DeliveryKind) -> dict[tuple[str, str], int]:
    """Return how often each (state, reason) occurs among a run's settled rows, as counted."""
    rows = tx.connection.execute(
        select(run_reason.c.state, run_reason.c.reason, func.sum(run_reason.c.number))
        .where(run_reason.c.run_id == run_id, run_reason.c.kind == kind.value)
        .group_by(run_reason.c.state, run_reason.c.reason)
        .having(func.sum(run_reason.c.number) != 0)
    )
    return {(row.state, row.reason): int(row[2]) for row in rows}


def every_reason(tx: Tx, run_id: UUID) -> dict[Why, int]:
    """Return the reasons in all lines of a run, as counted."""
    return _by_why(tx, run_id, select(run_reason).where(run_reason.c.run_id == run_id))


def recounted_reasons(tx: Tx, run_id: UUID) -> dict[Why, int]:
    """Return the same recomputed from the rows."""
    group = (
        delivery.c.kind,
        delivery.c.area_code,
        delivery.c.channel,
        delivery.c.language,
        delivery.c.state,
        delivery.c.reason,
    )
    settled = (
        delivery.c.run_id == run_id,
        delivery.c.state != DeliveryState.PENDING.value,
        delivery.c.reason.is_not(None),
    )
    rows = select(*group, func.count().label("number")).where(*settled).group_by(*group)
    return _by_why(tx, run_id, rows)


def _by_why(tx: Tx, run_id: UUID, query: Select[Any]) -> dict[Why, int]:
    found = {}
    for row in tx.connection.execute(query):
        key = CounterKey(run_id, row.kind, row.area_code, row.channel, row.language)
        found[Why(key, row.state, row.reason)] = row.number
    return found


def telling(tx: Tx) -> frozenset[str]:
    """Return the channels that have told of delivery: of any other nobody knows what arrived."""
    rows = tx.connection.execute(
        select(run_counter.c.channel)
        .where(or_(run_counter.c.delivered > 0, run_counter.c.seen > 0))
        .distinct()
    )
    return frozenset(rows.scalars())
