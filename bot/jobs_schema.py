"""Procrastinate's own tables, beside ours on PostgreSQL; Alembic leaves them alone."""

from storage import other_tables
from storage.database import is_sqlite

_TABLE = "procrastinate_jobs"


def is_there(url: str) -> bool:
    """Tell whether the tables for jobs are there; on SQLite none are needed.

    Raises: DatabaseAway.
    """
    return is_sqlite(url) or other_tables.has_table(url, _TABLE)


def bring_up(url: str) -> None:
    """Make the tables for jobs where they are missing; safe when others do the same.

    Raises: DatabaseAway.
    """
    if not is_sqlite(url):
        other_tables.bring_up(url, _TABLE, _script)


def _script() -> str:
    # Only who makes the tables needs to load the package.
    from procrastinate.schema import SchemaManager  # noqa: PLC0415

    return SchemaManager.get_schema()
