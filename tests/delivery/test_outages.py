"""Outages: the run waits, says why, goes on by itself, and what the ledger says holds."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from enum import Enum, auto
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text

from broadcasts import checking, standstill
from domain.delivery import DeliveryState
from domain.failures import Ambiguous, Transient
from domain.messages import ChatRef, Outgoing, Sent
from storage.database import Database, DatabaseAway, Tx
from storage.deliveries import taking_over
from storage.people import addresses
from tests.delivery.post_office import QUICK, Office, Platform, at_work, until

T = TypeVar("T")
PEOPLE = [str(9000 + number) for number in range(60)]
ACCEPTED, PENDING, UNSURE = DeliveryState.ACCEPTED, DeliveryState.PENDING, DeliveryState.UNSURE
SLOWLY = replace(QUICK, account_per_s=40)
"""A pace at which four windows of ten are open at most: never all of the people's."""
FIRST, OPEN_AT_MOST = 10, 40


async def judge(office: Office, platform: Platform) -> None:
    """See that everybody has it once, or is named, and that the figures hold."""
    times = [sum(chat == one for chat, _ in platform.sends) for one in PEOPLE]
    assert max(times) == 1
    assert await office.cellar.look(checking.verify) == []


async def done(office: Office, ids: list[Any], **states: int) -> None:
    async def reached() -> bool:
        counts = await office.states(ids)
        return {state.value: number for state, number in counts.items()} == states

    await until(reached)


async def through(office: Office, ids: list[Any], platform: Platform) -> None:
    """Return once nobody waits: who was sent to has it, and of no other is it said.

    Of a window whose lease ended while the database was away nobody knows how much had begun: its
    rows are unsure until its own worker tells what went.
    """

    async def reached() -> bool:
        return not (await office.states(ids))[PENDING]

    await until(reached)
    unsure = len(ids) - len(platform.sends)
    assert unsure <= OPEN_AT_MOST
    await done(office, ids, accepted=len(platform.sends), **({"unsure": unsure} if unsure else {}))


class Held:
    """A script by which the first few sends go, and all others hang until they are let go."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.let_go = asyncio.Event()
        self._number = 0

    async def __call__(self, _chat: ChatRef, _outgoing: Outgoing) -> None:
        self._number += 1
        if self._number > FIRST:
            self.began.set()
            await self.let_go.wait()


class Trying(Database):
    """A database that counts how often it was tried in vain."""

    refused = 0

    async def write(self, work: Callable[[Tx], T]) -> T:
        try:
            return await super().write(work)
        except DatabaseAway:
            self.refused += 1
            raise


async def time_passes(office: Office, database: Trying, **length: int) -> None:
    """Let a time pass in four steps, in each of which the sender tries the database in vain."""
    for _ in range(4):
        office.clock.forward(seconds=timedelta(**length).total_seconds() / 4)
        office.bell.ring()
        before = database.refused
        # Each of the four windows, one of them twice.
        await until(lambda before=before: database.refused >= before + 5)


class Full(Enum):
    """When a disk is found to be full."""

    NOT = auto()
    BEFORE_THE_WORK = auto()
    AT_THE_COMMIT = auto()


class FullDisk(Trying):
    """A database whose disk is full when told so, by the means of each server."""

    full = Full.NOT

    async def write(self, work: Callable[[Tx], T]) -> T:
        def limited(tx: Tx) -> T:
            sqlite = tx.connection.dialect.name == "sqlite"
            if sqlite:
                tx.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
            if self.full is Full.BEFORE_THE_WORK:
                _fill_sqlite(tx) if sqlite else _run(tx, _FULL)
            result = work(tx)
            if self.full is Full.AT_THE_COMMIT:
                _fill_sqlite_at_the_commit(tx) if sqlite else _run(tx, *_FULL_AT_THE_COMMIT)
            return result

        return await super().write(limited)


_FULL = "DO $$BEGIN RAISE SQLSTATE '53100'; END$$"
_FULL_AT_THE_COMMIT = (
    "CREATE TEMPORARY TABLE filling (x int)",
    f"CREATE FUNCTION pg_temp.fill() RETURNS trigger LANGUAGE plpgsql AS {_FULL[3:]}",
    """CREATE CONSTRAINT TRIGGER fill AFTER INSERT ON filling DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION pg_temp.fill()""",
    "INSERT INTO filling VALUES (1)",
)
_MANY_WORDS = " ".join(map(str, range(100_000, 120_000)))


def _run(tx: Tx, *statements: str) -> None:
    for statement in statements:
        tx.connection.exec_driver_sql(statement)


def _fill_sqlite(tx: Tx) -> None:
    _no_more_pages(tx)
    _run(tx, "CREATE TABLE filling (x)", "INSERT INTO filling VALUES (zeroblob(1000000))")


def _fill_sqlite_at_the_commit(tx: Tx) -> None:
    # The words of an index are held back until the commit, which then needs pages for them.
    _run(tx, "CREATE VIRTUAL TABLE filling USING fts5 (x, content='')")
    tx.connection.execute(text("INSERT INTO filling (rowid, x) VALUES (1, :x)"), {"x": _MANY_WORDS})
    _no_more_pages(tx)


def _no_more_pages(tx: Tx) -> None:
    pages = tx.connection.execute(text("PRAGMA page_count")).scalar_one()
    _run(tx, f"PRAGMA max_page_count = {pages}")


@pytest.mark.parametrize("moment", [Full.BEFORE_THE_WORK, Full.AT_THE_COMMIT], ids=str)
async def test_a_full_disk_stops_sending_and_what_went_is_settled_once_there_is_room(
    office: Office, kind: type[Platform], moment: Full
) -> None:
    cellar = office.cellar
    database = FullDisk(cellar.url, cellar.keys, office.clock)
    held = Held()
    platform = kind(held)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    async with at_work(office.sender(platform, database=database, limits=SLOWLY)):
        await held.began.wait()
        database.full = moment
        held.let_go.set()
        # Longer than any lease.
        await time_passes(office, database, minutes=10)
        assert len(platform.sends) <= FIRST + OPEN_AT_MOST
        assert (await office.states(ids))[ACCEPTED] <= FIRST
        # Another worker is the first to find room: it cannot know what went.
        account_id = cellar.account_id
        assert await cellar.do(lambda tx: taking_over.take_over(tx, account_id))
        database.full = Full.NOT
        await through(office, ids, platform)
    await database.close()
    await judge(office, platform)


@contextmanager
def gone(url: str) -> Iterator[None]:
    """Keep everybody else from the database for a while."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    named = make_url(url)
    name = named.database or ""
    elsewhere = named.set(drivername="postgresql", database="postgres").render_as_string()
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(elsewhere, autocommit=True) as admin:
        admin.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            admin.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


async def test_a_database_gone_for_a_while_loses_and_doubles_nothing(
    office: Office, kind: type[Platform]
) -> None:
    cellar = office.cellar
    patience = timedelta(milliseconds=50)
    database = Trying(cellar.url, cellar.keys, office.clock, lock_patience=patience)
    held = Held()
    platform = kind(held)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    async with at_work(office.sender(platform, database=database, limits=SLOWLY)):
        await held.began.wait()
        with gone(cellar.url):
            held.let_go.set()
            await time_passes(office, database, minutes=2)
            assert len(platform.sends) <= FIRST + OPEN_AT_MOST
        await through(office, ids, platform)
    await database.close()
    await judge(office, platform)


async def test_a_platform_down_for_ten_minutes_keeps_the_run_waiting_and_says_since_when(
    office: Office, kind: type[Platform]
) -> None:
    down, tried = True, 0

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        nonlocal tried
        if down:
            platform.sends.pop()
            tried += 1
            message = "network"
            raise Transient(message)
        return None

    async def in_the_way() -> tuple[Any, ...]:
        return await office.cellar.look(lambda tx: standstill.of(tx, ["telegram"]))

    platform = kind(script)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    since = office.clock.now()
    async with at_work(office.sender(platform)):
        await until(lambda: _is_left_alone(office))
        while office.clock.now() - since < timedelta(minutes=10):
            # Longer than a platform in trouble is ever left alone.
            office.clock.forward(seconds=31)
            office.bell.ring()
            before = tried
            await until(lambda before=before: tried > before)
            # What is settled only after the clock went on is a trouble of that later time.
            await until(lambda: _is_left_alone(office))
            # One message alone tries the water.
            assert tried == before + 1
            (hindrance,) = await in_the_way()
            assert (hindrance.key, hindrance.since) == ("reach.still_away", since)
        assert await office.states(ids) == {PENDING: len(PEOPLE)}
        down = False

        async def over() -> bool:
            await _skip_the_rest(office)
            return (await office.states(ids))[ACCEPTED] == len(PEOPLE)

        await until(over)
    assert await in_the_way() == ()
    await judge(office, platform)


async def _skip_the_rest(office: Office) -> None:
    """Let the clock go on where an account is left alone; never beyond the lease of a window."""
    if await _is_left_alone(office):
        office.clock.forward(seconds=31)
        office.bell.ring()


async def _is_left_alone(office: Office) -> bool:
    return await office.paused_for() > timedelta(0) and not await office.open_windows()


async def _is_paused(office: Office) -> bool:
    (account,) = await office.cellar.look(addresses.accounts)
    return account.paused_since is not None


async def test_answers_that_nobody_can_read_leave_the_routine_ones_unsure_and_never_twice(
    office: Office, kind: type[Platform]
) -> None:
    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        if len(platform.sends) <= 5:
            message = "http 502"
            raise Ambiguous(message)
        return None

    platform = kind(script)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    async with at_work(office.sender(platform)):

        async def over() -> bool:
            # So many in a row: the account is left alone for a while.
            await _skip_the_rest(office)
            counts = await office.states(ids)
            return counts == {ACCEPTED: len(PEOPLE) - 5, UNSURE: 5}

        await until(over)
    await judge(office, platform)


async def test_a_clock_moved_back_by_an_hour_holds_nothing_up(
    office: Office, kind: type[Platform]
) -> None:
    fault: list[Exception] = [Transient("network")]

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        if fault:
            platform.sends.pop()
            raise fault[0]
        return None

    platform = kind(script)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    async with at_work(office.sender(platform)):
        await until(lambda: _is_paused(office))
        office.clock.forward(hours=-1)
        fault.clear()
        office.bell.ring()
        await done(office, ids, accepted=len(PEOPLE))
    await judge(office, platform)
