"""Writing a run's audience down, beside a plain INSERT … SELECT."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import MetaData, Table, func, quoted_name, select, text

from bench.engine import Engine, Plan, Progress, engine
from bench.filling import fill_quickly
from bench.running import expand, started
from storage.database import Tx
from storage.tables import delivery, metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How long each took, into an empty table with the same columns, keys and indexes.

    The plain one is a single transaction that looks at nobody's wish, caps, addresses or whether
    they have a row already. It is written before and after ours; the mean counts.
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


async def snapshot(plan: Plan, recipients: int, progress: Progress) -> Snapshot:
    """Expand a run to everybody, and write the same rows the plain way.

    Raises: Misconfigured, DatabaseAway.
    """
    async with engine(plan, 0, progress) as made:
        database = made.house.database
        account_id = made.line.account.id
        progress("Ghi bà con", 0, recipients)
        await database.write(lambda tx: fill_quickly(tx, account_id, made.unit.id, recipients))
        progress("Ghi bà con", recipients, recipients)
        run = await database.write(lambda tx: started(tx, made, held=True))
        plain = await _plainly(made, run.id)
        ours = await expand(made, run.id)
        plain = (plain + await _plainly(made, run.id)) / 2
        count = select(func.count()).where(delivery.c.run_id == run.id)
        rows = await database.read(lambda tx: tx.connection.execute(count).scalar_one())
        return Snapshot(
            database=made.database_kind,
            recipients=recipients,
            ours_s=round(ours, 3),
            plain_s=round(plain, 3),
            ratio=round(ours / plain, 2),
            rows=rows,
        )


async def _plainly(made: Engine, run_id: UUID) -> float:
    """Fill a table like the ledger's, which is dropped again; return how many seconds it took."""
    database = made.house.database
    copy = _like_the_ledger()
    await database.write(lambda tx: copy.create(tx.connection))
    began = time.perf_counter()
    await database.write(lambda tx: _fill(tx, made, run_id))
    took = time.perf_counter() - began
    await database.write(lambda tx: copy.drop(tx.connection))
    return took


def _like_the_ledger() -> Table:
    """Return a table with the ledger's columns, keys and indexes, under another name."""
    apart = MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(apart)
    copy = delivery.to_metadata(apart, name="plain_delivery")
    for index in copy.indexes:
        index.name = quoted_name(f"plain_{index.name}", quote=None)
    for constraint in copy.constraints:
        constraint.name = None
    return copy


def _fill(tx: Tx, made: Engine, run_id: UUID) -> None:
    sqlite = tx.connection.dialect.name == "sqlite"
    new = _ID_SQLITE if sqlite else _ID_POSTGRES
    tx.connection.execute(text(_INSERT.format(id=new)), _values(tx, made, run_id))


def _values(tx: Tx, made: Engine, run_id: UUID) -> Mapping[str, object]:
    sqlite = tx.connection.dialect.name == "sqlite"
    return {
        "run": run_id.hex if sqlite else run_id,
        "area": made.unit.area_code,
        "now": tx.now.replace(tzinfo=None).isoformat(" ") if sqlite else tx.now,
    }


# In order, as ours: random ones would cost more, and more yet where an index exceeds the memory.
_ID_SQLITE = "printf('%032x', row_number() OVER ())"
_ID_POSTGRES = "CAST(lpad(to_hex(row_number() OVER ()), 32, '0') AS uuid)"
_INSERT = (
    "INSERT INTO plain_delivery (id, kind, lane, account_id, run_id, area_code, channel, language, "
    "state, created_at, tries, again, address_id, resident_id) "
    "SELECT {id}, 'campaign', 2, a.account_id, :run, :area, 'telegram', 'vi', 'pending', :now, 0, "
    "false, a.id, r.id FROM resident r JOIN address a ON a.resident_id = r.id"
)
