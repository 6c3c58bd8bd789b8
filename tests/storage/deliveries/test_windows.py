"""Windows: what is picked, in which order, and what is never picked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from domain.delivery import (
    Accepted,
    AccountStopped,
    DeliveryKind,
    DeliveryState,
    Lane,
    NotSent,
    SkipReason,
)
from domain.failures import Until
from domain.messages import ChatKind
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses, residents, units
from storage.people.residents import Wish
from storage.tables import run
from tests.storage.ledger_world import LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def test_nothing_due_opens_no_window(world: LedgerWorld) -> None:
    assert await world.open() is None


async def test_a_window_carries_what_is_to_be_sent_and_where(world: LedgerWorld) -> None:
    person = await world.person()
    run_id = await world.run([person])

    window = await world.open()

    assert window is not None
    [send] = window.sends
    assert send.outgoing.text == "Đội mũ bảo hiểm"
    assert send.chat.kind is ChatKind.PRIVATE
    assert window.lease_until == world.clock.now() + timedelta(seconds=30)
    assert (await world.rows(run_id))[0].window_id == window.id


async def test_a_row_lies_in_one_window_at_a_time(world: LedgerWorld) -> None:
    await world.run([await world.person() for _ in range(5)])

    first, second, third = await world.open(3), await world.open(3), await world.open(3)

    assert first is not None
    assert second is not None
    ids = [send.delivery_id for window in (first, second) for send in window.sends]
    assert len(set(ids)) == 5
    assert third is None


async def test_a_reply_goes_before_a_broadcast(world: LedgerWorld) -> None:
    one, other = await world.person(), await world.person()
    await world.run([one])
    reply = await world.reply(other[1])

    window = await world.open()

    assert window is not None
    assert [send.delivery_id for send in window.sends] == [reply]


async def test_a_window_is_of_one_lane(world: LedgerWorld) -> None:
    people = [await world.person() for _ in range(3)]
    await world.run(people[:1], lane=Lane.URGENT)
    await world.run(people[1:2])
    await world.reply(people[2][1])

    lanes = []
    while (window := await world.open()) is not None:
        assert {send.lane for send in window.sends} == {window.lane}
        lanes.append(window.lane)
        await world.settle(window)

    assert lanes == [Lane.URGENT, Lane.TALK, Lane.ROUTINE]


async def test_no_broadcast_starts_while_an_urgent_window_is_open(world: LedgerWorld) -> None:
    one, other = await world.person(), await world.person()
    await world.run([one], lane=Lane.URGENT)
    await world.run([other])
    urgent = await world.open()
    assert urgent is not None

    assert await world.open() is None
    await world.settle(urgent)

    routine = await world.open()
    assert routine is not None
    assert routine.lane is Lane.ROUTINE


async def test_a_reply_goes_out_while_an_urgent_window_is_open(world: LedgerWorld) -> None:
    one, other = await world.person(), await world.person()
    await world.run([one], lane=Lane.URGENT)
    assert await world.open() is not None
    reply = await world.reply(other[1])

    window = await world.open()

    assert window is not None
    assert window.sends[0].delivery_id == reply


async def test_replies_to_one_chat_keep_their_order_one_in_flight(world: LedgerWorld) -> None:
    _, address_id = await world.person()
    wanted = [await world.reply(address_id, f"câu {number}") for number in range(4)]

    sent: list[UUID] = []
    while (window := await world.open()) is not None:
        assert len(window.sends) == 1
        assert await world.open() is None, "a second message to the chat was in flight"
        sent += [send.delivery_id for send in window.sends]
        await world.settle(window)

    assert sent == wanted


async def test_a_reply_put_back_still_goes_before_the_next(world: LedgerWorld) -> None:
    _, address_id = await world.person()
    first, second = await world.reply(address_id, "một"), await world.reply(address_id, "hai")
    window = await world.open()
    assert window is not None
    await world.settle(window, NotSent("refused_connection", timedelta(0)))

    order = []
    while (window := await world.open()) is not None:
        order += [send.delivery_id for send in window.sends]
        await world.settle(window)

    assert order == [first, second]


async def test_an_emergency_reply_overtakes_what_waits_for_the_same_chat(
    world: LedgerWorld,
) -> None:
    _, address_id = await world.person()
    ordinary = await world.reply(address_id, "một")
    urgent = await world.reply(address_id, "113", Lane.URGENT)

    window = await world.open()

    assert window is not None
    assert [send.delivery_id for send in window.sends] == [urgent]
    await world.settle(window)
    after = await world.open()
    assert after is not None
    assert [send.delivery_id for send in after.sends] == [ordinary]


async def test_a_reply_waits_for_the_broadcast_on_its_way_to_the_same_chat(
    world: LedgerWorld,
) -> None:
    person = await world.person()
    await world.run([person])
    broadcast = await world.open()
    assert broadcast is not None
    await world.reply(person[1])

    assert await world.open() is None
    await world.settle(broadcast)
    assert await world.open() is not None


async def test_one_chat_that_must_wait_does_not_hold_up_a_broadcast(world: LedgerWorld) -> None:
    busy, other = await world.person(), await world.person()
    await world.reply(busy[1])
    await world.run([other])

    window = await world.open(ready=lambda address_id, _kind: address_id != busy[1])

    assert window is not None
    assert window.lane is Lane.ROUTINE
    assert [send.address_id for send in window.sends] == [other[1]]


async def test_an_urgent_message_whose_chat_must_wait_holds_up_no_broadcast(
    world: LedgerWorld,
) -> None:
    full, other = await world.group(), await world.person()
    urgent = await world.run([], [full], lane=Lane.URGENT)
    await world.run([other])

    window = await world.open(ready=lambda address_id, _kind: address_id != full[1])

    assert window is not None
    assert [send.address_id for send in window.sends] == [other[1]]
    assert await world.states(urgent) == [DeliveryState.PENDING]
    await world.run([await world.person()])
    then = await world.open()
    assert then is not None
    assert then.lane is Lane.URGENT


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Wish.STOPPED, SkipReason.OPTED_OUT),
        (Wish.NO, SkipReason.OPTED_OUT),
        (Wish.NONE, SkipReason.OPTED_OUT),
        (Wish.PAUSED, SkipReason.PAUSED),
        (Wish.SUSPENDED, SkipReason.SUSPENDED),
    ],
)
async def test_a_wish_changed_after_the_run_began_counts(
    world: LedgerWorld, wish: Wish, reason: SkipReason
) -> None:
    person = await world.person()
    run_id = await world.run([person])
    await world.do(lambda tx: residents.set_wish(tx, person[0], wish))

    window = await world.open()

    assert window is not None
    assert window.sends == ()
    [row] = await world.rows(run_id)
    assert (row.state, row.reason) == (DeliveryState.SKIPPED, reason.value)
    assert await world.problems(run_id) == []


async def test_a_reply_reaches_somebody_who_stopped_broadcasts(world: LedgerWorld) -> None:
    person = await world.person(Wish.STOPPED)
    await world.reply(person[1])

    window = await world.open()

    assert window is not None
    assert len(window.sends) == 1


async def test_somebody_known_to_be_unreachable_is_not_tried(world: LedgerWorld) -> None:
    person = await world.person()
    run_id = await world.run([person])
    await world.do(lambda tx: addresses.mark_unreachable(tx, person[1], Until.THEY_WRITE))

    window = await world.open()

    assert window is not None
    assert window.sends == ()
    assert await world.states(run_id) == [DeliveryState.UNREACHABLE]


async def test_a_group_we_left_gets_no_post(world: LedgerWorld) -> None:
    group = await world.group()
    run_id = await world.run([], [group])
    await world.do(lambda tx: units.note_presence(tx, group[0], present=False))

    await world.open()

    [row] = await world.rows(run_id)
    assert (row.state, row.reason) == (DeliveryState.SKIPPED, "group_left")


@pytest.mark.parametrize("plain", [None, 8])
async def test_a_run_too_old_is_skipped_as_expired(world: LedgerWorld, plain: int | None) -> None:
    people = [await world.person() for _ in range(3)]
    run_id = await world.run(people, lifetime=timedelta(minutes=5))
    world.clock.forward(minutes=6)
    window = await world.open(plain=plain)
    assert window is not None
    assert window.is_empty
    assert {row.reason for row in await world.rows(run_id)} == {"expired"}
    assert await world.counted(run_id, "skipped") == 3


async def test_a_run_within_its_lifetime_is_sent(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()], lifetime=timedelta(minutes=5))
    world.clock.forward(minutes=5)

    window = await world.open()

    assert window is not None
    assert len(window.sends) == 1
    assert await world.states(run_id) == [DeliveryState.PENDING]


@pytest.mark.parametrize("state", ["paused", "cancelled", "finished", "missed"])
async def test_a_run_that_does_not_send_gives_no_rows(world: LedgerWorld, state: str) -> None:
    run_id = await world.run([await world.person()])

    def stand(tx: Tx) -> None:
        tx.connection.execute(update(run).where(run.c.id == run_id).values(state=state))

    await world.do(stand)

    assert await world.open() is None


async def test_pausing_lets_what_is_on_its_way_arrive(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(2)])
    window = await world.open(1)
    assert window is not None

    def pause(tx: Tx) -> None:
        tx.connection.execute(update(run).where(run.c.id == run_id).values(state="paused"))

    await world.do(pause)
    await world.settle(window)

    assert sorted(await world.states(run_id)) == [DeliveryState.ACCEPTED, DeliveryState.PENDING]
    assert await world.open() is None


async def test_a_throttled_account_waits_as_it_was_told(world: LedgerWorld) -> None:
    await world.run([await world.person()])
    window = await world.open()
    assert window is not None
    wait = timedelta(seconds=20)
    await world.settle(window, NotSent("throttled", wait, account_wide=True))

    world.clock.forward(seconds=19)
    assert await world.open() is None
    world.clock.forward(seconds=1)
    assert await world.open() is not None


async def test_a_throttled_chat_waits_alone(world: LedgerWorld) -> None:
    slow, other = await world.person(), await world.person()
    await world.run([slow])
    window = await world.open()
    assert window is not None
    await world.settle(window, NotSent("throttled", timedelta(seconds=20)))
    await world.run([other])

    next_one = await world.open()

    assert next_one is not None
    assert [send.address_id for send in next_one.sends] == [other[1]]
    await world.settle(next_one)
    world.clock.forward(seconds=20)
    last = await world.open()
    assert last is not None
    assert [send.address_id for send in last.sends] == [slow[1]]


async def test_an_account_that_is_down_sends_nothing_until_it_is_back(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(2)])
    window = await world.open(1)
    assert window is not None
    await world.settle(window, AccountStopped("token"))

    assert await world.open() is None
    assert await world.states(run_id) == [DeliveryState.PENDING] * 2
    await world.do(lambda tx: addresses.register_account(tx, "telegram", "7001", "vi_du_bot"))
    assert await world.open() is not None


async def test_the_post_has_its_own_words_and_its_group_paces_it(world: LedgerWorld) -> None:
    group = await world.group()
    await world.run([], [group])
    seen: list[ChatKind] = []

    def ready(_address: UUID, kind: ChatKind) -> bool:
        seen.append(kind)
        return True

    window = await world.open(ready=ready)

    assert window is not None
    assert window.sends[0].kind is DeliveryKind.POST
    assert seen == [ChatKind.GROUP]


async def test_two_workers_never_hold_the_same_row(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(12)])

    windows = [await world.open(4, worker=f"w{number}") for number in range(4)]

    ids = [send.delivery_id for window in windows if window for send in window.sends]
    assert len(ids) == len(set(ids)) == 12
    for window in windows:
        if window is not None:
            await world.settle(window, lambda at: Accepted(f"x{at}", world.clock.now()))
    assert await world.problems(run_id) == []


async def test_content_of_a_reply_is_gone_once_it_was_taken(world: LedgerWorld) -> None:
    _, address_id = await world.person()
    reply = await world.reply(address_id, "bí mật")
    before = await world.do(lambda tx: ledger.content(tx, reply))
    window = await world.open()
    assert window is not None
    await world.settle(window)

    assert before is not None
    assert await world.do(lambda tx: ledger.content(tx, reply)) is None
