"""What the clock of an assembled service does when a tick rings."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.assembly import House, build
from bot.clock_steps import Steps
from bot.jobs import JobsHere
from bot.settings import Settings
from bot.ticks import Ticks
from broadcasts.desk import Desk
from storage.database import DatabaseAway, Tx
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


async def test_windows_of_an_account_out_of_use_are_closed_by_the_clock(settings: Settings) -> None:
    house = await build(settings, demo=True)
    try:
        await house.database.write(_leave_a_window)
        steps = Steps(house.database, house.outbox_bell)
        desk = Desk(house.context.outbox, house.context.catalogue)
        ticks = Ticks(house, steps, desk, JobsHere(house.database, ())).all()

        expire, _ = ticks["expire"]
        await expire()

        assert await _windows(house) == 0
    finally:
        for line in house.lines:
            await line.channel.stop()
        await house.database.close()


async def test_after_an_outage_whoever_lives_has_a_round_to_settle_first(
    settings: Settings,
) -> None:
    house = await build(settings, demo=True)
    try:
        await house.database.write(_leave_a_window)
        database = FlakyDatabase(house.database.url, fresh_keyring(), house.clock)
        steps = Steps(database, house.outbox_bell)
        desk = Desk(house.context.outbox, house.context.catalogue)
        expire, _ = Ticks(house, steps, desk, JobsHere(house.database, ())).all()["expire"]

        database.away = True
        with pytest.raises(DatabaseAway):
            await expire()
        database.away = False
        await expire()
        assert await _windows(house) == 1
        await expire()
        assert await _windows(house) == 0
        await database.close()
    finally:
        for line in house.lines:
            await line.channel.stop()
        await house.database.close()


async def test_after_all_stood_still_whoever_lives_has_a_round_to_settle_first(
    settings: Settings,
) -> None:
    clock = MovingClock()
    house = await build(settings, demo=True, clock=clock)
    try:
        steps = Steps(house.database, house.outbox_bell)
        desk = Desk(house.context.outbox, house.context.catalogue)
        expire, _ = Ticks(house, steps, desk, JobsHere(house.database, ())).all()["expire"]

        await expire()
        # The lid of a laptop was closed, say.
        clock.forward(minutes=10)
        await house.database.write(_leave_a_window)
        await expire()
        assert await _windows(house) == 1
        clock.forward(seconds=10)
        await expire()
        assert await _windows(house) == 0
    finally:
        for line in house.lines:
            await line.channel.stop()
        await house.database.close()


async def _windows(house: House) -> int:
    count = select(func.count()).select_from(send_window)
    left: int = await house.database.read(lambda tx: tx.connection.execute(count).scalar_one())
    return left
