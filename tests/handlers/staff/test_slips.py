"""Officers who write privately: their slips become no tips, their tips are not lost."""

from collections.abc import AsyncIterator

import pytest

from domain.delivery import Lane
from domain.roles import Role
from domain.tip import TipState
from handlers.wiring import make_router
from storage.people import dialogues
from storage.sealing import Place
from storage.tables import dialogue
from tests.chat import Party
from tests.tips.world import World, open_world

YES, NO = "Có, gửi tin báo", "Không phải"
NOTE = "mai hop luc 8 gio"


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


@pytest.fixture
async def officer(world: World) -> Party:
    return await world.chat.staff("770010020009", Role.OFFICER, name="Lê Cán Bộ")


async def test_a_note_is_asked_about_and_dropped_on_no(world: World, officer: Party) -> None:
    await officer.writes(NOTE)
    asked = await officer.last()
    assert "tin báo phải không?" in asked.text
    assert asked.labels == [YES, NO]
    await officer.presses(NO)
    assert "không gửi cho ai" in (await officer.last()).text
    [answer] = await officer.presses(YES)
    assert "không còn dùng được" in answer.text
    assert await world.tips() == []


@pytest.mark.parametrize("typed", [True, False])
async def test_a_yes_makes_one_tip_of_all_that_was_written(
    world: World, officer: Party, typed: bool
) -> None:
    await officer.writes("nhà số 8 hay tụ tập")
    await officer.sends_photo()
    await officer.writes("tối nào cũng vậy")
    assert len(await officer.news()) == 1
    await (officer.writes("Có ạ") if typed else officer.presses(YES))
    assert len(await officer.news()) == 1
    await world.tick(minutes=3)
    (card,) = await world.cards()
    assert "│ nhà số 8 hay tụ tập" in card.text
    assert "│ tối nào cũng vậy" in card.text
    assert "ảnh" in card.text
    await officer.writes("thêm: có cả xe lạ")
    assert len(await world.tips()) == 1


async def test_the_words_wait_sealed(world: World, officer: Party) -> None:
    await officer.writes(NOTE)
    me = (await officer.address()).id
    row = await world.chat.look(lambda tx: tx.connection.execute(dialogue.select()).one())
    assert NOTE.encode() not in row.data
    opened = await world.chat.look(
        lambda tx: tx.keys.unseal(row.data, Place("dialogue", "data", me))
    )
    assert NOTE in opened


async def test_an_old_note_does_not_go_with_a_new_one(world: World, officer: Party) -> None:
    await officer.writes(NOTE)
    world.chat.clock.forward(hours=9)
    await officer.writes("nhà số 8 hay tụ tập")
    await officer.presses(YES)
    await world.tick(minutes=3)
    (card,) = await world.cards()
    assert NOTE not in card.text
    assert "nhà số 8" in card.text


async def test_too_much_is_refused_and_not_lost_silently(world: World, officer: Party) -> None:
    for number in range(21):
        await officer.writes(f"việc thứ {number} trong danh sách")
    assert "chưa được giữ" in (await officer.last()).text
    await officer.writes("không")
    assert await world.tips() == []


@pytest.mark.parametrize("said", ["DỪNG", "xin dừng ạ", "STOP"])
async def test_a_stop_of_an_officer_is_no_tip(world: World, officer: Party, said: str) -> None:
    await officer.writes(said)
    assert "không có gì phải dừng" in (await officer.last()).text
    assert await world.tips() == []


async def test_an_emergency_goes_at_once(world: World, officer: Party) -> None:
    await officer.writes("cháy nhà rồi, cứu với")
    assert (await officer.heard())[0].lane is Lane.URGENT
    assert (await world.tip()).urgent


async def test_the_command_to_report_is_not_asked_about(world: World, officer: Party) -> None:
    await officer.writes("/baotin nhà số 8 hay tụ tập")
    assert (await world.tip()).state is TipState.RECEIVED


async def test_thanks_are_thanked(world: World, officer: Party) -> None:
    await officer.writes("cảm ơn ạ")
    assert (await officer.last()).labels == []
    assert await world.tips() == []


async def test_a_reply_to_a_page_says_that_cards_are_replied_to(world: World) -> None:
    await world.lan.writes("cháy nhà rồi, cứu với")
    await world.tick()
    page = await world.duty.last()
    await world.duty.writes("tôi xuống ngay đây", reply_to=page.message_id)
    assert "trả lời vào chính thẻ tin" in (await world.duty.last()).text
    assert len(await world.tips()) == 1


async def test_an_officer_goes_on_with_a_tip_of_their_own_by_replies(
    world: World, officer: Party
) -> None:
    first = await officer.writes("nhà số 9 hay tụ tập")
    await officer.presses(YES)
    await world.tick()
    receipt = await officer.last()
    world.chat.clock.forward(hours=40)
    await officer.writes("cạnh tiệm vàng", reply_to=receipt.message_id)
    world.chat.clock.forward(hours=40)
    await officer.writes("phía sau chợ", reply_to=first.message_id)
    assert len(await world.tips()) == 1
    assert YES not in (await officer.last()).labels


async def test_malformed_and_foreign_buttons_are_stale(world: World, officer: Party) -> None:
    await officer.writes(NOTE)
    for action in ("officer", "officer:yes", "officer:yes:x", "officer:maybe:x"):
        [answer] = await officer.presses_action(action)
        assert "không còn dùng được" in answer.text
    [answer] = await world.lan.presses_action("officer:yes:x")
    assert "không còn dùng được" in answer.text
    me = (await officer.address()).id
    assert await world.chat.look(lambda tx: dialogues.current(tx, me)) is not None


async def test_an_open_draft_swallows_no_emergency(world: World, officer: Party) -> None:
    await officer.writes("/chiendich")
    await officer.writes("cháy nhà rồi, cứu với")
    assert (await world.tip()).urgent
    await officer.presses("An toàn giao thông")
    assert "không còn dùng được" not in (await officer.last()).text


async def test_what_answers_something_else_stays_out_of_an_open_draft(world: World) -> None:
    officer = await world.chat.staff("770010020009", Role.OFFICER, Role.REVIEWER)
    await world.lan.writes("chồng em hay đánh em lúc say")
    await world.tick(minutes=3)
    await officer.presses("Nhận việc", of=world.desk)
    await officer.presses("Xem riêng", of=world.desk)
    await world.tick()
    shown = await officer.last()
    await officer.writes("/chiendich")
    await officer.presses("Lừa đảo trên mạng")
    await world.lan.news()
    await officer.writes("chị có an toàn không ạ", reply_to=shown.message_id)
    assert (await world.lan.news())[0].labels == ["Xem"]
    mine = await officer.writes("/trogiup")
    await officer.writes("ghi chú cho mình", reply_to=mine.message_id)
    assert "chưa dùng vào việc gì" in (await officer.last()).text
    await officer.writes("/chiendich")
    await world.tick()
    question = await officer.last()
    await officer.writes("chữ gì đó", reply_to=question.message_id)
    assert "chưa dùng" not in (await officer.last()).text
    assert len(await world.tips()) == 1


async def test_a_denunciation_by_an_officer_is_not_even_set_aside(
    world: World, officer: Party
) -> None:
    me = await officer.address()
    await officer.writes("công an xã nhận hối lộ của dân")
    assert "tố cáo" in (await officer.last()).text
    assert await world.chat.look(lambda tx: dialogues.current(tx, me.id)) is None
    assert await world.tips() == []
