"""A start that waits for its database keeps its loop turning, or systemd would end it halfway."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.assembly import build
from bot.settings import Settings
from storage.database import is_sqlite
from storage.migrations_runner import UPGRADE_LOCK
from tests.bot.channels.telegram.pretend import PretendTelegram
from tests.bot.conftest import settings_on

_TURNS = 20
_GIVEN_UP_S = 30
"""A loop that stands still would never let the other go on."""


@contextmanager
def upgrading(url: str) -> Iterator[threading.Event]:
    """Do as another program does that brings the schema up to date, until the event is set."""
    held, over, late = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        if is_sqlite(url):
            file = sqlite3.connect(str(make_url(url).database), isolation_level=None)
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("BEGIN IMMEDIATE")
            close = file.close
        else:
            server = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
            server.execute("SELECT pg_advisory_lock(%s)", (UPGRADE_LOCK,))
            close = server.close
        held.set()
        if not over.wait(_GIVEN_UP_S):
            late.set()
        close()

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        assert held.wait(30)
        yield over
    finally:
        over.set()
        holding.join()
    assert not late.is_set(), "the loop stood still"


@pytest.fixture
def fresh(bare: Path, database_url: str, telegram: PretendTelegram) -> Settings:
    """A service whose database is still empty."""
    return settings_on(database_url, bare, telegram)


async def test_the_loop_turns_while_the_schema_is_brought_up_to_date(fresh: Settings) -> None:
    with upgrading(fresh.database) as over:

        async def turn() -> None:
            for _ in range(_TURNS):
                await asyncio.sleep(0.05)
            over.set()

        turning = asyncio.create_task(turn())
        house = await build(fresh, demo=True)
        assert over.is_set(), "it went on beside the other"
        await turning
    await house.database.close()
