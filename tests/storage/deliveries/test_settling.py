"""Settling: what an outcome makes of a row, who may say so, and what nobody can know."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.delivery import (
    Accepted,
    AccountStopped,
    DeliveryState,
    Facet,
    GoneAway,
    Lane,
    NotSent,
    Outcome,
    Relocated,
    TurnedDown,
    Unknowable,
)
from domain.failures import Until
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.settling import Settled, settle
from storage.deliveries.taking_over import take_over
from storage.deliveries.windows import Window
from storage.people import addresses, erasing
from storage.tables import attempt
from tests.storage.ledger_world import LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def opened(world: LedgerWorld, worker: str = "w1") -> Window:
    window = await world.open(worker=worker)
    assert window is not None
    assert window.sends
    return window


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (TurnedDown("content"), DeliveryState.REFUSED),
        (GoneAway(Until.THEY_WRITE, "blocked"), DeliveryState.UNREACHABLE),
        (GoneAway(Until.FOREVER, "deleted"), DeliveryState.UNREACHABLE),
        (Unknowable("read_timeout"), DeliveryState.UNSURE),
        (NotSent("shutdown", timedelta(0)), DeliveryState.PENDING),
        (NotSent("throttled", timedelta(seconds=3)), DeliveryState.PENDING),
        (Relocated("-100200"), DeliveryState.PENDING),
    ],
)
async def test_an_outcome_decides_the_state_of_a_broadcast(
    world: LedgerWorld, outcome: Outcome, state: DeliveryState
) -> None:
    run_id = await world.run([await world.person()])

    assert await world.settle(await opened(world), outcome)

    [row] = await world.rows(run_id)
    assert (row.state, row.window_id) == (state, None)
    assert await world.counted(run_id, state.value) == 1
    assert await world.problems(run_id) == []


async def test_an_accepted_message_is_found_by_its_id(world: LedgerWorld) -> None:
    person = await world.person()
    run_id = await world.run([person])
    await world.settle(await opened(world), Accepted("m77", world.clock.now()))

    found = await world.do(lambda tx: ledger.by_message(tx, person[1], "m77"))

    assert found is not None
    assert found.run_id == run_id
    assert found.state is DeliveryState.ACCEPTED
    assert await world.do(lambda tx: ledger.by_message(tx, person[1], "m78")) is None


async def test_of_two_messages_with_one_id_the_newest_is_meant(world: LedgerWorld) -> None:
    _, address_id = await world.group()
    await world.reply(address_id, "trước khi nhóm chuyển")
    await world.settle(await opened(world), Accepted("m1", world.clock.now()))
    newer = await world.reply(address_id, "sau khi nhóm chuyển")
    await world.settle(await opened(world), Accepted("m1", world.clock.now()))

    found = await world.do(lambda tx: ledger.by_message(tx, address_id, "m1"))

    assert found is not None
    assert found.id == newer


async def test_a_moved_chat_gets_the_message_at_its_new_id(world: LedgerWorld) -> None:
    group = await world.group()
    await world.run([], [group])
    await world.settle(await opened(world), Relocated("-100999"))

    window = await opened(world)

    assert window.sends[0].chat.chat_id == "-100999"


async def test_somebody_who_blocked_is_remembered_as_unreachable(world: LedgerWorld) -> None:
    person = await world.person()
    await world.run([person])
    await world.settle(await opened(world), GoneAway(Until.THEY_WRITE, "blocked"))

    where = await world.do(lambda tx: addresses.get(tx, person[1]))

    assert where.unreachable is Until.THEY_WRITE


async def test_a_routine_message_in_the_dark_is_never_sent_again(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()])
    await world.settle(await opened(world), Unknowable("read_timeout"))

    assert await world.open() is None
    assert await world.states(run_id) == [DeliveryState.UNSURE]


async def test_an_urgent_message_in_the_dark_goes_once_more_marked(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()], lane=Lane.URGENT)
    await world.settle(await opened(world), Unknowable("read_timeout"))
    assert await world.problems(run_id) == []

    world.clock.forward(seconds=6)
    second = await opened(world)
    assert second.sends[0].again
    await world.settle(second, Unknowable("read_timeout"))

    assert await world.states(run_id) == [DeliveryState.UNSURE]
    assert await world.open() is None
    assert await world.problems(run_id) == []


async def test_a_reply_in_the_dark_goes_once_more_marked_and_keeps_its_words(
    world: LedgerWorld,
) -> None:
    _, address_id = await world.person()
    reply = await world.reply(address_id, "Đã nhận tin")
    await world.settle(await opened(world), Unknowable("reset"))

    world.clock.forward(seconds=6)
    second = await opened(world)
    assert (second.sends[0].again, second.sends[0].outgoing.text) == (True, "Đã nhận tin")
    await world.settle(second)

    assert (await world.row(reply)).state is DeliveryState.ACCEPTED


async def test_a_dead_workers_routine_rows_are_named_unsure(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(3)])
    await opened(world)
    assert await world.do(lambda tx: take_over(tx, world.account.id)) == 0, "the lease still ran"

    world.clock.forward(seconds=31)
    taken = await world.do(lambda tx: take_over(tx, world.account.id))

    assert taken == 3
    assert await world.states(run_id) == [DeliveryState.UNSURE] * 3
    assert await world.problems(run_id) == []
    assert await world.do(lambda tx: take_over(tx, world.account.id)) == 0


async def test_when_all_others_are_dead_their_windows_are_closed_at_once(
    world: LedgerWorld,
) -> None:
    run_id = await world.run([await world.person() for _ in range(2)])
    await world.open(1, worker="dead")
    await world.open(1, worker="dead too")

    taken = await world.do(lambda tx: take_over(tx, world.account.id, all_dead=True))

    assert taken == 2
    assert await world.states(run_id) == [DeliveryState.UNSURE] * 2
    assert await world.problems(run_id) == []


async def test_a_late_worker_can_only_raise(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(4)])
    window = await opened(world)
    world.clock.forward(seconds=31)
    await world.do(lambda tx: take_over(tx, world.account.id))
    outcomes: list[Outcome] = [
        Accepted("m1", world.clock.now()),
        TurnedDown("content"),
        NotSent("lease", timedelta(0)),
        GoneAway(Until.FOREVER, "deleted"),
    ]

    held = await world.settle(window, lambda at: outcomes[at])

    assert not held
    assert await world.states(run_id) == [
        DeliveryState.ACCEPTED,
        DeliveryState.UNSURE,
        DeliveryState.UNSURE,
        DeliveryState.UNSURE,
    ]
    assert await world.problems(run_id) == []


async def test_a_late_answer_saves_a_reply_from_being_repeated(world: LedgerWorld) -> None:
    _, address_id = await world.person()
    reply = await world.reply(address_id)
    window = await opened(world)
    world.clock.forward(seconds=31)
    await world.do(lambda tx: take_over(tx, world.account.id))

    await world.settle(window)

    assert (await world.row(reply)).state is DeliveryState.ACCEPTED
    assert await world.open() is None


async def test_what_a_late_worker_proved_is_not_taken_back_by_the_second_try(
    world: LedgerWorld,
) -> None:
    _, address_id = await world.person()
    reply = await world.reply(address_id)
    first = await opened(world, "slow")
    world.clock.forward(seconds=31)
    await world.do(lambda tx: take_over(tx, world.account.id))
    second = await opened(world, "quick")

    await world.settle(first)
    await world.settle(second, Unknowable("read_timeout"))

    assert (await world.row(reply)).state is DeliveryState.ACCEPTED
    assert await world.open() is None


async def test_settling_twice_changes_nothing(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()])
    window = await opened(world)

    assert await world.settle(window)
    assert not await world.settle(window, TurnedDown("content"))

    assert await world.states(run_id) == [DeliveryState.ACCEPTED]
    assert await world.problems(run_id) == []


async def test_each_try_leaves_its_attempt(world: LedgerWorld) -> None:
    await world.run([await world.person()])
    await world.settle(await opened(world), NotSent("dns", timedelta(0)))
    await world.settle(await opened(world))

    query = select(attempt.c.outcome).order_by(attempt.c.id)
    outcomes = await world.do(lambda tx: list(tx.connection.execute(query).scalars()))

    assert outcomes == ["notsent", "accepted"]


async def test_members_are_counted_when_a_post_went_out(world: LedgerWorld) -> None:
    group = await world.group()
    run_id = await world.run([], [group])
    window = await opened(world)
    [send] = window.sends
    result = Settled(
        send.delivery_id, send.attempt_id, Accepted("m1", world.clock.now()), members=120
    )

    await world.do(lambda tx: settle(tx, window.id, [result]))

    assert await world.counted(run_id, "members") == 120
    assert await world.problems(run_id) == []


async def test_a_press_while_the_message_is_on_its_way_settles_the_doubt(
    world: LedgerWorld,
) -> None:
    run_id = await world.run([await world.person()])
    window = await opened(world)
    pressed = window.sends[0].delivery_id
    await world.do(lambda tx: ledger.note_facet(tx, pressed, Facet.ACKNOWLEDGED))

    await world.settle(window, Unknowable("read_timeout"))

    assert await world.states(run_id) == [DeliveryState.ACCEPTED]
    assert await world.problems(run_id) == []


async def test_what_may_have_been_sent_waits_a_moment_before_it_goes_again_in_its_order(
    world: LedgerWorld,
) -> None:
    _, address_id = await world.person()
    await world.reply(address_id, "một")
    await world.settle(await opened(world), Unknowable("reset"))
    await world.reply(address_id, "hai")

    world.clock.forward(seconds=4)
    assert await world.open() is None
    world.clock.forward(seconds=2)
    window = await opened(world)

    assert [send.outgoing.text for send in window.sends] == ["một"]


async def test_what_a_dead_worker_left_goes_again_at_once(world: LedgerWorld) -> None:
    _, address_id = await world.person()
    await world.reply(address_id)
    await opened(world)

    world.clock.forward(seconds=31)
    await world.do(lambda tx: take_over(tx, world.account.id))

    assert (await opened(world)).sends[0].again


@pytest.mark.parametrize("account_wide", [True, False])
async def test_nobody_waits_longer_than_an_hour_whatever_the_platform_says(
    world: LedgerWorld, account_wide: bool
) -> None:
    await world.reply((await world.person())[1])
    months = NotSent("throttled", timedelta(seconds=9_000_000), account_wide)
    await world.settle(await opened(world), months)

    world.clock.forward(minutes=59)
    assert await world.open() is None
    world.clock.forward(minutes=2)

    assert len((await opened(world)).sends) == 1


async def test_after_a_pause_one_message_alone_goes_until_the_platform_answers(
    world: LedgerWorld,
) -> None:
    people = [await world.person() for _ in range(6)]
    await world.run(people)
    throttled = NotSent("throttled", timedelta(seconds=30), account_wide=True)
    await world.settle(await opened(world), throttled)
    world.clock.forward(seconds=31)

    trial = await opened(world)
    assert len(trial.sends) == 1
    assert await world.open(worker="w2") is None, "one try at a time"
    await world.settle(trial, throttled)
    assert await world.open() is None
    world.clock.forward(seconds=31)
    await world.settle(await opened(world), Unknowable("read_timeout"))
    trial = await opened(world)
    assert len(trial.sends) == 1, "a platform that is silent has not answered"
    await world.settle(trial, GoneAway(Until.THEY_WRITE, "blocked"))

    assert len((await opened(world)).sends) == 4


async def test_an_account_that_is_up_again_sends_one_message_first(world: LedgerWorld) -> None:
    await world.run([await world.person() for _ in range(5)])
    await world.settle(await opened(world), AccountStopped("token: Unauthorized"))
    assert await world.open() is None

    def look(tx: Tx) -> str | None:
        return addresses.down_reason(tx, world.account.id)

    assert await world.do(look) == "token: Unauthorized"
    await world.do(lambda tx: addresses.mark_up(tx, world.account.id))
    assert await world.do(look) is None

    trial = await opened(world)
    assert len(trial.sends) == 1
    await world.settle(trial)
    assert len((await opened(world)).sends) == 4


async def test_a_late_worker_is_heard_for_all_rows_but_the_erased_ones(
    world: LedgerWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    stays, goes = await world.person(), await world.person()
    run_id = await world.run([stays])
    await world.reply(goes[1])
    talk, routine = await opened(world), await opened(world)
    sends = (*talk.sends, *routine.sends)
    world.clock.forward(minutes=2)
    await world.do(lambda tx: take_over(tx, world.account.id))
    await world.do(lambda tx: erasing.erase(tx, goes[0]))
    await world.do(erasing.forget_addresses)
    results = [
        Settled(send.delivery_id, send.attempt_id, Accepted(f"m{at}", world.clock.now()))
        for at, send in enumerate(sends)
    ]

    for _twice in range(2):
        assert not await world.do(lambda tx: settle(tx, routine.id, results))

    assert await world.states(run_id) == [DeliveryState.ACCEPTED]
    assert await world.problems(run_id) == []
    assert "settled_after_erasing" in capsys.readouterr().out
