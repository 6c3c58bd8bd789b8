"""Several clocks at once: what is due is done once, and told once."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bot import forgetting
from bot.clock_steps import Steps
from bot.jobs import Job
from bot.long_jobs import jobs_of
from broadcasts import finishing, firing
from delivery.bell import Bell
from domain.campaign import RunState
from domain.delivery import DeliveryKind
from domain.keeping import KeepingTerms
from storage.campaigns import runs
from storage.database import Database, Tx
from storage.tables import delivery, forgotten
from tests.broadcasts.station import Station, open_station
from tests.databases import MigratedPostgres

CLOCKS = 8


@pytest.fixture
async def station(migrated_postgres: MigratedPostgres) -> AsyncIterator[Station]:
    with migrated_postgres.fresh() as url:
        async with open_station(url) as opened:
            yield opened


class Clock:
    """What one scheduler and its worker would do now."""

    def __init__(self, station: Station) -> None:
        chat = station.chat
        self.desk = station.desk
        self.database = Database(chat.db.url, chat.db._keys, chat.clock)
        self.steps = Steps(self.database, Bell())
        self.jobs: dict[str, Job] = {
            job.name: job for job in jobs_of(self.steps, self.desk, KeepingTerms())
        }

    async def ring(self) -> None:
        await self.steps.one("fire", lambda tx: firing.fire_due(tx, self.desk))
        await self.jobs["expand"].work()
        await self.steps.one("finish", lambda tx: finishing.finish_due(tx, self.desk))

    async def night(self) -> None:
        if await self.database.read(self.jobs["keeping"].is_due):
            await self.jobs["keeping"].work()


def notices(tx: Tx) -> int:
    query = select(func.count()).where(delivery.c.kind == DeliveryKind.NOTICE.value)
    count: int = tx.connection.execute(query).scalar_one()
    return count


def _targeted(run_id: UUID, tx: Tx) -> int:
    return runs.counted(tx, run_id, "targeted")


async def test_eight_clocks_at_the_same_instant_start_one_run_once_and_tell_its_author_once(
    station: Station,
) -> None:
    for number in range(3):
        await station.chat.subscriber(f"300{number}")
    clocks = [Clock(station) for _ in range(CLOCKS)]
    told = await station.chat.look(notices)
    for number in range(1, 6):
        known = await station.submitted()
        assert await station.approve(known)
        before = await station.chat.look(notices)
        await asyncio.gather(*(clock.ring() for clock in clocks))
        await asyncio.gather(*(clock.ring() for clock in clocks))
        found = await station.chat.look(runs.all_ids)
        assert len(found) == number
        newest = await station.newest()
        assert newest.state is RunState.SENDING
        assert await station.chat.look(partial(_targeted, newest.id)) == 3
        told = await station.chat.look(notices)
        assert told - before == 1, "that it has started"
    for clock in clocks:
        await clock.database.close()


async def test_eight_clocks_count_one_night(station: Station) -> None:
    clocks = [Clock(station) for _ in range(CLOCKS)]
    for _ in range(3):
        await asyncio.gather(*(clock.night() for clock in clocks))
    rounds = select(forgotten.c.count).where(forgotten.c.what == forgetting.ROUND)
    assert await station.chat.look(lambda tx: tx.connection.execute(rounds).scalar_one()) == 1
    for clock in clocks:
        await clock.database.close()
