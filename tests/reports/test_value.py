"""Table B4: what was confirmed in the period, each tip once, withdrawn ones not at all."""

from collections.abc import AsyncIterator

import pytest

from domain.clock import local
from domain.period import Period
from domain.tip import Heard
from reports import value
from reports.sheet import Cell, Sheet
from storage.database import Tx
from storage.people.units import get_unit
from storage.tips import tip_values
from tests.handlers.tips.test_review import carded
from tests.handlers.tips.test_valuing import answer, close
from tests.tips.heard import heard
from tests.tips.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


async def sheet(world: World, period: Period) -> Sheet:
    unit_id = world.chat.unit.id
    (found,) = await world.chat.look(lambda tx: value.sheets(tx, get_unit(tx, unit_id), period))
    return found


def today(world: World) -> Period:
    day = local(world.chat.clock.now()).date()
    return Period(day, day)


async def total(world: World, period: Period) -> dict[str, Cell]:
    (row,) = [row for row in (await sheet(world, period)).rows if row.is_total]
    return dict(row.now)


async def test_nothing_confirmed_is_nought_by_every_way(world: World) -> None:
    found = await sheet(world, today(world))
    assert [row.label for row in found.rows][:3] == [
        "Qua trò chuyện",
        "Qua cuộc họp",
        "Qua cách khác",
    ]
    assert {cell for row in found.rows for cell in row.now.values()} == {0}


async def test_what_staff_heard_is_counted_by_how_they_heard_it(world: World) -> None:
    for how in (Heard.MEETING, Heard.PHONE, Heard.IN_PERSON):
        await heard(world, how)
    await carded(world)
    entered = [tip for tip in await world.tips() if tip.entered_by is not None]

    def confirm(tx: Tx) -> None:
        for tip in entered:
            assert tip.entered_by is not None
            tip_values.confirm(tx, tip.id, tip.entered_by)

    await world.chat.do(confirm)
    by_label = {
        row.label: (row.now["tips"], row.now["unconfirmed"])
        for row in (await sheet(world, today(world))).rows
    }
    assert by_label == {
        "Qua trò chuyện": (0, 1),
        "Qua cuộc họp": (1, 1),
        "Qua cách khác": (2, 2),
        "Cộng": (3, 4),
    }


async def test_two_valuable_tips_are_summed_on_the_day_of_their_confirmation(
    world: World,
) -> None:
    first_day = today(world)
    await carded(world)
    world.chat.clock.forward(days=1)
    second_day = today(world)
    await close(world)
    await answer(world, "1")
    await answer(world, "2")
    await answer(world, "1.500.000")
    neighbour = world.chat.resident("880010010029")
    await neighbour.writes("có người bán pháo")
    await world.tick(minutes=3)
    await close(world)
    await answer(world, "1")
    await answer(world, "3")
    await answer(world, "500.000 đồng")
    third = world.chat.resident("880010010030")
    await third.writes("xe tải chạy ẩu ngoài đường")
    await world.tick(minutes=3)
    assert await total(world, second_day) == {
        "tips": 2,
        "cases": 2,
        "persons": 5,
        "property": 2_000_000,
        "prevented": 0,
        "found": 0,
        "unconfirmed": 1,
    }
    before = await total(world, first_day)
    assert (before["tips"], before["unconfirmed"]) == (0, 1)


async def test_a_tip_closed_twice_as_valuable_counts_once_and_withdrawn_not_at_all(
    world: World,
) -> None:
    await carded(world)
    await close(world)
    day = today(world)
    await world.lan.writes("nhưng tối nay họ lại tụ tập")
    await world.tick(minutes=3)
    world.chat.clock.forward(days=1)
    await close(world)
    assert (await total(world, day))["tips"] == 1
    assert (await total(world, today(world)))["tips"] == 0
    await world.reviewer.writes("/giatri 260001")
    await world.reviewer.presses("Rút xác nhận")
    await world.reviewer.presses("Rút, tôi chắc chắn")
    assert (await total(world, day))["tips"] == 0
