"""What a transaction has read beside it: on one snapshot, while others write, and only once."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import func, select

from storage.beside import beside
from storage.database import Database, Tx
from storage.tables import installation as facts
from tests.storage.doors import opened


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    async with opened(migrated_database_url) as database:
        yield database


def number(tx: Tx) -> int:
    found: int = tx.connection.execute(select(func.count()).select_from(facts)).scalar_one()
    return found


def add(tx: Tx, name: str) -> None:
    tx.connection.execute(facts.insert().values(name=name, value=b"1"))


async def test_a_transaction_begins_anew_with_what_was_found_beside_it(db: Database) -> None:
    def work(tx: Tx) -> tuple[int, int]:
        add(tx, "own")
        return beside(tx, "number", number), number(tx)

    before = await db.read(number)

    assert await db.write(work) == (before, before + 1)
    assert await db.read(number) == before + 1


async def test_it_is_looked_once_by_each_name_however_often_it_is_asked(db: Database) -> None:
    looked: list[str] = []

    def look(name: str, _tx: Tx) -> int:
        looked.append(name)
        return len(looked)

    def work(tx: Tx) -> None:
        for name in ("one", "two", "one"):
            beside(tx, name, partial(look, name))

    await db.write(work)

    assert looked == ["one", "two"]


async def test_in_a_savepoint_it_is_nobodys_fault(db: Database) -> None:
    def work(tx: Tx) -> int:
        try:
            with tx.savepoint():
                return beside(tx, "number", number)
        except Exception:  # noqa: BLE001 - as who does many things apart does
            return -1

    assert await db.write(work) == await db.read(number)


async def test_what_goes_wrong_beside_it_is_told_to_who_asked(db: Database) -> None:
    def fail(_tx: Tx) -> None:
        message = "beside"
        raise LookupError(message)

    with pytest.raises(LookupError, match="beside"):
        await db.write(lambda tx: beside(tx, "fault", fail))


async def test_on_a_snapshot_it_is_that_snapshot(db: Database) -> None:
    assert await db.read(lambda tx: beside(tx, "number", number)) == await db.read(number)
