"""A message about a tip that did not arrive is remembered until somebody has acted on it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.delivery import (
    Accepted,
    DeliveryKind,
    DeliveryState,
    Facet,
    GoneAway,
    Lane,
    Outcome,
    TurnedDown,
    Unknowable,
)
from domain.failures import Until
from domain.language import Language
from domain.messages import Outgoing
from domain.tip import Binding, Secrecy, TipKind
from storage.database import Tx
from storage.deliveries import ledger, undelivered
from storage.tips import tips
from tests.storage.ledger_world import LedgerWorld, ledger_world

TOOK = Accepted("m1", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def card(world: LedgerWorld) -> UUID:
    """Open a tip and write its card."""
    _, address_id = await world.person()

    def write(tx: Tx) -> UUID:
        tip = tips.create(
            tx,
            tips.NewTip(
                unit_id=world.unit.id,
                unit_code=world.unit.code,
                area_code=None,
                address_id=address_id,
                resident_id=None,
                group_id=None,
                run_id=None,
                bound=Binding.NONE,
                kind=TipKind.TIP,
                urgent=False,
                secrecy=Secrecy.ORDINARY,
                language=Language.VI,
                card_due_at=tx.now,
            ),
        )
        made = ledger.put(
            tx,
            ledger.NewDelivery(
                kind=DeliveryKind.CARD,
                lane=Lane.TALK,
                address_id=address_id,
                language="vi",
                outgoing=Outgoing(text="Thẻ tin báo"),
                tip_id=tip.id,
            ),
        )
        assert made is not None
        return made

    return await world.do(write)


async def failed(world: LedgerWorld, limit: int = 10) -> list[tuple[UUID, DeliveryState]]:
    rows = await world.do(lambda tx: undelivered.of_tips(tx, limit))
    return [(row.id, row.state) for row in rows]


async def sent(world: LedgerWorld, outcome: Outcome | None = None) -> None:
    window = await world.open()
    assert window is not None
    assert window.sends
    await world.settle(window, outcome)


def _by(good: list[bool]) -> Callable[[int], Outcome]:
    return lambda at: TOOK if good[at] else TurnedDown("content")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (TurnedDown("rights"), DeliveryState.REFUSED),
        (GoneAway(Until.FOREVER, "deleted"), DeliveryState.UNREACHABLE),
    ],
)
async def test_a_card_that_did_not_arrive_waits_until_it_is_noted(
    world: LedgerWorld, outcome: Outcome, state: DeliveryState
) -> None:
    one = await card(world)
    assert await failed(world) == []
    await sent(world, outcome)
    assert await failed(world) == [(one, state)]
    assert await failed(world) == [(one, state)]
    await world.do(lambda tx: undelivered.note(tx, one))
    assert await failed(world) == []
    assert (await world.row(one)).state is state


async def test_a_card_twice_in_the_dark_waits_until_something_proves_it_arrived(
    world: LedgerWorld,
) -> None:
    one = await card(world)
    await sent(world, Unknowable("read_timeout"))
    assert await failed(world) == [], "it goes once more"
    world.clock.forward(minutes=1)
    await sent(world, Unknowable("read_timeout"))
    assert await failed(world) == [(one, DeliveryState.UNSURE)]
    await world.do(lambda tx: ledger.note_facet(tx, one, Facet.SEEN))
    assert await failed(world) == []


async def test_only_tips_are_remembered_and_the_oldest_come_first(world: LedgerWorld) -> None:
    _, stranger = await world.person()
    await world.reply(stranger)
    await world.run([await world.person()])
    first, second, arrived = [await card(world) for _ in range(3)]
    for _ in range(3):
        window = await world.open()
        if window is None:
            break
        good = [send.delivery_id == arrived for send in window.sends]
        await world.settle(window, _by(good))
    assert [row_id for row_id, _ in await failed(world)] == [first, second]
    assert [row_id for row_id, _ in await failed(world, 1)] == [first]
    assert (await world.row(arrived)).state is DeliveryState.ACCEPTED
