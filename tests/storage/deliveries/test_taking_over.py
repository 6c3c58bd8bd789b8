"""Taking over: windows of the dead are closed, whatever is wrong with one row in them."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.messages import Effect, EffectKind, Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import NewDelivery
from storage.deliveries.taking_over import SPOILED, take_over
from storage.tables import delivery, send_window
from tests.storage.deliveries.two_channels import OA, two_channels
from tests.storage.ledger_world import AREA, LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def windows(world: LedgerWorld) -> int:
    query = select(func.count()).select_from(send_window)
    return await world.do(lambda tx: tx.connection.execute(query).scalar_one())


async def garble(world: LedgerWorld, row: UUID) -> None:
    """Let words be such as no key of ours opens."""
    spoilt = update(delivery).where(delivery.c.id == row).values(payload=b"sealed by another key")
    await world.do(lambda tx: tx.connection.execute(spoilt))


async def test_an_article_that_no_key_opens_keeps_no_dead_window_open(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(3)])
    _, page = await world.person()

    def put(tx: Tx) -> UUID:
        effect = Effect(EffectKind.AWAIT_ARTICLE, "token")
        step = NewDelivery(
            kind=DeliveryKind.ARTICLE,
            lane=Lane.ROUTINE,
            address_id=page,
            language="vi",
            area_code=AREA,
            run_id=run_id,
            outgoing=Outgoing(text="", effect=effect),
        )
        made = ledger.put(tx, step)
        assert made is not None
        return made

    article = await world.do(put)
    await world.open(2)
    await world.open(2, worker="w2")
    assert await windows(world) == 2
    await garble(world, article)
    world.clock.forward(seconds=31)

    assert await world.do(lambda tx: take_over(tx, world.account.id)) == 4

    assert await windows(world) == 0
    assert await world.states(run_id) == [DeliveryState.UNSURE] * 4
    assert await world.problems(run_id) == []


async def test_a_faulty_row_is_unsure_by_itself_and_the_others_go_their_way(
    world: LedgerWorld,
) -> None:
    two = await two_channels(world)
    run_id = await two.run([(await two.resident(), OA)])
    chats = [await two.chat(await two.resident()) for _ in range(4)]
    replies = [await world.reply(chat) for chat in chats]
    while window := await two.open(size=2):
        assert window.sends
    assert await windows(world) == 3
    for garbled in (replies[0], replies[3]):
        await garble(world, garbled)
    await two.press(replies[3])
    world.clock.forward(seconds=31)
    account_id, door = two.accounts[OA].id, two.doors[OA]

    assert await world.do(lambda tx: take_over(tx, account_id, door)) == 5

    assert await windows(world) == 0
    rows = [await world.row(reply) for reply in replies]
    assert [(row.state, row.again, row.reason) for row in rows] == [
        (DeliveryState.UNSURE, False, SPOILED),
        (DeliveryState.PENDING, True, "worker_died"),
        (DeliveryState.PENDING, True, "worker_died"),
        (DeliveryState.ACCEPTED, False, SPOILED),
    ], "what somebody pressed has arrived"
    assert await world.states(run_id) == [DeliveryState.UNSURE]
    assert await world.problems(run_id) == []
