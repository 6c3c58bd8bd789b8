"""Two residents become one in the middle of a run: nobody gets a message twice, figures agree."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.delivery import DeliveryKind, DeliveryState, Lane, NotSent
from domain.failures import Until
from domain.messages import Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import NewDelivery
from storage.people import addresses, joining, residents
from storage.tables import resident
from tests.storage.deliveries.two_channels import OA, TELEGRAM, two_channels
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


@pytest.mark.parametrize("reached", [True, False])
async def test_what_waits_for_a_parted_chat_goes_to_another_of_the_person_or_nowhere(
    world: LedgerWorld, reached: bool
) -> None:
    two = await two_channels(world)
    one = await two.resident(timedelta(hours=1), TELEGRAM, OA)
    under_way = await two.run([(one, OA)])
    window = await two.opened()
    waiting = await two.run([(one, OA)])
    gone, kept = await two.chat(one), await two.chat(one, TELEGRAM)
    alone_id: list[UUID | None] = []

    def part(tx: Tx) -> None:
        new = NewDelivery(
            kind=DeliveryKind.CAMPAIGN,
            lane=Lane.ROUTINE,
            address_id=gone,
            language="vi",
            outgoing=Outgoing(text="Đội mũ bảo hiểm"),
            resident_id=one,
        )
        alone_id.append(ledger.put(tx, new))
        if not reached:
            addresses.mark_unreachable(tx, kept, Until.THEY_WRITE)
        alone = joining.part(tx, residents.get(tx, one), gone, kept, kept)
        residents.set_wish(tx, alone.id, residents.Wish.STOPPED)

    await world.do(part)
    assert await two.settle(window, NotSent("dns", timedelta(0)))
    again = await two.open()
    assert again is None or not again.sends
    assert alone_id[0] is not None
    assert (await world.row(alone_id[0])).state is DeliveryState.SKIPPED
    for run_id in (under_way, waiting):
        row = await two.row_of(run_id, one)
        if reached:
            assert (row.state, row.address_id) == (DeliveryState.PENDING, kept)
        else:
            assert row.state is DeliveryState.SKIPPED
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
