"""A campaign in the officer's own words: every piece typed, mended, signed, sent, used again."""

from collections.abc import AsyncIterator

import pytest

from domain.campaign import CampaignState
from domain.language import Language
from domain.roles import Role
from handlers.campaigns import dialogue
from handlers.groups.editing import edited_before
from handlers.library import browsing
from handlers.staff import answering, commands
from storage.campaigns import campaigns
from tests.chat import Chat, Party, Takers, open_chat
from tests.handlers.campaigns.world import STALE, first, newest_run, tick, whole_unit

TITLE = "Khóa xe cẩn thận dịp cuối năm"
WORDS = (
    "Dịp cuối năm kẻ gian hay lấy xe máy ở chợ.\n\nBà con khóa cổ, khóa càng và gửi xe đúng nơi."
)
ENGLISH = "Motorbikes are often stolen at the market at the end of the year. Please lock yours."
OTHER = "Việc chung của xóm làng"


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    takers = Takers(
        private=(answering.take, dialogue.staff_dialogue, commands.command),
        presses={**dialogue.PRESSES, **browsing.PRESSES, **answering.PRESSES},
        edited=edited_before((), (dialogue.edited,)),
    )
    async with open_chat(migrated_database_url, takers) as opened:
        yield opened


async def begun(officer: Party) -> None:
    await officer.writes("/chiendich")
    await officer.presses("Tự soạn")
    await officer.writes(TITLE)


async def to_preview(officer: Party, words: str = WORDS) -> None:
    await begun(officer)
    await officer.writes(words)
    await officer.presses("Bỏ qua")
    await officer.presses("Bỏ qua")
    await officer.presses(OTHER)


async def to_summary(officer: Party, when: str = "Ngay") -> None:
    await officer.presses("Dùng bài này")
    await officer.presses(await whole_unit(officer))
    if "Xong" in (await officer.last()).labels:
        await officer.presses("Xong")
    await officer.presses(when)


async def said(officer: Party) -> str:
    return "\n".join(one.text for one in await officer.news())


async def wrong_pieces(officer: Party) -> None:
    """Try what will not do for Vietnamese words, and mend the last by editing that message."""
    for wrong, why in (
        ("\u200b \u2800 …", "Chưa có chữ nào đọc được"),
        (f"{WORDS} Xem bit.ly/abc", "không được có đường dẫn “bit.ly”"),
        (f"{WORDS} {{khu_vuc}}", "{don_vi} {sdt_truc}"),
    ):
        await officer.writes(wrong)
        assert why in await said(officer)
    await officer.sends_photo("Ảnh hiện trường")
    assert "Bước này cần chữ" in await said(officer)
    long = await officer.writes("Bà con khóa xe. " * 256)
    heard = await said(officer)
    # Title, an empty line, an empty line, `Mã bản tin: AN-XXXXX`.
    over = 256 * 16 - 1 + len(TITLE) + 2 + 2 + 20 - 4096
    assert f"Bài dài quá một tin nhắn {over} ký tự" in heard
    await officer.edits(long, f"\ufeff{WORDS}\u200b   ")
    assert "Xin gõ bản tiếng Anh" in await said(officer)


async def test_from_a_title_to_the_residents_each_in_the_language_there_is(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    john = await chat.subscriber("3002", language=Language.EN)
    wang = await chat.subscriber("3003", language=Language.ZH)
    await officer.writes("/chiendich")
    await officer.presses("Tự soạn")
    await officer.writes("Xe " * 40)
    assert "Tiêu đề dài quá 19 ký tự" in await said(officer)
    await officer.writes(TITLE)
    await wrong_pieces(officer)

    await officer.writes("Kẻ gian hay lấy xe máy ở chợ, bà con khóa xe cẩn thận nhé.")
    assert "chỗ của bản tiếng Anh, nhưng lời vừa gõ trông như tiếng Việt" in await said(officer)
    await officer.presses("Viết lại")
    typed = await officer.writes(ENGLISH)
    assert "bà con dùng tiếng Trung khi đó nhận bản tiếng Việt" in await said(officer)
    await officer.presses("Bỏ qua")
    await officer.presses("Trộm cắp")
    preview = await said(officer)
    for shown in (TITLE, WORDS, ENGLISH, "bà con dùng tiếng Trung nhận bản tiếng Việt", "Trộm cắp"):
        assert shown in preview
    await officer.presses("Quay lại")
    await officer.presses("Giữ nguyên")
    await to_summary(officer)
    assert "1 người dùng tiếng Trung sẽ nhận bản tiếng Việt" in await said(officer)
    mended = ENGLISH.replace("Please lock yours.", "Lock yours, please.")
    await officer.edits(typed, mended)
    assert mended in await said(officer)
    await officer.presses("Xem trước")
    await officer.presses("Gửi thử cho tôi")
    heard = await said(officer)
    assert heard.count(mended) == 2
    assert f"THỬ – {TITLE}" in heard

    await officer.presses("Gửi duyệt")
    known = await first(chat)
    assert known.template_id is None
    assert known.content.bodies == {Language.VI: WORDS, Language.EN: mended}
    await officer.edits(typed, "Something else entirely, typed after the chief was asked.")
    assert (await first(chat)).hash() == known.submitted_hash
    assert mended in (await chief.last()).text
    await chief.presses("Duyệt")
    await tick(chat)
    await tick(chat)
    assert (await lan.last()).outgoing.heading == TITLE
    assert (await wang.last()).text.startswith(f"{TITLE}\n{WORDS}")
    assert (await john.last()).text.startswith(f"Công an phường Đông Kinh (police)\n{mended}")


async def test_figures_are_signed_before_it_is_submitted_and_the_words_are_used_again(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    await to_preview(officer, f"{WORDS} Ai đốt pháo nổ bị phạt 20.000.000 đồng. Gọi {{sdt_truc}}.")
    assert "phải ký đối chiếu trước khi gửi duyệt: Ai đốt pháo nổ bị phạt" in await said(officer)
    await to_summary(officer)
    await officer.presses("Kèm thẻ ảnh")
    assert "trên thẻ ghi" in await said(officer)
    await officer.presses("Gửi duyệt")
    assert (await first(chat)).state is CampaignState.DRAFT
    assert "Phải đối chiếu: Ai đốt pháo nổ" in (await chief.last()).text
    await chief.presses("Đã đối chiếu, ký")
    await chief.presses("Duyệt")
    await tick(chat)
    await tick(chat)
    phone = chat.unit.duty_phone
    assert f"Gọi {phone}." in (await lan.last()).text
    await chat.deliver()
    await tick(chat)

    await officer.writes("/banin 1")
    await officer.presses("Bản loa")
    assert "Dịp cuối năm kẻ gian" in (await officer.last()).text
    run = await newest_run(chat)
    await officer.writes(f"/dinhchinh {run.code}")
    await officer.presses("Viết lời đính chính")
    assert "điền “nội dung đúng”" in await said(officer)
    await officer.presses("Bỏ")

    other = await chat.staff("2003", Role.OFFICER, name="Phạm Cán Bộ")
    await other.writes("/chiendich")
    await other.presses("Dùng lại bài cũ")
    await other.presses(TITLE)
    await other.presses("Sửa tiêu đề")
    assert TITLE in await said(other)
    await other.writes("Cuối năm, khóa xe hai lớp")
    await other.presses("Kèm lời cam kết")
    await other.presses("Dùng bài này")
    await other.writes("Gia đình tôi cam kết khóa xe khi vào chợ.")
    await other.presses(await whole_unit(other))
    if "Xong" in (await other.last()).labels:
        await other.presses("Xong")
    await other.writes("hằng tuần thứ 2 lúc 8h")
    await other.presses("Gửi duyệt")
    # Another title and a pledge are other words: they are signed anew.
    await chief.presses("Đã đối chiếu, ký")
    await chief.presses("Duyệt")
    second = await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 2))
    assert second is not None
    assert second.next_at is not None
    chat.clock.forward(seconds=(second.next_at - chat.clock.now()).total_seconds())
    await tick(chat)
    await tick(chat)
    heard = await lan.last()
    assert heard.text.startswith("Cuối năm, khóa xe hai lớp\nGia đình tôi cam kết khóa xe")
    assert heard.labels[0] == "Ký cam kết"


async def test_nothing_that_is_typed_into_it_is_lost_or_taken_for_something_else(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await begun(officer)
    danger = "Đang cháy nhà ở khu phố Ví Dụ 2, cứu với! Đó là lời kêu cứu phải gọi 114 ngay."
    await officer.writes(danger)
    heard = await said(officer)
    assert "Xin gõ bản tiếng Anh" in heard
    assert "114" in heard
    await officer.writes("/cacdot")
    await officer.presses("Bỏ qua")
    await officer.writes("现在起火请立即拨打114，请大家注意安全。", forwarded=True)
    await officer.presses("Phòng cháy, chữa cháy")
    assert danger in await said(officer)
    await officer.presses("Thêm bản tiếng Anh")
    await officer.presses("Quay lại")
    await officer.writes("Xe may bi mat o cho, ba con khoa xe can than nhe, tuyet doi bi mat [ten]")
    heard = await said(officer)
    for doubt in ("không có dấu", "chờ điền: “[ten]”", "“tuyet doi bi mat”"):
        assert doubt in heard
    await officer.writes("Cháy nhà: gọi 114, rồi báo Công an phường.")
    assert "Cháy nhà: gọi 114" in await said(officer)

    # Another officer writes at the same time, each their own.
    other = await chat.staff("2003", Role.OFFICER, name="Phạm Cán Bộ")
    await begun(other)
    await officer.writes("/chiendich")
    assert f"viết dở một chiến dịch ({TITLE})" in await said(officer)
    await officer.presses("Viết tiếp")
    await to_summary(officer)
    await officer.presses("Gửi duyệt")
    known = await first(chat)
    assert known.content.bodies[Language.VI] == "Cháy nhà: gọi 114, rồi báo Công an phường."
    assert "拨打114" in known.content.bodies[Language.ZH]
    await other.writes(WORDS)
    assert "Xin gõ bản tiếng Anh" in await said(other)
    # Left lying for hours it takes no more words, and is not lost either.
    chat.clock.forward(hours=3)
    await other.writes("/chiendich")
    assert f"“{TITLE}” đang viết dở đã quá hai giờ" in await said(other)
    await other.presses(f"Bản nháp: {TITLE}")
    assert "Xin gõ bản tiếng Anh" in await said(other)
    # Nor by a press on a button of it.
    chat.clock.forward(hours=3)
    await other.presses("Bỏ qua")
    assert "đang viết dở đã quá hai giờ" in await said(other)
    await other.presses("Xem bản nháp")
    old = (await other.labelled("Bỏ qua"))[1]
    await other.presses("Bỏ")
    assert (await other.presses_action(old.action or ""))[0].text == STALE


async def test_words_edited_at_the_summary_lead_to_what_is_then_to_be_settled(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await begun(officer)
    typed = await officer.writes(WORDS)
    english = await officer.writes(ENGLISH)
    await officer.presses("Bỏ qua")
    await officer.presses(OTHER)
    await to_summary(officer)
    # Refused: it leaves nothing behind at which the form would go on later.
    await officer.edits(typed, f"{WORDS} Xem bit.ly/abc")
    await officer.presses("Quay lại")
    await officer.presses("Sửa tiêu đề")
    await officer.writes("Khóa xe thật kỹ dịp Tết này")
    assert "Dùng bài này" in (await officer.last()).labels

    await officer.presses("Sửa bản tiếng Anh")
    await officer.presses("Bỏ bản tiếng Anh")
    await officer.presses("Kèm lời cam kết")
    await officer.presses("Dùng bài này")
    await officer.writes("Tôi cam kết khóa xe cẩn thận.")
    await officer.presses(await whole_unit(officer))
    await officer.presses("Ngay")
    # A version that was left out does not come back by an edit.
    await officer.edits(english, f"{ENGLISH} Thanks.")
    await officer.presses("Quay lại")
    assert ENGLISH not in (await officer.last()).text
    await officer.presses("Thêm bản tiếng Anh")
    english = await officer.writes(f"{ENGLISH} See bit.ly/abc")
    await officer.presses("Quay lại")
    await officer.presses("Giữ nguyên")
    await officer.presses("Dùng bài này")
    await officer.writes("Tôi cam kết khóa xe cẩn thận.")
    await officer.presses(await whole_unit(officer))
    await officer.presses("Ngay")
    # Nor is one handed in whose residents would have nothing to sign.
    await officer.edits(english, ENGLISH)
    assert "Xin gõ lời cam kết bản tiếng Anh" in (await officer.last()).text
    await officer.writes("I will lock my motorbike.")
    await officer.presses("Gửi duyệt")
    known = await first(chat)
    assert set(known.content.bodies) == {Language.VI, Language.EN}
    assert known.content.pledge is not None
    assert set(known.content.pledge.words) == {Language.VI, Language.EN}
    # What was rejected is not offered to be used again.
    await chief.presses("Không duyệt")
    await chief.writes("Chưa đúng thực tế địa bàn")
    await officer.writes("/chiendich")
    assert "Dùng lại bài cũ" not in (await officer.last()).labels
