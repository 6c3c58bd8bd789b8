"""Tables of another package beside ours on PostgreSQL: made once, and left alone by migrations."""

from collections.abc import Callable

import psycopg

from storage.database import DatabaseAway, connect_arguments

_LOCK = 0x4A4F42
"""Number of the advisory lock under which one process makes them and the others wait."""


def has_table(url: str, table: str) -> bool:
    """Tell whether a table is there.

    Raises: DatabaseAway.
    """
    try:
        with psycopg.connect(**connect_arguments(url)) as connection:
            return _has(connection, table)
    except psycopg.OperationalError as error:
        raise DatabaseAway(_first_line(error)) from error


def bring_up(url: str, table: str, script: Callable[[], str]) -> None:
    """Run a script that makes `table` and what belongs to it; safe when others do the same.

    Raises: DatabaseAway.
    """
    if has_table(url, table):
        return
    try:
        with psycopg.connect(**connect_arguments(url)) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            if not _has(connection, table):
                connection.execute(script().encode())
    except psycopg.OperationalError as error:
        raise DatabaseAway(_first_line(error)) from error


def _has(connection: psycopg.Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    return row is not None and bool(row[0])


def _first_line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
