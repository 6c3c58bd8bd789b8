"""The door to the database: plain functions over one transaction, on SQLite and PostgreSQL alike.

On SQLite one thread writes and a few read; on PostgreSQL several write and a few read. A function
never awaits, so no network or image work can slip into a transaction.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo, timeout_from_conninfo
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from domain.clock import Clock
from domain.ids import IdMaker
from storage.driver_faults import first_line, is_away
from storage.rested_connections import look_after_rests
from storage.sealing import Keyring

T = TypeVar("T")

_LOCK_PATIENCE = timedelta(seconds=15)
_RETRY_STATES = frozenset({"40001", "40P01"})
_CROSSED_STATES = _RETRY_STATES | {"55P03"}
_OPTIONS = {"preserve_rowcount": True}
"""Without it an INSERT … ON CONFLICT on PostgreSQL tells −1 rows, whatever it did."""
_MOST_TRIES = 5
_WRITERS = 8
_READERS = 4
"""Threads, and as many connections, to PostgreSQL; some are left for long reads."""
_KEPT = 4
_BRIEFLY = "SET LOCAL lock_timeout = '100ms'"
_WAL_PAUSE_S = 0.01
_ALIVE = MappingProxyType(
    {
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        # No keepalives are sent while a question is under way: TCP would repeat it for 15 minutes.
        "tcp_user_timeout": 60_000,
    }
)
"""A server that is gone is noticed after a minute (libpq, 34.1.2); the URL may say otherwise."""
_FROZEN = "-c idle_in_transaction_session_timeout=15000 -c jit=off"
"""A process frozen in the middle of a transaction lets its locks go after so many ms: nothing of
ours waits within one (PostgreSQL 15, 20.11.1)."""


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction: the connection, the keys, and the instant it stands for.

    `seen` holds what was read and is asked for again and again; who changes it takes it out.
    """

    connection: Connection
    keys: Keyring
    ids: IdMaker
    now: datetime
    seen: dict[tuple[str, UUID], Any] = field(default_factory=dict, repr=False, compare=False)
    looked: dict[Hashable, Any] | None = field(default=None, repr=False, compare=False)
    """What was found beside it (`storage.beside`); None where nothing is written."""

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is done within when it ends with an exception, which passes."""
        # In words, since SQLAlchemy compiles its own anew each time; an inner one hides an outer.
        self.connection.exec_driver_sql("SAVEPOINT here")
        try:
            yield
        except BaseException as fault:
            self.seen.clear()
            self._back_to_savepoint(fault)
            raise
        self.connection.exec_driver_sql("RELEASE SAVEPOINT here")

    def _back_to_savepoint(self, fault: BaseException) -> None:
        try:
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT here")
            self.connection.exec_driver_sql("RELEASE SAVEPOINT here")
        except SQLAlchemyError:
            if not isinstance(fault, DBAPIError):
                raise
            # The whole transaction is gone, such as with its connection: the fault says why.

    def wait_briefly(self) -> None:
        """Give up where another transaction holds a lock for long, on a server with many writers.

        For work that takes locks in no order: whom it crosses it lets pass long before the server
        looks for a deadlock, after a second (PostgreSQL 15, 20.12). The door raises `Crossed` then.
        """
        if self.connection.dialect.name == "postgresql":
            self.connection.exec_driver_sql(_BRIEFLY)

    def new_id(self) -> UUID:
        """Return a new id, later than all before."""
        return self.ids.new(self.now)


class LookFirst(BaseException):
    """A transaction needs what `look` finds; it is undone, and begins anew when that is known.

    No fault, so that nobody on the way takes it for one.
    """

    def __init__(self, name: Hashable, look: Callable[[Tx], Any]) -> None:
        super().__init__(name)
        self.name = name
        self.look = look


class DatabaseAway(Exception):
    """The database cannot be reached, or is not ready."""


class Crossed(DatabaseAway):
    """Others held what was needed; nothing was done."""


@contextmanager
def sorted_errors() -> Iterator[None]:
    """Name what is the database's own trouble: lost connection, full disk, lock, missing table.

    Raises: DatabaseAway (Crossed where it was others' locks) with the driver's first line, which
    names no values.
    """
    try:
        yield
    except DBAPIError as error:
        if not is_away(error):
            raise
        crossed = getattr(error.orig, "sqlstate", None) in _CROSSED_STATES
        raise (Crossed if crossed else DatabaseAway)(first_line(error)) from error


class _Door(Protocol):
    async def write(self, work: Callable[[Connection], T]) -> T: ...
    async def read(self, work: Callable[[Connection], T]) -> T: ...
    async def close(self) -> None: ...


class Database:
    """Run functions in transactions.

    `lock_patience` is how long a writer on SQLite waits for one in another process.
    """

    def __init__(
        self,
        url: str,
        keys: Keyring,
        clock: Clock,
        ids: IdMaker | None = None,
        lock_patience: timedelta = _LOCK_PATIENCE,
    ) -> None:
        self.url = url
        self._keys = keys
        self._clock = clock
        self._ids = ids or IdMaker()
        self._door: _Door = _Sqlite(url, lock_patience) if is_sqlite(url) else _Postgres(url)

    @property
    def one_writer(self) -> bool:
        """Whether transactions that write come one after the other, so that few large are best.

        Where several write at once, small ones hold their locks for the shortest time.
        """
        return is_sqlite(self.url)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction and commit; any exception rolls back.

        Raises: DatabaseAway.
        """
        looked: dict[Hashable, Any] = {}
        while True:
            try:
                with sorted_errors():
                    return await self._door.write(lambda one: work(self._tx(one, looked)))
            except LookFirst as first:
                looked[first.name] = await self.read(first.look)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on one unchanging snapshot; nothing it writes is kept.

        Raises: DatabaseAway.
        """
        with sorted_errors():
            return await self._door.read(lambda connection: work(self._tx(connection)))

    async def close(self) -> None:
        """Close every connection."""
        await self._door.close()

    def _tx(self, connection: Connection, looked: dict[Hashable, Any] | None = None) -> Tx:
        return Tx(connection, self._keys, self._ids, self._clock.now(), looked=looked)


def is_sqlite(url: str) -> bool:
    """Tell whether the URL names a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path | None:
    """Return the SQLite file that the URL names, whatever link leads to it; None for others."""
    named = make_url(url).database
    return Path(named).resolve() if is_sqlite(url) and named else None


def names_a_database(url: str) -> bool:
    """Tell whether the URL can be read and names a file, or a database of a server.

    A file takes no options; those of a server must be known to its driver.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            _, given = parsed.get_dialect()().create_connect_args(parsed)
            named = {name: value for name, value in given.items() if isinstance(value, str | int)}
            timeout_from_conninfo(conninfo_to_dict(make_conninfo("", **named)))
        elif parsed.query:
            return False
    except (SQLAlchemyError, psycopg.Error, ImportError, ValueError):
        return False
    return bool(parsed.database) and parsed.database != ":memory:"


def sqlite_engine(url: str, *, writes: bool, lock_patience: timedelta = _LOCK_PATIENCE) -> Engine:
    """Return an engine whose connections are set up for a ledger: WAL, FULL, foreign keys.

    Writing ones begin IMMEDIATE, so that two writers wait for each other at the start of a
    transaction instead of failing in its middle.
    """
    busy_s = lock_patience.total_seconds()
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": busy_s},
        execution_options=_OPTIONS,
    )

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _keep_a_log(connection, busy_s)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(busy_s * 1000)}",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _keep_a_log(connection: sqlite3.Connection, busy_s: float) -> None:
    # SQLite does not wait for its busy timeout when two turn the same new file to WAL at once.
    until = time.monotonic() + busy_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            return


class _Sqlite:
    def __init__(self, url: str, lock_patience: timedelta) -> None:
        self._writer = sqlite_engine(url, writes=True, lock_patience=lock_patience)
        self._reader = sqlite_engine(url, writes=False, lock_patience=lock_patience)
        self._write_thread = ThreadPoolExecutor(1, "sqlite-write")
        self._read_threads = ThreadPoolExecutor(3, "sqlite-read")

    async def write(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._writer.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._write_thread, run)

    async def read(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._reader.connect() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._read_threads, run)

    async def close(self) -> None:
        # What still runs may take long; beside it the others go on.
        for threads in (self._write_thread, self._read_threads):
            await asyncio.to_thread(threads.shutdown, wait=True)
        self._writer.dispose()
        self._reader.dispose()


def connect_arguments(url: str) -> dict[str, Any]:
    """Return what psycopg itself needs to know to connect to the server that the URL names."""
    parsed = make_url(url)
    _, given = parsed.get_dialect()().create_connect_args(parsed)
    return {**given, **alive(url)}


def alive(url: str) -> dict[str, int | str]:
    """Return what makes a connection notice that its server is gone, where the URL is silent."""
    named = make_url(url).query
    wanted: dict[str, int | str] = {**_ALIVE, "options": _FROZEN}
    return {name: value for name, value in wanted.items() if name not in named}


class _Postgres:
    def __init__(self, url: str) -> None:
        self._engine = create_engine(
            url,
            hide_parameters=True,
            # Who writes may ask for a case number on a second connection, which is then kept.
            pool_size=_WRITERS + _READERS + _KEPT,
            max_overflow=_WRITERS - _KEPT,
            # The connections used last have their statements prepared.
            pool_use_lifo=True,
            connect_args=alive(url),
            execution_options=_OPTIONS,
        )
        look_after_rests(self._engine)
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._write_threads = ThreadPoolExecutor(_WRITERS, "postgres-write")
        self._read_threads = ThreadPoolExecutor(_READERS, "postgres-read")

    async def write(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        loop = asyncio.get_running_loop()
        for tries in range(_MOST_TRIES):
            try:
                return await loop.run_in_executor(self._write_threads, run)
            except DBAPIError as error:
                # Two transactions crossed: the loser did nothing and simply goes again.
                if getattr(error.orig, "sqlstate", None) not in _RETRY_STATES:
                    raise
                await asyncio.sleep(0.01 * 2**tries)
        return await loop.run_in_executor(self._write_threads, run)

    async def read(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._snapshots.connect() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._read_threads, run)

    async def close(self) -> None:
        # A server that went away without a word may keep a thread for minutes.
        for threads in (self._write_threads, self._read_threads):
            await asyncio.to_thread(threads.shutdown, wait=True)
        self._engine.dispose()
