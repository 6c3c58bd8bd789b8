"""Receipts raise what is known of a message, also when they come before we know it ourselves."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.delivery import Accepted, DeliveryState, TurnedDown, Unknowable
from domain.messages import ReceiptKind
from storage.accounts import ours
from storage.deliveries import ledger, receipts, taking_over
from storage.people import erasing
from storage.tables import early_receipt
from tests.storage.deliveries.two_channels import Two, two_channels
from tests.storage.ledger_world import ledger_world

DELIVERED, SEEN = ReceiptKind.DELIVERED, ReceiptKind.SEEN


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


async def waiting(two: Two) -> int:
    query = select(func.count()).select_from(early_receipt)
    count: int = await two.world.do(lambda tx: tx.connection.execute(query).scalar_one())
    return count


async def figures(two: Two, run: UUID) -> tuple[int, int, int]:
    assert await two.world.problems(run) == []
    accepted, delivered, seen = [
        await two.world.counted(run, name) for name in ("accepted", "delivered", "seen")
    ]
    return accepted, delivered, seen


async def test_a_receipt_raises_an_accepted_message_once_and_never_lowers_it(two: Two) -> None:
    one = await two.resident()
    run = await two.run([(one, "zalo_oa")])
    await two.settle(await two.opened())
    message = f"m{(await two.row_of(run, one)).id}"
    assert await figures(two, run) == (1, 0, 0)
    for kind, known in ((DELIVERED, (0, 1, 0)), (SEEN, (0, 1, 1)), (SEEN, (0, 1, 1))):
        await two.receipt(one, message, kind)
        assert await figures(two, run) == known
    await two.receipt(one, message, DELIVERED)
    assert await figures(two, run) == (0, 1, 1)
    assert await waiting(two) == 0


async def test_a_receipt_that_came_first_is_folded_in_when_the_send_is_settled(two: Two) -> None:
    one = await two.resident()
    run = await two.run([(one, "zalo_oa")])
    window = await two.opened()
    message = f"m{window.sends[0].delivery_id}"
    await two.receipt(one, message, SEEN)
    await two.receipt(one, message, SEEN)
    assert await figures(two, run) == (0, 0, 0)

    await two.settle(window)

    assert await figures(two, run) == (0, 1, 1)
    assert await waiting(two) == 0


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_a_receipt_settles_the_one_send_of_unknown_fate(two: Two, *, before: bool) -> None:
    one = await two.resident()
    run = await two.run([(one, "zalo_oa")])
    window = await two.opened()
    if before:
        await two.receipt(one, "never told", DELIVERED)
    await two.settle(window, Unknowable("read_timeout"))
    if not before:
        assert (await two.row_of(run, one)).state is DeliveryState.UNSURE
        await two.receipt(one, "never told", DELIVERED)
    assert await figures(two, run) == (0, 1, 0)


async def test_an_answer_that_comes_after_the_lease_and_the_receipt_lowers_nothing(
    two: Two,
) -> None:
    one = await two.resident()
    run = await two.run([(one, "zalo_oa")])
    window = await two.opened()
    two.world.clock.forward(seconds=31)
    account, door = two.accounts["zalo_oa"], two.doors["zalo_oa"]
    assert await two.world.do(lambda tx: taking_over.take_over(tx, account.id, door)) == 1
    await two.receipt(one, f"m{window.sends[0].delivery_id}", SEEN)
    assert await figures(two, run) == (0, 1, 1)
    before = await two.row_of(run, one)

    assert not await two.settle(window)

    assert await figures(two, run) == (0, 1, 1)
    assert await two.row_of(run, one) == before


async def test_a_receipt_long_after_says_nothing_of_a_send_of_unknown_fate(two: Two) -> None:
    one = await two.resident()
    run = await two.run([(one, "zalo_oa")])
    await two.settle(await two.opened(), Unknowable("read_timeout"))
    two.world.clock.forward(hours=1)
    await two.receipt(one, "something older", SEEN)
    assert (await two.row_of(run, one)).state is DeliveryState.UNSURE
    assert await waiting(two) == 1


async def test_receipts_for_no_message_go_after_a_week_and_with_their_person(two: Two) -> None:
    one, other = await two.resident(), await two.resident()
    for person in (one, other):
        await two.receipt(person, "unknown", SEEN)
    assert await waiting(two) == 2
    await two.world.do(lambda tx: erasing.erase(tx, one))
    assert await waiting(two) == 1
    two.world.clock.forward(days=6)
    assert await two.world.do(receipts.forget_old) == 0
    two.world.clock.forward(days=2)
    assert await two.world.do(receipts.forget_old) == 1


async def test_a_receipt_from_a_chat_that_nobody_knows_is_let_go(two: Two) -> None:
    await two.receipt(UUID(int=5), "m1", SEEN)
    assert await waiting(two) == 0


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_a_message_in_parts_is_known_by_each_and_none_settles_another(
    two: Two, *, early: bool
) -> None:
    one = await two.resident()
    run, later = await two.run([(one, "zalo_oa")]), await two.run([(one, "zalo_oa")])
    window = await two.opened()
    if early:
        await two.receipt(one, "the file", DELIVERED)
        await two.receipt(one, "the words", SEEN)
    now, where = two.world.clock.now(), await two.chat(one)
    await two.settle(window, Accepted("the words", now, others=("the file",)))
    second = await two.opened()
    if not early:
        await two.receipt(one, "the words", DELIVERED)
        await two.receipt(one, "the file", SEEN)
    await two.settle(second, TurnedDown("content"))
    assert await figures(two, run) == (0, 1, 1)
    assert await figures(two, later) == (0, 0, 0)
    assert await waiting(two) == 0
    known = await two.world.do(
        lambda tx: (
            ledger.by_message(tx, where, "the file"),
            ours.ours(tx, two.accounts["zalo_oa"].id, f"zalo_oa {one}", ["the file", "another"]),
        )
    )
    assert known[0] is not None
    assert (known[0].id, known[1]) == (window.sends[0].delivery_id, frozenset({"the file"}))


async def test_a_part_that_went_is_known_though_nobody_knows_of_the_rest(two: Two) -> None:
    one = await two.resident()
    run = await two.run([(one, "zalo_oa")])
    window = await two.opened()
    await two.settle(window, Unknowable("half: reset", ("the file",)))
    where = await two.chat(one)
    known = await two.world.do(lambda tx: ledger.by_message(tx, where, "the file"))
    assert known is not None
    assert known.id == window.sends[0].delivery_id
    assert await two.world.states(run) == [DeliveryState.UNSURE]
