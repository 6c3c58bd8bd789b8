"""Jobs: asked for with a transaction or not at all, done once, also after a worker died."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from bot.jobs import Job, Jobs, JobsHere
from bot.jobs_postgres import JobsOnPostgres
from domain.clock import SystemClock
from storage.database import Database, DatabaseAway, Tx, connect_arguments
from storage.sealing import fresh_keyring
from tests.cellar import Cellar, furnished
from tests.delivery.post_office import until

SECOND = timedelta(seconds=1)


@pytest.fixture
async def cellar(migrated_database_url: str) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url) as opened:
        yield opened


class Bench:
    """Two kinds of jobs, and how often each was done."""

    def __init__(self, cellar: Cellar) -> None:
        self.done = {"plain": 0, "faulty": 0}
        self.due = False
        jobs = [
            Job("plain", SECOND, lambda _tx: self.due, self.plain),
            Job("faulty", SECOND, lambda _tx: self.due, self.faulty),
        ]
        database: Database = cellar.db
        self.jobs: Jobs = (
            JobsHere(database, jobs) if database.one_writer else JobsOnPostgres(database, jobs)
        )

    async def plain(self) -> None:
        self.done["plain"] += 1
        self.due = False

    async def faulty(self) -> None:
        self.done["faulty"] += 1
        raise DatabaseAway if self.done["faulty"] == 1 else LookupError

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.jobs.run(works=True))
        try:
            yield
        finally:
            self.jobs.stop()
            await asyncio.wait_for(task, 60)

    async def tick(self, name: str) -> None:
        await self.jobs.periodic()[name][0]()


def waiting(tx: Tx) -> list[tuple[Any, ...]]:
    rows = tx.connection.execute(
        text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
    )
    return [tuple(row) for row in rows]


async def test_a_job_asked_for_is_done_and_a_fault_in_one_stops_no_other(cellar: Cellar) -> None:
    bench = Bench(cellar)
    async with bench.at_work():
        for times in (1, 2):
            await cellar.do(lambda tx: bench.jobs.defer(tx, "faulty"))
            await until(_done(bench, "faulty", times))
        await cellar.do(lambda tx: bench.jobs.defer(tx, "plain"))
        await until(_done(bench, "plain", 1))


async def test_the_clock_asks_for_what_is_due_and_for_nothing_else(cellar: Cellar) -> None:
    bench = Bench(cellar)
    async with bench.at_work():
        await bench.tick("plain")
        bench.due = True
        await bench.tick("plain")
        await until(_done(bench, "plain", 1))
    assert bench.done == {"plain": 1, "faulty": 0}


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_what_is_undone_was_not_asked_for_and_one_of_a_kind_waits(
    cellar: Cellar, database_kind: str
) -> None:
    bench = Bench(cellar)

    def undone(tx: Tx) -> None:
        bench.jobs.defer(tx, "plain")
        raise LookupError

    with pytest.raises(LookupError):
        await cellar.do(undone)
    assert await cellar.look(waiting) == []

    def twice(tx: Tx) -> None:
        bench.jobs.defer(tx, "plain")
        bench.jobs.defer(tx, "plain")

    await cellar.do(twice)
    await cellar.do(twice)
    assert await cellar.look(waiting) == [("plain", "todo")]
    async with bench.at_work():
        await until(_done(bench, "plain", 1))

        async def gone() -> bool:
            return await cellar.look(waiting) == []

        await until(gone)


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_what_a_dead_worker_had_begun_is_taken_back_and_done_by_another(
    cellar: Cellar, database_kind: str
) -> None:
    bench = Bench(cellar)

    def die_at_work(tx: Tx, name: str) -> None:
        bench.jobs.defer(tx, name)
        worker = tx.connection.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - interval '1 hour') RETURNING id"
            )
        ).scalar_one()
        tx.connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"),
            {"worker": worker},
        )

    await cellar.do(lambda tx: die_at_work(tx, "plain"))
    # Another of its kind waits already: then one of them is enough.
    await cellar.do(lambda tx: bench.jobs.defer(tx, "plain"))
    async with bench.at_work():

        async def over() -> bool:
            await bench.tick("stalled")
            return await cellar.look(waiting) == []

        await until(over)
    assert bench.done["plain"] >= 1


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_server_that_cut_all_connections_loses_no_job_and_stops_no_worker(
    cellar: Cellar, database_kind: str
) -> None:
    bench = Bench(cellar)
    async with bench.at_work():
        await cellar.do(lambda tx: bench.jobs.defer(tx, "plain"))
        await until(_done(bench, "plain", 1))
        for times in (2, 3):
            await asyncio.to_thread(cut, cellar.url)

            async def asked() -> bool:
                try:
                    await cellar.do(lambda tx: bench.jobs.defer(tx, "plain"))
                except DatabaseAway:
                    return False
                return True

            await until(asked)
            await until(_done(bench, "plain", times))


def cut(url: str) -> None:
    """End every session of the database."""
    with psycopg.connect(**connect_arguments(url), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _done(bench: Bench, name: str, times: int) -> Callable[[], bool]:
    return lambda: bench.done[name] >= times


async def test_who_cannot_reach_the_database_is_stopped_all_the_same(tmp_path: Path) -> None:
    url = f"postgresql+psycopg:///nothing?host={tmp_path}"
    database = Database(url, fresh_keyring(), SystemClock())
    jobs = JobsOnPostgres(database, [])
    task = asyncio.create_task(jobs.run(works=True))
    await asyncio.sleep(0)
    jobs.stop()
    # Shorter than the half minute for which a pool tries to connect.
    await asyncio.wait_for(task, 20)
    await database.close()
