"""Stop works at once; an unclear word pauses and asks; nothing else silences anybody."""

from collections.abc import AsyncIterator

import pytest

from domain.messages import STALE
from people import wishes
from storage.people import dialogues
from storage.people.residents import Wish
from tests.handlers.residents.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


@pytest.mark.parametrize(
    "said",
    [
        *("DỪNG", "dung nhan", "huy", "em xin dừng ạ", "退订"),
    ],
)
async def test_a_clear_word_stops_at_once_and_says_how_to_return(world: World, said: str) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.STOPPED
    last = await lan.last()
    assert "ĐĂNG KÝ" in last.text
    assert "XÓA DỮ LIỆU" in last.text
    assert await world.last_words(lan) == said
    assert world.tips == []


async def test_an_answer_as_unclear_as_the_question_is_asked_about_again(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("dung lai")
    await lan.writes("thôi đi")
    assert (await lan.record()).wish is Wish.PAUSED
    assert (await lan.last()).labels == ["Dừng nhận tin", "Tiếp tục nhận"]
    await lan.writes("dung lai")
    assert (await lan.record()).wish is Wish.STOPPED
    assert world.tips == []


@pytest.mark.parametrize("said", ["dung", "thôi đi"])
async def test_an_unclear_word_pauses_and_asks(world: World, said: str) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.PAUSED
    last = await lan.last()
    assert "Bà con muốn dừng nhận tin, phải không?" in last.text
    assert last.labels == ["Dừng nhận tin", "Tiếp tục nhận"]
    assert await world.answers(lan) == ["yes", "pause"]
    assert world.tips == []


@pytest.mark.parametrize("said", ["đúng", "cháu tên Huy"])
async def test_a_yes_or_a_name_silences_nobody(world: World, said: str) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.YES
    assert world.tips == [said]


@pytest.mark.parametrize("said", ["không", "tiep tuc"])
async def test_a_clear_no_resumes(world: World, said: str) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("dung")
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.YES
    assert "vẫn nhận tin như trước" in (await lan.last()).text
    assert await world.answers(lan) == ["yes", "pause", "resume"]


@pytest.mark.parametrize("said", ["nhan tin", "nhận tin"])
async def test_who_may_have_stopped_gets_nothing_anew_by_words_that_mean_more(
    world: World, said: str
) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("thoi")
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.PAUSED
    await lan.writes("Đồng ý")
    assert (await lan.record()).wish is Wish.YES


@pytest.mark.parametrize("said", ["đúng", "dung", "DỪNG"])
async def test_a_yes_to_the_question_stops(world: World, said: str) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("thoi")
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.STOPPED
    assert "không nhận tin định kỳ nữa" in (await lan.last()).text


async def test_the_buttons_of_the_question_do_the_same_twice_over(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("dung")
    await lan.presses("Tiếp tục nhận")
    assert (await lan.record()).wish is Wish.YES
    [answer] = await lan.presses("Tiếp tục nhận")
    assert "đang nhận tin rồi" in answer.text
    await lan.presses("Dừng nhận tin")
    assert (await lan.record()).wish is Wish.STOPPED
    count = len(await lan.heard())
    [answer] = await lan.presses("Dừng nhận tin")
    assert "Đã dừng" in answer.text
    assert len(await lan.heard()) == count


async def test_silence_stops_and_a_late_no_does_not_resume(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("dung")
    world.chat.clock.forward(hours=25)
    await world.chat.do(wishes.settle_silence)
    assert (await lan.record()).wish is Wish.STOPPED
    await lan.writes("không")
    assert (await lan.record()).wish is Wish.STOPPED
    assert "ĐĂNG KÝ" in (await lan.last()).text
    await lan.presses("Tiếp tục nhận")
    assert (await lan.record()).wish is Wish.STOPPED


@pytest.mark.parametrize("said", ["HUY", "tc", "hủy"])
async def test_huy_while_a_yes_or_no_is_awaited_is_asked_about(world: World, said: str) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("/khuvuc")
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.PAUSED
    await lan.presses("Tiếp tục nhận")
    assert (await lan.record()).wish is Wish.YES
    assert "xã, phường nào" in (await lan.last()).text


async def test_huy_while_another_room_awaits_a_name_gives_the_question_back(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    address = await lan.address()
    await world.chat.do(lambda tx: dialogues.keep(tx, address.id, "contact", {"tip": "7"}))
    await lan.writes("Huy")
    assert (await lan.record()).wish is Wish.PAUSED
    await lan.writes("không")
    assert (await lan.record()).wish is Wish.YES
    back = await world.chat.look(lambda tx: dialogues.current(tx, address.id))
    assert back is not None
    assert (back.name, back.data["tip"]) == ("contact", "7")


async def test_a_tip_while_the_question_is_open_is_kept_and_pauses_on(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("dung")
    await lan.writes("dung lai ngay, co nguoi danh nhau o cho")
    assert world.tips == ["dung lai ngay, co nguoi danh nhau o cho"]
    assert (await lan.record()).wish is Wish.PAUSED
    assert "phải không?" in (await lan.last()).text
    await lan.presses("Tiếp tục nhận")
    assert (await lan.record()).wish is Wish.YES


async def test_a_forwarded_or_captioned_stop_is_not_their_word(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("DỪNG", forwarded=True)
    await lan.sends_photo("DỪNG")
    assert (await lan.record()).wish is Wish.YES
    assert world.tips == ["DỪNG", "DỪNG"]


async def test_a_wish_to_stop_beside_other_words_pauses_and_asks_about_both(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("Cho tôi dừng nhận tin nhé, tối qua có kẻ lạ rình nhà")
    assert (await lan.record()).wish is Wish.PAUSED
    asked = await lan.last()
    assert asked.labels == ["Dừng nhận tin", "Tiếp tục nhận", "Đây là tin báo"]
    await lan.presses("Dừng nhận tin")
    assert (await lan.record()).wish is Wish.STOPPED


async def test_what_only_may_be_a_wish_to_stop_is_a_tip_with_a_button_to_stop(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    said = "Bà con đừng mở tin nhắn lạ gửi tới"
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.YES
    assert world.tips == [said]
    await lan.presses("Dừng nhận tin")
    assert (await lan.record()).wish is Wish.STOPPED


async def test_coming_back_asks_for_consent_again(world: World) -> None:
    lan = await world.chat.subscriber("1001", wish=Wish.STOPPED)
    await lan.writes("dang ky")
    assert (await lan.record()).wish is Wish.STOPPED
    await lan.presses("Đồng ý")
    assert (await lan.record()).wish is Wish.YES
    await lan.writes("đăng ký")
    assert "đang nhận tin rồi" in (await lan.last()).text


async def test_subscribing_while_paused_resumes(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("dung")
    await lan.writes("ĐĂNG KÝ")
    assert (await lan.record()).wish is Wish.YES


async def test_the_command_to_stop_is_never_unclear(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("/dung")
    assert (await lan.record()).wish is Wish.STOPPED
    await lan.writes("/dangky")
    assert "Đồng ý" in (await lan.last()).labels


@pytest.mark.parametrize("action", ["wish", "wish:x", "wish:undo", "about:x"])
async def test_a_malformed_button_is_refused_kindly(world: World, action: str) -> None:
    lan = await world.chat.subscriber("1001")
    [toast] = await lan.presses_action(action)
    assert "không còn dùng được" in toast.text


async def test_a_button_that_is_not_ours_any_more_leaves_a_way_to_stop(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.presses_action(STALE)
    said = await lan.last()
    assert "nhắn DỪNG" in said.text
    assert (await lan.record()).wish is Wish.YES, "what is not sealed stops nobody"
    await lan.presses("Dừng nhận tin")
    assert (await lan.record()).wish is Wish.STOPPED
    await lan.presses_action(STALE)
    said = await lan.last()
    assert (said.labels, "ĐĂNG KÝ" in said.text) == ([], True)
