"""Coming to us: consent is asked with full words, answered clearly, and proved."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.delivery import DeliveryKind, Lane
from domain.ids import short
from domain.language import Language
from domain.messages import Outgoing
from handlers.tips.presses import TIP
from people.consent_words import version_of
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import dialogues
from storage.people.residents import Wish
from storage.tables import resident
from tests.chat import DONG_KINH
from tests.handlers.residents.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


async def test_a_poster_leads_to_consent_then_to_its_place_then_to_a_summary(world: World) -> None:
    lan = world.party()
    await lan.starts("kp-vi-du-2")
    [welcome] = await lan.news()
    assert "Công an phường Đông Kinh" in welcome.text
    assert "12 tháng" in welcome.text
    assert welcome.labels == ["Đồng ý", "Không", "Tiếng Việt", "English", "中文"]
    assert (await lan.record()).wish is Wish.NONE

    await lan.presses("Đồng ý")
    assert (await lan.record()).wish is Wish.YES
    agreed, area = await lan.news()
    assert "đồng ý nhận tin" in agreed.text
    assert area.labels == ["Khối phố Ví Dụ 2, phường Đông Kinh – đúng", "Chọn nơi khác"]

    await lan.presses(area.labels[0])
    [summary] = await lan.news()
    assert "Khối phố Ví Dụ 2, phường Đông Kinh" in summary.text
    for needed in ("DỪNG", "113", "114", "115", "/khuvuc", "/ngonngu", "đang nhận"):
        assert needed in summary.text
    person = await lan.record()
    assert person.area_code == f"{DONG_KINH}-kp-vi-du-2"
    assert person.invited_by == f"{DONG_KINH}-kp-vi-du-2"


async def test_the_proof_names_the_words_shown_and_the_words_answered(world: World) -> None:
    lan = world.party(hint="en-US")
    await lan.starts()
    shown = (await lan.last()).text
    await lan.writes("  Yes ")
    [proof] = await world.consents(lan)
    assert proof.words_version == f"sys-welcome-consent:{version_of(shown)}"
    assert (proof.answer.value, proof.language, proof.channel) == ("yes", "en", "telegram")
    assert proof.at == (await lan.record()).wish_at
    assert await world.last_words(lan) == "Yes"


async def test_a_press_is_proved_as_a_press_in_the_language_of_its_message(world: World) -> None:
    lan = world.party()
    await lan.starts()
    vietnamese = await lan.last()
    await lan.presses("中文")
    chinese = await lan.last()
    assert chinese.labels[:2] == ["同意", "不同意"]
    assert (await lan.record()).language is Language.ZH
    await lan.presses("Đồng ý")
    [proof] = await world.consents(lan)
    assert proof.words_version.endswith(version_of(vietnamese.text))
    assert proof.language == "vi"
    assert await world.last_words(lan) == "[nút] Đồng ý"
    assert (await lan.record()).language is Language.ZH


@pytest.mark.parametrize("said", ["ĐỒNG Ý", "dong y", "Yes", "同意", "Em đồng ý ạ"])
async def test_a_clear_yes_counts_at_once(world: World, said: str) -> None:
    lan = world.party()
    await lan.starts()
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.YES
    assert "xã, phường nào" in (await lan.last()).text


@pytest.mark.parametrize("said", ["KHÔNG", "khong", "No", "不同意", "không đồng ý"])
async def test_a_no_is_kept_and_the_emergency_numbers_are_told(world: World, said: str) -> None:
    lan = world.party()
    await lan.starts("dong-kinh")
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.NO
    assert await world.answers(lan) == ["no"]
    last = await lan.last()
    assert "113, 114, 115" in last.text
    assert "ĐĂNG KÝ" in last.text


@pytest.mark.parametrize("said", ["ok", "1", "👍", "?", "", "vâng", "đúng", "xin chào"])
async def test_an_unclear_yes_is_asked_again_and_is_no_tip(world: World, said: str) -> None:
    lan = world.party()
    await lan.starts()
    await lan.writes(said)
    assert (await lan.record()).wish is Wish.NONE
    assert "ĐỒNG Ý / KHÔNG" in (await lan.last()).text
    assert world.tips == []
    await lan.writes("đồng ý")
    assert (await lan.record()).wish is Wish.YES


async def test_pressing_twice_records_and_says_it_once(world: World) -> None:
    lan = world.party()
    await lan.starts()
    await lan.presses("Đồng ý")
    before = len(await lan.heard())
    [answer] = await lan.presses("Đồng ý")
    assert answer.text == "Đã ghi nhận, cảm ơn bà con."
    assert await world.answers(lan) == ["yes"]
    assert len(await lan.heard()) == before


async def test_another_mind_under_the_same_message_counts(world: World) -> None:
    lan = world.party()
    await lan.starts()
    await lan.presses("Đồng ý")
    await lan.presses("Không")
    assert (await lan.record()).wish is Wish.NO
    await lan.presses("Đồng ý")
    assert await world.answers(lan) == ["yes", "no", "yes"]


async def test_a_button_under_words_no_longer_in_force_asks_anew(world: World) -> None:
    lan = world.party()
    await lan.starts()
    await lan.presses_action("consent:yes:vi:000000000000")
    assert (await lan.record()).wish is Wish.NONE
    assert "Bên chịu trách nhiệm dữ liệu" in (await lan.last()).text
    assert await world.answers(lan) == []


@pytest.mark.parametrize(
    "action", ["consent", "consent:yes", "consent:yes:xx:1", "consent:show:xx", "lang", "lang:xx"]
)
async def test_a_malformed_button_is_refused_kindly(world: World, action: str) -> None:
    lan = world.party()
    await lan.starts()
    [answer] = await lan.presses_action(action)
    assert "không còn dùng được" in answer.text
    assert (await lan.record()).wish is Wish.NONE


async def test_private_tip_from_a_group_comes_before_any_consent(world: World) -> None:
    lan = world.party()
    await lan.starts("bao-tin-AbCd")
    [said] = await lan.news()
    for number in ("113", "114", "115"):
        assert number in said.text
    assert "Đồng ý" not in said.labels
    await lan.writes("nhà bên có người đánh con")
    assert world.tips == ["nhà bên có người đánh con"]
    await lan.presses("Giữ kín đến đâu?")
    assert "hãng nhắn tin biết tài khoản" in (await lan.last()).text
    await lan.presses("Nhận tin an toàn")
    assert "Đồng ý" in (await lan.last()).labels


async def test_a_private_tip_is_bound_to_the_post_whose_link_it_came_by(world: World) -> None:
    group = await world.chat.group("-100")
    target = await group.address()

    def post(tx: Tx) -> UUID | None:
        kind = DeliveryKind.POST
        new = ledger.NewDelivery(
            kind=kind,
            lane=Lane.BULK,
            address_id=target.id,
            language="vi",
            outgoing=Outgoing(text="x"),
        )
        return ledger.put(tx, new)

    sent = await world.chat.do(post)
    assert sent is not None
    lan = world.party()
    await lan.starts(f"bao-tin-{short(sent)}")
    address = await lan.address()
    open_ = await world.chat.look(lambda tx: dialogues.current(tx, address.id))
    assert open_ is not None
    assert (open_.name, open_.data) == (TIP, {"delivery": short(sent)})


async def test_a_command_on_several_lines_is_understood(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("/KHUVUC\nkp ví dụ 4, đông kinh")
    assert (await lan.record()).area_code == f"{DONG_KINH}-kp-vi-du-4"
    await lan.writes("/")
    assert "Các lệnh dùng được" in (await lan.last()).text


async def test_an_unknown_link_is_welcome_all_the_same(world: World) -> None:
    lan = world.party()
    await lan.starts("chien-dich-7")
    assert "Đồng ý" in (await lan.last()).labels
    assert (await lan.record()).invited_by is None
    await lan.presses("Đồng ý")
    assert "xã, phường nào" in (await lan.last()).text


async def test_a_link_that_cannot_be_ours_is_not_kept(world: World) -> None:
    lan = world.party()
    await lan.starts("tôi là Nguyễn Văn Ví Dụ")
    assert (await lan.record()).invited_by is None
    assert "Đồng ý" in (await lan.last()).labels


@pytest.mark.parametrize("typed", ["0912345678", "bao-tin-0912345678", "nguyen-van-vi-du", "20"])
async def test_a_typed_payload_that_leads_nowhere_is_not_kept(world: World, typed: str) -> None:
    lan = world.party()
    await lan.starts("kp-vi-du-2")
    await lan.starts(typed)
    kept = (await lan.record()).invited_by
    assert kept == f"{DONG_KINH}-kp-vi-du-2"
    await lan.writes("/dulieu")
    assert f"kênh: {kept}\n" in (await lan.last()).text


@pytest.mark.parametrize("said", ["xin chào", "Hello", "Chào chú công an"])
async def test_a_first_greeting_is_answered_with_the_welcome(world: World, said: str) -> None:
    lan = world.party()
    await lan.writes(said)
    assert "Đồng ý" in (await lan.last()).labels
    await lan.presses("Không")
    await lan.writes(said)
    assert "cứ viết vào đây" in (await lan.last()).text
    assert world.tips == []


async def test_another_poster_asks_whether_one_moved(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.starts("kp-vi-du-5")
    await lan.presses("Khối phố Ví Dụ 5, phường Đông Kinh – đúng")
    assert (await lan.record()).area_code == f"{DONG_KINH}-kp-vi-du-5"


async def test_a_poster_of_another_unit_lets_that_unit_ask(world: World) -> None:
    await world.chat.add_unit("z-khac", "06211", "Công an xã Khác")
    lan = world.party()
    await lan.starts("thon-vi-du-3")
    assert "Công an xã Khác" in (await lan.last()).text


async def test_blocking_stops_and_unblocking_restores_nothing(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.blocks()
    assert (await lan.record()).wish is Wish.STOPPED
    await lan.unblocks()
    assert (await lan.record()).wish is Wish.STOPPED
    await lan.starts()
    assert "Đồng ý" in (await lan.last()).labels
    await lan.presses("Đồng ý")
    assert (await lan.record()).wish is Wish.YES


async def test_a_tip_in_the_middle_goes_on_and_the_question_returns_once(world: World) -> None:
    lan = world.party()
    await lan.starts()
    await lan.news()
    await lan.writes("trộm vào nhà ông hàng xóm")
    receipt, again = await lan.news()
    assert "đã nhận tin" in receipt.text
    assert "ĐỒNG Ý / KHÔNG" in again.text
    await lan.writes("biển số không rõ")
    assert ["đã nhận tin" in said.text for said in await lan.news()] == [True]
    await lan.writes("không")
    assert world.tips == ["trộm vào nhà ông hàng xóm", "biển số không rõ", "không"]
    assert (await lan.record()).wish is Wish.NONE
    await lan.writes("đồng ý")
    assert (await lan.record()).wish is Wish.YES


async def test_a_no_a_while_after_the_tip_answers_the_question(world: World) -> None:
    lan = world.party()
    await lan.starts()
    await lan.writes("trộm vào nhà ông hàng xóm")
    world.chat.clock.forward(minutes=5)
    await lan.writes("không")
    assert (await lan.record()).wish is Wish.NO


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "cháy " * 2_000, "\ud83d", "👩\u200d👩\u200d👧\ufe0f" * 50 + "x", "0" * 40],
)
async def test_strange_texts_in_a_dialogue_are_kept_as_tips(world: World, text: str) -> None:
    lan = world.party()
    await lan.starts()
    await lan.writes(text)
    last = await lan.last()
    assert world.tips == [text] or "ĐỒNG Ý / KHÔNG" in last.text
    assert (await lan.record()).wish is Wish.NONE


async def test_a_photo_in_a_dialogue_is_a_tip_and_its_caption_no_answer(world: World) -> None:
    lan = world.party()
    await lan.starts()
    await lan.sends_photo("đồng ý")
    await lan.sends_photo()
    assert world.tips == ["đồng ý", "[tệp]"]
    assert (await lan.record()).wish is Wish.NONE


async def test_an_answer_to_something_said_later_is_not_taken_for_consent(world: World) -> None:
    lan = world.party()
    await lan.starts()
    await lan.presses("Không")
    await lan.writes("đăng ký")
    await lan.writes("/trogiup")
    await lan.writes("yes")
    assert (await lan.record()).wish is Wish.NO
    assert world.tips == ["yes"]


async def test_yes_out_of_the_blue_shows_to_what_first(world: World) -> None:
    lan = world.party()
    await lan.writes("đồng ý")
    assert (await lan.record()).wish is Wish.NONE
    assert "Bên chịu trách nhiệm dữ liệu" in (await lan.last()).text


async def test_the_language_changes_by_command(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("/ngonngu")
    await lan.presses("English")
    assert (await lan.last()).text == "From now on we answer you in English."
    await lan.writes("/help")
    assert "/khuvuc" in (await lan.last()).text


async def test_what_is_kept_is_told(world: World) -> None:
    lan = world.party()
    await lan.starts("kp-vi-du-2")
    await lan.presses("Đồng ý")
    await lan.presses("Khối phố Ví Dụ 2, phường Đông Kinh – đúng")
    await lan.writes("/dulieu")
    said = (await lan.last()).text
    for kept in ("Khối phố Ví Dụ 2", "tiếng Việt", "đang nhận", "23/11/2026", "kp-vi-du-2"):
        assert kept in said


async def test_an_unknown_command_gets_the_list_and_a_text_behind_it_is_set_aside(
    world: World,
) -> None:
    lan = world.party()
    await lan.writes("/abc")
    last = await lan.last()
    assert "Không có lệnh /abc" in last.text
    assert "/khuvuc" in last.text
    await lan.writes("/abc có trộm ở chợ")
    assert (await lan.last()).labels == ["Đây là tin báo"]


@pytest.mark.parametrize(
    "said",
    [
        "/xyz công an xã nhận hối lộ của dân",
        "/xyz cong an xa nhan hoi lo cua dan",
        "/tocao công an xã nhận hối lộ của dân",
    ],
)
async def test_a_denunciation_behind_an_unknown_command_is_shown_its_way_and_not_kept(
    world: World, said: str
) -> None:
    lan = world.party()
    await lan.writes(said)
    last = await lan.last()
    assert "tố cáo" in last.text
    assert last.labels[-1] == "Tôi báo việc khác"
    person = await lan.record()
    kept = select(resident.c.words_aside).where(resident.c.id == person.id)
    assert await world.chat.look(lambda tx: tx.connection.execute(kept).scalar_one()) is None


async def test_staff_are_told_that_this_is_for_residents(world: World) -> None:
    officer = await world.chat.staff("9")
    await officer.starts("dong-kinh")
    await officer.writes("/khuvuc")
    assert ["tài khoản cán bộ" in said.text for said in await officer.heard()] == [True, True]
