"""INSERT … ON CONFLICT, which both databases know but SQLAlchemy keeps per dialect."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Tx

DIALECTS = ("sqlite", "postgresql")


def insert_into(tx: Tx, table: Table) -> sqlite.Insert:
    """Return the dialect's INSERT, which has `on_conflict_do_nothing` and `…_do_update`.

    Both dialects' classes have the same methods; the type names one of them.
    """
    return insert_for(tx.connection.dialect.name, table)


def insert_for(dialect: str, table: Table) -> sqlite.Insert:
    """Return a dialect's INSERT, for statements that are built once."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    insert: sqlite.Insert = postgresql.insert(table)  # type: ignore[assignment]
    return insert


def put_new(
    tx: Tx, table: Table, *, key: Sequence[Column[Any]] | None = None, **values: object
) -> bool:
    """Put a row in unless there is one; return whether it was put in.

    `key`: the columns by which one is found; without them any of the table's keys counts.
    """
    put = insert_into(tx, table).values(values).on_conflict_do_nothing(index_elements=key)
    return tx.connection.execute(put).rowcount == 1
