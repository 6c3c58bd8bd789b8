"""A tip that staff heard: asked for in a dialogue, carded like any other, with nobody to answer."""

from collections.abc import AsyncIterator

import pytest

from domain.audit import Act
from domain.delivery import DeliveryKind
from domain.roles import Role
from domain.tip import Heard, Secrecy
from handlers.staff import commands, slips, tip_commands
from handlers.tips import entering, revealing, review, rewording, taking
from storage.staff import audit
from storage.tips import tip_contacts, tips
from tests.chat import Party, Takers, open_chat
from tests.tips.world import World, furnish


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    takers = Takers(
        private=(entering.take, taking.emergency, commands.command, slips.check, taking.take),
        group=(tip_commands.in_review_group, review.take),
        presses={
            **taking.PRESSES,
            **review.PRESSES,
            **entering.PRESSES,
            **revealing.PRESSES,
        },
        edited=rewording.edited,
    )
    async with open_chat(migrated_database_url, takers) as chat:
        yield await furnish(chat)


async def tell(party: Party, what: str, *, how: str = "Qua điện thoại") -> None:
    """Go through the dialogue up to the words."""
    await party.writes("/nhaptin")
    await party.presses(how)
    await party.writes("vi du 2")
    await party.writes(what)


async def test_a_tip_heard_by_phone_becomes_a_card_that_says_so(world: World) -> None:
    await tell(world.duty, "Có người bán pháo ở đầu ngõ, tối nào cũng có")
    await world.duty.presses("Không khẩn")
    await world.duty.writes("Bà Ví Dụ, 0900 000 001")
    summary = (await world.duty.last()).text
    assert "Nghe: Qua điện thoại" in summary
    assert "│ Có người bán pháo" in summary
    assert await world.tips() == []
    await world.duty.presses("Ghi tin")
    await world.tick()
    tip = await world.tip()
    assert (tip.heard, tip.address_id, tip.area_code) == (Heard.PHONE, None, "05977-kp-vi-du-2")
    (card,) = await world.cards()
    assert "Nghe qua điện thoại, Trực Ban Ví Dụ nhập" in card.text
    assert "│ Có người bán pháo ở đầu ngõ" in card.text
    assert "không có người viết để trả lời" in card.text
    assert "0900" not in card.text
    entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
    assert (Act.TIP_ENTERED, "phone") in [(one.act, one.facts.get("heard")) for one in entries]
    # An answer is impossible, and that is said; a note is not.
    await world.reviewer.writes("Bao nhiêu người?", in_group=world.desk, reply_to=card.message_id)
    assert "không có ai để trả lời" in (await world.desk.last()).text
    await world.reviewer.writes("gc: đã hỏi", in_group=world.desk, reply_to=card.message_id)
    assert "Đã ghi chú" in (await world.desk.last()).text
    # Only who holds it sees the contact.
    refused = await world.reviewer.presses("Xem liên hệ", of=world.desk)
    assert "chỉ người đang giữ tin" in refused[0].text
    await world.reviewer.presses("Nhận việc", of=world.desk)
    await world.reviewer.presses("Xem liên hệ", of=world.desk)
    assert "Bà Ví Dụ, 0900 000 001" in (await world.reviewer.last()).text
    refused = await world.chief.presses("Xem liên hệ", of=world.desk)
    assert "chỉ người đang giữ tin" in refused[0].text
    # Closed like any other, with nobody to tell.
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.reviewer.presses("Đã xử lý", of=world.desk)
    await world.tick()
    assert (await world.tip()).state == "closed"


async def test_a_danger_is_entered_at_once_and_pages_whoever_is_on_duty(world: World) -> None:
    await tell(world.reviewer, "cháy nhà ở đầu ngõ, có người mắc kẹt", how="Trực tiếp")
    tip = await world.tip()
    assert tip.urgent
    assert tip.heard is Heard.IN_PERSON
    assert tip.address_id is None
    await world.tick()
    (card,) = await world.cards()
    assert "KHẨN CẤP" in card.text
    assert any("khẩn cấp" in heard.text for heard in await world.duty.heard())
    said = [heard.text for heard in await world.reviewer.heard()]
    assert any("114" in text for text in said)


async def test_what_only_the_few_may_read_stands_on_no_card_and_is_read_privately(
    world: World,
) -> None:
    await tell(world.chief, "năm ngoái chồng chị ấy hay đánh vợ", how="Cách khác")
    await world.chief.presses("Không khẩn")
    await world.chief.presses("Không có liên hệ")
    await world.chief.presses("Ghi tin")
    await world.tick()
    assert (await world.tip()).secrecy is Secrecy.SENSITIVE
    (card,) = await world.cards()
    assert "đánh vợ" not in card.text
    await world.chief.presses("Xem riêng", of=world.desk)
    assert "đánh vợ" in (await world.chief.last()).text


async def test_nothing_is_entered_twice_dropped_ones_not_at_all_and_not_by_others(
    world: World,
) -> None:
    await tell(world.reviewer, "Xe tải đỗ chắn cổng trường")
    await world.reviewer.presses("Không khẩn")
    await world.reviewer.presses("Không có liên hệ")
    await world.reviewer.presses_at_once("Ghi tin", world.reviewer)
    assert len(await world.tips()) == 1
    await tell(world.reviewer, "Xe tải đỗ chắn cổng chợ")
    await world.reviewer.presses("Bỏ, không ghi")
    assert "không ghi gì" in (await world.reviewer.last()).text
    assert len(await world.tips()) == 1
    auditor = await world.chat.staff("770010020009", Role.AUDITOR)
    await auditor.writes("/nhaptin")
    assert "không có quyền" in (await auditor.last()).text


async def test_wrong_answers_lose_nothing_and_an_old_dialogue_is_over(world: World) -> None:
    await world.duty.writes("/nhaptin")
    await world.duty.writes("một lời chen vào")
    assert "bấm một nút" in (await world.duty.last()).text
    await world.duty.presses("Ở cuộc họp")
    await world.duty.writes("xã không có tên này")
    assert "Không thấy địa bàn" in (await world.duty.last()).text
    await world.duty.presses("Chưa rõ địa bàn")
    await world.duty.sends_photo()
    assert "chỉ nhận chữ" in (await world.duty.last()).text
    # A danger of their own meanwhile is their own.
    world.chat.clock.forward(hours=3)
    await world.duty.writes("có người bán ma túy gần trường")
    assert "muốn gửi lời này làm tin báo" in (await world.duty.last()).text
    assert await world.tips() == []


async def test_a_denunciation_is_not_entered_and_left_nowhere(world: World) -> None:
    await tell(world.chief, "Tôi tố cáo cán bộ xã nhận hối lộ của dân")
    assert await world.tips() == []
    kept = [heard for heard in await world.chat.said() if heard.kind is DeliveryKind.CARD]
    assert kept == []


async def test_an_erased_tip_keeps_no_contact(world: World) -> None:
    await tell(world.duty, "Có người bán pháo")
    await world.duty.presses("Không khẩn")
    await world.duty.writes("0900 000 001")
    await world.duty.presses("Ghi tin")
    tip = await world.tip()
    assert await world.chat.look(lambda tx: tip_contacts.of_tip(tx, tip)) == "0900 000 001"

    await world.chat.do(lambda tx: tips.erase(tx, tip))
    assert not await world.chat.look(lambda tx: tip_contacts.is_left(tx, tip.id))
