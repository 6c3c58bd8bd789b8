"""What the clock of an assembled service does when a tick rings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.assembly import House, build
from bot.clock_steps import Steps
from bot.clockwork import Tick
from bot.jobs import JobsHere
from bot.settings import Settings
from bot.ticks import Ticks
from broadcasts.desk import Desk
from domain.clock import Clock
from storage.database import Database, DatabaseAway, Tx
from storage.people import addresses
from storage.sealing import fresh_keyring
from storage.tables import send_window
from tests.chat import MovingClock
from tests.delivery.post_office import FlakyDatabase


def _leave_a_window(tx: Tx) -> None:
    """Leave what died in the hands of an account that is in no setting any more."""
    account_id = addresses.register_account(tx, "zalo_oa", "oa-1", "OA Ví Dụ").id
    window = send_window.insert().values(
        id=tx.new_id(),
        account_id=account_id,
        worker="dead",
        lane="ROUTINE",
        opened_at=tx.now - timedelta(minutes=2),
        lease_until=tx.now - timedelta(minutes=1, seconds=1),
    )
    tx.connection.execute(window)


@asynccontextmanager
async def opened(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """An assembled service, taken apart again."""
    house = await build(settings, demo=True, clock=clock)
    try:
        yield house
    finally:
        for line in house.lines:
            await line.channel.stop()
        await house.database.close()


def expiring(house: House, database: Database | None = None) -> Tick:
    """Return the tick that takes over what nobody did, on the house's database or another door."""
    steps = Steps(database or house.database, house.outbox_bell)
    desk = Desk(house.context.outbox, house.context.catalogue)
    expire, _ = Ticks(house, steps, desk, JobsHere(house.database, ())).all()["expire"]
    return expire


async def test_windows_of_an_account_out_of_use_are_closed_by_the_clock(settings: Settings) -> None:
    async with opened(settings) as house:
        await house.database.write(_leave_a_window)

        await expiring(house)()

        assert await _windows(house) == 0


async def test_after_an_outage_whoever_lives_has_a_round_to_settle_first(
    settings: Settings,
) -> None:
    async with opened(settings) as house:
        await house.database.write(_leave_a_window)
        database = FlakyDatabase(house.database.url, fresh_keyring(), house.clock)
        expire = expiring(house, database)

        database.away = True
        with pytest.raises(DatabaseAway):
            await expire()
        database.away = False
        await expire()
        assert await _windows(house) == 1
        await expire()
        assert await _windows(house) == 0
        await database.close()


async def test_after_all_stood_still_whoever_lives_has_a_round_to_settle_first(
    settings: Settings,
) -> None:
    clock = MovingClock()
    async with opened(settings, clock) as house:
        expire = expiring(house)

        await expire()
        # The lid of a laptop was closed, say.
        clock.forward(minutes=10)
        await house.database.write(_leave_a_window)
        await expire()
        assert await _windows(house) == 1
        clock.forward(seconds=10)
        await expire()
        assert await _windows(house) == 0


async def _windows(house: House) -> int:
    count = select(func.count()).select_from(send_window)
    left: int = await house.database.read(lambda tx: tx.connection.execute(count).scalar_one())
    return left
