"""One spoiled row, or one paused run, does not hold up the rest."""

import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from domain.delivery import Accepted, DeliveryState, Lane, NotSent
from domain.messages import ChatKind
from storage.deliveries import ledger, pauses, taking_over
from storage.tables import account, address, attempt, delivery, run, send_window
from tests.storage.doors import alone
from tests.storage.ledger_world import LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def _payload(world: LedgerWorld, delivery_id: UUID) -> bytes | None:
    query = select(delivery.c.payload).where(delivery.c.id == delivery_id)
    return await world.do(lambda tx: tx.connection.execute(query).scalar_one())


@pytest.mark.parametrize("payload", [b"\x01broken", b"", None])
async def test_a_reply_that_cannot_be_read_is_refused_and_the_others_go(
    world: LedgerWorld, payload: bytes | None
) -> None:
    (_, first), (_, second) = await world.person(), await world.person()
    spoiled, good = await world.reply(first, "hỏng"), await world.reply(second, "lành")
    spoil = update(delivery).where(delivery.c.id == spoiled).values(payload=payload)
    await world.do(lambda tx: tx.connection.execute(spoil))

    window = await world.open()

    assert window is not None
    assert [send.delivery_id for send in window.sends] == [good]
    refused = await world.row(spoiled)
    assert (refused.state, refused.reason) == (DeliveryState.REFUSED, "unreadable")
    assert await _payload(world, spoiled) == payload, "somebody may yet find its key"
    await world.settle(window)
    await world.reply(first, "tiếp")
    after = await world.open()
    assert after is not None
    assert [send.outgoing.text for send in after.sends] == ["tiếp"]


async def test_an_address_that_cannot_be_read_is_refused_alone(world: LedgerWorld) -> None:
    people = [await world.person() for _ in range(3)]
    run_id = await world.run(people)
    spoil = update(address).where(address.c.id == people[1][1]).values(platform_id=b"\x01broken")
    await world.do(lambda tx: tx.connection.execute(spoil))

    window = await world.open()

    assert window is not None
    assert len(window.sends) == 2
    states = await world.states(run_id)
    assert states == [DeliveryState.PENDING, DeliveryState.REFUSED, DeliveryState.PENDING]
    assert await world.problems(run_id) == []


@pytest.mark.parametrize("content", [{"vi": "{}"}, {"en": "x"}, {"vi": 5}, {}])
async def test_a_run_without_readable_words_is_refused_and_others_go(
    world: LedgerWorld, content: dict[str, object]
) -> None:
    bad = await world.run([await world.person() for _ in range(2)])
    good = await world.run([await world.person()])
    spoil = update(run).where(run.c.id == bad).values(content=content)
    await world.do(lambda tx: tx.connection.execute(spoil))

    window = await world.open()

    assert window is not None
    assert await world.states(bad) == [DeliveryState.REFUSED] * 2
    assert len(window.sends) == 1
    assert await world.states(good) == [DeliveryState.PENDING]
    assert await world.problems(bad) == []


async def test_a_paused_run_is_passed_over_and_the_oldest_live_one_goes_first(
    world: LedgerWorld,
) -> None:
    paused = await world.run([await world.person() for _ in range(40)])
    pause = update(run).where(run.c.id == paused).values(state="paused")
    await world.do(lambda tx: tx.connection.execute(pause))
    older = await world.run([await world.person() for _ in range(3)])
    newer = await world.run([await world.person() for _ in range(3)])
    urgent = await world.run([await world.person()], lane=Lane.URGENT)
    _, chat = await world.person()
    reply = await world.reply(chat)

    order: list[UUID | None] = []
    while (window := await world.open(2)) is not None:
        for send in window.sends:
            row = await world.row(send.delivery_id)
            order.append(row.run_id or row.id)
        await world.settle(window)

    assert order == [urgent, reply, *[older] * 3, *[newer] * 3]
    assert await world.states(paused) == [DeliveryState.PENDING] * 40


async def test_people_of_the_oldest_run_who_must_wait_do_not_hold_up_the_next_run(
    world: LedgerWorld,
) -> None:
    slow = [await world.person() for _ in range(2)]
    await world.run(slow)
    await world.run([await world.person() for _ in range(2)])
    waiting = {address_id for _, address_id in slow}

    window = await world.open(ready=lambda address_id, _kind: address_id not in waiting)

    assert window is not None
    assert len(window.sends) == 2
    assert waiting.isdisjoint(send.address_id for send in window.sends)


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_an_account_paused_while_rows_are_looked_at_sends_none_of_them(
    world: LedgerWorld, migrated_database_url: str
) -> None:
    """Who settles a throttled send gives its row back and pauses the account at once."""
    person = await world.person()
    await world.reply(person[1])

    def paused_meanwhile(_address: UUID, _kind: ChatKind) -> bool:
        until = world.clock.now() + timedelta(seconds=30)
        pausing = update(account).values(paused_until=until)
        other = threading.Thread(
            target=alone,
            args=(migrated_database_url, lambda tx: tx.connection.execute(pausing)),
        )
        other.start()
        other.join()
        return True

    assert await world.open(ready=paused_meanwhile) is None


async def test_an_answer_for_what_an_older_copy_thinks_unsent_counts(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()])
    gone = await world.open()
    assert gone is not None
    new = update(delivery).values(window_id=None, tries=0)
    for change in (delete(attempt), delete(send_window), new):
        await world.do(lambda tx, change=change: tx.connection.execute(change))  # type: ignore[misc]

    assert not await world.settle(gone, Accepted("m1", world.clock.now()))

    assert await world.states(run_id) == [DeliveryState.ACCEPTED]
    send = gone.sends[0]
    known = await world.do(lambda tx: ledger.by_message(tx, send.address_id, "m1"))
    assert known is not None
    assert known.id == send.delivery_id
    assert await world.problems(run_id) == []


async def test_a_pause_holds_also_for_a_process_whose_clock_is_a_little_behind(
    world: LedgerWorld,
) -> None:
    await world.run([await world.person() for _ in range(3)])
    under_way = await world.open(1)
    assert under_way is not None
    until = world.clock.now() + timedelta(seconds=30)
    await world.do(lambda tx: pauses.begin(tx, world.account.id, until))
    world.clock.forward(seconds=-0.7)

    await world.settle(under_way)

    assert await world.open() is None
    world.clock.forward(seconds=31)
    trial = await world.open()
    assert trial is not None
    assert len(trial.sends) == 1


async def test_what_was_given_back_without_a_try_counts_as_none(world: LedgerWorld) -> None:
    waits = await world.reply((await world.person())[1])
    for _ in range(9):
        window = await world.open()
        assert window is not None
        assert await world.settle(window, NotSent("pace", timedelta(0)))
    assert await world.open() is not None
    world.clock.forward(minutes=1)
    await world.do(lambda tx: taking_over.take_over(tx, world.account.id))
    assert (await world.row(waits)).state is DeliveryState.PENDING
    window = await world.open()
    assert window is not None
    assert window.sends[0].again, "goes once more, marked"
    world.clock.forward(minutes=1)
    await world.do(lambda tx: taking_over.take_over(tx, world.account.id))
    assert (await world.row(waits)).state is DeliveryState.PENDING, "and a few times more"
