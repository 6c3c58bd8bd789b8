"""What waits is counted without reading it all, and what waited too long ends by itself."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.messages import Outgoing
from storage.database import Tx
from storage.deliveries import ledger, waiting
from storage.people import addresses
from storage.tables import account, delivery, run
from tests.storage.ledger_world import LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def backlog(world: LedgerWorld) -> dict[Lane, int]:
    return await world.do(waiting.backlog)


async def in_state(world: LedgerWorld, run_id: UUID, state: str) -> None:
    await world.do(
        lambda tx: tx.connection.execute(update(run).where(run.c.id == run_id).values(state=state))
    )


async def test_the_backlog_is_counted_by_lane(world: LedgerWorld) -> None:
    assert await backlog(world) == {}
    people = [await world.person() for _ in range(3)]
    await world.run(people, [await world.group()])
    await world.run(people[:2], lane=Lane.URGENT)
    await world.reply(people[0][1])
    paused, cancelled = await world.run(people[:1]), await world.run(people)
    await in_state(world, paused, "paused")
    await in_state(world, cancelled, "cancelled")

    assert await backlog(world) == {Lane.URGENT: 2, Lane.TALK: 1, Lane.ROUTINE: 5}


async def test_a_run_whose_time_is_over_ends_though_its_account_is_down(
    world: LedgerWorld,
) -> None:
    over = await world.run([await world.person() for _ in range(5)], [await world.group()])
    still = await world.run([await world.person()], lifetime=timedelta(days=9))
    await world.do(
        lambda tx: tx.connection.execute(update(account).values(down_reason="token: Unauthorized"))
    )
    assert await world.do(waiting.expire_due) == 0
    world.clock.forward(hours=25)
    assert await world.open() is None

    assert await world.do(lambda tx: waiting.expire_due(tx, 4)) == 4
    assert await world.do(lambda tx: waiting.expire_due(tx, 4)) == 2
    assert await world.do(waiting.expire_due) == 0

    rows = await world.rows(over)
    assert {(row.state, row.reason) for row in rows} == {(DeliveryState.SKIPPED, "expired")}
    assert await world.states(still) == [DeliveryState.PENDING]
    assert await world.counted(over, "pending") == 0
    assert await world.counted(over, "skipped") == 6
    assert await world.problems(over) == []


async def test_what_is_being_sent_or_waits_in_a_paused_run_does_not_expire(
    world: LedgerWorld,
) -> None:
    sending = await world.run([await world.person()])
    window = await world.open()
    assert window is not None
    paused = await world.run([await world.person()])
    await in_state(world, paused, "paused")
    world.clock.forward(hours=25)

    assert await world.do(waiting.expire_due) == 0

    assert await world.states(sending) == await world.states(paused) == [DeliveryState.PENDING]


async def test_a_message_of_its_own_expires_too(world: LedgerWorld) -> None:
    _, address_id = await world.person()

    def put(tx: Tx, after: timedelta) -> UUID:
        made = ledger.put(
            tx,
            ledger.NewDelivery(
                kind=DeliveryKind.NOTICE,
                lane=Lane.TALK,
                address_id=address_id,
                language="vi",
                outgoing=Outgoing(text="Mời họp lúc 8 giờ"),
                not_after=tx.now + after,
            ),
        )
        assert made is not None
        return made

    early = await world.do(lambda tx: put(tx, timedelta(hours=1)))
    late = await world.do(lambda tx: put(tx, timedelta(hours=3)))
    world.clock.forward(hours=2)

    assert await world.do(waiting.expire_due) == 1

    assert (await world.row(early)).state is DeliveryState.SKIPPED
    assert (await world.row(late)).state is DeliveryState.PENDING
    assert await world.do(lambda tx: ledger.content(tx, early)) is None


async def test_the_oldest_reply_is_told_unless_it_has_to_wait(world: LedgerWorld) -> None:
    async def oldest() -> timedelta | None:
        instant = await world.do(waiting.oldest_talk)
        return world.clock.now() - instant if instant else None

    (_, first), (_, second) = await world.person(), await world.person()
    await world.run([await world.person()], lane=Lane.URGENT)
    assert await oldest() is None
    held = await world.reply(first)
    world.clock.forward(minutes=1)
    await world.reply(second)
    world.clock.forward(minutes=1)
    assert await oldest() == timedelta(minutes=2)

    soon = world.clock.now() + timedelta(seconds=30)
    await world.do(lambda tx: addresses.hold_until(tx, first, soon))
    assert await oldest() == timedelta(minutes=1)
    await world.do(
        lambda tx: tx.connection.execute(
            update(delivery).where(delivery.c.id != held).values(not_before=soon)
        )
    )
    assert await oldest() is None
    world.clock.forward(minutes=1)
    assert await oldest() == timedelta(minutes=3)
