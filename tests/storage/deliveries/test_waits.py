"""A clock that is put back makes nobody wait for as long as it was put back."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.delivery import DeliveryState, NotSent, Outcome, Unknowable
from storage.database import Tx
from storage.deliveries import inbox, waiting
from storage.deliveries.taking_over import take_over
from storage.deliveries.waits import LONGEST
from tests.storage.deliveries.test_inbox import letter
from tests.storage.ledger_world import LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
@pytest.mark.parametrize("came_to", [Unknowable("reset"), NotSent("throttled", timedelta(0, 40))])
async def test_a_message_that_goes_again_later_goes_at_once(
    world: LedgerWorld, came_to: Outcome, back: timedelta
) -> None:
    await world.reply((await world.person())[1])
    window = await world.open()
    assert window is not None
    await world.settle(window, came_to)
    assert await world.open() is None
    assert await world.do(waiting.oldest_talk) is None

    world.clock.forward(seconds=-back.total_seconds())

    assert await world.do(waiting.oldest_talk) is not None
    again = await world.open()
    assert again is not None
    assert len(again.sends) == 1


async def test_what_a_dead_worker_had_in_hand_is_taken_over(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()])
    assert await world.open() is not None

    world.clock.forward(hours=-1)

    assert await world.do(lambda tx: take_over(tx, world.account.id)) == 1
    assert await world.states(run_id) == [DeliveryState.UNSURE]
    assert await world.problems(run_id) == []


async def test_what_came_in_and_failed_is_tried_again(world: LedgerWorld) -> None:
    account = world.account.id

    def due(tx: Tx) -> list[inbox.InboxItem]:
        return inbox.next_items(tx, 8, [account], {})

    await world.do(lambda tx: inbox.put(tx, account, [letter("1", "a", "một")]))
    (item,) = await world.do(due)
    assert not await world.do(lambda tx: inbox.failed(tx, item.id, "Fault at x:1", 6))
    assert await world.do(due) == []

    world.clock.forward(seconds=-2 * LONGEST.total_seconds())

    assert [one.id for one in await world.do(due)] == [item.id]
