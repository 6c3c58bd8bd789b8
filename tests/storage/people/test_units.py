"""Units, their areas, staff and groups, and how they are set up."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.language import Language
from domain.roles import Role
from storage import installation
from storage.database import Tx
from storage.people import units
from storage.staff import setting_up
from storage.tables import staff as staff_table
from tests.cellar import COMMUNE, PROVINCE, VILLAGE, Cellar, furnished
from tests.chat import MovingClock


@pytest.fixture
async def cellar(migrated_database_url: str) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url) as made:
        yield made


def _second(tx: Tx, code: str, area_code: str) -> units.Unit:
    return setting_up.create_unit(
        tx,
        code=code,
        name={"vi": "Công an tỉnh Ví Dụ"},
        area_code=area_code,
        duty_phone="0200 000 0114",
        controller="Công an tỉnh Ví Dụ",
        retention={"vi": "6 tháng"},
        card_content=False,
    )


async def test_a_unit_is_read_back_as_it_was_made(cellar: Cellar) -> None:
    unit = await cellar.look(lambda tx: units.get_unit(tx, cellar.unit_id))
    assert unit.name == {"vi": "Công an phường Ví Dụ", "en": "Example Ward Police"}
    assert unit.retention == {"vi": "12 tháng"}
    assert (unit.code, unit.area_code, unit.duty_phone) == ("VD", COMMUNE, "0200 000 0113")
    assert unit.card_content is True
    assert await cellar.look(installation.count_units) == 1


async def test_the_nearest_unit_above_serves_an_area(cellar: Cellar) -> None:
    above = await cellar.do(lambda tx: _second(tx, "TI", PROVINCE))

    def serving(tx: Tx, code: str) -> str | None:
        found = units.unit_for_area(tx, code)
        return found.code if found else None

    assert await cellar.look(lambda tx: serving(tx, VILLAGE)) == "VD"
    assert await cellar.look(lambda tx: serving(tx, COMMUNE)) == "VD"
    assert await cellar.look(lambda tx: serving(tx, PROVINCE)) == above.code
    assert await cellar.look(lambda tx: serving(tx, "nowhere")) is None
    assert [unit.code for unit in await cellar.look(units.all_units)] == ["TI", "VD"]


async def test_a_unit_code_is_given_once_and_needs_a_known_area(cellar: Cellar) -> None:
    with pytest.raises(IntegrityError):
        await cellar.do(lambda tx: _second(tx, "VD", PROVINCE))
    with pytest.raises(IntegrityError):
        await cellar.do(lambda tx: _second(tx, "XX", "nowhere"))


async def test_areas_below_are_the_area_and_all_within(cellar: Cellar) -> None:
    below = await cellar.look(lambda tx: units.areas_below(tx, PROVINCE))
    assert below == {PROVINCE, COMMUNE, VILLAGE}
    assert await cellar.look(lambda tx: units.areas_below(tx, VILLAGE)) == {VILLAGE}


async def test_an_unknown_area_is_called_by_its_code(cellar: Cellar) -> None:
    assert await cellar.look(lambda tx: units.area_name(tx, COMMUNE)) == f"địa bàn Ví Dụ {COMMUNE}"
    assert await cellar.look(lambda tx: units.area_name(tx, "nowhere")) == "nowhere"


async def test_staff_are_found_by_role_the_oldest_first_their_names_sealed(
    cellar: Cellar,
) -> None:
    unit_id = cellar.unit_id

    def hire(tx: Tx) -> list[units.Staff]:
        return [
            setting_up.create_staff(tx, unit_id, "Cán bộ Một", [Role.OFFICER, Role.OFFICER]),
            setting_up.create_staff(tx, unit_id, "Chỉ huy Hai", [Role.CHIEF, Role.OFFICER]),
            setting_up.create_staff(tx, unit_id, "Quản trị Ba", [Role.ADMIN]),
        ]

    one, two, three = await cellar.do(hire)
    assert one == units.Staff(one.id, unit_id, "Cán bộ Một", Language.VI, frozenset({Role.OFFICER}))
    officers = frozenset({Role.OFFICER})
    assert await cellar.look(lambda tx: units.staff_with(tx, unit_id, officers)) == [one, two]
    assert await cellar.look(lambda tx: units.staff_with(tx, unit_id, frozenset(Role))) == [
        one,
        two,
        three,
    ]
    sealed = await cellar.look(lambda tx: tx.connection.execute(select(staff_table.c.name)).all())
    assert all("Cán bộ".encode() not in row.name for row in sealed)


async def test_who_left_the_service_is_nobody(cellar: Cellar) -> None:
    gone = await cellar.do(
        lambda tx: setting_up.create_staff(tx, cellar.unit_id, "Cán bộ Cũ", [Role.OFFICER])
    )
    await cellar.do(lambda tx: tx.connection.execute(staff_table.update().values(active=False)))
    assert await cellar.look(lambda tx: units.get_staff(tx, gone.id)) is None
    officers = frozenset({Role.OFFICER})
    assert await cellar.look(lambda tx: units.staff_with(tx, cellar.unit_id, officers)) == []


async def test_a_group_we_left_is_not_listed_until_we_are_back(cellar: Cellar) -> None:
    group = await cellar.do(
        lambda tx: setting_up.create_group(
            tx, cellar.unit_id, VILLAGE, "neighbourhood", "Nhóm Ví Dụ 1"
        )
    )

    async def listed() -> list[units.Group]:
        return await cellar.look(lambda tx: units.groups_of(tx, cellar.unit_id, "neighbourhood"))

    assert await listed() == [group]
    await cellar.do(lambda tx: units.note_presence(tx, group.id, present=False))
    assert await listed() == []
    left = await cellar.look(lambda tx: units.get_group(tx, group.id))
    assert left.left_at == MovingClock().now()
    await cellar.do(lambda tx: units.note_presence(tx, group.id, present=True))
    await cellar.do(lambda tx: units.note_members(tx, group.id, 42))
    assert [one.members for one in await listed()] == [42]


async def test_a_fact_of_the_installation_is_replaced_by_a_newer_one(cellar: Cellar) -> None:
    assert await cellar.look(lambda tx: installation.read(tx, "word")) is None
    for value in (b"one", b"two"):
        await cellar.do(lambda tx, value=value: installation.write(tx, "word", value))  # type: ignore[misc]
    assert await cellar.look(lambda tx: installation.read(tx, "word")) == b"two"
