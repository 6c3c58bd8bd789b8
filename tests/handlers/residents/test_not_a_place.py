"""Words that answer "where do you live?" with no place: asked again, and kept should they be a tip.

With every handler of the product in its real order.
"""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from domain.messages import MediaKind, MediaRef
from domain.tip import TipEventKind
from handlers.wiring import make_router
from storage.database import Tx
from storage.people import dialogues
from storage.tables import resident
from storage.tips import tip_events
from tests.chat import Party
from tests.tips.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


async def asked(world: World) -> Party:
    """Return somebody who agreed and is asked where they live."""
    hoa = world.chat.resident("880010010077")
    await hoa.starts()
    await hoa.presses("Đồng ý")
    await hoa.news()
    return hoa


async def words_of_tips(world: World) -> list[str]:
    """Return the words of all tips, in order."""

    def read(tx: Tx) -> list[str]:
        events = [event for tip in known for event in tip_events.of_tip(tx, tip)]
        return [event.text or "" for event in events if event.kind is TipEventKind.PIECE]

    known = await world.tips()
    return await world.chat.look(read)


async def test_no_place_is_asked_about_again_and_is_no_case(world: World) -> None:
    hoa = await asked(world)
    for said in ("xyz", "an hai", "Hà Nội", "tôi không biết", "ko bit", "I don't know", "我不知道"):
        await hoa.writes(said)
        [again] = await hoa.news()
        assert "Máy chưa tìm thấy nơi đó" in again.text, said
        assert "xã, phường nào" in again.text
        assert {"Phường Đông Kinh", "Để sau"} <= set(again.labels)
    assert await world.tips() == []


async def test_what_has_no_word_is_asked_about_without_a_button_for_tips(world: World) -> None:
    hoa = await asked(world)
    sticker = (MediaRef(MediaKind.STICKER, "file-9"),)
    for said, media in (
        ("\u200b", ()),
        (" " * 4000, ()),
        ("", sticker),
        ("không biết", ()),
        ("ko", ()),
    ):
        await hoa.writes(said, media=media)
        [again] = await hoa.news()
        assert "Máy chưa tìm thấy nơi đó" in again.text
        assert "Đây là tin báo" not in again.labels
    assert await world.tips() == []


@pytest.mark.parametrize("said", ["tố cáo chủ tịch xã", "công an xã nhận hối lộ"])
async def test_a_denunciation_instead_of_a_place_is_not_kept(world: World, said: str) -> None:
    hoa = await asked(world)
    await hoa.writes(said)
    assert all("Đây là tin báo" not in one.labels for one in await hoa.news())
    person = await hoa.record()
    kept = select(resident.c.words_aside).where(resident.c.id == person.id)
    assert await world.chat.look(lambda tx: tx.connection.execute(kept).scalar_one()) is None
    assert await world.tips() == []


async def test_the_button_keeps_exactly_these_words_once_however_late(world: World) -> None:
    hoa = await asked(world)
    await hoa.writes("Nà Pàn  3,  gò")
    [again] = await hoa.news()
    action = again.buttons[-1].action
    assert action is not None
    await hoa.presses("Phường Đông Kinh")
    await hoa.presses("Khối phố Ví Dụ 1")
    world.chat.clock.forward(days=3)
    await hoa.presses_action(action)
    assert await words_of_tips(world) == ["Nà Pàn  3,  gò"]
    [answer] = await hoa.presses_action(action)
    assert "đã được chuyển thành tin báo rồi" in answer.text
    assert len(await world.tips()) == 1


async def test_after_the_button_the_question_is_asked_once_more(world: World) -> None:
    hoa = await asked(world)
    await hoa.writes("xyz")
    await hoa.news()
    await hoa.presses("Đây là tin báo")
    receipt, question = await hoa.news()
    assert "mã" in receipt.text
    assert "xã, phường nào" in question.text


async def test_a_button_of_long_ago_asks_to_write_it_again(world: World) -> None:
    hoa = await asked(world)
    await hoa.writes("xyz")
    action = (await hoa.last()).buttons[-1].action
    assert action is not None
    world.chat.clock.forward(days=8)
    await hoa.writes("abc")
    [answer] = await hoa.presses_action(action)
    assert "xin bà con viết lại" in answer.text
    assert await world.tips() == []


async def test_nobody_else_can_make_a_tip_of_it(world: World) -> None:
    hoa = await asked(world)
    await hoa.writes("xyz")
    action = (await hoa.last()).buttons[-1].action
    assert action is not None
    await world.lan.presses_action(action)
    assert await world.tips() == []


async def test_whatever_tells_of_something_is_a_tip_as_ever(world: World) -> None:
    told = [
        "trộm xe máy",
        "xóm có trộm",
        "ban phao",
        "có người lạ",
        "two men fighting",
        "偷车",
        "đêm nào nhà cuối ngõ cũng đông khách lạ",
        "biển 12A 34567",
    ]
    for number, said in enumerate(told):
        someone = world.chat.resident(f"88001001010{number}")
        await someone.starts()
        await someone.presses("Đồng ý")
        await someone.writes(said)
    assert await words_of_tips(world) == told


async def test_an_urgent_short_answer_is_an_emergency(world: World) -> None:
    hoa = await asked(world)
    await hoa.writes("cháy nhà")
    assert "114" in (await hoa.news())[0].text
    assert await words_of_tips(world) == ["cháy nhà"]


async def test_an_unknown_village_in_a_known_ward_offers_its_list(world: World) -> None:
    hoa = await asked(world)
    await hoa.presses("Phường Đông Kinh")
    await hoa.news()
    await hoa.writes("xyz")
    [again] = await hoa.news()
    assert "Máy chưa tìm thấy nơi đó" in again.text
    assert "Khối phố Ví Dụ 1" in again.labels
    assert again.labels[-1] == "Đây là tin báo"


@pytest.mark.parametrize("said", ["Không", "NO", "ko", "không phải", "sai rồi", "不是"])
async def test_a_no_to_the_place_shown_goes_to_choosing_another(world: World, said: str) -> None:
    hoa = world.chat.resident("880010010077")
    await hoa.starts("kp-vi-du-2")
    await hoa.presses("Đồng ý")
    assert "Bà con ở nơi này phải không?" in (await hoa.last()).text
    await hoa.writes(said)
    assert "xã, phường nào" in (await hoa.last()).text
    assert (await hoa.record()).area_code is None
    assert await world.tips() == []


@pytest.mark.parametrize("said", ["Đúng", "vâng", "yes", "là", "dạ đúng ạ", "是", "对"])
async def test_a_yes_to_the_place_shown_settles_it(world: World, said: str) -> None:
    hoa = world.chat.resident("880010010077")
    await hoa.starts("kp-vi-du-2")
    await hoa.presses("Đồng ý")
    await hoa.writes(said)
    assert (await hoa.record()).area_code == "05977-kp-vi-du-2"
    address = await hoa.address()
    assert await world.chat.look(lambda tx: dialogues.current(tx, address.id)) is None
