"""Where a resident lives: typed in any way, shown back, chosen by buttons."""

from collections.abc import AsyncIterator

import pytest

from domain.place import Kind, Place
from storage.people import consents
from storage.people.residents import Wish
from tests.chat import DONG_KINH, Party
from tests.chat_furniture import demo_gazetteer
from tests.handlers.residents.world import World, open_world
from tips.not_taken import not_taken


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


async def asked(world: World) -> Party:
    """Return a resident who agreed and is asked where they live."""
    lan = world.party()
    await lan.starts()
    await lan.presses("Đồng ý")
    await lan.news()
    return lan


async def test_a_ward_leads_to_its_quarters_by_buttons(world: World) -> None:
    lan = await asked(world)
    await lan.writes("phường Đông Kinh")
    [question] = await lan.news()
    assert question.labels[:8] == [f"Khối phố Ví Dụ {n}" for n in range(1, 9)]
    assert question.labels[8:] == ["Không rõ / chỉ phường Đông Kinh", "Chọn nơi khác"]
    await lan.presses("Khối phố Ví Dụ 7")
    assert (await lan.record()).area_code == f"{DONG_KINH}-kp-vi-du-7"
    assert "Khối phố Ví Dụ 7, phường Đông Kinh" in (await lan.last()).text


async def test_a_village_named_like_an_insult_is_a_village_where_one_is_asked_for(
    migrated_database_url: str,
) -> None:
    village = Place(f"{DONG_KINH}-bo-lao", Kind.VILLAGE, "Bố Láo", DONG_KINH)
    assert not_taken(village.name) is not None
    places = demo_gazetteer().plus([village])
    async with open_world(migrated_database_url, places) as world:
        lan = await asked(world)
        await lan.presses("Phường Đông Kinh")
        await lan.writes("Bố Láo")
        assert (await lan.record()).area_code == village.code
        await lan.writes("Bố Láo")
        assert len(world.tips) == 1


async def test_the_ward_alone_is_enough(world: World) -> None:
    lan = await asked(world)
    await lan.presses("Phường Đông Kinh")
    await lan.presses("Không rõ / chỉ phường Đông Kinh")
    assert (await lan.record()).area_code == DONG_KINH


@pytest.mark.parametrize("typed", ["khối phố ví dụ 3", "kp vi du 3", "KP Ví Dụ 03, Đông Kinh"])
async def test_a_quarter_typed_in_any_way_is_found(world: World, typed: str) -> None:
    lan = await asked(world)
    await lan.presses("Phường Đông Kinh")
    await lan.writes(typed)
    assert (await lan.record()).area_code == f"{DONG_KINH}-kp-vi-du-3"


async def test_an_old_name_is_shown_back_for_confirmation(world: World) -> None:
    lan = await asked(world)
    await lan.writes("em ở phường Vĩnh Trại ạ")
    [question] = await lan.news()
    assert (await lan.record()).area_code is None
    assert question.labels[0].startswith("Phường Đông Kinh (tên cũ: phường Vĩnh Trại")
    await lan.presses(question.labels[0])
    await lan.presses("Không rõ / chỉ phường Đông Kinh")
    assert (await lan.record()).area_code == DONG_KINH


async def test_a_name_of_several_places_becomes_buttons(world: World) -> None:
    lan = await asked(world)
    await lan.writes("Hòa Bình")
    [question] = await lan.news()
    assert len(question.labels) > 2
    assert question.labels[-1] == "Chọn nơi khác"
    await lan.presses("Chọn nơi khác")
    assert "xã, phường nào" in (await lan.last()).text


async def test_a_name_that_we_do_not_know_gets_an_example(world: World) -> None:
    lan = await asked(world)
    await lan.writes("xã Không Có Đâu")
    assert "ví dụ: phường Đông Kinh" in (await lan.last()).text
    assert world.tips == []
    await lan.writes("phường Đông Kinh")
    assert "Khối phố Ví Dụ 1" in (await lan.last()).labels


async def test_an_unknown_village_of_a_known_ward_is_said_and_the_list_offered(
    world: World,
) -> None:
    lan = await asked(world)
    await lan.writes("thôn Tưởng Tượng, phường Đông Kinh")
    last = await lan.last()
    assert "“thôn Tưởng Tượng”" in last.text
    assert "Khối phố Ví Dụ 1" in last.labels


async def test_the_province_is_too_wide(world: World) -> None:
    lan = await asked(world)
    await lan.writes("tỉnh Lạng Sơn")
    assert "rộng quá" in (await lan.last()).text


async def test_many_villages_come_in_pages(world: World) -> None:
    await world.chat.add_unit("z-khac", "06211", "Công an xã Khác")
    lan = await asked(world)
    place = world.chat.context.gazetteer.get("06211")
    assert place is not None
    await lan.writes(place.full_name)
    first = await lan.last()
    assert "Tiếp ›" in first.labels
    assert "‹ Trước" not in first.labels
    await lan.presses("Tiếp ›")
    second = await lan.last()
    assert second.labels[:3] == ["Thôn Ví Dụ 9", "Thôn Ví Dụ 10", "Thôn Ví Dụ 11"]
    assert "Tiếp ›" not in second.labels
    await lan.presses("‹ Trước")
    assert (await lan.last()).labels == first.labels


async def test_a_place_outside_every_unit_is_said_honestly(world: World) -> None:
    lan = await asked(world)
    before = await lan.record()
    await lan.writes("phường Tam Thanh")
    last = await lan.last()
    assert "chưa phục vụ Phường Tam Thanh" in last.text
    assert "phường Đông Kinh" in last.text
    after = await lan.record()
    assert (after.unit_id, after.area_code) == (before.unit_id, None)
    await lan.presses("Để sau")
    assert "/khuvuc" in (await lan.last()).text


async def test_another_unit_must_ask_for_consent_itself(world: World) -> None:
    other = await world.chat.add_unit("z-khac", "06211", "Công an xã Khác")
    lan = await asked(world)
    await lan.presses_action("area:set:06211-thon-vi-du-1")
    person = await lan.record()
    assert person.unit_id == other.id
    assert person.area_code == "06211-thon-vi-du-1"
    assert person.wish is Wish.STOPPED
    said = await lan.news()
    assert "Công an xã Khác" in said[-2].text
    assert "Đồng ý" in said[-1].labels
    await lan.presses("Đồng ý")
    assert (await lan.record()).wish is Wish.YES
    assert "Thôn Ví Dụ 1" in (await lan.last()).text


async def test_choosing_the_same_place_twice_says_it_once(world: World) -> None:
    lan = await asked(world)
    await lan.presses("Phường Đông Kinh")
    await lan.presses("Khối phố Ví Dụ 1")
    before = len(await lan.heard())
    [answer] = await lan.presses("Khối phố Ví Dụ 1")
    assert answer.text == "Nơi ở của bà con vẫn là nơi này."
    assert len(await lan.heard()) == before


@pytest.mark.parametrize("action", ["area:set:99999", "area:in:05977:x", "area", "area:is:"])
async def test_a_button_to_nowhere_is_refused_kindly(world: World, action: str) -> None:
    lan = await asked(world)
    [answer] = await lan.presses_action(action)
    assert "không còn dùng được" in answer.text


@pytest.mark.parametrize(
    "text", ["trộm xe, Đông Kinh", "cháy nhà", "hàng xóm đánh con ở Đông Kinh"]
)
async def test_what_tells_of_something_is_a_tip_and_not_a_place(world: World, text: str) -> None:
    lan = await asked(world)
    await lan.writes(text)
    assert world.tips == [text]
    assert (await lan.record()).area_code is None
    assert "xã, phường nào" in (await lan.last()).text


async def test_the_place_of_an_event_sent_after_it_belongs_to_the_tip(world: World) -> None:
    lan = await asked(world)
    await lan.writes("có đánh nhau")
    await lan.writes("ở Đông Kinh")
    assert world.tips == ["có đánh nhau", "ở Đông Kinh"]
    assert (await lan.record()).area_code is None


@pytest.mark.parametrize("text", ["", "?", "7", "👍", "ok", "không biết"])
async def test_nothing_said_asks_for_the_place_again(world: World, text: str) -> None:
    lan = await asked(world)
    await lan.writes(text)
    assert "xã, phường nào" in (await lan.last()).text
    assert world.tips == []


async def test_later_is_an_answer(world: World) -> None:
    lan = await asked(world)
    await lan.presses("Để sau")
    assert "/khuvuc" in (await lan.last()).text
    await lan.writes("có trộm")
    assert ["đã nhận tin" in said.text for said in (await lan.heard())[-1:]] == [True]


async def test_the_command_takes_a_name_at_once(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("/khuvuc kp ví dụ 4 đông kinh")
    assert (await lan.record()).area_code == f"{DONG_KINH}-kp-vi-du-4"
    await lan.writes("/khuvuc")
    assert "xã, phường nào" in (await lan.last()).text
    assert await world.answers(lan) == [consents.Answer.YES.value]
