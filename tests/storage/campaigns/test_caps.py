"""Caps: how many broadcasts a person gets, whoever counts at the same time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from domain.delivery import DeliveryState, GoneAway, Lane, NotSent, SkipReason, Unknowable
from domain.failures import Until
from domain.messages import ChatKind
from storage.database import Tx
from storage.deliveries import taking_over
from storage.people import addresses
from storage.tables import run
from tests.storage.ledger_world import LEASE, LedgerWorld, ledger_world

PENDING, ACCEPTED, SKIPPED = DeliveryState.PENDING, DeliveryState.ACCEPTED, DeliveryState.SKIPPED


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def capped(
    world: LedgerWorld, *people: tuple[UUID, UUID], a_day: int = 1, a_month: int = 4
) -> UUID:
    """Make a run that counts and is capped."""
    run_id = await world.run(people)

    def cap(tx: Tx) -> None:
        values = {"counted": True, "a_day": a_day, "a_month": a_month}
        tx.connection.execute(update(run).where(run.c.id == run_id).values(values))

    await world.do(cap)
    return run_id


async def send(world: LedgerWorld) -> int:
    """Send all that is due; return how many went."""
    sent = 0
    while (window := await world.open()) is not None:
        sent += len(window.sends)
        await world.settle(window)
    return sent


async def move_to(world: LedgerWorld, text: str) -> None:
    """Let the local clock show `2026-11-23 23:59`, in UTC+7."""
    there = datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=7)
    world.clock.forward(seconds=(there - world.clock.now()).total_seconds())


async def why(world: LedgerWorld, run_id: UUID) -> list[tuple[DeliveryState, str | None]]:
    return [(row.state, row.reason) for row in await world.rows(run_id)]


async def test_a_second_broadcast_of_a_day_is_skipped_and_counted(world: LedgerWorld) -> None:
    lan, minh = await world.person(), await world.person()
    await capped(world, lan)
    assert await send(world) == 1
    second = await capped(world, lan, minh)

    assert await send(world) == 1

    assert await why(world, second) == [(SKIPPED, SkipReason.CAPPED.value), (ACCEPTED, None)]
    assert await world.counted(second, "skipped") == 1
    assert await world.problems(second) == []


async def test_two_runs_at_the_same_time_reach_a_person_once(world: LedgerWorld) -> None:
    people = [await world.person() for _ in range(5)]
    runs = [await capped(world, *people) for _ in range(3)]
    windows = await asyncio.gather(*(world.open(5, worker=f"w{n}") for n in range(6)))

    for window in windows:
        if window is not None:
            await world.settle(window)
    await send(world)

    for at in range(len(people)):
        states = [(await world.states(run_id))[at] for run_id in runs]
        assert sorted(states) == [ACCEPTED, SKIPPED, SKIPPED]


async def test_on_two_accounts_at_once_one_person_gets_one(world: LedgerWorld) -> None:
    resident_id, first_address = await world.person()
    first = await capped(world, (resident_id, first_address))
    one_account = world.account
    await world.another_account()
    other_account = world.account

    def second_address(tx: Tx) -> UUID:
        where = addresses.ensure(tx, other_account.id, ChatKind.PRIVATE, "twice")
        addresses.link_resident(tx, where.id, resident_id)
        return where.id

    second = await capped(world, (resident_id, await world.do(second_address)))
    world.account = one_account
    mine = await world.open()
    world.account = other_account
    while_it_flies = await world.open()

    assert mine is not None
    assert len(mine.sends) == 1
    assert while_it_flies is None
    assert await world.states(second) == [PENDING]
    await world.settle(mine)
    await send(world)
    assert await world.states(first) == [ACCEPTED]
    assert await why(world, second) == [(SKIPPED, SkipReason.CAPPED.value)]


async def test_what_did_not_arrive_takes_nobodys_place(world: LedgerWorld) -> None:
    lan = await world.person()
    first = await capped(world, lan)
    second = await capped(world, lan)
    window = await world.open()
    assert window is not None
    assert await world.open() is None
    await world.settle(window, NotSent("busy", timedelta(0)))
    await world.do(
        lambda tx: tx.connection.execute(
            update(run).where(run.c.id == first).values(state="cancelled")
        )
    )

    assert await send(world) == 1
    assert await world.states(second) == [ACCEPTED]


async def test_a_refused_person_is_not_counted(world: LedgerWorld) -> None:
    lan = await world.person()
    await capped(world, lan)
    window = await world.open()
    assert window is not None
    await world.settle(window, GoneAway(Until.THEY_WRITE, "blocked"))
    await world.do(lambda tx: addresses.mark_reachable(tx, lan[1]))
    second = await capped(world, lan)

    assert await send(world) == 1
    assert await world.states(second) == [ACCEPTED]


async def test_what_may_have_arrived_counts_also_after_a_crash(world: LedgerWorld) -> None:
    lan = await world.person()
    first = await capped(world, lan)
    second = await capped(world, lan)
    assert await world.open() is not None
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    assert await world.open() is None
    await world.do(lambda tx: taking_over.take_over(tx, world.account.id))

    assert await send(world) == 0

    assert await world.states(first) == [DeliveryState.UNSURE]
    assert await why(world, second) == [(SKIPPED, SkipReason.CAPPED.value)]


async def test_who_got_one_at_a_minute_to_midnight_may_get_one_after_it(
    world: LedgerWorld,
) -> None:
    lan = await world.person()
    await move_to(world, "2026-11-23 23:59")
    await capped(world, lan)
    window = await world.open()
    assert window is not None
    world.clock.forward(minutes=2)
    # What came of it was learned on the next day; it went on this one.
    await world.settle(window)
    next_day = await capped(world, lan)
    assert await send(world) == 1
    assert await world.states(next_day) == [ACCEPTED]
    same_day = await capped(world, lan)

    assert await send(world) == 0
    assert await why(world, same_day) == [(SKIPPED, SkipReason.CAPPED.value)]


async def test_a_proof_that_comes_days_later_does_not_count_for_that_day(
    world: LedgerWorld,
) -> None:
    lan = await world.person()
    await capped(world, lan)
    window = await world.open()
    assert window is not None
    await world.settle(window, Unknowable("hung"))
    world.clock.forward(days=2)
    await world.settle(window)
    later = await capped(world, lan)

    assert await send(world) == 1
    assert await world.states(later) == [ACCEPTED]


async def test_the_fifth_broadcast_of_a_month_waits_for_nobody(world: LedgerWorld) -> None:
    lan = await world.person()
    await move_to(world, "2026-12-01 00:30")
    for _ in range(4):
        await capped(world, lan)
        assert await send(world) == 1
        world.clock.forward(days=2)
    fifth = await capped(world, lan)
    assert await send(world) == 0
    assert await why(world, fifth) == [(SKIPPED, SkipReason.CAPPED.value)]

    await move_to(world, "2027-01-01 00:00")
    january = await capped(world, lan)
    assert await send(world) == 1
    assert await world.states(january) == [ACCEPTED]


async def test_what_does_not_count_neither_stops_nor_is_stopped(world: LedgerWorld) -> None:
    lan = await world.person()
    await world.run([lan], lane=Lane.URGENT)
    assert await send(world) == 1
    counted = await capped(world, lan)
    assert await send(world) == 1
    correction = await world.run([lan])
    assert await send(world) == 1

    assert await world.states(counted) == [ACCEPTED]
    assert await world.states(correction) == [ACCEPTED]


@pytest.mark.parametrize(("a_day", "a_month", "reached"), [(0, 0, 3), (2, 0, 2), (0, 1, 1)])
async def test_nought_is_no_cap(world: LedgerWorld, a_day: int, a_month: int, reached: int) -> None:
    lan = await world.person()
    for _ in range(3):
        await capped(world, lan, a_day=a_day, a_month=a_month)

    assert await send(world) == reached


async def test_a_run_that_rests_sends_nothing_and_holds_up_no_other(world: LedgerWorld) -> None:
    lan, minh = await world.person(), await world.person()
    resting = await world.run([lan])
    other = await world.run([minh])
    opens = world.clock.now() + timedelta(minutes=5)
    await world.do(
        lambda tx: tx.connection.execute(
            update(run)
            .where(run.c.id == resting)
            .values(open_from=opens, open_until=opens + timedelta(minutes=1))
        )
    )
    assert await send(world) == 1
    assert await world.states(resting) == [PENDING]
    assert await world.states(other) == [ACCEPTED]

    world.clock.forward(minutes=6)
    assert await send(world) == 0
    world.clock.forward(seconds=-1)
    assert await send(world) == 1
