"""Doors to a database as tests open them, also from other threads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import func, select

from storage.database import Database, Tx
from storage.sealing import fresh_keyring
from storage.tables import installation as installation_table
from tests.chat import MovingClock


@asynccontextmanager
async def opened(
    url: str, lock_patience: timedelta = timedelta(seconds=15)
) -> AsyncIterator[Database]:
    database = Database(url, fresh_keyring(), MovingClock(), lock_patience=lock_patience)
    try:
        yield database
    finally:
        await database.close()


def count_facts(tx: Tx) -> int:
    query = select(func.count()).select_from(installation_table)
    count: int = tx.connection.execute(query).scalar_one()
    return count


def alone(url: str, work: object) -> None:
    async def run() -> None:
        async with opened(url) as database:
            await database.write(work)  # type: ignore[arg-type]

    asyncio.run(run())
