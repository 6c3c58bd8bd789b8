"""Two residents become one in the middle of a run: nobody gets a message twice, figures agree."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.delivery import DeliveryState
from storage.database import Tx
from storage.people import joining, residents
from storage.tables import resident
from tests.storage.ledger_world import LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def _join(world: LedgerWorld, kept: UUID, other: UUID) -> None:
    def work(tx: Tx) -> None:
        pair = joining.lock(tx, kept, other)
        assert pair is not None
        joining.join(tx, pair)

    await world.do(work)


async def test_what_is_on_its_way_or_went_to_one_is_not_sent_to_the_other(
    world: LedgerWorld,
) -> None:
    for settled in (True, False):
        await world.another_account()
        other, kept = await world.person(), await world.person()
        run_id = await world.run([other, kept])
        window = await world.open(1)
        assert window is not None
        assert [send.address_id for send in window.sends] == [other[1]]
        if settled:
            assert await world.settle(window)
        await _join(world, kept[0], other[0])
        if not settled:
            assert await world.settle(window)
        assert await world.states(run_id) == [DeliveryState.ACCEPTED, DeliveryState.SKIPPED]
        assert await world.open() is None
        assert await world.problems(run_id) == []


async def test_a_tombstone_follows_to_whoever_the_person_is_in_the_end(world: LedgerWorld) -> None:
    first, second, third = [await world.person() for _ in range(3)]
    await world.run([first, second, third])
    await _join(world, second[0], third[0])
    await _join(world, first[0], second[0])
    ends = select(func.count()).where(resident.c.joined_to == first[0])
    assert await world.do(lambda tx: tx.connection.execute(ends).scalar_one()) == 2
    gone = await world.do(lambda tx: residents.get(tx, third[0]))
    assert gone.erased_at is not None
    # Who is somebody else by now cannot be joined to anybody.
    assert await world.do(lambda tx: joining.lock(tx, first[0], third[0])) is None
