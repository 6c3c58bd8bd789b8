"""Everybody locks rows of the ledger, then their counters, then chats and accounts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from domain.delivery import AccountStopped, GoneAway, NotSent, Outcome, Unknowable
from domain.failures import Until
from storage.database import Tx
from storage.deliveries.settling import Settled, settle
from tests.storage.deliveries.two_channels import OA, Two, two_channels
from tests.storage.ledger_world import ledger_world


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


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

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(" ".join(statement.split()[:3]).lower())

    def work(tx: Tx) -> None:
        event.listen(tx.connection, "before_cursor_execute", note)
        assert settle(tx, window.id, results, two.doors[OA])

    await two.world.do(work)
    last_counted = max(at for at, one in enumerate(said) if one.startswith("insert into run_count"))
    assert said.index(f"update {changed} set") > last_counted
    assert await two.world.problems(run) == []
