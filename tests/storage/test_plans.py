"""What is asked many times a second reads the rows it is about, however many others there are."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from domain.delivery import Lane
from storage import inbox, ledger, waiting
from storage.database import Tx
from storage.windows import Claim, open_window
from tests.storage.ledger_world import LedgerWorld, ledger_world

LONG = ("inbox", "delivery", "attempt", "address", "resident")
"""Tables that grow with every message or person."""


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


def plans(tx: Tx, work: Callable[[Tx], object]) -> list[str]:
    """Return how the database would carry out each query of some work."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Connection, _cursor: object, words: str, values: Any, *_rest: object) -> None:
        asked.append((words, values))

    event.listen(tx.connection, "before_cursor_execute", note)
    try:
        work(tx)
    finally:
        event.remove(tx.connection, "before_cursor_execute", note)
    if tx.connection.dialect.name == "sqlite":
        explain, last = "EXPLAIN QUERY PLAN ", -1
    else:
        # On small tables PostgreSQL reads everything; told not to, it shows whether it must.
        tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain, last = "EXPLAIN ", 0
    found = []
    for words, values in asked:
        if words.startswith("SELECT"):
            rows = tx.connection.exec_driver_sql(explain + words, values)
            found.append("\n".join(row[last] for row in rows))
    return found


def _reads_all_of(plan: str) -> list[str]:
    """Return the long tables that a plan reads whole, or sorts."""
    tables = "|".join(LONG)
    whole = re.findall(rf"(?:Seq Scan on|SCAN) ({tables})\b(?!.* USING)", plan)
    by_key = re.findall(rf"SCAN ({tables})\w* USING (?:COVERING )?INDEX sqlite_autoindex", plan)
    return whole + by_key


@pytest.mark.parametrize(
    "work",
    [
        inbox.counts,
        inbox.oldest_waiting,
        waiting.backlog,
        waiting.oldest_talk,
        ledger.unsure,
        lambda tx: ledger.failed_of_tips(tx, 10),
        lambda tx: waiting.expire_due(tx, 10),
        lambda tx: inbox.forget_done(tx, tx.now),
    ],
    ids=["counts", "oldest", "backlog", "talk", "unsure", "failed", "expire", "forget"],
)
async def test_no_long_table_is_read_whole(
    world: LedgerWorld, work: Callable[[Tx], object]
) -> None:
    await world.run([await world.person()])
    for plan in await world.do(lambda tx: plans(tx, work)):
        assert _reads_all_of(plan) == [], plan


async def test_the_inbox_is_read_from_its_oldest_unhandled_item_on(world: LedgerWorld) -> None:
    ours = [world.account.id]
    found = await world.do(lambda tx: plans(tx, lambda tx: inbox.next_items(tx, 32, ours)))
    assert len(found) == 1
    assert "ix_inbox_waiting" in found[0], found[0]
    assert _reads_all_of(found[0]) == []


async def test_a_window_reads_what_is_due_in_order_and_nothing_of_other_runs(
    world: LedgerWorld,
) -> None:
    person = await world.person()
    await world.run([person])
    claim = Claim(world.account.id, "w1", timedelta(seconds=30))

    def open_it(tx: Tx) -> None:
        open_window(tx, claim, tuple(Lane), 7, lambda _address, _kind: True)

    found = [
        plan for plan in await world.do(lambda tx: plans(tx, open_it)) if "ix_delivery" in plan
    ]
    assert "ix_delivery_due_alone" in found[0], found[0]
    assert any("ix_delivery_due_run" in plan for plan in found)
    for plan in found:
        assert _reads_all_of(plan) == [], plan
        assert "TEMP B-TREE" not in plan, plan
