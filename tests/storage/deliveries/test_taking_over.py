"""Taking over: windows of the dead are closed, whatever is wrong with one row in them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.messages import Effect, EffectKind, Outgoing
from storage.codec import write_outgoing
from storage.database import Tx
from storage.deliveries import ledger, use
from storage.deliveries.ledger import NewDelivery
from storage.deliveries.taking_over import SPOILED, take_over, take_over_abandoned
from storage.tables import delivery, run, send_window, typed_choice
from tests.storage.deliveries.two_channels import OA, two_channels
from tests.storage.ledger_world import AREA, LedgerWorld, ledger_world

LONG_AGO = timedelta(hours=60)


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


async def test_windows_of_accounts_that_nobody_serves_any_more_end_and_so_do_their_runs(
    world: LedgerWorld,
) -> None:
    two = await two_channels(world)
    person = await two.resident(LONG_AGO)
    runs = [await world.run([await world.person()]), await two.run([(person, OA)])]
    await world.open(1)
    await two.open(size=1)
    reply = await world.reply(await two.chat(person))
    choices = Outgoing(text="1. Đã đọc", choices=("ack:x",))
    worded = {"content": {"vi": write_outgoing(choices)}}
    await world.do(lambda tx: tx.connection.execute(update(run).values(worded)))

    async def abandoned() -> int:
        asks = {OA: two.doors[OA]}
        return await world.do(lambda tx: take_over_abandoned(tx, asks))

    world.clock.forward(seconds=89)
    assert await abandoned() == 0, "whoever sends there may still take it over"
    world.clock.forward(seconds=2)
    assert [await abandoned() for _ in range(3)] == [1, 1, 0], "each account by itself"

    assert await windows(world) == 0
    for run_id in runs:
        assert await world.states(run_id) == [DeliveryState.UNSURE]
        assert await world.counted(run_id, "pending") == 0
        assert await world.problems(run_id) == []
    assert (await world.row(reply)).state is DeliveryState.PENDING
    kept = select(typed_choice.c.address_id)
    assert await world.do(lambda tx: tx.connection.execute(kept).scalars().all()) == [
        await two.chat(person)
    ], "where numbers are typed, what they stand for is kept"
    used = await world.do(lambda tx: use.of(tx, two.accounts[OA].id))
    assert used == use.Use(1, 1), "what may have gone is paid for"


async def test_a_window_from_before_the_clock_was_put_back_is_abandoned(
    world: LedgerWorld,
) -> None:
    run_id = await world.run([await world.person()])
    await world.open()
    world.clock.forward(hours=-1)

    assert await world.do(lambda tx: take_over_abandoned(tx, {})) == 1

    assert await world.states(run_id) == [DeliveryState.UNSURE]
