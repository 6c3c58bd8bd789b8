"""Residents among all the other handlers: no room takes what was meant for another."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from domain.delivery import DeliveryKind, Lane
from domain.messages import Outgoing
from handlers.residents import commands
from handlers.tips import taking
from handlers.wiring import make_router
from storage.database import Tx
from storage.people.residents import Wish
from storage.tables import tip as tip_table
from storage.tables import tip_event
from tests.chat import Chat, Party, Takers, open_chat

ORDER = (
    commands.start,
    taking.emergency,
    commands.stop,
    commands.dialogue,
    commands.command,
    commands.asking_again(taking.take),
)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    takers = Takers(private=ORDER, presses={**commands.PRESSES, **taking.PRESSES})
    async with open_chat(migrated_database_url, takers) as world:
        yield world


async def pieces(chat: Chat) -> int:
    """Return how many events the tips have."""
    return len(await chat.look(lambda tx: tx.connection.execute(select(tip_event.c.id)).all()))


async def officer_answers(chat: Chat, party: Party, text: str) -> None:
    """Let an officer say something about the person's tip."""
    address = await party.address()

    def say(tx: Tx) -> None:
        tip_id = tx.connection.execute(select(tip_table.c.id)).scalars().first()
        chat.context.outbox.put(
            tx,
            address.id,
            Outgoing(text=text),
            kind=DeliveryKind.REPLY,
            lane=Lane.TALK,
            language="vi",
            resident_id=address.resident_id,
            tip_id=tip_id,
        )

    await chat.do(say)


async def test_the_no_to_an_officer_is_no_answer_about_consent(chat: Chat) -> None:
    lan = chat.resident("1001")
    await lan.starts()
    await lan.writes("tối qua có kẻ lạ vào trộm gà nhà bên")
    chat.clock.forward(hours=1)
    await officer_answers(chat, lan, "Bà con có thấy mặt người đó không?")
    before = await pieces(chat)
    await lan.writes("không")
    assert (await lan.record()).wish is Wish.NONE
    assert await pieces(chat) > before


async def test_the_name_of_a_place_told_to_an_officer_is_not_ones_home(chat: Chat) -> None:
    lan = chat.resident("1001")
    await lan.starts()
    await lan.presses("Đồng ý")
    await lan.writes("tối qua có kẻ lạ vào trộm gà nhà bên")
    chat.clock.forward(hours=1)
    await officer_answers(chat, lan, "Việc đó ở phường nào?")
    before = await pieces(chat)
    await lan.writes("phường Đông Kinh")
    assert (await lan.record()).area_code is None
    assert await pieces(chat) > before


async def test_a_name_told_to_an_officer_pauses_and_silences_nobody(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("tối qua có kẻ lạ vào trộm gà nhà bên")
    await officer_answers(chat, lan, "Cháu tên gì?")
    await lan.writes("Huy")
    assert (await lan.record()).wish is Wish.PAUSED
    await lan.presses("Tiếp tục nhận")
    assert (await lan.record()).wish is Wish.YES
    before = await pieces(chat)
    await lan.writes("Cháu tên Huy ạ")
    assert await pieces(chat) > before


async def test_a_right_told_to_an_officer_reaches_the_officer(chat: Chat) -> None:
    lan = await chat.subscriber("1001", wish=Wish.NO)
    await lan.writes("tối qua có kẻ lạ vào trộm gà nhà bên")
    await officer_answers(chat, lan, "Xe màu đỏ, đúng không?")
    before = await pieces(chat)
    await lan.writes("dung")
    assert await pieces(chat) > before
    assert (await lan.record()).wish is Wish.NO


@pytest.mark.parametrize("start", ["", "kp-vi-du-2"])
async def test_an_emergency_breaks_through_any_question(chat: Chat, start: str) -> None:
    lan = chat.resident("1001")
    await lan.starts(start)
    await lan.presses("Đồng ý")
    await lan.news()
    await lan.writes("cháy nhà rồi cứu với")
    first = (await lan.news())[0]
    assert "114" in first.text
    assert first.lane is Lane.URGENT
    assert await pieces(chat) > 0


async def test_after_a_tip_the_question_comes_back_once(chat: Chat) -> None:
    lan = chat.resident("1001")
    await lan.starts()
    await lan.news()
    await lan.writes("tối qua có kẻ lạ vào trộm gà nhà bên")
    receipt, again = await lan.news()
    assert "đã nhận tin" in receipt.text
    assert "ĐỒNG Ý / KHÔNG" in again.text
    await lan.writes("lúc hai giờ sáng, ở cuối ngõ")
    assert await lan.news() == []


async def test_every_button_verb_belongs_to_one_room_only(chat: Chat) -> None:
    assert make_router(chat.context) is not None
    assert not commands.PRESSES.keys() & taking.PRESSES.keys()


@pytest.mark.parametrize("typed", ["/baocao AN-X", "/khan", "/duyet 12", "/KHAN co gi moi"])
async def test_an_unknown_command_tells_of_those_that_exist(chat: Chat, typed: str) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes(typed)
    last = await lan.last()
    assert f"Không có lệnh {typed.split(maxsplit=1)[0]}" in last.text
    assert "/khuvuc" in last.text
    assert await pieces(chat) == 0


@pytest.mark.parametrize(
    "typed", ["/khan cháy", "/khan chay nha", "/cuu voi chay nha", "/baocao cứu với", "/sos fire!"]
)
async def test_a_danger_behind_an_unknown_command_is_an_emergency(chat: Chat, typed: str) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes(typed)
    first = (await lan.heard())[0]
    assert first.lane is Lane.URGENT
    assert "114" in first.text
    assert await pieces(chat) == 1


async def test_a_story_behind_an_unknown_command_becomes_a_tip_by_one_press(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("/baocao tối nào cuối ngõ cũng đánh bạc")
    assert await pieces(chat) == 0
    await lan.presses("Đây là tin báo")
    await lan.presses("Đây là tin báo")
    assert await pieces(chat) == 1


async def test_words_after_a_slash_that_are_no_command_are_a_tip(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("/có người bán pháo ở đầu ngõ")
    assert await pieces(chat) == 1
