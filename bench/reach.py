"""Reading a run's figures, as counted and by counting its rows."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text

from bench.engine import Engine, Plan, Progress, engine
from bench.running import started
from broadcasts import reach as reports
from domain.delivery import DeliveryState
from storage.database import Tx
from storage.deliveries import counters
from storage.tables import delivery, run_counter, run_reason

_OFTEN = 30
_SELDOM = 3
_PER_STEP = 500_000
_AREAS = 20
_LANGUAGES = ("vi", "en", "zh")
_STATES = ("accepted", "delivered", "delivered", "delivered", "unreachable")
"""A row's area, language and state follow from its number."""
_REASON = "blocked"
"""Why those are unreachable who are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How long reading a run's figures takes, a line for each area and language.

    `grouped_ms`: COUNT(*) of the rows, GROUP BY line, state and reason; that is cheaper than
    counting every facet anew. `counted_ms`: the same figures, as counted; by these goes `ratio`.
    `shown_ms`: all that people are shown of the run, its tips and groups, too.
    """

    database: str
    deliveries: int
    lines: int
    counted_ms: float
    shown_ms: float
    grouped_ms: float
    ratio: float
    shown_ratio: float
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
        shown, shown_s = await _timed(made, _OFTEN, lambda tx: reports.of_run(tx, run))
        read, counted_s = await _timed(made, _OFTEN, lambda tx: _figures(tx, run.id))
        counted, reasons = read
        grouped, grouped_s = await _timed(made, _SELDOM, lambda tx: _grouped(tx, run.id))
        return Reach(
            database=made.database_kind,
            deliveries=deliveries,
            lines=len(counted),
            counted_ms=round(counted_s * 1000, 3),
            shown_ms=round(shown_s * 1000, 3),
            grouped_ms=round(grouped_s * 1000, 1),
            ratio=round(grouped_s / counted_s, 1),
            shown_ratio=round(grouped_s / shown_s, 1),
            equal=_as_grouped(counted, reasons) == grouped
            and shown.private.targeted == sum(grouped.values())
            and shown.reasons == _by_reason(grouped),
        )


Grouped = Mapping[tuple[str, str, str, str | None], int]
"""How many rows by area, language, state and reason."""


async def _timed(made: Engine, times: int, read: Callable[[Tx], Any]) -> tuple[Any, float]:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        found = await made.house.database.read(read)
        took.append(time.perf_counter() - began)
    return found, median(took)


def _figures(tx: Tx, run_id: UUID) -> tuple[list[counters.Line], Mapping[counters.Why, int]]:
    return counters.of_run(tx, run_id), counters.every_reason(tx, run_id)


def _grouped(tx: Tx, run_id: UUID) -> Grouped:
    key = (delivery.c.kind, delivery.c.area_code, delivery.c.channel, delivery.c.language)
    query = (
        select(*key, delivery.c.state, delivery.c.reason, func.count().label("number"))
        .where(delivery.c.run_id == run_id)
        .group_by(*key, delivery.c.state, delivery.c.reason)
    )
    rows = tx.connection.execute(query)
    return {(row.area_code, row.language, row.state, row.reason): row.number for row in rows}


def _as_grouped(lines: list[counters.Line], reasons: Mapping[counters.Why, int]) -> Grouped:
    """Return what is counted as the rows would say it; whoever has a reason is not told twice."""
    found: Counter[tuple[str, str, str, str | None]] = Counter()
    for line in lines:
        for state in DeliveryState:
            found[line.key.area_code, line.key.language, state.value, None] += line.counts[state]
    for why, number in reasons.items():
        here = (why.key.area_code, why.key.language, why.state)
        found[*here, None] -= number
        found[*here, why.reason] += number
    return {key: number for key, number in found.items() if number}


def _by_reason(grouped: Grouped) -> Mapping[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for (_, _, state, reason), number in grouped.items():
        if reason is not None:
            found[state, reason] += number
    return dict(found)


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
                "reason": _REASON,
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
    why = {**same, "state": "unreachable", "reason": _REASON}
    tx.connection.execute(
        insert(run_reason),
        [
            {**why, "area_code": area, "language": language, "number": counts["unreachable"]}
            for (area, language), counts in lines.items()
            if counts["unreachable"]
        ],
    )


_COLUMNS = (
    "INSERT INTO delivery (id, kind, lane, account_id, run_id, area_code, channel, language, "
    "state, reason, created_at, settled_at, tries, again, address_id) "
)
_BY_NUMBER = (
    ":run, 'area-' || (i % 20), 'telegram', "
    "CASE i / 20 % 3 WHEN 0 THEN 'vi' WHEN 1 THEN 'en' ELSE 'zh' END, "
    "CASE i / 60 % 5 WHEN 0 THEN 'accepted' WHEN 4 THEN 'unreachable' ELSE 'delivered' END, "
    "CASE i / 60 % 5 WHEN 4 THEN CAST(:reason AS varchar) END, "
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
