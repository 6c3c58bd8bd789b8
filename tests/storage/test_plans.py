"""What is asked many times a second reads the rows it is about, however many others there are."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, text, update

from bench.filling import fill_quickly
from domain.campaign import RunState
from domain.delivery import Lane
from people import wishes
from storage.campaigns import runs
from storage.database import Tx
from storage.deliveries import in_flight, inbox, ledger, taking_over, undelivered, waiting
from storage.deliveries.windows import Claim, open_window
from storage.people import erasing, residents, words_aside
from storage.people.residents import Wish
from storage.tables import delivery, run
from storage.tables.deliveries import ALONE
from tests.databases import MigratedPostgres
from tests.storage.ledger_world import AREA, LedgerWorld, ledger_world

LONG = ("inbox", "delivery", "attempt", "address", "resident")
"""Tables that grow with every message or person."""


@pytest.fixture
async def world(database_kind: str, request: pytest.FixtureRequest) -> AsyncIterator[LedgerWorld]:
    if database_kind == "sqlite":
        async with ledger_world(request.getfixturevalue("migrated_database_url")) as opened:
            yield opened
        return
    # How a plan is chosen depends on the size of files, too.
    copies: MigratedPostgres = request.getfixturevalue("migrated_postgres")
    with copies.untouched() as url:
        async with ledger_world(url) as opened:
            yield opened


def plans(tx: Tx, work: Callable[[Tx], object], *, few: bool = True) -> list[str]:
    """Return how the database would carry out each query of some work; `few`: on few rows."""
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
        # Small tables PostgreSQL reads whole and sorts; told not to, it shows whether it must.
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort") if few else ():
            tx.connection.execute(text(f"SET LOCAL enable_{way} = off"))
        explain, last = "EXPLAIN ", 0
    found = []
    for words, values in asked:
        if words.startswith(("SELECT", "UPDATE", "DELETE")):
            rows = tx.connection.exec_driver_sql(explain + words, values)
            found.append("\n".join(row[last] for row in rows))
    return found


def later(tx: Tx) -> None:
    """Let what waits outside any run wait on, so that a window goes on to the runs."""
    soon = tx.now + timedelta(minutes=1)
    tx.connection.execute(update(delivery).where(ALONE).values(not_before=soon))


def analysed(tx: Tx) -> None:
    """Tell PostgreSQL what is in the tables: of empty ones all indexes cost the same."""
    if tx.connection.dialect.name == "postgresql":
        for table in LONG:
            tx.connection.execute(text(f"ANALYZE {table}"))


async def many(world: LedgerWorld, count: int) -> None:
    """Make a run for so many people, of whose rows none was sent, and let PostgreSQL know it."""
    run_id = await world.run([])
    known = {"account": world.account.id, "run": run_id, "area": AREA, "most": count}
    await world.do(lambda tx: fill_quickly(tx, world.account.id, world.unit.id, count))
    await world.do(lambda tx: tx.connection.execute(text(_A_ROW_EACH), {**known, "now": tx.now}))
    await world.do(analysed)


_A_ROW_EACH = """
INSERT INTO delivery (id, kind, lane, account_id, address_id, run_id, resident_id, area_code,
                      channel, language, state, created_at, tries, again)
SELECT CAST(lpad(to_hex(i), 32, '0') AS uuid), 'campaign', 2, :account,
       CAST(lpad(to_hex(i), 32, '0') AS uuid), :run, CAST(lpad(to_hex(i), 32, '0') AS uuid), :area,
       'telegram', 'vi', 'pending', :now, 0, false
FROM generate_series(1, CAST(:most AS int)) AS i
"""


def reads_all_of(plan: str) -> list[str]:
    """Return the long tables that a plan reads whole, or sorts."""
    tables = "|".join(LONG)
    whole = re.findall(rf"(?:Seq Scan on|SCAN) ({tables})\b(?!.* USING)", plan)
    by_key = re.findall(rf"SCAN ({tables})\w* USING (?:COVERING )?INDEX sqlite_autoindex", plan)
    return whole + by_key


@pytest.mark.parametrize(
    "work",
    [
        erasing.forget_addresses,
        words_aside.forget_old,
        wishes.settle_silence,
        wishes.wake,
        lambda tx: inbox.cut(tx, tx.new_id(), "1001"),
        inbox.counts,
        inbox.oldest_waiting,
        waiting.backlog,
        waiting.oldest_talk,
        ledger.unsure,
        lambda tx: undelivered.of_tips(tx, 10),
        lambda tx: waiting.expire_due(tx, 10),
        lambda tx: taking_over.take_over_abandoned(tx, {}),
        lambda tx: inbox.forget_done(tx, tx.now),
    ],
    ids=[
        "addresses",
        "words",
        "silence",
        "rested",
        "cut",
        "counts",
        "oldest",
        "backlog",
        "talk",
        "unsure",
        "failed",
        "expire",
        "abandoned",
        "forget",
    ],
)
async def test_no_long_table_is_read_whole(
    world: LedgerWorld, work: Callable[[Tx], object]
) -> None:
    await world.run([await world.person()])
    for plan in await world.do(lambda tx: plans(tx, work)):
        assert reads_all_of(plan) == [], plan


async def test_the_inbox_is_read_from_its_oldest_unhandled_item_on(world: LedgerWorld) -> None:
    ours = [world.account.id]
    found = await world.do(lambda tx: plans(tx, lambda tx: inbox.next_items(tx, 32, ours)))
    assert len(found) == 1
    assert "ix_inbox_waiting" in found[0], found[0]
    assert reads_all_of(found[0]) == []


async def test_a_window_reads_what_is_due_in_order_and_nothing_of_other_runs(
    world: LedgerWorld,
) -> None:
    await world.run([await world.person() for _ in range(20)])
    for lane in (Lane.URGENT, Lane.TALK) * 20:
        await world.reply((await world.person())[1], lane=lane)
    await world.do(later)
    await world.do(analysed)
    claim = Claim(world.account.id, "w1", timedelta(seconds=30))

    def open_it(tx: Tx) -> None:
        open_window(tx, claim, tuple(Lane), 7)

    found = [
        plan for plan in await world.do(lambda tx: plans(tx, open_it)) if "ix_delivery" in plan
    ]
    assert "ix_delivery_due_alone" in found[0], found[0]
    assert any("ix_delivery_due_run" in plan for plan in found), "\n".join(found)
    for plan in found:
        assert reads_all_of(plan) == [], plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Sort" not in plan, plan


@pytest.mark.parametrize("plain", [None, 100], ids=["one by one", "all at once"])
async def test_of_a_long_run_a_window_reads_its_first_rows_and_no_more(
    migrated_postgres: MigratedPostgres, plain: int | None
) -> None:
    with migrated_postgres.untouched() as url:
        async with ledger_world(url) as world:
            await many(world, 50_000)
            claim = Claim(world.account.id, "w1", timedelta(seconds=30), plain=plain)
            # What is asked is the same whichever rows are found, and none here can be opened.
            work = partial(open_window, claim=claim, lanes=tuple(Lane), size=7)
            found = await world.do(lambda tx: plans(tx, work, few=False))
    assert any("ix_delivery_due_run" in plan for plan in found), found
    for plan in found:
        assert reads_all_of(plan) == [], plan


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_whether_a_long_run_goes_on_is_told_by_its_first_row(world: LedgerWorld) -> None:
    await many(world, 50_000)
    sending = await world.do(lambda tx: runs.ids_in(tx, (RunState.SENDING,)))
    work = partial(waiting.pending_of, run_ids=sending)
    (plan,) = await world.do(lambda tx: plans(tx, work, few=False))
    assert "Index Only Scan using ix_delivery_due_run" in plan, plan
    assert await world.do(work) == set(sending)


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("chats", [7, 512])
async def test_which_chats_are_busy_is_looked_up_chat_by_chat(
    world: LedgerWorld, chats: int
) -> None:
    await many(world, 50_000)
    asked = [f"{number:032x}" for number in range(1, chats + 1)]
    work = partial(in_flight.busy, chats=asked)
    (plan,) = await world.do(lambda tx: plans(tx, work, few=False))
    assert "ix_delivery_waiting" in plan, plan
    assert reads_all_of(plan) == [], plan


async def test_an_erasure_reads_what_is_the_persons_and_nothing_of_others(
    world: LedgerWorld,
) -> None:
    people = [await world.person() for _ in range(20)]
    await world.run(people)
    for _, address_id in people:
        await world.reply(address_id)
    await world.do(analysed)
    found = await world.do(lambda tx: plans(tx, lambda tx: erasing.erase(tx, people[3][0])))
    of_ledger = [plan for plan in found if "delivery" in plan]
    assert any("ix_delivery_alone" in plan for plan in of_ledger)
    for plan in found:
        assert reads_all_of(plan) == [], plan


async def test_silence_and_chat_ids_are_looked_for_among_those_that_wait(
    world: LedgerWorld,
) -> None:
    people = [await world.person() for _ in range(20)]
    await world.do(lambda tx: residents.set_wish(tx, people[0][0], Wish.PAUSED))
    await world.do(lambda tx: erasing.erase(tx, people[1][0]))
    await world.do(analysed)
    found = await world.do(lambda tx: plans(tx, wishes.settle_silence))
    assert "ix_resident_paused" in found[0], found[0]
    found = await world.do(lambda tx: plans(tx, erasing.forget_addresses))
    assert "ix_address_to_forget" in found[0], found[0]
    assert "ix_delivery_waiting" in found[0], found[0]


async def test_counting_what_people_had_reads_their_own_rows_only(world: LedgerWorld) -> None:
    person = await world.person()
    run_id = await world.run([person])
    limits = {"counted": True, "a_day": 1, "a_month": 4}
    await world.do(
        lambda tx: tx.connection.execute(update(run).where(run.c.id == run_id).values(limits))
    )
    claim = Claim(world.account.id, "w1", timedelta(seconds=30))

    def open_it(tx: Tx) -> None:
        assert open_window(tx, claim, tuple(Lane), 7)

    found = await world.do(lambda tx: plans(tx, open_it))
    counting = [plan for plan in found if "ix_delivery_resident" in plan]
    assert len(counting) == 1, found
    assert reads_all_of(counting[0]) == [], counting[0]
