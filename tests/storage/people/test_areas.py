"""Areas are written from the gazetteer, again and again without harm."""

from collections.abc import AsyncIterator

import pytest

from domain.place import Kind, Level
from domain.places import Gazetteer, village_of
from storage.database import Database
from storage.packaged import load_gazetteer
from storage.people import areas, units
from storage.sealing import fresh_keyring
from tests.chat import DONG_KINH, MovingClock


@pytest.fixture
async def database(migrated_database_url: str) -> AsyncIterator[Database]:
    opened = Database(migrated_database_url, fresh_keyring(), MovingClock())
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(demo_villages=True)


async def test_writing_twice_writes_once(database: Database, gazetteer: Gazetteer) -> None:
    written = await database.write(lambda tx: areas.sync(tx, gazetteer))
    assert written == len(gazetteer.places)
    assert await database.write(lambda tx: areas.sync(tx, gazetteer)) == 0


async def test_parents_may_come_after_their_children(
    database: Database, gazetteer: Gazetteer
) -> None:
    upside_down = Gazetteer(tuple(reversed(gazetteer.places)))
    written = await database.write(lambda tx: areas.sync(tx, upside_down))
    assert written == len(gazetteer.places)


async def test_a_renamed_village_is_changed_and_a_new_one_added(
    database: Database, gazetteer: Gazetteer
) -> None:
    await database.write(lambda tx: areas.sync(tx, gazetteer))
    renamed = village_of(DONG_KINH, Kind.QUARTER, "Tên Mới", "kp-vi-du-1")
    added = village_of(DONG_KINH, Kind.QUARTER, "Ví Dụ 9")
    kept = [place for place in gazetteer.places if place.code != renamed.code]
    changed = Gazetteer((*kept, renamed, added))
    assert await database.write(lambda tx: areas.sync(tx, changed)) == 2
    found = await database.read(lambda tx: areas.get(tx, renamed.code))
    assert found is not None
    assert found.full_name == "khối phố Tên Mới"


async def test_entered_villages_come_back_as_they_were_entered(
    database: Database, gazetteer: Gazetteer
) -> None:
    own = village_of(DONG_KINH, Kind.HAMLET, "Tên Có Dấu", "ma-rieng")
    await database.write(lambda tx: areas.sync(tx, gazetteer.plus([own])))
    found = await database.read(areas.villages)
    assert own in found
    assert set(found) - {own} == {
        place for place in gazetteer.places if place.level is Level.VILLAGE
    }
    assert load_gazetteer().plus(found).get(own.code) == own


async def test_areas_are_found_by_code_and_from_above(
    database: Database, gazetteer: Gazetteer
) -> None:
    await database.write(lambda tx: areas.sync(tx, gazetteer))
    ward = await database.read(lambda tx: areas.get(tx, DONG_KINH))
    assert ward is not None
    assert (ward.level, ward.kind, ward.name) == (Level.COMMUNE, Kind.WARD, "Đông Kinh")
    assert any("Vĩnh Trại" in old for old in ward.old_names)
    below = await database.read(lambda tx: areas.children(tx, DONG_KINH))
    assert [area.name for area in below] == [f"Ví Dụ {number}" for number in range(1, 9)]
    [province] = await database.read(lambda tx: areas.children(tx, None))
    assert province.level is Level.PROVINCE
    assert await database.read(lambda tx: areas.get(tx, "nowhere")) is None
    everything = await database.read(lambda tx: units.areas_below(tx, province.code))
    assert len(everything) == len(gazetteer.places)
