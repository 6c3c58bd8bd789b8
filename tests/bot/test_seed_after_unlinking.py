"""A file gives nobody back what was taken from them since it was written."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from bot.plan import read_plan
from bot.seed import Update, seed_areas, seed_plan, update_plan
from domain.audit import Act
from domain.roles import Role
from storage.database import Database, Tx
from storage.packaged import load_gazetteer
from storage.people import addresses, units
from storage.people.addresses import Address
from storage.people.units import Staff
from storage.sealing import fresh_keyring
from storage.staff import audit, setting_up, staff_links
from tests.chat import MovingClock

CHIEF = "2002"
"""The chief's Telegram id in the demo's file."""


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    made = Database(migrated_database_url, fresh_keyring(), MovingClock())

    def seed(tx: Tx) -> None:
        seed_areas(tx, load_gazetteer(demo_villages=True))
        account = addresses.register_account(tx, "telegram", "7001", "vi_du_bot")
        seed_plan(tx, [account], read_plan(None))

    await made.write(seed)
    yield made
    await made.close()


def _chat(tx: Tx, platform_id: str) -> Address:
    (account,) = addresses.accounts(tx)
    found = addresses.find(tx, account.id, platform_id)
    assert found is not None
    return found


def _chief(tx: Tx) -> Staff:
    (unit,) = units.all_units(tx)
    (found,) = units.staff_with(tx, unit.id, frozenset({Role.CHIEF}))
    return found


async def _update(db: Database) -> Update:
    return await db.write(lambda tx: update_plan(tx, read_plan(None)))


async def test_who_was_retired_stays_retired(db: Database) -> None:
    def retire(tx: Tx) -> None:
        chief = _chief(tx)
        staff_links.unlink(tx, chief)
        setting_up.change_staff(tx, chief.id, chief.name, chief.roles, active=False)

    await db.write(retire)
    done = await _update(db)
    assert done.cut_off == ("Trưởng công an Dũng (ví dụ)",)
    assert (done.added, done.changed) == (0, 0)

    def chiefs(tx: Tx) -> int:
        (unit,) = units.all_units(tx)
        return len(units.staff_with(tx, unit.id, frozenset({Role.CHIEF})))

    assert await db.read(chiefs) == 0
    assert (await db.read(lambda tx: _chat(tx, CHIEF))).staff_id is None


async def test_a_lost_phone_that_was_cut_off_stays_cut_off(db: Database) -> None:
    await db.write(lambda tx: staff_links.unlink(tx, _chief(tx)))
    done = await _update(db)
    assert done.cut_off
    assert (await db.read(lambda tx: _chat(tx, CHIEF))).staff_id is None


async def test_who_moved_to_another_phone_does_not_become_two_people(db: Database) -> None:
    """Four eyes are two people: the same one must not have two names in our books."""

    def move(tx: Tx) -> UUID:
        (account,) = addresses.accounts(tx)
        chief = _chief(tx)
        new = addresses.ensure(tx, account.id, _chat(tx, CHIEF).kind, "2999")
        staff_links.link(tx, new, chief)
        return chief.id

    chief_id = await db.write(move)
    await _update(db)
    assert (await db.read(_chief)).id == chief_id
    assert (await db.read(lambda tx: _chat(tx, CHIEF))).staff_id is None


async def test_a_new_code_links_a_chat_that_was_taken(db: Database) -> None:
    def away_and_back(tx: Tx) -> None:
        chief = _chief(tx)
        staff_links.unlink(tx, chief)
        staff_links.link(tx, _chat(tx, CHIEF), chief)

    await db.write(away_and_back)
    done = await _update(db)
    assert done.cut_off == ()
    assert (await db.read(lambda tx: _chat(tx, CHIEF))).staff_id is not None


async def test_what_a_file_does_stands_in_the_log_of_acts(db: Database) -> None:
    acts = [entry.act for entry in await db.read(lambda tx: list(audit.entries(tx)))]
    assert acts.count(Act.UNIT_MADE) == 1
    assert acts.count(Act.STAFF_MADE) == 4
    assert acts.count(Act.GROUP_CONNECTED) == 3
    before = len(acts)
    await _update(db)
    assert await db.read(audit.count) == before, "an update that changes nothing is no act"
