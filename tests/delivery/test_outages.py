"""Outages: the run waits, says why, goes on by itself, and what the ledger says holds."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text

from broadcasts import reach, standstill
from domain.delivery import DeliveryState
from domain.failures import Ambiguous, Transient
from domain.messages import ChatRef, Outgoing, Sent
from storage.database import Database, DatabaseAway, Tx
from storage.people import addresses
from tests.delivery.post_office import Office, Platform, at_work, until

T = TypeVar("T")
PEOPLE = [str(9000 + number) for number in range(60)]
ACCEPTED = DeliveryState.ACCEPTED


async def judge(office: Office, platform: Platform) -> None:
    """See that everybody has it once, or is named, and that the figures hold."""
    times = [sum(chat == one for chat, _ in platform.sends) for one in PEOPLE]
    assert max(times) == 1
    assert await office.cellar.look(reach.verify) == []


async def done(office: Office, ids: list[Any], **states: int) -> None:
    async def reached() -> bool:
        counts = await office.states(ids)
        return {state.value: number for state, number in counts.items()} == states

    await until(reached)


class FullDisk(Database):
    """A database whose disk is full when told so, by the means of each server."""

    full = False

    async def write(self, work: Callable[[Tx], T]) -> T:
        def limited(tx: Tx) -> T:
            if tx.connection.dialect.name == "sqlite":
                pages = tx.connection.execute(text("PRAGMA page_count")).scalar_one()
                most = pages if self.full else 1_000_000
                tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")
                if self.full:
                    tx.connection.exec_driver_sql("CREATE TABLE filling (x)")
                    tx.connection.exec_driver_sql("INSERT INTO filling VALUES (zeroblob(1000000))")
            elif self.full:
                tx.connection.execute(text("DO $$BEGIN RAISE SQLSTATE '53100'; END$$"))
            return work(tx)

        return await super().write(limited)


async def test_a_full_disk_stops_sending_and_what_went_is_settled_once_there_is_room(
    office: Office,
) -> None:
    cellar = office.cellar
    database = FullDisk(cellar.url, cellar.keys, office.clock)
    began = asyncio.Event()
    go_on = asyncio.Event()

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        began.set()
        await go_on.wait()
        return None

    platform = Platform(script)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    async with at_work(office.sender(platform, database=database)):
        await began.wait()
        database.full = True
        go_on.set()
        await until(lambda: len(platform.sends) >= 16)
        # Longer than any lease: the disk is full for ten minutes.
        office.clock.forward(minutes=10)
        assert (await office.states(ids))[ACCEPTED] < len(PEOPLE)
        database.full = False
        await done(office, ids, accepted=len(PEOPLE))
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


async def test_a_database_gone_for_a_while_loses_and_doubles_nothing(office: Office) -> None:
    cellar = office.cellar
    database = Database(
        cellar.url, cellar.keys, office.clock, lock_patience=timedelta(milliseconds=50)
    )
    half = asyncio.Event()

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        if len(platform.sends) > 20:
            half.set()
        return None

    platform = Platform(script)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    async with at_work(office.sender(platform, database=database)):
        await half.wait()
        with gone(cellar.url):
            office.clock.forward(minutes=1)
            before = len(platform.sends)
            with pytest.raises(DatabaseAway):
                await database.write(lambda tx: tx.connection.execute(text("SELECT 1")))
            assert len(platform.sends) <= max(before + 96, len(PEOPLE))
        await done(office, ids, accepted=len(PEOPLE))
    await database.close()
    await judge(office, platform)


async def test_a_platform_down_for_ten_minutes_keeps_the_run_waiting_and_says_since_when(
    office: Office,
) -> None:
    fault: list[Exception] = [Transient("network")]

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        if fault:
            platform.sends.pop()
            raise fault[0]
        return None

    platform = Platform(script)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    since = office.clock.now()
    async with at_work(office.sender(platform)):
        await until(lambda: _is_paused(office))
        for _ in range(10):
            office.clock.forward(minutes=1)
            office.bell.ring()
        (hindrance,) = await office.cellar.look(lambda tx: standstill.of(tx, ["telegram"]))
        assert (hindrance.key, hindrance.since) == ("reach.still_away", since)
        assert (await office.states(ids))[DeliveryState.PENDING] == len(PEOPLE)
        fault.clear()

        async def through() -> bool:
            office.clock.forward(seconds=31)
            office.bell.ring()
            return (await office.states(ids))[ACCEPTED] == len(PEOPLE)

        await until(through)
    assert await office.cellar.look(lambda tx: standstill.of(tx, ["telegram"])) == ()
    await judge(office, platform)


async def _is_paused(office: Office) -> bool:
    (account,) = await office.cellar.look(addresses.accounts)
    return account.paused_since is not None


async def test_answers_that_nobody_can_read_leave_the_routine_ones_unsure_and_never_twice(
    office: Office,
) -> None:
    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        if len(platform.sends) <= 5:
            message = "http 502"
            raise Ambiguous(message)
        return None

    platform = Platform(script)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    async with at_work(office.sender(platform)):

        async def through() -> bool:
            # So many in a row: the account is left alone for a while.
            office.clock.forward(seconds=31)
            office.bell.ring()
            counts = await office.states(ids)
            return counts == {ACCEPTED: len(PEOPLE) - 5, DeliveryState.UNSURE: 5}

        await until(through)
    await judge(office, platform)


async def test_a_clock_moved_back_by_an_hour_holds_nothing_up(office: Office) -> None:
    fault: list[Exception] = [Transient("network")]

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> Sent | None:
        if fault:
            platform.sends.pop()
            raise fault[0]
        return None

    platform = Platform(script)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    async with at_work(office.sender(platform)):
        await until(lambda: _is_paused(office))
        office.clock.forward(hours=-1)
        fault.clear()
        office.bell.ring()
        await done(office, ids, accepted=len(PEOPLE))
    await judge(office, platform)
