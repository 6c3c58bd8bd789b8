"""Slots in the database: given out once, given back, lowered for all, on both databases."""

import asyncio
import struct
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from domain.channel import Pace
from domain.delivery import Lane
from domain.slots import AHEAD, LEAD_MOST, SECOND, Went
from storage.database import Tx
from storage.deliveries.slots import Booking, Late, Pacing, timetable
from storage.tables import address
from tests.delivery.post_office import until
from tests.storage.ledger_world import LedgerWorld, ledger_world

LIMITS = Pace(account_per_s=28, chat_per_s=1, group_per_minute=20, reply_share=0.15)
SLOW = replace(LIMITS, account_per_s=0.01, reply_share=0)
_WAITING = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


def _instant() -> int:
    return round(time.time() * SECOND)


def pacing(*went: Went, limits: Pace = LIMITS, throttled: bool = False) -> Pacing:
    return Pacing(limits, _instant, time.monotonic, went, throttled)


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as made:
        yield made


async def take(
    world: LedgerWorld, told: Pacing, most: int = 16, lane: Lane = Lane.BULK
) -> list[int]:
    def work(tx: Tx) -> list[int]:
        booking = Booking(tx, world.account.id, told)
        slots = booking.take(lane, most) if booking.has_slots(lane) else ()
        booking.note()
        return list(slots)

    return await world.do(work)


async def test_transactions_at_once_get_slots_apart(world: LedgerWorld) -> None:
    began = _instant()
    first = await take(world, pacing(), 3)
    second = await take(world, pacing(), 3)
    over = _instant()
    both = sorted(first + second)
    assert len(first) == 3
    assert second
    assert min(later - earlier for earlier, later in pairwise(both)) > SECOND // 40
    assert began <= min(both)
    assert max(both) <= over + AHEAD


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
async def test_who_would_take_slots_meanwhile_waits_and_sees_those_taken(
    world: LedgerWorld, *, known: bool
) -> None:
    if known:
        await take(world, pacing(limits=SLOW), 0)
    taken, seen = threading.Event(), threading.Event()

    def first(tx: Tx) -> list[int]:
        slots = Booking(tx, world.account.id, pacing(limits=SLOW)).take(Lane.BULK, 16)
        taken.set()
        assert seen.wait(60)
        return list(slots)

    def second(tx: Tx) -> list[int]:
        return list(Booking(tx, world.account.id, pacing(limits=SLOW)).take(Lane.BULK, 16))

    async def waits() -> bool:
        found: int = await world.do(lambda tx: tx.connection.execute(_WAITING).scalar_one())
        return found > 0

    ours = asyncio.create_task(world.do(first))
    try:
        assert await asyncio.to_thread(taken.wait, 60)
        theirs = asyncio.create_task(world.do(second))
        await until(waits)
    finally:
        seen.set()
    assert len(await ours) == 1
    assert await theirs == [], "one slot was there, and it was the first's"


async def test_no_slot_is_more_than_a_quarter_of_a_second_ahead(world: LedgerWorld) -> None:
    def work(tx: Tx) -> None:
        booking = Booking(tx, world.account.id, pacing())
        slots = booking.take(Lane.BULK, 16)
        assert booking.reading is not None
        assert len(slots) < 16
        assert max(slots) <= booking.reading.at + AHEAD < booking.free_at[False]
        assert booking.free_at[True] <= booking.reading.at, "replies have slots of their own"

    await world.do(work)


async def test_a_slot_given_back_is_there_for_the_next(world: LedgerWorld) -> None:
    (slot,) = await take(world, pacing(limits=SLOW))
    assert await take(world, pacing(limits=SLOW)) == []
    assert len(await take(world, pacing(Went(slot, None), limits=SLOW))) == 1


async def test_a_throttle_slows_everybody_down(world: LedgerWorld) -> None:
    before = await take(world, pacing(limits=replace(LIMITS, reply_share=0)))
    await world.do(lambda tx: Booking(tx, world.account.id, pacing(throttled=True)).note())
    given_back = [Went(slot, None) for slot in before]
    after = await take(world, pacing(*given_back, limits=replace(LIMITS, reply_share=0)))
    assert len(before) > len(after) > 2


async def test_a_clock_put_back_by_an_hour_stops_nobody_for_an_hour(world: LedgerWorld) -> None:
    (slot,) = await take(world, pacing(limits=SLOW))
    ahead = pacing(Went(slot, slot + 3600 * SECOND), limits=SLOW)
    await world.do(lambda tx: Booking(tx, world.account.id, ahead).note())

    def look(tx: Tx) -> tuple[int, int]:
        booking = Booking(tx, world.account.id, pacing(limits=SLOW))
        assert not booking.has_slots(Lane.BULK)
        booking.note()
        assert booking.reading is not None
        return booking.reading.at, booking.free_at[False]

    at, free_at = await world.do(look)
    assert free_at - at < 110 * SECOND
    at, free_at = await world.do(look)
    written = await world.do(lambda tx: timetable(tx, world.account.id))
    assert max(written.common) <= at + LEAD_MOST + AHEAD
    assert (await world.do(look))[1] == free_at, "the time does not begin anew with each look"


async def test_a_window_gives_each_message_a_slot_and_each_chat_its_rest(
    world: LedgerWorld,
) -> None:
    people = [await world.person() for _ in range(4)]
    await world.run(people)
    patient = replace(LIMITS, chat_per_s=0.01)
    window = await world.open(pacing=pacing(limits=patient))
    assert window is not None
    slots = [send.slot for send in window.sends]
    assert len({slot for slot in slots if slot}) == len(slots)
    await world.settle(window)
    await world.reply(people[0][1])
    assert await world.open(pacing=pacing(limits=patient)) is None
    assert await world.open(pacing=pacing(limits=replace(LIMITS, chat_per_s=1000))) is not None


async def test_a_chat_rests_from_when_a_late_message_really_went(world: LedgerWorld) -> None:
    person = await world.person()
    await world.reply(person[1])
    quick = replace(LIMITS, chat_per_s=1000)
    window = await world.open(pacing=pacing(limits=quick))
    assert window is not None
    slot = window.sends[0].slot
    assert slot is not None
    await world.settle(window)
    late = replace(pacing(limits=quick), late=[Late(person[1], slot, slot + AHEAD // 2)])
    await world.do(lambda tx: Booking(tx, world.account.id, late).mend_chats())
    where = select(address.c.paced).where(address.c.id == person[1])
    written = await world.do(lambda tx: bytes(tx.connection.execute(where).scalar_one()))
    assert struct.unpack("<q", written) == (slot + AHEAD // 2,)


async def test_rows_for_which_there_are_no_slots_stay_due(world: LedgerWorld) -> None:
    await world.run([await world.person() for _ in range(3)])
    window = await world.open(pacing=pacing(limits=SLOW))
    assert window is not None
    assert len(window.sends) == 1
    await world.settle(window)
    assert await world.open(pacing=pacing(limits=SLOW)) is None
    rest = await world.open()
    assert rest is not None
    assert len(rest.sends) == 2


async def test_chats_that_wait_for_their_own_pace_hide_nobody_behind_them(
    world: LedgerWorld,
) -> None:
    busy = [(await world.group())[1] for _ in range(9)]
    for address_id in busy:
        await world.reply(address_id)
    _, asked = await world.person()
    answer = await world.reply(asked)

    window = await world.open(size=2, ready=lambda address_id, _: address_id not in busy)

    assert window is not None
    assert [send.delivery_id for send in window.sends] == [answer]
