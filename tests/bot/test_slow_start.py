"""A start that waits for its database keeps its loop turning, or systemd would end it halfway."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from bot.assembly import build
from bot.settings import Settings
from storage.database import is_sqlite
from storage.migrations_runner import UPGRADE_LOCK
from tests.bot.channels.telegram.pretend import TOKEN, PretendTelegram

HELD_S = 1.5


@contextmanager
def upgrading(url: str) -> Iterator[None]:
    """Do as another program does that brings the schema up to date, for a while."""
    held, over = threading.Event(), threading.Event()

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
        over.wait(HELD_S)
        close()

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        assert held.wait(30)
        yield
    finally:
        over.set()
        holding.join()


@pytest.fixture
def fresh(bare: Path, database_url: str, telegram: PretendTelegram) -> Settings:
    """A service whose database is still empty."""
    return Settings(
        telegram_token=SecretStr(TOKEN),
        telegram_api_url=telegram.url,
        database_url=database_url,
        var_dir=bare / "var",
        web_port=0,
    )


async def test_the_loop_turns_while_the_schema_is_brought_up_to_date(fresh: Settings) -> None:
    longest, last = 0.0, time.monotonic()

    async def turn() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.01)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()

    turning = asyncio.create_task(turn())
    await asyncio.sleep(0.05)
    with upgrading(fresh.database):
        house = await build(fresh, demo=True)
    turning.cancel()
    await house.database.close()
    assert longest < HELD_S
