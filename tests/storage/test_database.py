"""The door to the database, on SQLite and PostgreSQL."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from domain.clock import HANOI
from storage import installation, sequences
from storage.database import Database, DatabaseAway, Tx, is_sqlite, names_a_database
from storage.tables import installation as installation_table
from storage.tables import send_window
from storage.upsert import insert_into
from tests.storage.doors import alone, count_facts, opened

CANARY = "canary-0900-000-113"


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    async with opened(migrated_database_url) as database:
        yield database


async def test_an_end_waits_beside_the_loop_for_what_is_written_which_is_read_again_later(
    migrated_database_url: str,
) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        begun.set()
        assert go.wait(60)
        installation.write(tx, "word", b"kept")

    async with opened(migrated_database_url) as first:
        writing = asyncio.create_task(first.write(slow))
        await asyncio.to_thread(begun.wait, 60)
        asyncio.get_running_loop().call_soon(go.set)
    await writing
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
        leave.wait(60)
        installation.write(tx, "slow", str(number).encode())

    async with opened(migrated_database_url) as ours, opened(migrated_database_url) as theirs:
        loop = asyncio.get_running_loop()
        # Each work function blocks the thread that it runs in.
        first = loop.run_in_executor(None, lambda: alone(migrated_database_url, slow))
        await loop.run_in_executor(None, entered.wait, 60)
        second = asyncio.create_task(theirs.write(lambda tx: sequences.next_number(tx, "case")))
        await asyncio.sleep(0.2)
        assert not second.done()
        leave.set()
        await first
        assert await second == 2
        assert await ours.read(lambda tx: installation.read(tx, "slow")) == b"1"


async def test_a_read_sees_one_unchanging_snapshot(migrated_database_url: str) -> None:
    looked, changed = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> None:
        before = count_facts(tx)
        looked.set()
        assert changed.wait(60)
        assert count_facts(tx) == before == 0

    async with opened(migrated_database_url) as ours:
        loop = asyncio.get_running_loop()
        reading = loop.run_in_executor(None, lambda: _reading(migrated_database_url, look_twice))
        await loop.run_in_executor(None, looked.wait, 60)
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
