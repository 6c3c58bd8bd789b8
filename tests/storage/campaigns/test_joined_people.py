"""One person on two chats, joined after both were written to: counted once, corrected once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.campaigns import period_figures, reached
from storage.database import Tx
from tests.storage.deliveries.two_channels import OA, TELEGRAM, Two, two_channels
from tests.storage.ledger_world import ledger_world
from tests.storage.written import found_by


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


async def test_whoever_got_it_twice_before_their_chats_were_joined_is_one_person(two: Two) -> None:
    here, there = await two.resident(), await two.resident(None, TELEGRAM)
    run = await two.run([(here, OA), (there, TELEGRAM)])
    await two.settle(await two.opened())
    await two.settle(await two.opened(TELEGRAM), channel=TELEGRAM)
    await two.join(here, there)
    now = two.world.clock.now()
    day = timedelta(days=1)

    def figures(tx: Tx) -> tuple[int, int, int, int | None]:
        unit_id = two.world.unit.id
        found = period_figures.broadcasts(tx, unit_id, now - day, now + day)[-1]
        return found.broadcasts, found.handed, found.taken, found.people

    assert await two.world.do(figures) == (1, 1, 1, 1)
    whom = await two.world.do(lambda tx: reached.whom(tx, run))
    assert (whom.people, whom.stopped) == (1, 0)

    second = await two.run([(here, OA)])
    await two.settle(await two.opened())
    assert await two.world.do(figures) == (2, 2, 2, 1)
    step = await two.world.do(lambda tx: found_by(tx, reached.page(second, run, None, 9)))
    assert step == []
