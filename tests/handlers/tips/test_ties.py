"""What a resident adds at their own wish: a contact, a code; and what the chief alone may see."""

import re
from collections.abc import AsyncIterator

import pytest

from domain.audit import Act
from domain.keeping import KeepingTerms
from domain.language import Language
from domain.roles import Role
from domain.tip import TipState
from handlers.residents import commands as residents
from handlers.staff import commands, slips, tip_commands
from handlers.tips import entering, revealing, review, rewording, taking, ties
from people import erasing
from storage import keeping
from storage.database import Tx
from storage.people import residents as stored
from storage.staff import audit
from storage.tables import tip_claim, tip_contact
from storage.tips import tip_contacts, tips
from tests.chat import Takers, open_chat
from tests.handlers.tips.test_review import carded
from tests.tips.world import LAN, World, furnish

PHONE = "chị Lan Ví Dụ 0900 000 002"


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    takers = Takers(
        private=(
            entering.take,
            taking.emergency,
            residents.stop,
            ties.take,
            commands.command,
            residents.command,
            ties.bare_code,
            slips.check,
            taking.take,
        ),
        group=(tip_commands.in_review_group, review.take),
        presses={
            **taking.PRESSES,
            **review.PRESSES,
            **ties.PRESSES,
            **revealing.PRESSES,
        },
        edited=rewording.edited,
    )
    async with open_chat(migrated_database_url, takers) as chat:
        yield await furnish(chat)


async def leave(world: World, contact: str = PHONE) -> None:
    await world.lan.presses("Để lại liên hệ")
    await world.lan.writes(contact)


async def acts(world: World) -> list[tuple[Act, str | None]]:
    return await world.chat.look(lambda tx: [(e.act, e.reason) for e in audit.entries(tx)])


async def test_a_contact_is_for_the_holder_alone_and_every_look_is_noted(world: World) -> None:
    await carded(world)
    await leave(world)
    assert "giữ kín liên hệ" in (await world.lan.last()).text
    await world.tick()
    line = (await world.desk.heard())[-1]
    assert "để lại liên hệ" in line.text
    assert "0900" not in line.text
    for party in (world.reviewer, world.chief):
        (refused,) = await party.presses("Xem liên hệ", of=world.desk)
        assert "chỉ người đang giữ tin" in refused.text
    await world.reviewer.presses("Nhận việc", of=world.desk)
    await world.reviewer.presses("Xem liên hệ", of=world.desk)
    shown = await world.reviewer.last()
    assert PHONE in shown.text
    assert shown.outgoing.protected
    assert [act for act, _ in await acts(world)].count(Act.TIP_CONTACT_READ) == 1
    # Nowhere in the clear, and no piece of the tip.
    assert all(PHONE not in heard.text for heard in await world.desk.heard())


async def test_a_contact_can_be_withdrawn_and_goes_with_the_person(world: World) -> None:
    await carded(world)
    await leave(world)
    await world.lan.presses("Rút liên hệ")
    tip = await world.tip()
    assert await world.chat.look(lambda tx: tip_contacts.of_tip(tx, tip)) is None
    await world.reviewer.presses("Nhận việc", of=world.desk)
    (gone,) = await world.reviewer.presses("Xem liên hệ", of=world.desk)
    assert "không còn liên hệ" in gone.text
    await leave(world)
    await world.lan.presses("Mã theo dõi")
    person = await world.lan.record()
    await world.chat.do(lambda tx: erasing.erase(tx, stored.get(tx, person.id)))

    def left(tx: Tx) -> int:
        tables = (tip_contact, tip_claim)
        return sum(len(tx.connection.execute(table.select()).all()) for table in tables)

    assert await world.chat.look(left) == 0


async def test_contact_and_code_go_with_the_way_back_to_the_writer(world: World) -> None:
    await carded(world)
    await leave(world)
    await world.lan.presses("Mã theo dõi")
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.tick()
    await world.reviewer.presses("Đã xử lý", of=world.desk)
    tip = await world.tip()
    for days, left in ((89, True), (2, False)):
        world.chat.clock.forward(days=days)
        await world.chat.do(lambda tx: keeping.cut_links(tx, KeepingTerms()))
        assert await world.chat.look(lambda tx: tip_contacts.is_left(tx, tip.id)) is left
    await world.chief.writes("/danhtinh 260001 theo yêu cầu của tòa")
    assert "đã bị xóa" in (await world.chief.last()).text


async def test_whoever_stays_anonymous_leaves_nothing_and_a_story_is_no_contact(
    world: World,
) -> None:
    await carded(world)
    told = await world.tip()
    await world.lan.presses("Để lại liên hệ")
    await world.lan.presses("Giữ ẩn danh")
    assert "vẫn ẩn danh" in (await world.lan.last()).text
    await world.lan.presses("Để lại liên hệ")
    for said in ("không", "vâng"):
        await world.lan.writes(said)
    assert not await world.chat.look(lambda tx: tip_contacts.is_left(tx, told.id))
    await world.lan.presses("Để lại liên hệ")
    story = "ngoài ra tối qua còn có hai người lạ đi xe máy đỏ vào ngõ lấy hàng rồi chạy về chợ"
    await world.lan.writes(story)
    await world.tick(minutes=3)
    assert any(story in card.text for card in await world.cards())
    await world.lan.presses("Để lại liên hệ")
    await world.lan.writes("cháy nhà tôi rồi cứu với")
    assert any("114" in heard.text for heard in await world.lan.heard())
    tip = await world.tip()
    assert not await world.chat.look(lambda tx: tip_contacts.is_left(tx, tip.id))


@pytest.mark.parametrize(
    "story", ["ban ma tuy o so 5", "3号楼有人吸毒", "no, they are still there"]
)
async def test_a_short_story_told_where_a_contact_was_asked_reaches_the_readers(
    world: World, story: str
) -> None:
    await carded(world)
    tip = await world.tip()
    await world.lan.presses("Để lại liên hệ")
    told = await world.lan.writes(story)
    assert "được ghi thêm vào tin" in (await world.lan.last()).text
    await world.lan.edits(told, f"{story} !")
    await world.tick(minutes=3)
    assert any(story in card.text for card in await world.cards())
    assert await world.chat.look(lambda tx: tip_contacts.of_tip(tx, tip)) is None
    assert len(await world.tips()) == 1
    await leave(world)
    assert await world.chat.look(lambda tx: tip_contacts.of_tip(tx, tip)) == PHONE


async def test_what_may_be_a_name_is_kept_for_the_holder_until_its_writer_calls_it_a_story(
    world: World,
) -> None:
    await carded(world)
    tip = await world.tip()
    await world.lan.presses("Để lại liên hệ")
    await world.lan.writes("chị Lan Ví Dụ xóm 3")
    assert "liên hệ" in (await world.lan.last()).text
    await world.lan.writes("0900 000 002")
    kept = await world.chat.look(lambda tx: tip_contacts.of_tip(tx, tip))
    assert kept == "chị Lan Ví Dụ xóm 3; 0900 000 002"
    await world.lan.presses("Để lại liên hệ")
    await world.lan.writes("Tuấn xóm 3 Ví Dụ")
    assert "không giống tên" in (await world.lan.last()).text
    await world.lan.presses("Để lại liên hệ")
    meant = await world.lan.writes("anh Tuấn xóm 3")
    await world.lan.presses("Đây là nội dung tin")
    assert "Đã chuyển lời này vào nội dung" in (await world.lan.last()).text
    await world.lan.edits(meant, "anh Tuấn xóm 4")
    (stale,) = await world.lan.presses("Đây là nội dung tin")
    assert stale.alert
    await world.tick(minutes=3)
    assert any("anh Tuấn xóm 4" in card.text for card in await world.cards())
    assert all("0900" not in card.text for card in await world.cards())
    assert await world.chat.look(lambda tx: tip_contacts.of_tip(tx, tip)) == kept


async def test_a_number_given_in_any_way_stands_on_no_card(world: World) -> None:
    await carded(world)
    tip = await world.tip()

    async def kept() -> str | None:
        return await world.chat.look(lambda tx: tip_contacts.of_tip(tx, tip))

    await world.lan.presses("Để lại liên hệ")
    await world.tick()
    question = (await world.lan.last()).message_id
    assert question is not None
    typed = await world.lan.writes("Bà Ví Dụ 0900 000 003", reply_to=question)
    assert await kept() == "Bà Ví Dụ 0900 000 003"
    await world.lan.edits(typed, "Bà Ví Dụ 0900 000 004")
    assert "được sửa" in (await world.lan.last()).text
    assert await kept() == "Bà Ví Dụ 0900 000 004"
    await world.lan.presses("Để lại liên hệ")
    await world.tick(minutes=61)
    polite = "Dạ cháu là Lan Ví Dụ ở khối 2, số của cháu là 0900 000 005, chú gọi buổi tối ạ"
    await world.lan.writes(polite)
    assert await kept() == f"Bà Ví Dụ 0900 000 004; {polite}"
    await world.tick(minutes=61)
    officer = await world.chat.staff("770010020066", Role.OFFICER, name="Cán bộ Ba")
    await officer.writes("/baotin Có đám đánh bạc ở bãi đất cuối xóm")
    await officer.presses("Để lại liên hệ")
    await officer.writes("0900 000 006")
    assert "giữ kín liên hệ" in (await officer.last()).text
    await world.tick(minutes=61)
    assert all("0900" not in card.text for card in await world.cards())
    assert len(await world.tips()) == 2


async def test_a_code_shows_the_public_status_only_from_another_phone(world: World) -> None:
    await carded(world)
    await world.lan.presses("Mã theo dõi")
    code = re.search(r"(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}", (await world.lan.last()).text)
    assert code is not None
    stranger = world.chat.resident("880010010077")
    await stranger.writes(f"/theodoi {code[0].lower().replace('-', ' ')}")
    assert (await stranger.last()).text == "Tin theo mã này: Đã tiếp nhận."
    # Typed bare it is no tip either.
    await stranger.writes(code[0])
    assert (await stranger.last()).text == "Tin theo mã này: Đã tiếp nhận."
    assert len(await world.tips()) == 1
    # A new one ends the old one.
    await world.lan.presses("Mã theo dõi")
    await stranger.writes(f"/theodoi {code[0]}")
    assert "không đúng hoặc đã hết dùng" in (await stranger.last()).text
    newer = re.search(r"(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}", (await world.lan.last()).text)
    assert newer is not None
    tip = await world.tip()
    await world.chat.do(lambda tx: tips.erase(tx, tip))
    await stranger.writes(f"/theodoi {newer[0]}")
    assert "không đúng hoặc đã hết dùng" in (await stranger.last()).text


async def test_codes_cannot_be_guessed_without_end(world: World) -> None:
    await carded(world)
    await world.lan.presses("Mã theo dõi")
    code = re.search(r"(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}", (await world.lan.last()).text)
    assert code is not None
    guesser = world.chat.resident("880010010078")
    for _ in range(5):
        await guesser.writes("/theodoi ABCDE-FGHJK-MNPQR-23456")
    await guesser.writes(f"/theodoi {code[0]}")
    assert "đợi một giờ" in (await guesser.last()).text
    world.chat.clock.forward(hours=2)
    await guesser.writes(f"/theodoi {code[0]}")
    assert (await guesser.last()).text == "Tin theo mã này: Đã tiếp nhận."


async def test_the_chief_alone_sees_the_account_with_a_reason_and_twice_confirmed(
    world: World,
) -> None:
    await carded(world)
    await leave(world)
    reason = "Lệnh của cơ quan điều tra số 12"
    await world.reviewer.writes(f"/danhtinh 260001 {reason}")
    assert "không có quyền" in (await world.reviewer.last()).text
    await world.chief.writes("/danhtinh 260001 vì")
    assert "Lý do là một câu rõ ràng" in (await world.chief.last()).text
    await world.chief.writes(f"/danhtinh 260001 {reason}")
    asked = await world.chief.last()
    assert reason in asked.text
    assert LAN not in asked.text
    assert Act.TIP_WRITER_REVEALED not in [act for act, _ in await acts(world)]
    answers = await world.chief.presses_at_once("Xem, tôi chịu trách nhiệm", world.chief)
    assert sum("không còn dùng được" in one.text for each in answers for one in each) <= 1
    shown = [heard for heard in await world.chief.heard() if LAN in heard.text]
    assert len(shown) == 1
    assert PHONE in shown[0].text
    assert "đã ghi vào nhật ký" in shown[0].text
    assert shown[0].outgoing.protected
    assert shown[0].tip_id is None
    assert (Act.TIP_WRITER_REVEALED, reason) in await acts(world)
    assert all(LAN not in heard.text for heard in await world.desk.heard())


async def test_an_old_question_reveals_nothing_nor_does_a_tip_without_a_writer(
    world: World,
) -> None:
    await carded(world)
    await world.chief.writes("/danhtinh 260001 theo yêu cầu của tòa")
    world.chat.clock.forward(minutes=11)
    await world.chief.presses("Xem, tôi chịu trách nhiệm")
    assert all(LAN not in heard.text for heard in await world.chief.heard())
    await world.chief.writes("/danhtinh 260001 theo yêu cầu của tòa")
    await world.chief.presses("Không xem")
    assert "Không có gì được mở" in (await world.chief.last()).text
    person = await world.lan.record()
    await world.chat.do(lambda tx: erasing.erase(tx, stored.get(tx, person.id)))
    await world.chief.writes("/danhtinh 260001 theo yêu cầu của tòa")
    assert "đã bị xóa" in (await world.chief.last()).text
    assert (await world.tip()).state is TipState.RECEIVED


async def test_the_buttons_read_in_the_language_of_the_tip(world: World) -> None:
    guest = await world.chat.subscriber("880010010079", language=Language.EN)
    await guest.writes("somebody sells fireworks behind the market")
    await guest.presses("Leave a contact")
    assert "anonymous" in (await guest.last()).text
    await guest.presses("Tracking code")
    assert "/theodoi" in (await guest.last()).text
    other_chief = await world.chat.staff("770010020011", Role.CHIEF, name="Phó Ví Dụ")
    await other_chief.writes("/danhtinh 260009 theo yêu cầu của tòa")
    assert "Chưa rõ tin nào" in (await other_chief.last()).text
