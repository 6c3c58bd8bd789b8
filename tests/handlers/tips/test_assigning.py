"""Giving a tip to a colleague, and everything of somebody who is on leave."""

import asyncio

import pytest
from sqlalchemy import update

from domain.audit import Act
from domain.delivery import DeliveryKind
from domain.failures import Until
from domain.ids import short
from domain.roles import Role
from domain.tip import Secrecy, TipState
from storage.people import addresses
from storage.staff import audit
from storage.tables import staff
from storage.tips import tip_work, tips
from tests.chat import Party
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world

SENSITIVE = "nghi hàng xóm bạo hành con gái nhỏ"


async def colleague(world: World, *roles: Role, name: str = "Lý Đồng Nghiệp") -> Party:
    return await world.chat.staff("770010020055", *roles, name=name)


async def holder(world: World) -> object:
    return (await world.tip()).taken_by


async def staff_id(party: Party) -> object:
    return (await party.address()).staff_id


async def cards_of(party: Party) -> list[str]:
    return [heard.text for heard in await party.heard() if heard.kind is DeliveryKind.CARD]


async def acts(world: World) -> list[Act]:
    return [entry.act for entry in await world.chat.look(lambda tx: list(audit.entries(tx)))]


async def test_who_is_given_a_tip_gets_its_card_and_what_comes_later(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        await carded(world)
        await world.reviewer.presses("Giao cho…", of=world.desk)
        offered = (await world.desk.last()).labels
        assert sorted(offered) == ["Hoàng Ví Dụ", "Lý Đồng Nghiệp", "Nông Chỉ Huy"]
        await world.reviewer.presses("Lý Đồng Nghiệp", of=world.desk)
        assert await holder(world) == await staff_id(ly)
        assert (await world.tip()).state is TipState.TAKEN
        await world.tick()
        (card,) = await cards_of(ly)
        assert "Hoàng Ví Dụ giao tin này cho anh/chị." in card
        assert "│ có nhóm tụ tập trước chợ" in card
        assert "Hoàng Ví Dụ giao cho Lý Đồng Nghiệp" in (await world.desk.last()).text
        await world.lan.writes("nhà số 8")
        await world.tick(minutes=3)
        assert len(await cards_of(ly)) == 2
        assert len(await world.cards()) == 2
        shown = (await ly.heard())[0]
        await world.lan.news()
        await ly.writes("Nhóm mấy người ạ?", reply_to=shown.message_id)
        assert (await world.lan.news())[0].labels == ["Xem"]
        assert (await acts(world))[0] is Act.TIP_ASSIGNED


async def test_the_former_holder_is_told_and_may_do_no_more(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        await carded(world)
        await world.reviewer.presses("Nhận việc", of=world.desk)
        await world.chief.presses("Giao cho…", of=world.desk)
        await world.chief.presses("Lý Đồng Nghiệp", of=world.desk)
        assert "đã được giao cho Lý Đồng Nghiệp" in (await world.reviewer.last()).text
        for label in ("Giao cho…", "Kết thúc", "Trạng thái"):
            (answer,) = await world.reviewer.presses(label, of=world.desk)
            assert "Lý Đồng Nghiệp đang giữ" in answer.text
        (answer,) = await world.chief.presses("Lý Đồng Nghiệp", of=world.desk)
        assert "giữ rồi" in answer.text
        assert len(await cards_of(ly)) == 1


async def test_a_sensitive_tip_is_given_to_who_may_read_it_alone(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        await carded(world, SENSITIVE)
        await world.chief.presses("Giao cho…", of=world.desk)
        assert "Trực Ban Ví Dụ" not in (await world.desk.last()).labels
        await world.chief.presses("Lý Đồng Nghiệp", of=world.desk)
        (card,) = await cards_of(ly)
        assert "bạo hành" not in card
        await world.tick()
        await ly.presses("Xem riêng")
        assert "bạo hành" in (await ly.last()).text
        await world.lan.presses("Chỉ chỉ huy xem")
        await world.tick()
        await world.chief.presses("Giao cho…", of=world.desk)
        assert (await world.desk.last()).labels == ["Nông Chỉ Huy"]
        action = await give_action(world, ly)
        (answer,) = await world.chief.presses_action(action, of=world.desk)
        assert "không được phép" in answer.text


async def give_action(world: World, to: Party) -> str:
    to_id = (await to.address()).staff_id
    assert to_id is not None
    return f"give:{short((await world.tip()).id)}:{short(to_id)}"


async def test_nobody_gives_a_tip_to_who_may_not_work_on_it(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        officer = await colleague(world, Role.OFFICER)
        await world.reviewer.presses("Giao cho…", of=world.desk)
        assert "Lý Đồng Nghiệp" not in (await world.desk.last()).labels
        for to in (officer, world.duty):
            action = await give_action(world, to)
            (answer,) = await world.reviewer.presses_action(action, of=world.desk)
            assert "không được phép" in answer.text
            (answer,) = await officer.presses_action(action, of=world.desk)
            assert "không có quyền" in answer.text
        assert await holder(world) is None


async def test_a_closed_or_erased_tip_is_given_to_nobody(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        await carded(world)
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.tick()
        await world.reviewer.presses("Đã xử lý", of=world.desk)
        action = await give_action(world, ly)
        (answer,) = await world.chief.presses_action(action, of=world.desk)
        assert "đã kết thúc" in answer.text
        tip = await world.tip()
        await world.chat.do(lambda tx: tips.erase(tx, tip))
        (answer,) = await world.chief.presses_action(action, of=world.desk)
        assert "đã được xóa" in answer.text


async def test_two_who_give_it_away_at_once_leave_it_with_one(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        await carded(world)
        to_ly, to_chief = await give_action(world, ly), await give_action(world, world.chief)
        await asyncio.gather(
            world.reviewer.presses_action(to_ly, of=world.desk),
            world.reviewer.presses_action(to_chief, of=world.desk),
        )
        assert await holder(world) in (await staff_id(ly), await staff_id(world.chief))
        assert (await acts(world)).count(Act.TIP_ASSIGNED) == 1


async def test_a_card_that_does_not_reach_who_was_given_the_tip_is_told_of(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        known = await ly.address()
        await world.chat.do(lambda tx: addresses.mark_unreachable(tx, known.id, Until.THEY_WRITE))
        await carded(world)
        await world.reviewer.presses("Giao cho…", of=world.desk)
        await world.reviewer.presses("Lý Đồng Nghiệp", of=world.desk)
        assert await cards_of(ly) == []
        assert any("chưa tới được Lý" in heard.text for heard in await world.desk.heard())


async def three_tips(world: World) -> list[str]:
    """Let the reviewer hold three tips, the last of them sensitive; return their numbers."""
    for who, text in (("1", "pháo nổ ở cuối xóm"), ("2", "xe tải chạy ẩu"), ("3", SENSITIVE)):
        resident = world.chat.resident(f"88001001002{who}")
        await resident.writes(text)
        await world.tick(minutes=3)
        await world.reviewer.presses("Nhận việc", of=world.desk)
    return [tip.case_number for tip in await world.tips()]


async def test_all_tips_are_handed_over_after_one_confirmation_with_their_list(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        numbers = await three_tips(world)
        await world.reviewer.writes("/bangiao")
        await world.reviewer.presses("Lý Đồng Nghiệp")
        asked = await world.reviewer.last()
        assert all(number in asked.text for number in numbers)
        assert {tip.taken_by for tip in await world.tips()} == {await staff_id(world.reviewer)}
        await world.reviewer.presses("Bàn giao")
        assert {tip.taken_by for tip in await world.tips()} == {await staff_id(ly)}
        assert len(await cards_of(ly)) == 3
        told = [heard.text for heard in await ly.heard() if "đã bàn giao" in heard.text]
        assert len(told) == 1
        assert all(number in told[0] for number in numbers)
        (answer,) = await world.reviewer.presses("Bàn giao")
        assert "Không có gì đang giữ" in answer.text
        assert (await acts(world)).count(Act.TIP_ASSIGNED) == 3


async def test_the_chief_hands_over_for_who_left_and_secret_tips_stay(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        numbers = await three_tips(world)
        gone = await staff_id(world.reviewer)

        await world.chat.do(
            lambda tx: tx.connection.execute(
                update(staff).where(staff.c.id == gone).values(active=False)
            )
        )
        first = (await world.tips())[0]
        await world.chat.do(lambda tx: tip_work.hide(tx, first, Secrecy.CHIEF))
        await world.chief.writes("/bangiao")
        await world.chief.presses("Hoàng Ví Dụ (đã nghỉ) (3 tin)")
        await world.chief.presses("Lý Đồng Nghiệp")
        asked = (await world.chief.last()).text
        assert f"không được đọc: {numbers[0]}" in asked
        await world.chief.presses("Bàn giao")
        holders = [tip.taken_by for tip in await world.tips()]
        assert holders == [gone, await staff_id(ly), await staff_id(ly)]


async def test_a_list_that_changed_after_it_was_shown_moves_nothing(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await colleague(world, Role.REVIEWER)
        await three_tips(world)
        await world.reviewer.writes("/bangiao")
        await world.reviewer.presses("Lý Đồng Nghiệp")
        resident = world.chat.resident("880010010029")
        await resident.writes("có người bán pháo")
        await world.tick(minutes=3)
        await world.reviewer.presses("Nhận việc", of=world.desk)
        (answer,) = await world.reviewer.presses("Bàn giao")
        assert "đã khác" in answer.text
        assert {tip.taken_by for tip in await world.tips()} == {await staff_id(world.reviewer)}


async def test_nobody_but_the_chief_hands_over_what_others_have(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        ly = await colleague(world, Role.REVIEWER)
        await three_tips(world)
        await ly.writes("/bangiao")
        assert "Không có gì đang giữ" in (await ly.last()).text
        await world.reviewer.writes("/bangiao")
        _, button = await world.reviewer.labelled("Lý Đồng Nghiệp")
        assert button.action is not None
        (answer,) = await ly.presses_action(button.action)
        assert "không có quyền" in answer.text
        for broken in (
            "handof:x",
            "handto:x",
            "handgo:x:y:9:z",
            "handgo",
            "handback:x",
            "give:x:y",
        ):
            (answer,) = await ly.presses_action(broken)
            assert answer.alert


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.ADMIN, Role.AUDITOR])
async def test_who_holds_nothing_by_role_hands_over_nothing(
    migrated_database_url: str, role: Role
) -> None:
    async with open_world(migrated_database_url) as world:
        other = await colleague(world, role)
        await other.writes("/bangiao")
        assert "không có quyền" in (await other.last()).text
