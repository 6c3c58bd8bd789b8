"""What a chat tells in the very moment in which its message is settled is about that message."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, update

from domain.breaker import Silent
from domain.delivery import Accepted, DeliveryState, GoneAway, Lane, Unknowable
from domain.failures import Until
from domain.ids import short
from domain.messages import (
    Button,
    ChatKind,
    ChatRef,
    Message,
    Outgoing,
    Press,
    ReceiptKind,
    Sender,
)
from storage.accounts import traits
from storage.codec import write_outgoing
from storage.database import Tx
from storage.deliveries import breaking, pauses, typed_numbers
from storage.deliveries.settling import Settled, settle
from storage.deliveries.typed_numbers import Unclear
from storage.deliveries.windows import Claim, Window, open_window
from storage.tables import run
from tests.delivery.post_office import until
from tests.storage.deliveries.two_channels import OA, Two, two_channels
from tests.storage.ledger_world import LEASE, ledger_world

# SQLite has one writer: nothing happens in the middle of its transactions.
pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


async def run_with_button(two: Two, resident_id: UUID) -> None:
    run_id = await two.run([(resident_id, OA)])
    words = write_outgoing(
        Outgoing(text="Đội mũ", buttons=((Button("Đã đọc", action="ack:{d}"),),))
    )
    change = update(run).where(run.c.id == run_id).values(content={"vi": words})
    await two.world.do(lambda tx: tx.connection.execute(change))


@pytest.mark.parametrize("statement", range(5))
async def test_a_number_is_never_taken_for_the_message_before_alone(
    two: Two, statement: int
) -> None:
    one = await two.resident()
    await two.world.reply(await two.chat(one), "Bà con chọn")
    await two.settle(await two.opened(), choices=("old:1", "old:2"))
    await run_with_button(two, one)
    window = await two.opened()
    action = f"ack:{short(window.sends[0].delivery_id)}"
    loop, seen = asyncio.get_running_loop(), list[str]()

    def note(_connection: Any, _cursor: Any, words: str, *_more: Any) -> None:
        seen.append(words)
        if len(seen) == statement + 1:
            settling = two.settle(window, choices=(action,))
            assert asyncio.run_coroutine_threadsafe(settling, loop).result(30)

    def work(tx: Tx) -> Press | Unclear | None:
        event.listen(tx.connection, "after_cursor_execute", note)
        message = Message(
            chat=ChatRef(f"{OA} {one}", ChatKind.PRIVATE),
            sender=Sender(f"{OA} {one}"),
            at=tx.now,
            message_id="t1",
            text="1",
        )
        return typed_numbers.as_press(tx, two.accounts[OA].id, message)

    found = await two.world.do(work)

    assert len(seen) > statement, "it was settled in the middle"
    if statement == 0:
        # The chat alone was looked up: all the rest knows the settled message.
        assert isinstance(found, Unclear)
    newest = found.later if isinstance(found, Unclear) else found
    assert newest is not None
    assert newest.action == action


async def test_a_receipt_waits_for_who_is_just_settling_its_message(two: Two) -> None:
    one = await two.resident()
    run_id = await two.run([(one, OA)])
    window = await two.opened()
    message = f"m{window.sends[0].delivery_id}"
    settled, told = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        (send,) = window.sends
        result = Settled(send.delivery_id, send.attempt_id, Accepted(message, tx.now))
        assert settle(tx, window.id, [result], two.doors[OA])
        settled.set()
        assert told.wait(60)

    ours = asyncio.create_task(two.world.do(work))
    try:
        assert await asyncio.to_thread(settled.wait, 60)
        theirs = asyncio.create_task(two.receipt(one, message, ReceiptKind.SEEN))

        async def waits_or_is_done() -> bool:
            return theirs.done() or await two.world.somebody_waits()

        await until(waits_or_is_done)
    finally:
        told.set()
    await asyncio.gather(ours, theirs)

    row = await two.row_of(run_id, one)
    assert row.state is DeliveryState.DELIVERED
    assert await two.world.counted(run_id, "seen") == 1
    assert await two.world.problems(run_id) == []


@pytest.mark.parametrize("rest", ["everybody gone", "silent"])
async def test_while_one_tries_the_water_nobody_else_does_though_it_is_settled_meanwhile(
    migrated_database_url: str, rest: str
) -> None:
    async with ledger_world(migrated_database_url) as world:
        run_id = await world.run([await world.person() for _ in range(4)], lane=Lane.BULK)
        account_id = world.account.id

        def begin(tx: Tx) -> None:
            if rest == "silent":
                pauses.begin(tx, account_id, tx.now + timedelta(minutes=1))
            else:
                over = (tx.now + timedelta(minutes=1)).isoformat()
                traits.put(tx, account_id, traits.GONE_UNTIL, over)

        await world.do(begin)
        world.clock.forward(minutes=2)
        first = await world.open(8)
        assert first is not None
        (send,) = first.sends

        def settle_it(tx: Tx) -> None:
            outcome = GoneAway(Until.FOREVER, "gone") if rest != "silent" else Unknowable("reset")
            result = Settled(send.delivery_id, send.attempt_id, outcome)
            assert settle(tx, first.id, [result])
            trips = (Silent(timedelta(minutes=5)),) if rest == "silent" else ()
            breaking.note(tx, account_id, trips, [result])

        loop, settled = asyncio.get_running_loop(), list[str]()

        def note(_connection: Any, _cursor: Any, words: str, *_more: Any) -> None:
            if not settled and "FROM account" in words and "FOR UPDATE" in words:
                settled.append(words)
                asyncio.run_coroutine_threadsafe(world.do(settle_it), loop).result(30)

        def work(tx: Tx) -> Window | None:
            event.listen(tx.connection, "before_cursor_execute", note)
            return open_window(tx, Claim(account_id, "w2", LEASE), tuple(Lane), 8)

        assert await world.do(work) is None
        assert settled, "it was settled before the second had the account"
        tried = sum(row.tries for row in await world.rows(run_id))
        assert tried == 1
