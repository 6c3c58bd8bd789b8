"""INSERT … ON CONFLICT, which both databases know but SQLAlchemy keeps per dialect."""

from sqlalchemy import Table
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
