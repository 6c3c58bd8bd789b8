"""A database that is missing, full, locked, foreign, gone or killed."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, event, text

from storage import installation, sequences
from storage.database import DatabaseAway, Tx, connect_arguments, sorted_errors, sqlite_engine
from storage.rested_connections import look_after_rests
from tests.databases import MigratedSqlite
from tests.storage.doors import alone, count_facts, opened

CANARY = "canary-0900-000-113"


# SQLite alone


def test_the_promised_pragmas_are_in_force_on_readers_and_writers(tmp_path: Path) -> None:
    for writes in (True, False):
        engine = sqlite_engine(f"sqlite:///{tmp_path / 'x.db'}", writes=writes)
        with engine.connect() as connection:
            values = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
            busy = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        engine.dispose()
        full = 2
        assert values == {
            "journal_mode": "wal",
            "synchronous": full,
            "foreign_keys": 1,
            "secure_delete": 1,
        }
        assert busy >= 1000


async def test_a_missing_folder_is_named_as_the_databases_trouble(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path / 'none' / 'x.db'}") as database:
        for act in (database.read, database.write):
            with pytest.raises(DatabaseAway, match="unable to open"):
                await act(count_facts)


async def test_a_file_that_is_no_database_is_the_databases_trouble(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database at all " * 100)
    async with opened(f"sqlite:///{tmp_path / 'x.db'}") as database:
        for act in (database.read, database.write):
            with pytest.raises(DatabaseAway, match="not a database"):
                await act(count_facts)


async def test_a_full_disk_is_the_databases_trouble_and_keeps_nothing(
    tmp_path: Path, migrated_sqlite: MigratedSqlite
) -> None:
    path = _copy(migrated_sqlite.template, tmp_path)
    async with opened(f"sqlite:///{path}") as database:

        def fill(tx: Tx) -> None:
            pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            installation.write(tx, "big", CANARY.encode() * 100_000)

        with pytest.raises(DatabaseAway, match="full") as caught:
            await database.write(fill)
        assert CANARY not in str(caught.value)
        assert await database.read(count_facts) == 0


async def test_a_file_locked_for_too_long_is_the_databases_trouble(
    tmp_path: Path, migrated_sqlite: MigratedSqlite
) -> None:
    path = _copy(migrated_sqlite.template, tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with opened(f"sqlite:///{path}", timedelta(milliseconds=50)) as database:
            with pytest.raises(DatabaseAway, match="locked"):
                await database.write(lambda tx: installation.write(tx, "b", b"2"))
            # Readers are not held up.
            assert await database.read(count_facts) == 0
            other.execute("ROLLBACK")
            await database.write(lambda tx: installation.write(tx, "b", b"2"))
            assert await database.read(count_facts) == 1


def test_who_finds_a_new_file_in_other_hands_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE begun (x)")
        other.execute("BEGIN IMMEDIATE")
        engine = sqlite_engine(f"sqlite:///{path}", writes=True)
        let_go = threading.Timer(0.2, lambda: other.execute("ROLLBACK"))
        let_go.start()
        with closing(engine.raw_connection()) as connection:
            found = connection.cursor().execute("PRAGMA journal_mode").fetchone()
        let_go.join()
        engine.dispose()
    assert found == ("wal",)


def _copy(source: Path, folder: Path) -> Path:
    target = folder / "x.db"
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    return target


# PostgreSQL alone


async def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://ann:{CANARY}@/x?host={tmp_path}"
    async with opened(url) as database:
        for act in (database.read, database.write):
            with pytest.raises(DatabaseAway) as caught:
                await act(count_facts)
            assert CANARY not in str(caught.value)


def _end_all_others(tx: Tx) -> int:
    query = text(
        "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    ended: int = tx.connection.execute(query).scalar_one()
    return ended


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_killed_backend_heals_on_the_next_call(migrated_database_url: str) -> None:
    async with opened(migrated_database_url) as ours, opened(migrated_database_url) as killer:
        await ours.write(lambda tx: installation.write(tx, "a", b"1"))
        assert await killer.write(_end_all_others) >= 1
        await ours.write(lambda tx: installation.write(tx, "b", b"2"))
        assert await ours.read(count_facts) == 2


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_backend_killed_in_the_middle_is_the_databases_trouble_and_keeps_nothing(
    migrated_database_url: str,
) -> None:
    def killed(tx: Tx) -> None:
        installation.write(tx, "a", CANARY.encode())
        killer = threading.Thread(target=alone, args=(migrated_database_url, _end_all_others))
        killer.start()
        killer.join()
        installation.write(tx, "b", CANARY.encode())

    async with opened(migrated_database_url) as ours:
        loop = asyncio.get_running_loop()
        away = loop.run_in_executor(None, _caught, migrated_database_url, killed)
        error = await away
        assert isinstance(error, DatabaseAway)
        assert CANARY not in str(error)
        assert await ours.read(count_facts) == 0


def _caught(url: str, work: object) -> BaseException | None:
    try:
        alone(url, work)
    except DatabaseAway as error:
        return error
    return None


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_server_that_hangs_up_on_whoever_comes_is_the_databases_trouble(
    migrated_database_url: str,
) -> None:
    engine = create_engine(migrated_database_url)
    look_after_rests(engine)
    with closing(psycopg.connect(**connect_arguments(migrated_database_url))) as other:

        def hang_up(connection: psycopg.Connection[object], _record: object) -> None:
            other.execute("SELECT pg_terminate_backend(%s, 60000)", [connection.info.backend_pid])

        event.listen(engine, "connect", hang_up)
        with pytest.raises(DatabaseAway), sorted_errors(), engine.begin() as connection:
            connection.execute(text("SELECT 1"))
    engine.dispose()


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_server_that_may_only_be_read_for_now_is_the_databases_trouble(
    migrated_database_url: str,
) -> None:
    """Such as a copy that was not promoted yet, or one whose disk is nearly full."""

    def only_read(tx: Tx) -> None:
        tx.connection.execute(text("SET TRANSACTION READ ONLY"))
        installation.write(tx, "a", b"1")

    async with opened(migrated_database_url) as ours:
        with pytest.raises(DatabaseAway, match="read-only"):
            await ours.write(only_read)


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_two_transactions_that_cross_both_get_through(migrated_database_url: str) -> None:
    """Each takes a row the other wants next: PostgreSQL ends one, which simply goes again."""
    both_hold = threading.Barrier(2, timeout=60)
    tries: list[str] = []

    def crossing(mine: str, other: str) -> None:
        def work(tx: Tx) -> None:
            tries.append(mine)
            sequences.next_number(tx, mine)
            if tries.count(mine) == 1:
                both_hold.wait()
            sequences.next_number(tx, other)

        alone(migrated_database_url, work)

    async with opened(migrated_database_url) as ours:
        for name in ("a", "b"):
            await ours.write(lambda tx, name=name: sequences.next_number(tx, name))  # type: ignore[misc]
        loop = asyncio.get_running_loop()
        await asyncio.gather(
            loop.run_in_executor(None, crossing, "a", "b"),
            loop.run_in_executor(None, crossing, "b", "a"),
        )
        for name in ("a", "b"):
            number = await ours.write(lambda tx, name=name: sequences.next_number(tx, name))  # type: ignore[misc]
            assert number == 4
        assert sorted(tries)[0] == "a"
        # The one that goes again may be the one that loses again.
        assert len(tries) >= 3
