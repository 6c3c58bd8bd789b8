"""Rings of bells reach other processes on PostgreSQL, several as one, also after a cut."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from delivery.bell import Bell
from storage.bell_wire import Wire
from storage.database import connect_arguments
from tests.databases import fresh_postgres
from tests.delivery.post_office import until
from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def url(postgres_server: PostgresServer) -> Iterator[str]:
    with fresh_postgres(postgres_server) as made:
        yield made


class End:
    """The bells of one process, and its end of the wire."""

    def __init__(self, url: str) -> None:
        self.wire = Wire(url)
        self.inbox, self.outbox = Bell(), Bell()
        self.inbox.passes_on(self.wire.connect("inbox", self.inbox.ring))
        self.outbox.passes_on(self.wire.connect("outbox", self.outbox.ring))


@asynccontextmanager
async def at_work(*ends: End) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(end.wire.run(listens=True)) for end in ends]
    # Each rings its bells once when it begins to listen.
    await until(lambda: all(end.inbox.rings for end in ends))
    yield
    for end in ends:
        end.wire.stop()
    await asyncio.wait_for(asyncio.gather(*tasks), 60)


async def test_a_ring_is_heard_elsewhere_many_at_once_as_one_and_none_comes_back(url: str) -> None:
    here, there = End(url), End(url)
    async with at_work(here, there):
        before = there.inbox.rings
        for _ in range(500):
            here.inbox.ring_everywhere()
        mine = here.inbox.rings
        await until(lambda: there.inbox.rings > before)
        heard = there.outbox.rings
        here.outbox.ring_everywhere()
        await until(lambda: there.outbox.rings > heard)
        assert there.inbox.rings == before + 1
        assert here.inbox.rings == mine


async def test_a_ring_in_one_process_alone_stays_there(url: str) -> None:
    here, there = End(url), End(url)
    async with at_work(here, there):
        before, heard = there.inbox.rings, there.outbox.rings
        here.inbox.ring()
        here.outbox.ring_everywhere()
        await until(lambda: there.outbox.rings > heard)
        assert there.inbox.rings == before


async def test_a_wire_that_was_cut_is_mended_and_rings_for_what_it_missed(url: str) -> None:
    here, there = End(url), End(url)
    async with at_work(here, there):
        before = there.inbox.rings
        with psycopg.connect(**connect_arguments(url), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await until(lambda: there.inbox.rings > before)
        again = there.outbox.rings

        async def heard() -> bool:
            here.outbox.ring_everywhere()
            return there.outbox.rings > again

        await until(heard)


async def test_what_is_no_ring_of_ours_deafens_nobody(url: str) -> None:
    here, there = End(url), End(url)
    async with at_work(here, there):
        with psycopg.connect(**connect_arguments(url), autocommit=True) as connection:
            for payload in ("", " ", "stranger", "stranger unknown"):
                connection.execute("SELECT pg_notify('an_ninh_bells', %s)", [payload])
        before = there.outbox.rings
        here.outbox.ring_everywhere()
        await until(lambda: there.outbox.rings > before)
