"""The inbox where the same is brought twice at once."""

import asyncio
import threading

from sqlalchemy import text

from storage.database import Database, Tx
from storage.deliveries import inbox
from storage.people import addresses
from storage.sealing import fresh_keyring
from tests.chat import MovingClock
from tests.databases import MigratedPostgres
from tests.storage.deliveries.test_inbox import by_state, letter


async def test_the_same_brought_twice_at_once_in_another_order_is_no_deadlock(
    migrated_postgres: MigratedPostgres,
) -> None:
    tries: list[str] = []
    begun = threading.Event()
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with migrated_postgres.fresh() as url:
        db = Database(url, fresh_keyring(), MovingClock())
        account = await db.write(lambda tx: addresses.register_account(tx, "telegram", "7", "a"))

        def first(tx: Tx) -> None:
            tries.append("first")
            inbox.put(tx, account.id, [letter("a", "1")])
            begun.set()
            with tx.connection.engine.connect() as other:
                while not other.execute(waiting).scalar_one():
                    other.rollback()
            inbox.put(tx, account.id, [letter("b", "2")])

        def second(tx: Tx) -> None:
            tries.append("second")
            inbox.put(tx, account.id, [letter("b", "2"), letter("a", "1")])

        one = asyncio.create_task(db.write(first))
        assert await asyncio.to_thread(begun.wait, 60)
        await db.write(second)
        await one
        assert await db.read(by_state) == {"new": 2}
        await db.close()
    assert tries == ["first", "second"]
