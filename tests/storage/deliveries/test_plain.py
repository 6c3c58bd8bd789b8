"""Rows taken all at once: only those of which nothing special is to be said, and none twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from domain.channel import Pace
from domain.delivery import DeliveryState, NotSent, SkipReason
from domain.hours import month_start
from domain.subject import Subject
from storage.database import Tx
from storage.deliveries import ledger, pauses, settling, taking_over
from storage.deliveries.plain import PlainRow, Taken
from storage.deliveries.settling import settle
from storage.deliveries.slots import Pacing
from storage.deliveries.windows import Window
from storage.people import addresses, residents
from storage.people.residents import Wish
from storage.tables import (
    address,
    attempt,
    declined_subject,
    delivery,
    resident,
    run,
    send_window,
)
from tests.storage.ledger_world import LedgerWorld, ledger_world

Person = tuple[UUID, UUID]
LIMITS = Pace(account_per_s=400, chat_per_s=1, group_per_minute=20, reply_share=0.15)
MANY = 8


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


def rows_of(window: Window | None) -> list[PlainRow]:
    return [row for row, _ in window.plain.rows] if window and window.plain else []


def chats(window: Window | None) -> set[UUID]:
    return {UUID(row.address) for row in rows_of(window)}


async def took(world: LedgerWorld, window: Window, *, but: int = 0) -> bool:
    """Settle a window of plain rows: taken, but for the last ones, which were not tried."""
    assert window.plain is not None
    rows = rows_of(window)
    taken, back = rows[: len(rows) - but], rows[len(rows) - but :]
    told = [(row, f"m{row.delivery[-6:]}") for row in taken]
    what = Taken(window.plain.run_id, told, back, "pace" if back else "")
    return await world.do(lambda tx: settle(tx, window.id, [], taken=what))


async def test_ordinary_rows_go_all_at_once_and_are_found_by_their_messages(
    world: LedgerWorld,
) -> None:
    people = [await world.person() for _ in range(MANY)]
    run_id = await world.run(people)

    window = await world.open(2, plain=MANY)

    assert window is not None
    assert not window.sends
    assert chats(window) == {where for _, where in people}
    assert {row.window_id for row in await world.rows(run_id)} == {window.id}
    assert await world.open(2, plain=MANY) is None
    assert await took(world, window)
    assert set(await world.states(run_id)) == {DeliveryState.ACCEPTED}
    assert await world.problems(run_id) == []
    one = rows_of(window)[0]
    found = await world.do(
        lambda tx: ledger.by_message(tx, UUID(one.address), f"m{one.delivery[-6:]}")
    )
    assert found is not None
    assert found.id == UUID(one.delivery)


async def test_after_a_pause_one_alone_tries_the_water_of_whichever_kind(
    world: LedgerWorld,
) -> None:
    people = [await world.person() for _ in range(6)]
    await world.run(people)
    linked = update(resident).where(resident.c.id == people[0][0]).values(linked=True)
    await world.do(lambda tx: tx.connection.execute(linked))
    until = world.clock.now() + timedelta(seconds=30)
    await world.do(lambda tx: pauses.begin(tx, world.account.id, until))
    world.clock.forward(seconds=31)

    window = await world.open(plain=MANY)

    assert window is not None
    assert len(rows_of(window)) + len(window.sends) == 1


async def test_what_was_not_tried_waits_again_and_goes_later(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(5)])
    window = await world.open(plain=MANY)
    assert window is not None

    assert await took(world, window, but=2)

    assert await world.counted(run_id, "accepted") == 3
    assert await world.counted(run_id, "pending") == 2
    later = await world.open(plain=MANY)
    assert later is not None
    assert [row.delivery for row in rows_of(later)] == [
        row.delivery for row in rows_of(window)[-2:]
    ]
    await took(world, later)
    assert await world.problems(run_id) == []


async def test_a_worker_that_comes_too_late_may_only_raise(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(3)])
    window = await world.open(plain=MANY)
    assert window is not None
    world.clock.forward(seconds=31)
    assert await world.do(lambda tx: taking_over.take_over(tx, world.account.id)) == 3
    assert set(await world.states(run_id)) == {DeliveryState.UNSURE}

    assert not await took(world, window, but=1)

    assert sorted(await world.states(run_id)) == ["accepted", "accepted", "unsure"]
    assert await world.problems(run_id) == []
    assert await world.open(plain=MANY) is None


async def _as_in_a_copy_from_before(world: LedgerWorld, window: Window) -> None:
    """Let all be as if a window had never been opened: a copy from before was put back."""

    def undo(tx: Tx) -> None:
        its_rows = update(delivery).where(delivery.c.window_id == window.id)
        tx.connection.execute(delete(attempt).where(attempt.c.window_id == window.id))
        tx.connection.execute(its_rows.values(window_id=None, tries=0))
        tx.connection.execute(delete(send_window).where(send_window.c.id == window.id))

    await world.do(undo)


async def test_rows_that_another_worker_has_by_now_cannot_be_given_back(
    world: LedgerWorld,
) -> None:
    run_id = await world.run([await world.person() for _ in range(2)])
    slow = await world.open(plain=MANY)
    assert slow is not None
    await _as_in_a_copy_from_before(world, slow)
    second = await world.open(plain=MANY, worker="w2")
    assert second is not None
    assert len(rows_of(second)) == 2

    assert not await took(world, slow, but=2)

    assert {row.window_id for row in await world.rows(run_id)} == {second.id}
    assert await world.open(plain=MANY) is None, "a third worker would send it once more"
    assert await took(world, second)
    assert await world.states(run_id) == [DeliveryState.ACCEPTED] * 2
    assert await world.problems(run_id) == []


async def test_what_is_given_back_too_late_stays_unsure_for_its_own_reason(
    world: LedgerWorld,
) -> None:
    run_id = await world.run([await world.person() for _ in range(2)])
    window = await world.open(plain=MANY)
    assert window is not None
    world.clock.forward(seconds=31)
    await world.do(lambda tx: taking_over.take_over(tx, world.account.id))

    assert not await took(world, window, but=2)

    known = {(row.state, row.reason) for row in await world.rows(run_id)}
    assert known == {(DeliveryState.UNSURE, settling.WORKER_DIED)}
    assert await world.open(plain=MANY) is None


async def test_a_row_erased_meanwhile_does_not_hold_up_the_others(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(3)])
    window = await world.open(plain=MANY)
    assert window is not None
    gone = UUID(rows_of(window)[1].delivery)

    def erase(tx: Tx) -> None:
        tx.connection.execute(delete(attempt).where(attempt.c.delivery_id == gone))
        tx.connection.execute(delete(delivery).where(delivery.c.id == gone))

    await world.do(erase)
    await took(world, window)
    assert await world.states(run_id) == [DeliveryState.ACCEPTED] * 2


async def _pauses(world: LedgerWorld, person: Person) -> None:
    await world.do(lambda tx: residents.set_wish(tx, person[0], Wish.PAUSED))


async def _declines(world: LedgerWorld, person: Person) -> None:
    new = {"resident_id": person[0], "subject": Subject.TRAFFIC.value}
    await world.do(lambda tx: tx.connection.execute(declined_subject.insert().values(new)))
    audience = {"area_code": "00001", "subject": Subject.TRAFFIC.value}
    await world.do(lambda tx: tx.connection.execute(update(run).values(audience=audience)))


async def _is_out_of_reach(world: LedgerWorld, person: Person) -> None:
    changed = update(address).where(address.c.id == person[1]).values(unreachable="until_writes")
    await world.do(lambda tx: tx.connection.execute(changed))


async def _lost_the_chat(world: LedgerWorld, person: Person) -> None:
    other = await world.person()
    changed = update(address).where(address.c.id == person[1]).values(resident_id=other[0])
    await world.do(lambda tx: tx.connection.execute(changed))


async def _has_another_channel(world: LedgerWorld, person: Person) -> None:
    changed = update(resident).where(resident.c.id == person[0]).values(linked=True)
    await world.do(lambda tx: tx.connection.execute(changed))


async def _got_it_perhaps(world: LedgerWorld, person: Person) -> None:
    changed = update(delivery).where(delivery.c.resident_id == person[0]).values(again=True)
    await world.do(lambda tx: tx.connection.execute(changed))


async def _has_to_wait(world: LedgerWorld, person: Person) -> None:
    soon = world.clock.now() + timedelta(minutes=1)
    await world.do(lambda tx: addresses.hold_until(tx, person[1], soon))


async def _speaks_a_language_without_words(world: LedgerWorld, person: Person) -> None:
    changed = update(delivery).where(delivery.c.resident_id == person[0]).values(language="zh")
    await world.do(lambda tx: tx.connection.execute(changed))


async def _has_an_address_that_cannot_be_opened(world: LedgerWorld, person: Person) -> None:
    changed = update(address).where(address.c.id == person[1]).values(platform_id=b"\x01k001?")
    await world.do(lambda tx: tx.connection.execute(changed))


Special = Callable[[LedgerWorld, Person], Awaitable[None]]


@pytest.mark.parametrize(
    "special",
    [
        _pauses,
        _declines,
        _is_out_of_reach,
        _lost_the_chat,
        _has_another_channel,
        _got_it_perhaps,
        _has_to_wait,
        _speaks_a_language_without_words,
        _has_an_address_that_cannot_be_opened,
    ],
)
async def test_whoever_needs_a_look_gets_one_beside_the_others(
    world: LedgerWorld, special: Special
) -> None:
    ordinary, other = await world.person(), await world.person()
    run_id = await world.run([other, ordinary])
    await special(world, other)

    window = await world.open(plain=MANY)

    assert window is not None
    assert chats(window) == {ordinary[1]}
    beside = {send.address_id for send in window.sends}
    states = {row.resident_id: row.state for row in await world.rows(run_id)}
    goes = special in (_has_another_channel, _got_it_perhaps)
    waits = special is _has_to_wait
    assert beside == ({other[1]} if goes else set())
    assert (states[other[0]] is DeliveryState.PENDING) is (goes or waits)
    await took(world, window)
    if special is not _speaks_a_language_without_words:
        # That one moved a row from under its counter.
        assert await world.problems(run_id) == []


async def test_who_had_enough_today_is_left_out_and_everybody_else_is_not(
    world: LedgerWorld,
) -> None:
    people = [await world.person() for _ in range(3)]
    capped = {"counted": True, "a_day": 1}
    earlier = await world.run(people[:1])
    await world.do(lambda tx: tx.connection.execute(update(run).values(capped)))
    first = await world.open(plain=MANY)
    assert first is not None
    later = await world.run(people)
    await world.do(lambda tx: tx.connection.execute(update(run).values(capped)))

    # While the first is on its way nobody knows whether it arrives.
    second = await world.open(plain=MANY)
    assert chats(second) == {where for _, where in people[1:]}
    assert await world.open(plain=MANY) is None
    await took(world, first)
    assert await world.open(plain=MANY) is not None

    [capped_row] = [row for row in await world.rows(later) if row.resident_id == people[0][0]]
    assert (capped_row.state, capped_row.reason) == (DeliveryState.SKIPPED, SkipReason.CAPPED)
    assert await world.states(earlier) == [DeliveryState.ACCEPTED]


@pytest.mark.parametrize(
    ("days", "a_day", "a_month", "left_out"),
    [(0, 1, 0, True), (0, 2, 0, False), (1, 1, 0, False), (1, 0, 1, True), (1, 0, 2, False)],
)
async def test_a_broadcast_that_is_over_counts_for_its_day_and_its_month(
    world: LedgerWorld, days: int, a_day: int, a_month: int, left_out: bool
) -> None:
    start = month_start(world.clock.now()) + timedelta(days=10)
    world.clock.forward(seconds=(start - world.clock.now()).total_seconds())
    person, other = await world.person(), await world.person()
    await world.run([person])
    first = await world.open(plain=MANY)
    assert first is not None
    await took(world, first)
    over = {"counted": True, "state": "finished", "finished_at": world.clock.now()}
    await world.do(lambda tx: tx.connection.execute(update(run).values(over)))
    world.clock.forward(seconds=days * 86400)
    later = await world.run([person, other])
    caps = {"counted": True, "a_day": a_day, "a_month": a_month}
    await world.do(
        lambda tx: tx.connection.execute(update(run).where(run.c.id == later).values(caps))
    )

    got = chats(await world.open(plain=MANY))
    assert got == ({other[1]} if left_out else {person[1], other[1]})


async def test_a_chat_keeps_its_own_pace_and_takes_no_slot_of_others(world: LedgerWorld) -> None:
    person, other = await world.person(), await world.person()

    def pacing() -> Pacing:
        return Pacing(LIMITS, lambda: 1_000_000_000, lambda: 0.0)

    await world.run([person])
    window = await world.open(plain=MANY, pacing=pacing())
    assert window is not None
    assert window.plain is not None
    [(_, slot)] = window.plain.rows
    assert slot is not None
    await took(world, window)

    await world.run([person, other])
    at_once = await world.open(plain=MANY, pacing=pacing())
    assert chats(at_once) == {other[1]}
    long_ago = update(address).where(address.c.id == person[1]).values(paced=b"\x01" + bytes(7))
    await world.do(lambda tx: tx.connection.execute(long_ago))
    later = await world.open(plain=MANY, pacing=pacing())
    assert chats(later) == {person[1]}


async def test_without_room_plain_rows_wait_and_talk_does_not(world: LedgerWorld) -> None:
    one, other = await world.person(), await world.person()
    await world.run([one])
    assert await world.open(plain=0) is None
    reply = await world.reply(other[1])
    window = await world.open(plain=0)
    assert window is not None
    assert [send.delivery_id for send in window.sends] == [reply]


async def test_a_post_of_the_same_run_goes_beside(world: LedgerWorld) -> None:
    people = [await world.person() for _ in range(4)]
    group = await world.group()
    run_id = await world.run(people, [group])
    window = await world.open(plain=MANY)
    assert window is not None
    assert len(rows_of(window)) == 4
    assert [send.address_id for send in window.sends] == [group[1]]
    await world.settle(window, NotSent("trouble", timedelta(0)))
    states = set(await world.states(run_id))
    assert states == {DeliveryState.PENDING}
