"""Fresh databases for tests: empty, or migrated once and copied."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.postgres import PostgresServer

KINDS = ("sqlite", "postgresql")


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy URL of a SQLite file."""
    return f"sqlite:///{path}"


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database file, whatever its journal still holds."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@contextmanager
def fresh_postgres(server: PostgresServer, template: str = "template1") -> Iterator[str]:
    """Yield the URL of a database with a name of its own, and drop it afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    try:
        yield server.create(name, template)
    finally:
        server.drop(name)
