"""A turn is one transaction's at a time; what it did is seen by the next."""

import asyncio
from collections.abc import Iterator

import pytest

from domain.clock import SystemClock
from storage import advisory_locks, installation
from storage.database import Database, Tx
from storage.sealing import fresh_keyring
from tests.databases import MigratedPostgres


@pytest.fixture
def url(migrated_postgres: MigratedPostgres) -> Iterator[str]:
    with migrated_postgres.fresh() as made:
        yield made


def _opened(url: str, count: int) -> list[Database]:
    keys = fresh_keyring()
    return [Database(url, keys, SystemClock()) for _ in range(count)]


async def test_of_eight_that_look_at_the_same_instant_each_thing_is_done_by_one(url: str) -> None:
    databases = _opened(url, 8)

    def count(tx: Tx) -> bool:
        if not advisory_locks.take(tx, "counting"):
            return False
        known = installation.read(tx, "count") or b""
        installation.write(tx, "count", known + b"x")
        return True

    done = [
        sum(await asyncio.gather(*(database.write(count) for database in databases)))
        for _ in range(20)
    ]
    assert all(done), "somebody always has it"
    written = await databases[0].read(lambda tx: installation.read(tx, "count"))
    assert written == b"x" * sum(done)
    for database in databases:
        await database.close()


async def test_who_waits_for_a_turn_has_it_when_the_other_is_through(url: str) -> None:
    databases = _opened(url, 4)

    def add(tx: Tx) -> None:
        advisory_locks.wait(tx, "adding")
        known = installation.read(tx, "sum") or b""
        installation.write(tx, "sum", known + b"x")

    await asyncio.gather(*(database.write(add) for database in databases))
    assert await databases[0].read(lambda tx: installation.read(tx, "sum")) == b"xxxx"
    for database in databases:
        await database.close()
