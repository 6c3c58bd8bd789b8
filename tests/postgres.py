"""A private PostgreSQL for one test session: no TCP, no cluster of the machine's own touched."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from bench.postgres import SUPERUSER, server, url_of
from domain.errors import Misconfigured

_PREFIX = "anninh-pg-"
_START_S = 60.0
_SEND_AWAY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid != ALL(%s)
"""

# Durability is not what these tests are about, and a zone that is not UTC finds code that hopes.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "UTC",
}

_MISSING = (
    "The tests run on PostgreSQL as well as on SQLite, and it does not start. `make test` installs "
    "it when it may; else type: apt-get install postgresql."
)


class PostgresMissing(Exception):
    """PostgreSQL cannot be started here; the message says what to do."""


class PostgresServer:
    """A running server; databases in it are made, copied and dropped by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._admin = psycopg.connect(
            host=str(folder), user=SUPERUSER, dbname="postgres", autocommit=True
        )
        self._kept: dict[str, psycopg.Connection] = {}

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return url_of(self._folder, name)

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database, empty or as a copy of `template`, and return its URL.

        Nobody may be connected to the template meanwhile.
        """
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        if name in self._kept:
            self._kept.pop(name).close()
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def send_away(self, name: str, but: Collection[int] = ()) -> None:
        """End the sessions of a database but the kept one and those of the numbers given.

        Returns when they are gone.

        Raises: TimeoutError.
        """
        deadline = time.monotonic() + _START_S
        ours = [self._kept[name].info.backend_pid] if name in self._kept else []
        # The server itself, told to wait, looks every tenth of a second only.
        while self._admin.execute(_SEND_AWAY, (name, [*ours, *but])).fetchall():
            if time.monotonic() > deadline:
                message = f"Sessions of {name} do not end."
                raise TimeoutError(message)
            time.sleep(0.001)

    def connect(self, name: str) -> psycopg.Connection:
        """Open a connection to a database; used in `with`, it commits and closes."""
        return psycopg.connect(host=str(self._folder), user=SUPERUSER, dbname=name)

    def kept(self, name: str) -> psycopg.Connection:
        """Return a connection that stays open: it knows the schema, so it is several times as fast.

        It ends with its database, or with the server.
        """
        if name not in self._kept:
            self._kept[name] = self.connect(name)
        return self._kept[name]

    def close(self) -> None:
        """Close its own connections; the server goes on."""
        for connection in self._kept.values():
            connection.close()
        self._admin.close()

    def _run(self, statement: sql.Composed) -> None:
        self._admin.execute(statement)


@contextlib.contextmanager
def private_postgres() -> Iterator[PostgresServer]:
    """Start a server in a new short-named folder, and end it afterwards.

    Raises: PostgresMissing.
    """
    sweep_leftovers()
    with contextlib.ExitStack() as stack:
        try:
            # The number says who made it.
            running = server(f"{_PREFIX}{os.getpid()}-", "/tmp", _SETTINGS)
            folder = stack.enter_context(running)
        except Misconfigured as error:
            message = f"{_MISSING} {error}"
            raise PostgresMissing(message) from error
        made = PostgresServer(folder)
        stack.callback(made.close)
        yield made


def sweep_leftovers(root: Path = Path("/tmp")) -> None:
    """End servers and remove folders whose test session was killed before it could do so."""
    for folder in root.glob(f"{_PREFIX}*-*"):
        session = folder.name.removeprefix(_PREFIX).split("-")[0]
        if session.isdigit() and not Path("/proc", session).exists():
            with contextlib.suppress(OSError, ValueError, IndexError):
                pid = int((folder / "data" / "postmaster.pid").read_text().split("\n")[0])
                # Only a process that names the folder is ours: numbers are used again.
                if str(folder).encode() in Path("/proc", str(pid), "cmdline").read_bytes():
                    os.kill(pid, signal.SIGQUIT)
            shutil.rmtree(folder, ignore_errors=True)
