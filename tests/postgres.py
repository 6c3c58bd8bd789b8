"""A private PostgreSQL for one test session: no TCP, no cluster of the machine's own touched."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import psycopg
from psycopg import sql

_PREFIX = "anninh-pg-"
_SUPERUSER = "postgres"
_START_S = 60.0
_SEND_AWAY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid != ALL(%s)
"""

# Durability is not what these tests are about, and a zone that is not UTC finds code that hopes.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "UTC",
}


class PostgresMissing(Exception):
    """PostgreSQL cannot be started here; the message says what to do."""


class PostgresServer:
    """A running server; databases in it are made, copied and dropped by name."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self._folder = folder
        self._process = process
        self._admin: psycopg.Connection | None = None
        self._kept: dict[str, psycopg.Connection] = {}

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg:///{name}?host={self._folder}&user={_SUPERUSER}"

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
        assert self._admin is not None, "the server has not been waited for"
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
        return psycopg.connect(host=str(self._folder), user=_SUPERUSER, dbname=name)

    def kept(self, name: str) -> psycopg.Connection:
        """Return a connection that stays open: it knows the schema, so it is several times as fast.

        It ends with its database, or with the server.
        """
        if name not in self._kept:
            self._kept[name] = self.connect(name)
        return self._kept[name]

    def wait_until_ready(self) -> None:
        """Return when the server answers.

        Raises: PostgresMissing, with the server's log, when it ends or stays silent.
        """
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                self._admin = psycopg.connect(
                    host=str(self._folder), user=_SUPERUSER, dbname="postgres", autocommit=True
                )
                return
            time.sleep(0.02)
        log = (self._folder / "log").read_text(errors="replace")
        raise PostgresMissing(f"The private PostgreSQL did not start. Its log says:\n{log}")

    def stop(self) -> None:
        """End the server at once and remove its files."""
        for connection in self._kept.values():
            connection.close()
        if self._admin is not None:
            self._admin.close()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, statement: sql.Composed) -> None:
        assert self._admin is not None, "the server has not been waited for"
        self._admin.execute(statement)


@contextlib.contextmanager
def private_postgres() -> Iterator[PostgresServer]:
    """Start a server in a new short-named folder, and end it afterwards.

    Raises: PostgresMissing.
    """
    sweep_leftovers()
    programs = _programs()
    owner = _owner()
    # Short, because the path of a UNIX socket may have 107 bytes only; the number says who made it.
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir="/tmp"))
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    server: PostgresServer | None = None
    try:
        _initialise(programs, folder, owner)
        server = PostgresServer(folder, _launch(programs, folder, owner))
        server.wait_until_ready()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def sweep_leftovers(root: Path = Path("/tmp")) -> None:
    """End servers and remove folders whose test session was killed before it could do so."""
    for folder in root.glob(f"{_PREFIX}*-*"):
        session = folder.name.removeprefix(_PREFIX).split("-")[0]
        if session.isdigit() and not Path("/proc", session).exists():
            with contextlib.suppress(OSError, ValueError, IndexError):
                server = int((folder / "data" / "postmaster.pid").read_text().split("\n")[0])
                # Only a process that names the folder is ours: numbers are used again.
                if str(folder).encode() in Path("/proc", str(server), "cmdline").read_bytes():
                    os.kill(server, signal.SIGQUIT)
            shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        raise PostgresMissing(
            "PostgreSQL is not installed, and the tests run on it as well as on SQLite. "
            "`make test` installs it when it may; else type: apt-get install postgresql"
        )
    return max(found, key=lambda path: int(path.parent.name))


def _owner() -> pwd.struct_passwd | None:
    """Return whom the server runs as, or None for the current user: it refuses to run as root."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError as error:
        raise PostgresMissing(
            "The tests run as root, PostgreSQL refuses to, and there is no user `postgres`."
        ) from error


def _initialise(programs: Path, folder: Path, owner: pwd.struct_passwd | None) -> None:
    words = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(
        [programs / "initdb", *words, f"--username={_SUPERUSER}", "-D", folder / "data"],
        check=False,
        capture_output=True,
        cwd=folder,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    if done.returncode:
        raise PostgresMissing(f"initdb failed: {done.stderr.decode(errors='replace')}")


def _launch(
    programs: Path, folder: Path, owner: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            # A Ctrl-C in the terminal is for the tests, which then stop the server themselves.
            start_new_session=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
