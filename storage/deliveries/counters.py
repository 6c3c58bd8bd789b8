"""The counters of a run, moved in the same transaction as the rows they count."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Insert, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.delivery import DeliveryKind, DeliveryState, Facet
from storage.campaigns import reactions
from storage.database import Tx
from storage.tables import delivery, run_counter

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


@dataclass(slots=True)
class Moves:
    """Changes of rows and of what counts them, collected and then written in a few statements."""

    _rows: dict[tuple[tuple[str, object], ...], list[UUID]] = field(default_factory=dict)
    _changes: dict[CounterKey, Counter[str]] = field(default_factory=dict)
    _last: list[tuple[UUID, Callable[[Tx], None]]] = field(default_factory=list)

    def write(self, row_id: UUID, **values: object) -> None:
        """Note new values of a row of the ledger; rows that get the same are written together."""
        self._rows.setdefault(tuple(sorted(values.items())), []).append(row_id)

    def add(self, key: CounterKey, column: str, by: int = 1) -> None:
        """Note a change of one counter."""
        self._changes.setdefault(key, Counter())[column] += by

    def shift(self, key: CounterKey, before: DeliveryState, after: DeliveryState) -> None:
        """Note that a row went from one state to another."""
        if before is not after:
            self.add(key, before.value, -1)
            self.add(key, after.value)

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
                "run_id": key.run_id,
                "kind": key.kind,
                "area_code": key.area_code,
                "channel": key.channel,
                "language": key.language,
                **{name: self._changes[key][name] for name in _SUMMED},
            }
            for key in sorted(self._changes)
            if any(self._changes[key].values())
        ]
        if changed:
            tx.connection.execute(_ADD[tx.connection.dialect.name], changed)
        self._changes.clear()
        for _, change in sorted(self._last, key=lambda one: one[0]):
            change(tx)
        self._last.clear()


def _added(insert: sqlite.Insert) -> sqlite.Insert:
    return insert.on_conflict_do_update(
        index_elements=list(run_counter.primary_key),
        set_={name: run_counter.c[name] + insert.excluded[name] for name in _SUMMED},
    )


_ADD: Mapping[str, Insert] = MappingProxyType(
    {
        "sqlite": _added(sqlite.insert(run_counter)),
        # Both dialects' classes have the same methods.
        "postgresql": _added(postgresql.insert(run_counter)),  # type: ignore[arg-type]
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a run's figures."""

    key: CounterKey
    counts: Mapping[str, int]


def of_run(tx: Tx, run_id: UUID) -> list[Line]:
    """Return a run's figures as counted, sorted by key."""
    rows = tx.connection.execute(select(run_counter).where(run_counter.c.run_id == run_id))
    return sorted(
        (
            Line(
                CounterKey(row.run_id, row.kind, row.area_code, row.channel, row.language),
                {name: row._mapping[name] for name in _SUMMED},
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


def telling(tx: Tx) -> frozenset[str]:
    """Return the channels that have told of delivery: of any other nobody knows what arrived."""
    rows = tx.connection.execute(
        select(run_counter.c.channel)
        .where(or_(run_counter.c.delivered > 0, run_counter.c.seen > 0))
        .distinct()
    )
    return frozenset(rows.scalars())
