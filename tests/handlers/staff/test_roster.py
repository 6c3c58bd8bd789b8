"""The weekly roster in chat: whose turn it is hears of alarms first."""

import tomllib
from importlib import resources

import pytest

from bot.plan import Plan
from bot.seed import update_plan
from domain.audit import Act
from domain.roles import Role
from storage.staff import audit, duty, setting_up
from tests.tips.world import World, open_world


async def _on_duty(world: World) -> list[str]:
    found = await world.chat.look(lambda tx: duty.on_duty(tx, world.chat.unit.id))
    return [one.name for one in found]


async def test_whose_turn_it_is_is_paged_unless_they_said_they_are_not(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        # The world begins on a Monday at nine.
        await world.reviewer.writes("/truc T2 7h-17h; T3 7h-17h")
        told = (await world.reviewer.last()).text
        assert "Đã ghi lịch trực của Hoàng Ví Dụ" in told
        assert "● Hoàng Ví Dụ: T2, T3 07:00–17:00" in told
        await world.lan.writes("cháy nhà rồi cứu với")
        await world.tick()
        pages = [one for one in await world.reviewer.heard() if "khẩn cấp" in one.text]
        assert len(pages) == 1
        assert not [one for one in await world.duty.heard() if "khẩn cấp" in one.text]
        await world.reviewer.writes("/hettruc")
        assert "hết ca trực" in (await world.reviewer.last()).text
        assert await _on_duty(world) == []
        await world.reviewer.writes("/hettruc")
        assert "đang không trực" in (await world.reviewer.last()).text
        await world.reviewer.writes("/truc")
        assert await _on_duty(world) == ["Hoàng Ví Dụ"]
        await world.reviewer.writes("/hettruc")
        world.chat.clock.forward(days=1)
        assert await _on_duty(world) == ["Hoàng Ví Dụ"]
        await world.reviewer.writes("/hettruc lich")
        assert "Chưa có lịch trực" in (await world.reviewer.last()).text
        assert await _on_duty(world) == []
        acts = await world.chat.look(lambda tx: [one.act for one in audit.entries(tx)])
        assert acts.count(Act.ROSTER_CHANGED) == 2


@pytest.mark.parametrize("typed", ["/truc mai", "/truc Trực Ban: T2 7h", "/truc T2-T6 7h-99h"])
async def test_what_is_no_turn_changes_nothing(migrated_database_url: str, typed: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.chief.writes(typed)
        assert "Chưa hiểu ca trực" in (await world.chief.last()).text
        assert await _on_duty(world) == []


async def test_only_the_chief_writes_for_others_and_is_asked_whom(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.reviewer.writes("/truc Trực Ban: T2 7h-17h")
        assert "Chỉ chỉ huy" in (await world.reviewer.last()).text
        await world.chief.writes("/truc Ví Dụ: T2 7h-17h")
        assert "Hoàng Ví Dụ, Trực Ban Ví Dụ" in (await world.chief.last()).text
        await world.chief.writes("/truc truc ban: T2 7h-17h")
        assert await _on_duty(world) == ["Trực Ban Ví Dụ"]
        await world.chief.writes("/truc truc ban: bỏ")
        assert await _on_duty(world) == []


async def test_a_seed_file_writes_the_roster_and_leaves_it_where_it_says_nothing(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        plan = tomllib.loads((resources.files("storage") / "data" / "demo.toml").read_text("utf-8"))
        plan["unit"] |= {"code": "dong-kinh"}
        person = {
            "name": "Nông Chỉ Huy",
            "roles": [Role.CHIEF],
            "telegram": world.chief.platform_id,
        }
        plan |= {"staff": [person], "groups": [], "villages": []}

        await world.chat.do(
            lambda tx: setting_up.give_account(tx, world.chat.account.id, world.chat.unit.id)
        )

        async def seeded(**more: list[str]) -> list[str]:
            plan["staff"] = [person | more]
            await world.chat.do(lambda tx: update_plan(tx, Plan.model_validate(plan)))
            return await _on_duty(world)

        assert await seeded(duty=["T2 7h-17h"]) == ["Nông Chỉ Huy"]
        assert await seeded() == ["Nông Chỉ Huy"]
        assert await seeded(duty=[]) == []
        with pytest.raises(ValueError, match="duty phải ghi thứ rồi giờ"):
            await seeded(duty=["sáng mai"])
