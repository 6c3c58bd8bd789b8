"""Reading a run's figures, as counted and by counting its rows."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text

from bench.engine import Engine, Plan, Progress, engine
from bench.running import started
from domain.delivery import DeliveryState
from storage.database import Tx
from storage.deliveries import counters
from storage.tables import delivery, run_counter

_OFTEN = 30
_SELDOM = 3
_PER_STEP = 500_000
_AREAS = 20
_LANGUAGES = ("vi", "en", "zh")
_STATES = ("accepted", "delivered", "delivered", "delivered", "unreachable")
"""A row's area, language and state follow from its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How long reading a run's figures takes, a line for each area and language.

    `counted_ms`: as the service reads them. `grouped_ms`: COUNT(*) of the rows, GROUP BY line and
    state; that is cheaper than counting every facet anew.
    """

    database: str
    deliveries: int
    lines: int
    counted_ms: float
    grouped_ms: float
    ratio: float
    equal: bool

    @property
    def complete(self) -> bool:
        """Whether both say the same."""
        return self.equal


async def reach(plan: Plan, deliveries: int, progress: Progress) -> Reach:
    """Write so many settled deliveries of one run, and read its figures both ways.

    Raises: Misconfigured, DatabaseAway.
    """
    async with engine(plan, 1, progress) as made:
        database = made.house.database
        run = await database.write(lambda tx: started(tx, made, held=True))
        for start in range(0, deliveries, _PER_STEP):
            end = min(deliveries, start + _PER_STEP)
            await database.write(_rows(made, run.id, start, end))
            progress("Ghi tin đã gửi", end, deliveries)
        await database.write(lambda tx: _counted(tx, run.id, deliveries))
        counted, counted_s = await _timed(made, _OFTEN, lambda tx: counters.of_run(tx, run.id))
        grouped, grouped_s = await _timed(made, _SELDOM, lambda tx: _grouped(tx, run.id))
        return Reach(
            database=made.database_kind,
            deliveries=deliveries,
            lines=len(counted),
            counted_ms=round(counted_s * 1000, 3),
            grouped_ms=round(grouped_s * 1000, 1),
            ratio=round(grouped_s / counted_s, 1),
            equal=_as_grouped(counted) == grouped
            and sum(line.counts["targeted"] for line in counted) == sum(grouped.values()),
        )


Grouped = Mapping[tuple[str, str, str], int]
"""How many rows by area, language and state."""


async def _timed(made: Engine, times: int, read: Callable[[Tx], Any]) -> tuple[Any, float]:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        found = await made.house.database.read(read)
        took.append(time.perf_counter() - began)
    return found, median(took)


def _grouped(tx: Tx, run_id: UUID) -> Grouped:
    key = (delivery.c.kind, delivery.c.area_code, delivery.c.channel, delivery.c.language)
    query = (
        select(*key, delivery.c.state, func.count().label("number"))
        .where(delivery.c.run_id == run_id)
        .group_by(*key, delivery.c.state)
    )
    rows = tx.connection.execute(query)
    return {(row.area_code, row.language, row.state): row.number for row in rows}


def _as_grouped(lines: list[counters.Line]) -> Grouped:
    return {
        (line.key.area_code, line.key.language, state): line.counts[state]
        for line in lines
        for state in (one.value for one in DeliveryState)
        if line.counts[state]
    }


def _rows(made: Engine, run_id: UUID, start: int, end: int) -> Callable[[Tx], None]:
    def write(tx: Tx) -> None:
        sqlite = tx.connection.dialect.name == "sqlite"
        account = made.line.account.id
        tx.connection.execute(
            text(_INSERT_SQLITE if sqlite else _INSERT_POSTGRES),
            {
                "account": account.hex if sqlite else account,
                "run": run_id.hex if sqlite else run_id,
                "now": tx.now.replace(tzinfo=None).isoformat(" ") if sqlite else tx.now,
                "start": start,
                "last": end - 1,
            },
        )

    return write


def _counted(tx: Tx, run_id: UUID, deliveries: int) -> None:
    """Write what the counters say of those rows, by arithmetic."""
    step = _AREAS * len(_LANGUAGES) * len(_STATES)
    lines: dict[tuple[str, str], dict[str, int]] = {}
    for number in range(min(step, deliveries)):
        many = (deliveries - number + step - 1) // step
        key = (f"area-{number % _AREAS}", _LANGUAGES[number // _AREAS % len(_LANGUAGES)])
        state = _STATES[number // (_AREAS * len(_LANGUAGES)) % len(_STATES)]
        line = lines.setdefault(key, dict.fromkeys(("targeted", *_STATES), 0))
        line["targeted"] += many
        line[state] += many
    same = {"run_id": run_id, "kind": "campaign", "channel": "telegram"}
    tx.connection.execute(
        insert(run_counter),
        [
            {**same, "area_code": area, "language": language, **counts}
            for (area, language), counts in lines.items()
        ],
    )


_COLUMNS = (
    "INSERT INTO delivery (id, kind, lane, account_id, run_id, area_code, channel, language, "
    "state, created_at, settled_at, tries, again, address_id) "
)
_BY_NUMBER = (
    ":run, 'area-' || (i % 20), 'telegram', "
    "CASE i / 20 % 3 WHEN 0 THEN 'vi' WHEN 1 THEN 'en' ELSE 'zh' END, "
    "CASE i / 60 % 5 WHEN 0 THEN 'accepted' WHEN 4 THEN 'unreachable' ELSE 'delivered' END, "
    ":now, :now, 1, false, (SELECT id FROM address LIMIT 1) FROM "
)
_INSERT_SQLITE = "".join(
    (
        "WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i < :last) ",
        _COLUMNS,
        "SELECT printf('%032x', i), 'campaign', 2, :account, ",
        _BY_NUMBER,
        "n",
    )
)
_INSERT_POSTGRES = "".join(
    (
        _COLUMNS,
        "SELECT CAST(lpad(to_hex(i), 32, '0') AS uuid), 'campaign', 2, :account, ",
        _BY_NUMBER,
        "generate_series(CAST(:start AS int), CAST(:last AS int)) AS i",
    )
)
