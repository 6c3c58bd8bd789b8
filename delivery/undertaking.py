"""What goes on beside the sending: windows of the dead are taken over, a copy is looked at."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from delivery.bell import Bell
from delivery.high_water import HighWater
from domain.clock import Clock
from domain.door import Door
from storage.database import Database, DatabaseAway
from storage.deliveries import taking_over

log = structlog.get_logger(__name__)

_EVERY_S = 2.0
_STOOD_STILL = timedelta(seconds=10)


async def undertake(
    database: Database,
    account_id: UUID,
    door: Door,
    water: HighWater,
    bell: Bell,
    stopping: asyncio.Event,
    clock: Clock,
    at_hand: Collection[UUID],
) -> None:
    """Take over the windows of workers that died, and see when an older copy is confirmed.

    Those `at_hand` are ours, and we live: who slept for longer than a lease has yet to read what
    was answered meanwhile.
    Once the database is back from where it was away for longer than a lease, or all of us stood
    still, whoever lives comes first: only they know what became of their sends.
    """
    was_away, looked_at = False, clock.now()
    while not stopping.is_set():
        rows, now = 0, clock.now()
        stood_still, looked_at = now - looked_at > _STOOD_STILL, now
        try:
            if was_away or stood_still:
                await database.read(lambda tx: tx.connection.exec_driver_sql("SELECT 1"))
                was_away = False
            else:
                dead = partial(taking_over.take_over, account_id=account_id, door=door)
                rows = await database.write(partial(dead, but=frozenset(at_hand)))
        except DatabaseAway:
            was_away = True
            log.warning("database_away")
        except Exception as error:  # noqa: BLE001 - what sends must outlive a faulty row
            log.error("take_over_fault", error=type(error).__name__)
        if rows:
            log.warning("taken_over", rows=rows)
            bell.ring()
        if water.held:
            await look(water, database)
            bell.ring()
        try:
            await asyncio.wait_for(stopping.wait(), _EVERY_S)
        except TimeoutError:
            continue


async def look(water: HighWater, database: Database) -> None:
    """See how the database stands to what we have sent; while it is away, nothing changes."""
    try:
        await water.look(database)
    except DatabaseAway:
        log.warning("database_away")
    except Exception as error:  # noqa: BLE001 - what sends must outlive a faulty file
        log.error("mark_fault", error=type(error).__name__)
