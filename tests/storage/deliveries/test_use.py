"""What may cost: the plan's word, the account's allowance, and the windows opened again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from domain.channel import Allowance
from domain.delivery import (
    Accepted,
    DeliveryKind,
    DeliveryState,
    Lane,
    SkipReason,
    TurnedDown,
    Unknowable,
)
from domain.messages import MediaKind, MediaRef, Outgoing
from storage.accounts import told_left
from storage.campaigns import rest
from storage.codec import write_outgoing
from storage.deliveries import hearing, ledger, use
from storage.deliveries.ledger import NewDelivery
from storage.deliveries.taking_over import take_over
from storage.tables import run
from tests.storage.deliveries.two_channels import ASKING, OA, TELEGRAM, Two, two_channels
from tests.storage.ledger_world import ledger_world

LONG_AGO = timedelta(hours=60)
"""Outside the free window, inside the one in which we may write."""


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


async def used(two: Two) -> use.Use:
    return await two.world.do(lambda tx: use.of(tx, two.accounts[OA].id))


async def ways(two: Two, run: UUID) -> tuple[int, int]:
    """Return how many of a run were sent, and how many were left out for money."""
    while window := await two.open(size=2):
        await two.settle(window)
    assert await two.world.problems(run) == []
    reasons = [row.reason for row in await two.world.rows(run)]
    allowance = reasons.count(SkipReason.ALLOWANCE.value)
    return await two.world.counted(run, "accepted"), allowance


@pytest.mark.parametrize(
    ("lane", "paid", "sent"),
    [
        (Lane.ROUTINE, None, 1 + 2),
        (Lane.ROUTINE, 0, 1 + 2),
        (Lane.ROUTINE, 1, 1 + 2 + 1),
        (Lane.URGENT, 2, 1 + 2 + 2),
    ],
)
async def test_no_more_costs_than_the_allowance_and_beyond_it_the_plan_let(
    two: Two, lane: Lane, paid: int | None, sent: int
) -> None:
    free = await two.resident(timedelta(hours=47))
    costly = [await two.resident(LONG_AGO) for _ in range(5)]
    run = await two.run([(one, OA) for one in (free, *costly)], lane, paid)
    assert await ways(two, run) == (sent, 6 - sent)
    assert await used(two) == use.Use(sent, sent - 1)
    assert await two.world.counted(run, "paid") == sent - 1


async def test_a_file_and_its_words_are_two_messages_out_of_one_purse(two: Two) -> None:
    two.doors[OA] = replace(ASKING, apart=frozenset({MediaKind.FILE}))
    run_id = await two.run([(await two.resident(LONG_AGO), OA) for _ in range(4)], paid=1)
    words = Outgoing(text="Đội mũ", media=MediaRef(MediaKind.FILE, "sealed", sealed=True))
    content = {"post": write_outgoing(words), "vi": write_outgoing(words)}
    await two.world.do(lambda tx: tx.connection.execute(update(run).values(content=content)))
    while window := await two.open(size=2):
        now = two.world.clock.now()
        for send in window.sends:
            assert send.outgoing.media is not None
        name = f"m{window.id}"
        await two.settle(window, Accepted(name, now, others=(f"file of {name}",)))
    # One by what is paid for already, one by the plan.
    assert await two.world.counted(run_id, "accepted") == 2
    assert await used(two) == use.Use(4, 4)


@pytest.mark.parametrize(("age", "sent"), [(timedelta(0), 1), (timedelta(hours=3), 2)])
async def test_no_more_costs_than_the_platform_has_just_said_is_left(
    two: Two, age: timedelta, sent: int
) -> None:
    oa = two.accounts[OA].id
    said = [Allowance(name="sub_quota", total=500, remaining=1)]
    await two.world.do(lambda tx: told_left.note(tx, oa, said, use.of(tx, oa).paid))
    two.world.clock.forward(seconds=int(age.total_seconds()))
    people = [await two.resident(LONG_AGO) for _ in range(3)]
    run = await two.run([(one, OA) for one in people])
    assert await ways(two, run) == (sent, 3 - sent)


@pytest.mark.parametrize("planned", [0, 1])
async def test_an_allowance_is_spent_once_whoever_counted_on_it(two: Two, planned: int) -> None:
    both = [[await two.resident(LONG_AGO) for _ in range(4)] for _ in range(2)]
    runs = [await two.run([(one, OA) for one in people], paid=planned) for people in both]
    reply = await two.chat(both[0][0])
    taken = False
    while window := await two.open(size=1):
        await two.settle(window)
        if not taken:
            await two.world.reply(reply)
        taken = True
    # Two are paid for already; one of these was the answer to somebody.
    assert await used(two) == use.Use(2 + 2 * planned, 2 + 2 * planned)
    assert sum([await two.world.counted(one, "paid") for one in runs]) == 1 + 2 * planned


async def test_what_may_have_arrived_is_paid_for_again_when_it_is_sent_again(two: Two) -> None:
    run = await two.run([(await two.resident(LONG_AGO), OA) for _ in range(4)], paid=3)
    while window := await two.open(size=1):
        await two.settle(window, Unknowable("read_timeout"))
    assert await two.world.do(lambda tx: rest.reopen(tx, run, tx.now, None, 9)) != (0, None)
    assert await ways(two, run) == (1, 3)
    assert await used(two) == use.Use(2 + 3, 2 + 3)


async def test_two_windows_at_once_do_not_spend_the_same(two: Two) -> None:
    run = await two.run([(await two.resident(LONG_AGO), OA) for _ in range(4)])
    first, second = await two.open(size=1), await two.open(size=3)
    assert first is not None
    assert second is not None
    assert [len(first.sends), len(second.sends)] == [1, 1]
    await two.settle(first)
    await two.settle(second, Unknowable("read_timeout"))
    assert await used(two) == use.Use(2, 2), "what may have arrived is paid for"
    assert await ways(two, run) == (1, 2)


async def test_what_a_dead_worker_may_have_sent_is_paid_for(two: Two) -> None:
    run = await two.run([(await two.resident(LONG_AGO), OA)])
    await two.opened()
    account_id = two.accounts[OA].id
    await two.world.do(lambda tx: take_over(tx, account_id, all_dead=True))
    assert await used(two) == use.Use(1, 1)
    assert await two.world.counted(run, "paid") == 1
    assert await two.world.problems(run) == []


async def test_who_writes_after_a_message_that_cost_opens_the_window_again_once(two: Two) -> None:
    one, near = await two.resident(LONG_AGO), await two.resident()
    run = await two.run([(one, OA), (near, OA)])
    await two.settle(await two.opened())

    for person in (one, near, one):
        chat = await two.chat(person)
        now = two.world.clock.now()
        await two.world.do(lambda tx, c=chat, n=now: hearing.heard(tx, c, n, ASKING))  # type: ignore[misc]
        two.world.clock.forward(seconds=30)

    assert await two.world.counted(run, "reopened") == 1
    assert await two.world.problems(run) == []
    again = await two.run([(one, OA)], paid=0)
    assert await ways(two, again) == (1, 0), "what comes next is free"


async def test_a_reply_is_never_held_back_by_what_may_cost(two: Two) -> None:
    two.doors[OA] = replace(ASKING, allowance=0)
    reply = await two.world.reply(await two.chat(await two.resident(LONG_AGO)))
    await two.settle(await two.opened())
    assert (await two.world.row(reply)).state is DeliveryState.ACCEPTED
    assert await used(two) == use.Use(1, 1)


async def test_windows_keep_to_the_month_and_leave_a_tenth_of_it_to_talk(two: Two) -> None:
    two.doors[OA] = replace(ASKING, most_a_month=5)
    people = [await two.resident() for _ in range(7)]
    run = await two.run([(one, OA) for one in people[:6]])
    await two.world.reply(await two.chat(people[6]))
    talk, first, second = await two.open(), await two.open(size=2), await two.open()
    assert [one and len(one.sends) for one in (talk, first, second)] == [1, 2, 1]
    assert await two.open() is None, "what is in flight is taken as sent"
    for window, outcome in ((talk, None), (first, None), (second, TurnedDown("content"))):
        assert window is not None
        await two.settle(window, outcome)
    again = await two.opened()
    assert len(again.sends) == 1, "what was refused was not sent"
    await two.settle(again)
    assert await two.open() is None
    await two.world.reply(await two.chat(people[0]))
    await two.settle(await two.opened())
    assert (await used(two)).sent == 5
    assert await two.world.counted(run, "pending") == 2


async def test_what_is_no_message_is_not_counted_as_one(two: Two) -> None:
    two.doors[OA] = replace(ASKING, most_a_month=5)
    address_id = await two.chat(await two.resident(LONG_AGO))
    for kind in (DeliveryKind.EFFECT, DeliveryKind.MAKING, DeliveryKind.ARTICLE):
        new = NewDelivery(
            kind=kind,
            lane=Lane.TALK,
            address_id=address_id,
            language="vi",
            outgoing=Outgoing(text="x"),
        )
        await two.world.do(lambda tx, n=new: ledger.put(tx, n))  # type: ignore[misc]
        await two.settle(await two.opened(), Accepted("", two.world.clock.now()))
    await two.world.reply(address_id)
    await two.settle(await two.opened())
    assert await used(two) == use.Use(1, 1)


async def test_a_month_that_is_used_up_stops_runs_and_no_replies_and_is_told_twice(
    two: Two,
) -> None:
    door = two.doors[OA] = replace(ASKING, most_a_month=5)
    account_id = two.accounts[OA].id
    people = [await two.resident() for _ in range(7)]
    run = await two.run([(one, OA) for one in people])
    told = []
    while (window := await two.open(size=1)) is not None:
        await two.settle(window)
        told.append(await two.world.do(lambda tx: use.due_warning(tx, account_id, door)))
    assert [one and one.percent for one in told] == [None, None, None, 80]
    assert await two.world.counted(run, "pending") == 3
    for percent in (100, None):
        await two.world.reply(await two.chat(people[0]))
        await two.settle(await two.opened())
        warned = await two.world.do(lambda tx: use.due_warning(tx, account_id, door))
        assert (warned and warned.percent) == percent

    two.world.clock.forward(days=32)
    assert await two.world.do(lambda tx: use.is_used_up(tx, account_id, door)) is False


async def test_one_that_cannot_be_paid_for_stops_what_costs_and_nothing_else(two: Two) -> None:
    account_id = two.accounts[OA].id
    both = await two.resident(LONG_AGO, OA, TELEGRAM)
    costly = [await two.resident(LONG_AGO) for _ in range(2)]
    free = await two.resident(timedelta(hours=1))
    run = await two.run([(both, OA)], paid=9)
    broke = TurnedDown("quota: the cloud account has no money left (-321)", rights=True)
    await two.settle(await two.opened(), broke)
    moved = await two.row_of(run, both)
    assert (moved.state, moved.channel) == (DeliveryState.PENDING, TELEGRAM)
    told = [await two.world.do(lambda tx: use.due_stop(tx, account_id)) for _ in range(2)]
    assert told == [True, False]

    second = await two.run([(one, OA) for one in (*costly, free)], paid=9)
    assert await ways(two, second) == (1, 2)
    assert (await two.row_of(second, free)).state is DeliveryState.ACCEPTED

    two.world.clock.forward(minutes=61)
    third = await two.run([(costly[0], OA)], paid=9)
    await two.settle(await two.opened(), broke)
    left_out = await two.row_of(third, costly[0])
    assert (left_out.state, left_out.reason) == (DeliveryState.SKIPPED, SkipReason.ALLOWANCE.value)
    two.world.clock.forward(minutes=61)
    last = await two.run([(one, OA) for one in costly], paid=9)
    assert await ways(two, last) == (2, 0)
    assert await two.world.do(lambda tx: use.due_stop(tx, account_id)) is False


async def test_when_somebody_wrote_is_forgotten_after_a_month(two: Two) -> None:
    await two.resident()
    two.world.clock.forward(days=30)
    assert await two.world.do(hearing.forget_old) == 0
    two.world.clock.forward(days=2)
    assert await two.world.do(hearing.forget_old) == 1
