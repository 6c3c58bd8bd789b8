"""Everybody locks rows of the ledger, then their counters, then chats and accounts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from domain.channel import Pace
from domain.delivery import AccountStopped, GoneAway, Lane, NotSent, Outcome, Unknowable
from domain.failures import Until
from storage.database import Tx
from storage.deliveries.settling import Settled, settle
from storage.deliveries.slots import Booking, Pacing
from storage.deliveries.windows import Claim, Window, open_window
from storage.people import joining, residents
from tests.storage.deliveries.two_channels import OA, TELEGRAM, Two, two_channels
from tests.storage.ledger_world import LEASE, ledger_world


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


def listen(tx: Tx, said: list[str]) -> None:
    """Write down how each statement of a transaction begins."""

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(" ".join(statement.split()[:3]).lower())

    event.listen(tx.connection, "before_cursor_execute", note)


def last_counted(said: list[str]) -> int:
    return max(at for at, one in enumerate(said) if one.startswith("insert into run_count"))


@pytest.mark.parametrize(
    ("outcome", "changed"),
    [
        (GoneAway(Until.THEY_WRITE, "blocked"), "address"),
        (NotSent("429", timedelta(seconds=3), account_wide=False), "address"),
        (NotSent("429", timedelta(seconds=3), account_wide=True), "account"),
        (AccountStopped("token"), "account"),
    ],
)
async def test_chats_and_accounts_change_after_rows_and_counters(
    two: Two, outcome: Outcome, changed: str
) -> None:
    people = [await two.resident(), await two.resident()]
    run = await two.run([(one, OA) for one in people])
    window = await two.opened()
    outcomes = (outcome, Unknowable("reset"))
    results = [
        Settled(send.delivery_id, send.attempt_id, outcomes[at])
        for at, send in enumerate(window.sends)
    ]
    said: list[str] = []

    def work(tx: Tx) -> None:
        listen(tx, said)
        assert settle(tx, window.id, results, two.doors[OA])

    await two.world.do(work)
    assert said.index(f"update {changed} set") > last_counted(said)
    assert await two.world.problems(run) == []


async def test_slots_are_taken_after_what_is_left_out_was_counted(two: Two) -> None:
    people = [await two.resident(timedelta(0), TELEGRAM) for _ in range(4)]
    run = await two.run([(one, TELEGRAM) for one in people])
    await two.world.do(lambda tx: residents.set_wish(tx, people[0], residents.Wish.STOPPED))
    account_id, said = two.accounts[TELEGRAM].id, list[str]()
    claim = Claim(account_id, "w1", LEASE, plain=8)
    limits = Pace(account_per_s=400, chat_per_s=1, group_per_minute=20, reply_share=0.15)

    def work(tx: Tx) -> Window | None:
        listen(tx, said)
        booking = Booking(tx, account_id, Pacing(limits, lambda: 0, lambda: 0.0))
        return open_window(tx, claim, tuple(Lane), 8, booking)

    window = await two.world.do(work)
    assert window is not None
    assert window.plain is not None
    assert said.index("update account_pace set") > last_counted(said)
    assert await two.world.problems(run) == []


async def test_a_parted_chat_changes_after_what_waited_for_it_was_counted(two: Two) -> None:
    person = await two.resident(timedelta(0), OA, TELEGRAM)
    run = await two.run([(person, TELEGRAM)])
    ours, parted, said = await two.chat(person, OA), await two.chat(person, TELEGRAM), list[str]()

    def work(tx: Tx) -> None:
        listen(tx, said)
        joining.part(tx, residents.get(tx, person), parted, ours, ours)

    await two.world.do(work)
    assert said.index("update address set") > last_counted(said)
    assert (await two.row_of(run, person)).address_id == ours
    assert await two.world.problems(run) == []
