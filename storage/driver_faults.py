"""What a database driver's fault means, and as much of it as may be told."""

import sqlite3

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

_AWAY = frozenset({"42P01", "25P03", "25006"})
"""A table is missing, we froze, or nothing may be written: a copy that was not promoted yet, a disk
that is nearly full (PostgreSQL 15, appendix A)."""


def is_away(error: DBAPIError) -> bool:
    """Tell whether it is the database's own trouble, and no mistake of ours."""
    if getattr(error.orig, "sqlstate", None) in _AWAY:
        return True
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        # SQLite calls a faulty statement "operational" too: that is our mistake, no use waiting.
        return "no such table" in str(error.orig)
    # A damaged or foreign SQLite file is a plain DatabaseError.
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def first_line(error: DBAPIError) -> str:
    """Return what the driver says, without the statement and its values."""
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__
