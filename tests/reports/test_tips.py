"""Table B3: what was open and came is what was closed and stays, however it went to and fro."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.clock import local
from domain.period import Period
from domain.tip import Heard, TipOutcome
from reports import rights
from reports import tips as tip_tables
from reports.sheet import Cell, NotKnown, Row, Sheet
from storage.database import Tx
from storage.people.units import get_unit
from storage.tips import tip_clock_rows
from tests.handlers.tips.test_review import carded
from tests.tips.heard import heard
from tests.tips.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


async def _sheets(world: World, period: Period) -> tuple[Sheet, ...]:
    unit_id = world.chat.unit.id
    return await world.chat.look(lambda tx: tip_tables.sheets(tx, get_unit(tx, unit_id), period))


def _total(sheet: Sheet) -> Row:
    (total,) = [row for row in sheet.rows if row.is_total]
    return total


def _today(world: World) -> Period:
    today = local(world.chat.clock.now()).date()
    return Period(today, today)


async def _now(world: World, period: Period) -> dict[str, Cell]:
    sheets = await _sheets(world, period)
    totals = [dict(_total(sheet).now) for sheet in sheets]
    assert totals[0] == totals[1] == totals[2]
    for sheet in sheets:
        for key in ("at_start", "new", "closed", "at_end"):
            parts = [row.now[key] for row in sheet.rows if not row.is_total]
            assert sum(part for part in parts if isinstance(part, int)) == totals[0][key]
    return totals[0]


async def _close(world: World, outcome: str) -> None:
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.tick()
    await world.reviewer.presses(outcome, of=world.desk)
    await world.tick()


async def test_without_tips_everything_is_nought_and_times_are_not_known(world: World) -> None:
    now = await _now(world, _today(world))
    assert now["at_end"] == now["new"] == 0
    assert now["hours_to_look"] == NotKnown()


async def test_a_tip_is_open_until_it_is_closed(world: World) -> None:
    first_day = _today(world)
    await carded(world)
    now = await _now(world, first_day)
    assert (now["at_start"], now["new"], now["closed"], now["at_end"]) == (0, 1, 0, 1)
    world.chat.clock.forward(days=1)
    second_day = _today(world)
    await _close(world, "Đã xử lý")
    now = await _now(world, second_day)
    assert (now["at_start"], now["new"], now["closed"], now["at_end"]) == (1, 0, 1, 0)
    assert now["handled"] == 1
    assert now["days_to_close"] == pytest.approx(1, abs=0.01)
    # What the first day's report said stays true.
    now = await _now(world, first_day)
    assert (now["new"], now["closed"], now["at_end"]) == (1, 0, 1)
    world.chat.clock.forward(days=1)
    await world.reviewer.writes("/giatri 260001")
    await world.reviewer.presses("Xác nhận có giá trị")
    now = await _now(world, second_day)
    assert (now["handled"], now["valuable"]) == (1, 0)


async def test_a_reopened_tip_is_counted_as_reopened_not_as_new(world: World) -> None:
    await carded(world)
    world.chat.clock.forward(hours=14)
    await _close(world, "Đã xử lý")
    # Fourteen hours after nine in the morning it is late; two hours on it is the next day.
    closing_day = _today(world)
    world.chat.clock.forward(hours=2)
    await world.lan.writes("nhưng tối nay họ lại tụ tập")
    await world.tick(minutes=3)
    now = await _now(world, _today(world))
    assert (now["at_start"], now["new"], now["reopened"], now["at_end"]) == (0, 0, 1, 1)
    now = await _now(world, closing_day)
    assert (now["new"], now["closed"], now["handled"], now["at_end"]) == (1, 1, 1, 0)
    assert len(await world.tips()) == 1


async def test_a_look_and_a_closing_of_later_leave_the_means_of_earlier_days(
    world: World,
) -> None:
    first_day = _today(world)
    await carded(world)
    world.chat.clock.forward(hours=38)
    second_day = _today(world)
    await _close(world, "Đã xử lý")
    assert (await _now(world, first_day))["hours_to_look"] == NotKnown()
    once = (await _now(world, second_day))["days_to_close"]
    assert once == pytest.approx(38 / 24, abs=0.01)
    world.chat.clock.forward(hours=2)
    await world.lan.writes("nhưng tối nay họ lại tụ tập")
    await world.tick(minutes=3)
    assert (await _now(world, second_day))["days_to_close"] == once
    await _close(world, "Đã xử lý")
    assert (await _now(world, second_day))["days_to_close"] == once
    again = (await _now(world, _today(world)))["days_to_close"]
    assert again == pytest.approx(40 / 24, abs=0.01)


async def test_what_the_writer_takes_back_is_closed_as_mistaken(world: World) -> None:
    await carded(world)
    await world.lan.presses("Báo nhầm")
    await world.tick()
    now = await _now(world, _today(world))
    assert (now["closed"], now[TipOutcome.MISTAKEN.value], now["at_end"]) == (1, 1, 0)


async def test_the_time_to_the_first_look_is_that_of_staff(world: World) -> None:
    await carded(world)
    world.chat.clock.forward(hours=2)
    await world.reviewer.presses("Nhận việc", of=world.desk)
    now = await _now(world, _today(world))
    hours = now["hours_to_look"]
    assert isinstance(hours, float)
    assert timedelta(hours=2) <= timedelta(hours=hours) < timedelta(hours=2, minutes=10)


async def test_tips_are_told_apart_by_village_and_channel(world: World) -> None:
    await carded(world)
    subject, area, channel = await _sheets(world, _today(world))
    assert [row.label for row in subject.rows] == ["Chưa phân loại", "Cộng"]
    assert len(area.rows) == 2
    assert [row.label for row in channel.rows] == ["Telegram", "Cộng"]


async def test_by_subject_a_tip_stands_under_what_staff_say(world: World) -> None:
    await carded(world)
    await world.reviewer.writes("/chude 260001 ma túy")
    subject, _, _ = await _sheets(world, _today(world))
    assert [(row.label, row.now["new"]) for row in subject.rows] == [("Ma túy", 1), ("Cộng", 1)]
    await _now(world, _today(world))


async def test_what_is_passed_on_is_counted_apart(world: World) -> None:
    await carded(world)
    await world.reviewer.writes("/chuyencoquan 260001 Hạt Kiểm lâm Ví Dụ")
    now = await _now(world, _today(world))
    assert (now["closed"], now["transferred"], now["out_of_scope"]) == (1, 1, 0)


async def test_what_is_open_is_told_by_whether_somebody_has_it_and_how_late_it_is(
    world: World,
) -> None:
    await carded(world)
    await world.reviewer.presses("Nhận việc", of=world.desk)
    first_day = _today(world)
    now = await _now(world, first_day)
    assert (now["at_end"], now["verifying"], now["overdue"], now["anonymous"]) == (1, 1, 0, 1)
    world.chat.clock.forward(days=22)
    now = await _now(world, _today(world))
    assert (now["at_end"], now["verifying"], now["overdue"]) == (1, 1, 1)
    # On its first day it was not late, and never will have been.
    assert (await _now(world, first_day))["overdue"] == 0
    tip = await world.tip()

    def extend(tx: Tx) -> None:
        last_day = local(world.chat.clock.now()).date() + timedelta(days=9)
        staff_id = tip.taken_by
        assert staff_id is not None
        tip_clock_rows.extend(
            tx, tip, staff_id, 1, decided_on=last_day, last_day=last_day, basis="QĐ 1"
        )

    await world.chat.do(extend)
    assert (await _now(world, _today(world)))["overdue"] == 0


async def test_what_staff_heard_has_rows_of_its_own_and_a_contact_makes_it_known(
    world: World,
) -> None:
    await heard(world, Heard.PHONE, contact="0900 000 003")
    await heard(world, Heard.MEETING)
    await carded(world)
    _, _, channel = await _sheets(world, _today(world))
    assert {row.label: (row.now["new"], row.now["anonymous"]) for row in channel.rows} == {
        "Qua điện thoại": (1, 0),
        "Ở cuộc họp": (1, 1),
        "Telegram": (1, 1),
        "Cộng": (3, 2),
    }
    assert all(sheet.checks[0].holds for sheet in await _sheets(world, _today(world)))
    assert "= kết thúc 0 + cuối kỳ 3: khớp." in channel.checks[0].text


async def test_the_chiefs_table_counts_looks_and_what_is_late(world: World) -> None:
    await carded(world)
    world.chat.clock.forward(days=22)
    await world.chief.writes("/giahan 260001 15/01/2027 10/12/2026 QĐ số 5")
    unit_id = world.chat.unit.id
    (found,) = await world.chat.look(
        lambda tx: rights.sheets(tx, get_unit(tx, unit_id), _today(world))
    )
    assert found.inside
    (row,) = found.rows
    assert (row.now["overdue"], row.now["extended"], row.now["revealed"]) == (0, 1, 0)
