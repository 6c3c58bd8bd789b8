"""Writing a run's audience down, beside a plain INSERT … SELECT; and reading its figures."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from uuid import UUID

from sqlalchemy import func, insert, select, text

from bench.engine import Engine, Plan, Progress, engine
from bench.running import expand, started
from storage.database import Tx
from storage.deliveries import counters
from storage.tables import delivery, run_counter

_TIMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How long each took; the plain one has the same indexes, one transaction, and no ids of ours.

    It is the database's own work: nobody looks at wishes, caps or addresses.
    """

    database: str
    recipients: int
    ours_s: float
    plain_s: float
    ratio: float
    rows: int

    @property
    def complete(self) -> bool:
        """Whether everybody was written down."""
        return self.rows == self.recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How long reading a run's figures takes, as counted and counting them anew."""

    database: str
    deliveries: int
    counted_ms: float
    grouped_ms: float
    ratio: float
    equal: bool

    @property
    def complete(self) -> bool:
        """Whether both say the same."""
        return self.equal


async def snapshot(plan: Plan, recipients: int, progress: Progress) -> Snapshot:
    """Expand a run to everybody, then write the same rows of another run the plain way.

    Raises: Misconfigured, DatabaseAway.
    """
    async with engine(plan, recipients, progress) as made:
        database = made.house.database
        first = await database.write(lambda tx: started(tx, made, held=True))
        ours = await expand(made, first.id)
        other = await database.write(lambda tx: started(tx, made, held=True))
        began = time.perf_counter()
        await database.write(lambda tx: _plainly(tx, made, other.id))
        plain = time.perf_counter() - began
        count = select(func.count()).where(delivery.c.run_id == first.id)
        rows = await database.read(lambda tx: tx.connection.execute(count).scalar_one())
        return Snapshot(
            database=made.database_kind,
            recipients=recipients,
            ours_s=round(ours, 3),
            plain_s=round(plain, 3),
            ratio=round(ours / plain, 2),
            rows=rows,
        )


async def reach(plan: Plan, deliveries: int, progress: Progress) -> Reach:
    """Write so many settled deliveries of one run, and read its figures both ways.

    Raises: Misconfigured, DatabaseAway.
    """
    async with engine(plan, 1, progress) as made:
        database = made.house.database
        known = await database.write(lambda tx: started(tx, made, held=True))
        await database.write(lambda tx: _settled(tx, made, known.id, deliveries))
        as_counted, counted_s = await _timed(made, lambda tx: counters.of_run(tx, known.id))
        anew, grouped_s = await _timed(made, lambda tx: counters.recounted(tx, known.id))
        figures = [
            {
                line.key: {name: line.counts[name] for name in ("targeted", "accepted")}
                for line in one
            }
            for one in (as_counted, anew)
        ]
        return Reach(
            database=made.database_kind,
            deliveries=deliveries,
            counted_ms=round(counted_s * 1000, 3),
            grouped_ms=round(grouped_s * 1000, 1),
            ratio=round(grouped_s / counted_s, 1),
            equal=figures[0] == figures[1],
        )


async def _timed(
    made: Engine, read: Callable[[Tx], list[counters.Line]]
) -> tuple[list[counters.Line], float]:
    took = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        found = await made.house.database.read(read)
        took.append(time.perf_counter() - began)
    return found, median(took)


def _plainly(tx: Tx, made: Engine, run_id: UUID) -> None:
    new = "hex(randomblob(16))" if tx.connection.dialect.name == "sqlite" else "gen_random_uuid()"
    tx.connection.execute(
        text(_INSERT.format(id=new, source="resident r JOIN address a ON a.resident_id = r.id")),
        {**_values(tx, made, run_id), "state": "pending"},
    )


def _settled(tx: Tx, made: Engine, run_id: UUID, count: int) -> None:
    sqlite = tx.connection.dialect.name == "sqlite"
    tx.connection.execute(
        text(_ROWS_SQLITE if sqlite else _ROWS_POSTGRES),
        {**_values(tx, made, run_id), "state": "accepted", "most": count},
    )
    key = {"run_id": run_id, "kind": "campaign", "channel": "telegram", "language": "vi"}
    area = {"area_code": made.unit.area_code}
    tx.connection.execute(insert(run_counter).values(**key, **area, targeted=count, accepted=count))


def _values(tx: Tx, made: Engine, run_id: UUID) -> dict[str, object]:
    sqlite = tx.connection.dialect.name == "sqlite"
    account = made.line.account.id
    return {
        "account": account.hex if sqlite else account,
        "run": run_id.hex if sqlite else run_id,
        "area": made.unit.area_code,
        "now": tx.now.replace(tzinfo=None).isoformat(" ") if sqlite else tx.now,
    }


_COLUMNS = (
    "INSERT INTO delivery (id, kind, lane, account_id, run_id, area_code, channel, language, "
    "state, created_at, tries, again, address_id, resident_id) "
)
_SAME = "'campaign', 2, :account, :run, :area, 'telegram', 'vi', :state, :now, 0, false, "
_INSERT = _COLUMNS + "SELECT {id}, " + _SAME + "a.id, r.id FROM {source}"  # noqa: S608 - all of it ours
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) "
_SERIES = "generate_series(1, CAST(:most AS int)) AS i"
_ONE = "(SELECT id FROM address LIMIT 1), NULL FROM "
_ROWS_SQLITE = "".join((_NUMBERS, _COLUMNS, "SELECT printf('%032x', i), ", _SAME, _ONE, "n"))
_ROWS_POSTGRES = "".join(
    (_COLUMNS, "SELECT lpad(to_hex(i), 32, '0')::uuid, ", _SAME, _ONE, _SERIES)
)
