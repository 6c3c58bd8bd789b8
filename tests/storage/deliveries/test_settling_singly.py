"""What cannot be written together is written one by one, a faulty one as far as that goes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.exc import DataError

from domain.delivery import (
    Accepted,
    AccountStopped,
    DeliveryState,
    GoneAway,
    NotSent,
    Outcome,
    Relocated,
    TurnedDown,
    Unknowable,
)
from domain.failures import Until
from storage.deliveries import settling, settling_singly, taking_over
from storage.deliveries.settling import Settled
from storage.deliveries.windows import Send, Window
from tests.storage.ledger_world import LedgerWorld, ledger_world

ENDLESS = 2**70
"""More members than any column holds."""


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def _opened(world: LedgerWorld, count: int) -> Window:
    await world.run([await world.person() for _ in range(count)])
    window = await world.open(count)
    assert window is not None
    assert len(window.sends) == count
    return window


def _taken(world: LedgerWorld, send: Send, message_id: str, members: int | None = None) -> Settled:
    outcome = Accepted(message_id, world.clock.now())
    return Settled(send.delivery_id, send.attempt_id, outcome, members)


async def test_one_that_cannot_be_written_keeps_none_of_the_others(world: LedgerWorld) -> None:
    window = await _opened(world, 3)
    first, second, third = window.sends
    results = [
        _taken(world, first, "m1"),
        _taken(world, second, "m2", ENDLESS),
        Settled(third.delivery_id, third.attempt_id, TurnedDown("blocked words")),
    ]
    with pytest.raises((DataError, OverflowError)):
        await world.do(lambda tx: settling.settle(tx, window.id, results))
    assert await world.do(lambda tx: settling_singly.settle(tx, window.id, results))
    states = [(await world.row(one.delivery_id)).state for one in window.sends]
    assert states == [DeliveryState.ACCEPTED, DeliveryState.ACCEPTED, DeliveryState.REFUSED]
    world.clock.forward(minutes=5)
    assert await world.do(lambda tx: taking_over.take_over(tx, world.account.id)) == 0


async def test_what_became_of_one_that_cannot_be_told_is_in_doubt(world: LedgerWorld) -> None:
    window = await _opened(world, 2)
    first, second = window.sends
    lost = Settled(second.delivery_id, second.attempt_id, Unknowable("reset"), members=ENDLESS)
    results = [_taken(world, first, "m1"), lost]
    assert await world.do(lambda tx: settling_singly.settle(tx, window.id, results))
    assert (await world.row(first.delivery_id)).state is DeliveryState.ACCEPTED
    found = await world.row(second.delivery_id)
    assert (found.state, found.reason) == (DeliveryState.UNSURE, settling_singly.UNWRITABLE)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (TurnedDown("no"), DeliveryState.REFUSED),
        (GoneAway(Until.THEY_WRITE, "blocked"), DeliveryState.REFUSED),
        (NotSent("429", timedelta(seconds=3)), DeliveryState.PENDING),
        (Relocated("-1001"), DeliveryState.PENDING),
        (AccountStopped("token"), DeliveryState.PENDING),
    ],
)
async def test_what_certainly_did_not_arrive_is_never_in_doubt(
    world: LedgerWorld, outcome: Outcome, state: DeliveryState
) -> None:
    window = await _opened(world, 2)
    first, second = window.sends
    failed = Settled(second.delivery_id, second.attempt_id, outcome, members=ENDLESS)
    results = [_taken(world, first, "m1"), failed]
    assert await world.do(lambda tx: settling_singly.settle(tx, window.id, results))
    assert (await world.row(first.delivery_id)).state is DeliveryState.ACCEPTED
    found = await world.row(second.delivery_id)
    assert (found.state, found.reason) == (state, settling_singly.UNWRITABLE)
    # What goes again does not so as fast as it can: its fault may still be there.
    assert await world.open(1) is None
    world.clock.forward(minutes=2)
    again = await world.open(1)
    assert (again is not None) is (state is DeliveryState.PENDING)


async def test_a_late_worker_changes_nothing_by_it_but_what_is_in_doubt(
    world: LedgerWorld,
) -> None:
    window = await _opened(world, 2)
    world.clock.forward(minutes=5)
    await world.do(lambda tx: taking_over.take_over(tx, world.account.id))
    first, second = window.sends
    results = [
        _taken(world, first, "m1"),
        Settled(second.delivery_id, second.attempt_id, TurnedDown("no")),
    ]
    assert not await world.do(lambda tx: settling_singly.settle(tx, window.id, results))
    assert (await world.row(first.delivery_id)).state is DeliveryState.ACCEPTED
    assert (await world.row(second.delivery_id)).state is DeliveryState.UNSURE
