"""Growing numbers for people to read, one series per name."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import text
from sqlalchemy.sql.dml import ReturningInsert

from storage.database import Tx
from storage.tables import sequence
from storage.upsert import DIALECTS, insert_for


def next_number(tx: Tx, name: str) -> int:
    """Return the next number of a series, from 1; rolled back with the transaction."""
    query = _NEXT[tx.connection.dialect.name]
    number: int = tx.connection.execute(query, {"name": name, "value": 1}).scalar_one()
    return number


def next_apart(tx: Tx, name: str) -> int:
    """Return the next number of a series that many ask for at once, from 1.

    On PostgreSQL it is taken in a transaction of its own, so that nobody waits until ours ends; a
    number whose transaction is undone is then left out. A series is asked for in one way only.
    """
    if tx.connection.dialect.name != "postgresql":
        return next_number(tx, name)
    with tx.connection.engine.connect() as other:
        # No BEGIN and no COMMIT to wait for: one statement is a transaction of its own.
        apart = other.execution_options(isolation_level="AUTOCOMMIT")
        number: int = apart.execute(_NEXT_APART, {"series": name}).scalar_one()
    return number


def _next(dialect: str) -> ReturningInsert[int]:
    return (
        insert_for(dialect, sequence)
        .on_conflict_do_update(
            index_elements=[sequence.c.name], set_={"value": sequence.c.value + 1}
        )
        .returning(sequence.c.value)
    )


# Asked for each tip, so they are built once.
_NEXT: Mapping[str, ReturningInsert[int]] = MappingProxyType(
    {name: _next(name) for name in DIALECTS}
)

_NEXT_APART = text(
    # The disk is waited for once, by the tip's transaction: the log is written in order, this
    # before that.
    "WITH lightly AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"
    " INSERT INTO sequence (name, value) SELECT :series, 1 FROM lightly"
    " ON CONFLICT (name) DO UPDATE SET value = sequence.value + 1 RETURNING value"
)
