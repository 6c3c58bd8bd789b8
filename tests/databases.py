"""Fresh databases for tests: empty, or migrated once and then copied or emptied."""

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, event

from tests.kept_connections import Lines
from tests.postgres import PostgresServer

KINDS = ("sqlite", "postgresql")


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy URL of a SQLite file."""
    return f"sqlite:///{path}"


def settle_sqlite(path: Path) -> None:
    """Bring what a database's journal still holds into its file, which may then be copied."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def fresh_postgres(server: PostgresServer, template: str = "template1") -> Iterator[str]:
    """Yield the URL of a database with a name of its own, and drop it afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    try:
        yield server.create(name, template)
    finally:
        server.drop(name)


_CATALOGUE = (
    *("pg_class WHERE oid", "pg_attribute WHERE attrelid", "pg_attrdef WHERE oid"),
    *("pg_constraint WHERE oid", "pg_index WHERE indexrelid", "pg_type WHERE oid"),
    *("pg_trigger WHERE oid", "pg_proc WHERE oid"),
)
# Whatever changes a schema writes rows of the catalogue, in a later transaction than those before
# it; 16384 is the first number of what does not come with the server.
_SCHEMA = "SELECT {}, {}, {}".format(
    ", ".join(
        f"(SELECT concat(count(*), ' ', sum(xmin::text::bigint)) FROM {rows} >= 16384)"
        for rows in _CATALOGUE
    ),
    "(SELECT string_agg(version_num, ' ') FROM alembic_version)",
    "(SELECT string_agg(array_to_string(setconfig, ' '), ' ') FROM pg_db_role_setting)",
)
_FILLED_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname != 'alembic_version'
      AND pg_relation_size(oid) > 0
"""


class MigratedSqlite:
    """Copies of a SQLite file migrated to head, written without waiting for the disk.

    They need to outlive no loss of power, and waiting was a quarter of each short test.
    """

    def __init__(self, template: Path) -> None:
        settle_sqlite(template)
        self.template = template
        self._lent: set[str] = set()
        event.listen(Engine, "engine_connect", self._connected)

    def end(self) -> None:
        """Interfere no longer."""
        event.remove(Engine, "engine_connect", self._connected)

    @contextmanager
    def fresh(self, path: Path) -> Iterator[str]:
        """Yield the URL of a copy at this path."""
        shutil.copyfile(self.template, path)
        self._lent.add(str(path))
        try:
            yield sqlite_url(path)
        finally:
            self._lent.discard(str(path))

    def _connected(self, connection: Connection) -> None:
        if connection.engine.url.database in self._lent:
            driver = connection.connection.dbapi_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute("PRAGMA synchronous=OFF")


class MigratedPostgres:
    """Databases with today's schema and no rows, used again: copying one takes a quarter second.

    A database that a test has left with another schema is dropped.
    """

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        with server.connect(template) as connection:
            self._schema = connection.execute(_SCHEMA).fetchone()
        self._free: list[str] = []
        self._lines = Lines()

    def end(self) -> None:
        """Close the connections that were kept for the next test."""
        self._lines.end()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the URL of a database that nobody else has."""
        name = self._free.pop() if self._free else self._copied()
        self._lines.open(name)
        try:
            yield self._server.url(name)
        finally:
            self._server.send_away(name, self._lines.sessions(name))
            if self._emptied(name):
                self._free.append(name)
            else:
                self._lines.close(name)
                self._server.drop(name)

    @contextmanager
    def untouched(self) -> Iterator[str]:
        """Yield the URL of a new copy: one used before has room of its old rows in its files."""
        name = self._copied()
        try:
            yield self._server.url(name)
        finally:
            self._server.drop(name)

    def _copied(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._server.create(name, self._template)
        return name

    def _emptied(self, name: str) -> bool:
        connection = self._server.kept(name)
        try:
            with connection.transaction():
                return self._empty(connection)
        except psycopg.Error:
            # A test has taken away more than rows, or this very connection.
            return False

    def _empty(self, connection: psycopg.Connection) -> bool:
        if connection.execute(_SCHEMA).fetchone() != self._schema:
            return False
        tables = [row[0] for row in connection.execute(_FILLED_TABLES)]
        # Foreign keys need not be looked at, for everything goes.
        connection.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        return True
