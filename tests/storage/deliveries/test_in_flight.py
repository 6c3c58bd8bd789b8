"""One message at a time in each chat, also where two transactions open windows at once."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from domain.channel import Pace
from domain.delivery import Lane
from domain.slots import SECOND
from storage.database import Tx
from storage.deliveries.slots import Booking, Pacing
from storage.deliveries.windows import Claim, Window, open_window
from tests.delivery.post_office import until
from tests.storage.ledger_world import LEASE, LedgerWorld, ledger_world

QUICK = Pace(account_per_s=400, chat_per_s=400, group_per_minute=400, reply_share=0.15)


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


def pacing() -> Pacing:
    return Pacing(QUICK, lambda: round(time.time() * SECOND), time.monotonic)


def chats(window: Window | None) -> set[UUID]:
    if window is None:
        return set()
    plain = window.plain.rows if window.plain is not None else ()
    return {one.address_id for one in window.sends} | {UUID(row.address) for row, _ in plain}


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("plain", [None, 8], ids=["one by one", "all at once"])
async def test_of_two_transactions_at_once_only_one_sends_to_a_chat(
    world: LedgerWorld, plain: int | None
) -> None:
    both, other = await world.person(), await world.person()
    routine = await world.run([both])
    bulk = await world.run([both, other], lane=Lane.BULK)
    opened, looked = threading.Event(), threading.Event()

    def first(tx: Tx) -> Window | None:
        booking = Booking(tx, world.account.id, pacing())
        claim = Claim(world.account.id, "w1", LEASE, plain=plain)
        window = open_window(tx, claim, [Lane.ROUTINE], 8, booking)
        opened.set()
        assert looked.wait(60)
        return window

    ours = asyncio.create_task(world.do(first))
    try:
        assert await asyncio.to_thread(opened.wait, 60)
        theirs = asyncio.create_task(
            world.open(8, worker="w2", lanes=[Lane.BULK], pacing=pacing(), plain=plain)
        )
        await until(world.somebody_waits)
    finally:
        looked.set()

    assert chats(await ours) == {both[1]}
    assert chats(await theirs) == {other[1]}, "who is just being written to has to wait"
    tries = {row.address_id: row.tries for row in await world.rows(bulk)}
    assert tries == {both[1]: 0, other[1]: 1}
    assert [row.tries for row in await world.rows(routine)] == [1]
