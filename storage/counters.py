"""The counters of a run, moved in the same transaction as the rows they count."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import case, func, select, update

from domain.delivery import DeliveryState, Facet
from storage.database import Tx
from storage.tables import delivery, run_counter
from storage.upsert import insert_into

FACET_COLUMNS = {
    Facet.SEEN: delivery.c.seen_at,
    Facet.ACKNOWLEDGED: delivery.c.acknowledged_at,
    Facet.REPLIED: delivery.c.replied_at,
    Facet.TIPS: delivery.c.tip_at,
    Facet.STOPPED: delivery.c.stopped_at,
}

_COUNTED = (*(state.value for state in DeliveryState), *(facet.value for facet in Facet))


@dataclass(frozen=True, slots=True, order=True)
class CounterKey:
    """What one line of a run's figures is about; `kind` is `campaign` or `post`."""

    run_id: UUID
    kind: str
    area_code: str
    channel: str
    language: str


@dataclass(slots=True)
class Moves:
    """Changes of counters, collected during a transaction and applied in one go."""

    _changes: dict[CounterKey, Counter[str]] = field(default_factory=dict)

    def add(self, key: CounterKey, column: str, by: int = 1) -> None:
        """Note a change of one counter."""
        self._changes.setdefault(key, Counter())[column] += by

    def shift(self, key: CounterKey, before: DeliveryState, after: DeliveryState) -> None:
        """Note that a row went from one state to another."""
        if before is not after:
            self.add(key, before.value, -1)
            self.add(key, after.value)

    def apply(self, tx: Tx) -> None:
        """Write the changes, in sorted order so that two transactions cannot lock each other."""
        for key in sorted(self._changes):
            changed = {name: by for name, by in self._changes[key].items() if by}
            if not changed:
                continue
            named = {
                "run_id": key.run_id,
                "kind": key.kind,
                "area_code": key.area_code,
                "channel": key.channel,
                "language": key.language,
            }
            tx.connection.execute(
                insert_into(tx, run_counter).values(**named).on_conflict_do_nothing()
            )
            where = [run_counter.c[name] == value for name, value in named.items()]
            tx.connection.execute(
                update(run_counter)
                .where(*where)
                .values({name: run_counter.c[name] + by for name, by in changed.items()})
            )
        self._changes.clear()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a run's figures."""

    key: CounterKey
    counts: Mapping[str, int]


def of_run(tx: Tx, run_id: UUID) -> list[Line]:
    """Return a run's figures as counted, sorted by key."""
    rows = tx.connection.execute(select(run_counter).where(run_counter.c.run_id == run_id))
    names = ("targeted", *_COUNTED, "members")
    return sorted(
        (
            Line(
                CounterKey(row.run_id, row.kind, row.area_code, row.channel, row.language),
                {name: row._mapping[name] for name in names},
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
    return sorted(
        (
            Line(
                CounterKey(run_id, row.kind, row.area_code, row.channel, row.language),
                {name: row._mapping[name] for name in names},
            )
            for row in rows
        ),
        key=lambda line: line.key,
    )
