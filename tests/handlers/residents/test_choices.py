"""Parts and subjects that residents choose: asked once, changed at any time, shown, erased."""

from collections.abc import AsyncIterator

import pytest

from domain.part import Part
from domain.subject import Subject
from storage.database import Tx
from storage.people import choices, erasing
from tests.chat import Party
from tests.handlers.residents.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


async def parts(world: World, party: Party) -> tuple[Part, ...]:
    person = await party.record()
    return await world.chat.look(lambda tx: choices.parts(tx, person.id))


async def declined(world: World, party: Party) -> tuple[Subject, ...]:
    person = await party.record()
    return await world.chat.look(lambda tx: choices.declined(tx, person.id))


async def test_who_said_yes_and_where_they_live_is_asked_once_and_may_skip_it(world: World) -> None:
    lan = world.party()
    await lan.starts("kp-vi-du-2")
    await lan.presses("Đồng ý")
    await lan.presses("Khối phố Ví Dụ 2, phường Đông Kinh – đúng")
    asked = await lan.last()
    assert "đã ghi nhận" in asked.text
    assert "Cán bộ chỉ thấy số người, không thấy ai" in asked.text
    assert asked.labels[-1] == "Bỏ qua"
    assert len(asked.labels) == len(Part) + 1
    [answer] = await lan.presses("Lái xe")
    assert answer.text == "Đang ghi: Lái xe."
    [answer] = await lan.presses("Hộ gia đình")
    assert answer.text == "Đang ghi: Hộ gia đình, Lái xe."
    [answer] = await lan.presses("✓ Lái xe")
    assert answer.text == "Đang ghi: Hộ gia đình."
    assert (await lan.presses("Bỏ qua"))[0].text.startswith("Được ạ")
    assert await parts(world, lan) == (Part.HOUSEHOLD,)
    anew = [heard for heard in await lan.heard() if heard.outgoing.edits is not None]
    assert len(anew) == 3
    assert all(heard.outgoing.edits for heard in anew), "no new message, the old one anew"
    # A second tap on what is done, or an old button, turns nothing back.
    await lan.presses_action("part:household:on")
    assert await parts(world, lan) == (Part.HOUSEHOLD,)
    assert [heard for heard in await lan.heard() if heard.outgoing.edits is not None] == anew

    await lan.writes("/khuvuc Khối phố Ví Dụ 5")
    await lan.presses((await lan.last()).labels[0]) if (await lan.last()).labels else None
    assert "Bỏ qua" not in (await lan.last()).labels
    assert world.tips == []


async def test_parts_that_are_typed_instead_of_pressed_are_no_tip_and_tips_are_no_parts(
    world: World,
) -> None:
    lan = world.party()
    await lan.writes("lái xe")
    assert world.tips == ["lái xe"], "nobody had asked"
    await lan.starts("kp-vi-du-2")
    await lan.presses("Đồng ý")
    await lan.presses("Khối phố Ví Dụ 2, phường Đông Kinh – đúng")
    await lan.writes("Tai xe, hộ gia đình")
    assert await parts(world, lan) == (Part.HOUSEHOLD, Part.DRIVER)
    assert "Vai trò đang ghi: Hộ gia đình, Lái xe" in (await lan.last()).text
    await lan.writes("lái xe lạng lách ở cổng chợ")
    world.chat.clock.forward(minutes=11)
    await lan.writes("nhà trọ")
    assert world.tips[1:] == ["lái xe lạng lách ở cổng chợ", "nhà trọ"]
    assert await parts(world, lan) == (Part.HOUSEHOLD, Part.DRIVER)


@pytest.mark.parametrize(
    ("hint", "typed", "label", "said"),
    [
        ("vi", "/vaitro lai xe, nhà trọ", "Hộ kinh doanh", "Hộ kinh doanh, Cơ sở lưu trú"),
        ("en", "/vaitro driver; Lodging", "Trader", "Trader, Lodging, Driver"),
        ("zh", "/vaitro 司机, 住宿", "商户", "商户, 住宿、出租房, 司机"),
    ],
)
async def test_parts_are_changed_by_command_in_every_language(
    world: World, hint: str, typed: str, label: str, said: str
) -> None:
    lan = world.party(hint=hint)
    await lan.writes(typed)
    assert await parts(world, lan) == (Part.LODGING, Part.DRIVER)
    [answer] = await lan.presses(label)
    assert said in answer.text
    await lan.writes("/vaitro vua")
    assert await parts(world, lan) == (Part.TRADER, Part.LODGING, Part.DRIVER)
    assert len((await lan.last()).labels) == len(Part)


async def test_a_subject_is_declined_and_wanted_again(world: World) -> None:
    lan = world.party()
    await lan.writes("/loaitin")
    assert "Đang không nhận: không có chủ đề nào" in (await lan.last()).text
    [answer] = await lan.presses("Pháo")
    assert "không gửi tin về “Pháo”" in answer.text
    for _ in range(2):
        await lan.presses_action("wants:drugs:off")
    await lan.presses("✗ Ma túy")
    assert await declined(world, lan) == (Subject.FIREWORKS,)
    await lan.writes("/loaitin")
    assert "Đang không nhận: Pháo." in (await lan.last()).text
    [answers] = await lan.presses_at_once("✗ Pháo")
    assert "lại nhận tin về “Pháo”" in answers[0].text
    for action in ("wants:none:off", "wants:x:on", "part:x:on", "part:", "wants:fire:x"):
        [stale] = await lan.presses_action(action)
        assert "không còn dùng được" in stale.text


async def test_what_was_chosen_is_shown_copied_and_erased(world: World) -> None:
    lan = world.party()
    await lan.writes("/vaitro nhà trường")
    await lan.writes("/loaitin")
    await lan.presses("Cờ bạc")
    await lan.writes("/dulieu")
    shown = (await lan.last()).text
    assert "Vai trò tự chọn: Nhà trường" in shown
    assert "không nhận chủ đề: Cờ bạc" in shown
    await lan.presses("Tải bản sao")
    assert "Vai trò tự chọn: Nhà trường" in (await lan.last()).text
    person = await lan.record()

    def erase_and_look(tx: Tx) -> tuple[object, ...]:
        erasing.erase(tx, person.id)
        again = choices.first_question(tx, person.id)
        return choices.parts(tx, person.id), choices.declined(tx, person.id), again

    assert await world.chat.do(erase_and_look) == ((), (), True)
