"""Passing a tip to the body whose matter it is: an outcome of its own, told neutrally."""

import pytest
from sqlalchemy import select

from domain.audit import Act
from domain.roles import Role
from domain.tip import Body, TipOutcome, TipState, TipStatus
from storage.staff import audit
from storage.tables import tip
from storage.tips import tips
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world


async def passed_to(world: World) -> str | None:
    return await world.chat.look(
        lambda tx: tx.connection.execute(select(tip.c.passed_to)).scalar_one()
    )


async def choose(world: World) -> None:
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.tick()
    await world.reviewer.presses("Chuyển cơ quan", of=world.desk)
    await world.tick()


async def test_a_tip_is_passed_to_a_chosen_body_and_its_writer_told_no_name(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await choose(world)
        assert (await world.desk.last()).labels == [
            "Cơ quan điều tra",
            "Ủy ban nhân dân",
            "Bộ đội Biên phòng",
            "Trường học, y tế",
            "Nơi khác",
        ]
        assert (await world.tip()).state is TipState.RECEIVED
        await world.reviewer.presses("Bộ đội Biên phòng", of=world.desk)
        found = await world.tip()
        assert (found.outcome, found.status) == (TipOutcome.TRANSFERRED, TipStatus.TRANSFERRED)
        assert await passed_to(world) == Body.BORDER_GUARD
        assert any("Bộ đội Biên phòng" in one.text for one in await world.desk.heard())
        (notice,) = await world.lan.news()
        assert notice.labels == ["Xem"]
        assert "Biên phòng" not in notice.text
        await world.lan.presses("Xem")
        assert "cơ quan có thẩm quyền" in (await world.lan.last()).text
        await world.lan.writes("/tincuatoi")
        assert "Đã chuyển cơ quan khác" in (await world.lan.last()).text
        log = await world.chat.look(lambda tx: list(audit.entries(tx)))
        assert [entry.act for entry in log] == [Act.TIP_TRANSFERRED, Act.TIP_CLOSED]
        assert log[0].facts["body"] == "border_guard"
        (answer,) = await world.reviewer.presses("Ủy ban nhân dân", of=world.desk)
        assert "đã kết thúc" in answer.text
        assert await passed_to(world) == Body.BORDER_GUARD


async def test_a_typed_name_is_kept_for_staff_and_not_in_the_log(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.reviewer.writes(
            "/chuyencoquan Hạt Kiểm lâm Ví Dụ", in_group=world.desk, reply_to=card
        )
        assert await passed_to(world) == Body.OTHER
        assert (await world.desk.last()).text.endswith("chuyển tới Hạt Kiểm lâm Ví Dụ.")
        log = await world.chat.look(lambda tx: list(audit.entries(tx)))
        assert "Kiểm lâm" not in repr(log)
        await world.lan.writes("nhưng hôm nay lại thấy")
        await world.tick(minutes=3)
        assert "│ Hạt Kiểm lâm Ví Dụ" in (await world.cards())[-1].text
        assert await passed_to(world) is None


async def test_the_command_without_a_name_asks_and_a_strange_name_is_refused(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.reviewer.writes("/chuyencoquan 260001")
        assert "Cơ quan điều tra" in (await world.reviewer.last()).labels
        await world.reviewer.writes("/chuyencoquan 260001 " + "x" * 201)
        assert "nhiều nhất" in (await world.reviewer.last()).text
        assert (await world.tip()).state is TipState.RECEIVED


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMIN, Role.DUTY_OFFICER])
async def test_who_may_not_close_passes_nothing_on(migrated_database_url: str, role: Role) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà rồi, cứu với")
        await world.tick()
        other = await world.chat.staff("770010020055", role)
        await choose(world)
        (answer,) = await other.presses("Ủy ban nhân dân", of=world.desk)
        assert "không có quyền" in answer.text
        await other.writes("/chuyencoquan 260001 Nơi Ví Dụ")
        assert "không có quyền" in (await other.last()).text
        found = await world.tip()
        assert found.state is TipState.RECEIVED
        await world.chat.do(lambda tx: tips.erase(tx, found))
        (answer,) = await world.reviewer.presses("Chuyển cơ quan", of=world.desk)
        assert "đã được xóa" in answer.text
