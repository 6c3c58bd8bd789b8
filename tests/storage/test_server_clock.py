"""All machines go by the clock of the database's server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.clock import SystemClock
from storage.database import Database
from storage.sealing import fresh_keyring
from storage.server_clock import ServerClock
from tests.databases import fresh_postgres
from tests.postgres import PostgresServer

_NEAR = timedelta(minutes=1)


class Wrong:
    """A machine's clock that is off by so much."""

    def __init__(self, off: timedelta) -> None:
        self.off = off

    def now(self) -> datetime:
        return datetime.now(UTC) + self.off


@pytest.fixture
async def database(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    with fresh_postgres(postgres_server) as url:
        opened = Database(url, fresh_keyring(), SystemClock())
        yield opened
        await opened.close()


async def test_a_clock_that_is_hours_wrong_is_put_right_and_again_when_it_was_mended(
    database: Database,
) -> None:
    own = Wrong(timedelta(hours=7))
    clock = ServerClock(own)
    assert clock.now() - datetime.now(UTC) > _NEAR

    for off in (own.off, timedelta(0), timedelta(days=-400)):
        own.off = off
        await clock.look(database)
        assert abs(clock.now() - datetime.now(UTC)) < _NEAR
        assert clock.now().utcoffset() == timedelta(0)


async def test_a_clock_that_is_right_is_left_as_it_is(database: Database) -> None:
    own = Wrong(timedelta(milliseconds=20))
    clock = ServerClock(own)

    await clock.look(database)

    before = own.now()
    assert before <= clock.now() <= own.now()


async def test_an_answer_that_took_long_tells_nothing(database: Database) -> None:
    class Slow(Wrong):
        def now(self) -> datetime:
            self.off += timedelta(seconds=5)
            return super().now()

    own = Slow(timedelta(hours=1))
    clock = ServerClock(own)

    await clock.look(database)

    assert clock.now() - datetime.now(UTC) > _NEAR
