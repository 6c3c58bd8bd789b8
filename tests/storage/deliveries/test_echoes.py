"""Echoes tell our own messages from what an administrator of the account wrote by hand."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from domain.delivery import DeliveryKind, DeliveryState, Lane, Unknowable
from domain.messages import Outgoing, ReceiptKind
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import NewDelivery
from storage.deliveries.taking_over import take_over
from tests.storage.deliveries.two_channels import Two, two_channels
from tests.storage.ledger_world import ledger_world

DELIVERED = ReceiptKind.DELIVERED
WORDS = "Tin của bà con đã được ghi nhận, cảm ơn bà con đã báo cho công an phường."


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


async def reply(two: Two, person: UUID) -> UUID:
    """Put a message with words of its own, for one who wrote."""
    chat = await two.chat(person)

    def put(tx: Tx) -> UUID:
        made = ledger.put(
            tx,
            NewDelivery(
                kind=DeliveryKind.REPLY,
                lane=Lane.TALK,
                address_id=chat,
                language="vi",
                outgoing=Outgoing(text=WORDS),
            ),
        )
        assert made is not None
        return made

    return await two.world.do(put)


async def state(two: Two, row: UUID) -> DeliveryState:
    found = await two.world.do(lambda tx: ledger.get(tx, row))
    assert found is not None
    return found.state


@pytest.mark.parametrize("echo_first", [True, False])
async def test_a_receipt_of_what_somebody_wrote_by_hand_settles_nothing_of_ours(
    two: Two, *, echo_first: bool
) -> None:
    one = await two.resident()
    before = await two.resident()
    await two.echo(before, "other", "xin chào", by_hand=True)
    run = await two.run([(one, "zalo_oa")])
    await two.settle(await two.opened(), Unknowable("reset"))
    if not echo_first:
        await two.receipt(one, "by hand", DELIVERED)
    await two.echo(one, "by hand", "Chào bác, tôi là cán bộ", by_hand=True)
    await two.receipt(one, "by hand", DELIVERED)
    assert (await two.row_of(run, one)).state is DeliveryState.UNSURE


@pytest.mark.parametrize("in_window", [True, False])
async def test_an_echo_with_our_words_settles_the_send_of_unknown_fate(
    two: Two, *, in_window: bool
) -> None:
    one = await two.resident()
    row = await reply(two, one)
    window = await two.opened()
    if not in_window:
        await two.settle(window, Unknowable("read_timeout"))
    await two.echo(one, "m-other", "Chúc bà con một ngày tốt lành", by_hand=False)
    assert await state(two, row) is DeliveryState.PENDING
    await two.echo(one, "m-ours", f"{WORDS}\n1. Xem", by_hand=False)
    if in_window:
        await two.settle(window, Unknowable("read_timeout"))
        assert await state(two, row) is DeliveryState.ACCEPTED
        return
    assert await state(two, row) is DeliveryState.ACCEPTED
    await two.receipt(one, "m-ours", DELIVERED)
    assert await state(two, row) is DeliveryState.DELIVERED


async def test_an_echo_of_what_is_known_changes_nothing(two: Two) -> None:
    one = await two.resident()
    row = await reply(two, one)
    await two.settle(await two.opened())
    await two.echo(one, f"m{row}", WORDS, by_hand=False)
    assert await state(two, row) is DeliveryState.ACCEPTED
    await two.receipt(one, f"m{row}", DELIVERED)
    assert await state(two, row) is DeliveryState.DELIVERED


OF_RUN = "Đội mũ bảo hiểm"


@pytest.mark.parametrize("fate", ["settled", "in window", "worker dead"])
async def test_an_echo_with_a_campaigns_words_settles_the_one_in_doubt(two: Two, fate: str) -> None:
    one = await two.resident()
    run = await two.run([(one, "zalo_oa")])
    window = await two.opened()
    if fate == "settled":
        await two.settle(window, Unknowable("reset"))
    await two.echo(one, "m-ours", f"{OF_RUN}\n1. Đã đọc", by_hand=False)
    if fate == "in window":
        await two.settle(window, Unknowable("reset"))
    if fate == "worker dead":
        two.world.clock.forward(minutes=5)
        account = two.accounts["zalo_oa"].id
        assert await two.world.do(lambda tx: take_over(tx, account)) == 1
    assert (await two.row_of(run, one)).state is DeliveryState.ACCEPTED
    assert await two.world.counted(run, "accepted") == 1
    assert await two.world.problems(run) == []


@pytest.mark.parametrize("why", ["other words", "two in doubt", "no words", "too late"])
async def test_an_echo_that_may_be_of_something_else_settles_no_campaign(
    two: Two, why: str
) -> None:
    one = await two.resident()
    run = await two.run([(one, "zalo_oa")])
    await two.settle(await two.opened(), Unknowable("reset"))
    if why == "two in doubt":
        await two.run([(one, "zalo_oa")])
        await two.settle(await two.opened(), Unknowable("reset"))
    if why == "too late":
        two.world.clock.forward(minutes=11)
    text = {"other words": "Mời bà con đi họp tổ dân phố", "no words": ""}.get(why, OF_RUN)
    await two.echo(one, "m-ours", text, by_hand=False)
    assert (await two.row_of(run, one)).state is DeliveryState.UNSURE
