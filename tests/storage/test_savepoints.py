"""Savepoints: a fault undoes its own item only; trouble of the database is no item's fault."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage import installation
from storage.database import Database, Tx
from storage.savepoints import Spoiled, apart, delay
from storage.sealing import fresh_keyring
from tests.chat import MovingClock


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    made = Database(migrated_database_url, fresh_keyring(), MovingClock())
    yield made
    await made.close()


async def test_what_a_bad_item_wrote_is_undone_and_what_others_wrote_is_kept(db: Database) -> None:
    def spoiled(tx: Tx) -> None:
        installation.write(tx, "bad", b"x")
        message = "unreadable"
        raise ValueError(message)

    def work(tx: Tx) -> str:
        apart(tx, lambda: installation.write(tx, "before", b"x"))
        with pytest.raises(Spoiled) as caught:
            apart(tx, lambda: spoiled(tx))
        apart(tx, lambda: installation.write(tx, "after", b"x"))
        return str(caught.value)

    assert await db.write(work) == "ValueError"
    kept = [await db.read(lambda tx, n=n: installation.read(tx, n)) for n in ("before", "bad")]  # type: ignore[misc]
    assert kept == [b"x", None]
    assert await db.read(lambda tx: installation.read(tx, "after")) == b"x"


async def test_a_broken_rule_of_the_database_is_the_items_fault(db: Database) -> None:
    insert = text("INSERT INTO sequence (name, value) VALUES ('x', NULL)")

    def work(tx: Tx) -> None:
        with pytest.raises(Spoiled, match="IntegrityError"):
            apart(tx, lambda: tx.connection.execute(insert))
        installation.write(tx, "after", b"x")

    await db.write(work)
    assert await db.read(lambda tx: installation.read(tx, "after")) == b"x"


async def test_trouble_of_the_database_passes_as_it_is(db: Database) -> None:
    def work(tx: Tx) -> None:
        with pytest.raises(DBAPIError):
            apart(tx, lambda: tx.connection.execute(text("SELECT * FROM no_such_table")))
        installation.write(tx, "after", b"x")

    await db.write(work)
    assert await db.read(lambda tx: installation.read(tx, "after")) == b"x"


def test_the_delay_doubles_up_to_an_hour_and_never_overflows() -> None:
    assert [delay(n).total_seconds() for n in range(5)] == [5, 5, 10, 20, 40]
    assert delay(12) == delay(10**9) == timedelta(hours=1)
