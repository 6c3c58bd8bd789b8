"""The door to the database, on SQLite and PostgreSQL."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from domain.clock import HANOI
from storage import installation, sequences
from storage.database import Database, DatabaseAway, Tx, is_sqlite, names_a_database, sqlite_engine
from storage.sealing import fresh_keyring
from storage.tables import installation as installation_table
from storage.tables import send_window
from storage.upsert import insert_into
from tests.chat import MovingClock

CANARY = "canary-0900-000-113"


@asynccontextmanager
async def opened(
    url: str, lock_patience: timedelta = timedelta(seconds=15)
) -> AsyncIterator[Database]:
    database = Database(url, fresh_keyring(), MovingClock(), lock_patience=lock_patience)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    async with opened(migrated_database_url) as database:
        yield database


def count_facts(tx: Tx) -> int:
    query = select(func.count()).select_from(installation_table)
    count: int = tx.connection.execute(query).scalar_one()
    return count


async def test_what_was_written_is_read_again_after_reopening(migrated_database_url: str) -> None:
    async with opened(migrated_database_url) as first:
        await first.write(lambda tx: installation.write(tx, "word", b"kept"))
    async with opened(migrated_database_url) as second:
        assert await second.read(lambda tx: installation.read(tx, "word")) == b"kept"


async def test_an_exception_rolls_everything_back_and_reaches_the_caller(db: Database) -> None:
    class Trouble(Exception):
        pass

    def work(tx: Tx) -> None:
        installation.write(tx, "a", b"1")
        installation.write(tx, "b", b"2")
        raise Trouble

    with pytest.raises(Trouble):
        await db.write(work)
    assert await db.read(count_facts) == 0


async def test_nothing_written_by_a_read_is_kept(db: Database) -> None:
    await db.read(lambda tx: installation.write(tx, "a", b"1"))
    assert await db.read(count_facts) == 0


async def test_writers_side_by_side_lose_no_update(db: Database) -> None:
    async def one() -> int:
        return await db.write(lambda tx: sequences.next_number(tx, "case"))

    numbers = await asyncio.gather(*(one() for _ in range(40)))
    assert sorted(numbers) == list(range(1, 41))


async def test_a_writer_waits_for_a_writer_of_another_process(migrated_database_url: str) -> None:
    """Two doors to one database stand for two processes: the service and the command line."""
    entered, leave = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        number = sequences.next_number(tx, "case")
        entered.set()
        leave.wait(5)
        installation.write(tx, "slow", str(number).encode())

    async with opened(migrated_database_url) as ours, opened(migrated_database_url) as theirs:
        loop = asyncio.get_running_loop()
        # Each work function blocks its thread, or on PostgreSQL its loop: so a loop of its own.
        first = loop.run_in_executor(None, lambda: _alone(migrated_database_url, slow))
        await loop.run_in_executor(None, entered.wait, 5)
        second = asyncio.create_task(theirs.write(lambda tx: sequences.next_number(tx, "case")))
        await asyncio.sleep(0.2)
        assert not second.done()
        leave.set()
        await first
        assert await second == 2
        assert await ours.read(lambda tx: installation.read(tx, "slow")) == b"1"


def _alone(url: str, work: object) -> None:
    async def run() -> None:
        async with opened(url) as database:
            await database.write(work)  # type: ignore[arg-type]

    asyncio.run(run())


async def test_a_read_sees_one_unchanging_snapshot(migrated_database_url: str) -> None:
    looked, changed = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> None:
        before = count_facts(tx)
        looked.set()
        assert changed.wait(5)
        assert count_facts(tx) == before == 0

    async with opened(migrated_database_url) as ours:
        loop = asyncio.get_running_loop()
        reading = loop.run_in_executor(None, lambda: _reading(migrated_database_url, look_twice))
        await loop.run_in_executor(None, looked.wait, 5)
        await ours.write(lambda tx: installation.write(tx, "a", b"1"))
        changed.set()
        await reading
        assert await ours.read(count_facts) == 1


def _reading(url: str, work: object) -> None:
    async def run() -> None:
        async with opened(url) as database:
            await database.read(work)  # type: ignore[arg-type]

    asyncio.run(run())


def _open_window(tx: Tx, at: datetime) -> None:
    tx.connection.execute(text("SELECT 1"))
    account_id = tx.new_id()
    tx.connection.execute(
        text(
            "INSERT INTO account (id, channel, platform_key, username) VALUES (:id, 'x', 'x', '')"
        ),
        {"id": account_id.hex},
    )
    tx.connection.execute(
        send_window.insert().values(
            id=tx.new_id(),
            account_id=account_id,
            worker="w",
            lane="TALK",
            opened_at=at,
            lease_until=at,
        )
    )


@pytest.mark.parametrize("zone", [UTC, HANOI, timezone(timedelta(hours=-9, minutes=-30))])
async def test_an_instant_of_any_zone_comes_back_aware_in_utc(db: Database, zone: timezone) -> None:
    at = datetime(2026, 1, 1, 0, 30, 15, 123456, tzinfo=zone)
    await db.write(lambda tx: _open_window(tx, at))
    back = await db.read(lambda tx: tx.connection.execute(select(send_window.c.opened_at)).scalar())
    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


async def test_a_naive_instant_is_refused_also_in_a_comparison(db: Database) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the very thing that must be refused
    with pytest.raises(StatementError, match="naive instant"):
        await db.write(lambda tx: _open_window(tx, naive))
    with pytest.raises(StatementError, match="naive instant"):
        await db.read(
            lambda tx: tx.connection.execute(
                select(send_window.c.id).where(send_window.c.opened_at < naive)
            ).all()
        )


async def test_instants_of_different_zones_are_compared_as_instants(db: Database) -> None:
    at = datetime(2026, 1, 1, 6, 0, tzinfo=HANOI)
    await db.write(lambda tx: _open_window(tx, at))

    def earlier_than(tx: Tx, limit: datetime) -> int:
        query = select(send_window.c.id).where(send_window.c.opened_at < limit)
        return len(tx.connection.execute(query).all())

    # 23:30 UTC of the day before is half an hour later, though its digits are greater anyway.
    assert await db.read(lambda tx: earlier_than(tx, datetime(2025, 12, 31, 23, 30, tzinfo=UTC)))
    assert not await db.read(lambda tx: earlier_than(tx, datetime(2025, 12, 31, 22, tzinfo=UTC)))


async def test_a_foreign_key_must_exist(db: Database) -> None:
    def orphan(tx: Tx) -> None:
        tx.connection.execute(
            send_window.insert().values(
                id=tx.new_id(),
                account_id=tx.new_id(),
                worker="w",
                lane="TALK",
                opened_at=tx.now,
                lease_until=tx.now,
            )
        )

    with pytest.raises(IntegrityError):
        await db.write(orphan)


async def test_an_insert_tells_how_many_rows_it_made(db: Database) -> None:
    def put(tx: Tx) -> int:
        statement = insert_into(tx, installation_table).values(name="a", value=b"1")
        made: int = tx.connection.execute(statement.on_conflict_do_nothing()).rowcount
        return made

    assert await db.write(put) == 1
    assert await db.write(put) == 0


async def test_a_missing_table_is_the_databases_trouble_on_both(database_url: str) -> None:
    async with opened(database_url) as empty:
        with pytest.raises(DatabaseAway, match="installation"):
            await empty.read(count_facts)


async def test_a_faulty_statement_is_our_mistake_and_not_the_databases(db: Database) -> None:
    with pytest.raises(Exception, match="no_such_column") as caught:
        await db.read(lambda tx: tx.connection.execute(text("SELECT no_such_column")).all())
    assert not isinstance(caught.value, DatabaseAway)


async def test_no_error_text_holds_what_was_to_be_written(db: Database) -> None:
    def twice(tx: Tx) -> None:
        for _ in range(2):
            tx.connection.execute(
                installation_table.insert().values(name="once", value=CANARY.encode())
            )

    with pytest.raises(IntegrityError) as caught:
        await db.write(twice)
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value)


async def test_more_readers_than_connections_all_get_their_turn(db: Database) -> None:
    results = await asyncio.gather(*(db.read(count_facts) for _ in range(60)))
    assert results == [0] * 60


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
    tmp_path: Path, migrated_sqlite: Path
) -> None:
    path = _copy(migrated_sqlite, tmp_path)
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
    tmp_path: Path, migrated_sqlite: Path
) -> None:
    path = _copy(migrated_sqlite, tmp_path)
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
        "SELECT count(pg_terminate_backend(pid, 2000)) FROM pg_stat_activity "
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
        killer = threading.Thread(target=_alone, args=(migrated_database_url, _end_all_others))
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
        _alone(url, work)
    except DatabaseAway as error:
        return error
    return None


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_two_transactions_that_cross_both_get_through(migrated_database_url: str) -> None:
    """Each takes a row the other wants next: PostgreSQL ends one, which simply goes again."""
    both_hold = threading.Barrier(2, timeout=5)
    tries: list[str] = []

    def crossing(mine: str, other: str) -> None:
        def work(tx: Tx) -> None:
            tries.append(mine)
            sequences.next_number(tx, mine)
            if tries.count(mine) == 1:
                both_hold.wait()
            sequences.next_number(tx, other)

        _alone(migrated_database_url, work)

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
        assert len(tries) == 3


# Addresses of databases


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("sqlite:///var/an-ninh.db", True),
        ("postgresql+psycopg://ann@host:5432/house", True),
        ("sqlite:///", False),
        ("sqlite:///:memory:", False),
        ("postgresql+psycopg://ann@host:port/house", False),
        ("postgresql+psycopg://ann@host", False),
        ("no address at all", False),
    ],
)
def test_an_address_must_name_a_file_or_a_database(url: str, *, fine: bool) -> None:
    assert names_a_database(url) is fine


def test_the_kind_of_database_is_told_by_its_address() -> None:
    assert is_sqlite("sqlite:///x.db")
    assert not is_sqlite("postgresql+psycopg://ann@host/house")
