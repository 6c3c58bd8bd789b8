"""Writing on a phone: text, keys, input methods, replies, edits, failures."""

import asyncio
import unicodedata

import pytest
from playwright.async_api import Route, expect

from tests.phone_page.conftest import OpenDesk
from tests.phone_page.desk import GROUP, LANH, TUAN, Pretend

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TONED = "Đêm qua ở ngõ 12 có người lạ dòm ngó, bà con để ý giúp: Nguyễn, Ngưỡng, thuở, ệ ẫ ỡ ự."


async def test_a_vietnamese_text_reaches_the_bot_and_the_group_unchanged(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    desk = await open_desk(LANH, TUAN)
    lanh, tuan = desk.phone(LANH), desk.phone(TUAN)
    await lanh.open(GROUP)
    await tuan.open(GROUP)
    await lanh.write(TONED)
    await expect(tuan.said(TONED)).to_have_count(1)
    await expect(lanh.said(TONED)).to_have_count(1)
    assert (await pretend.messages(GROUP))[-1]["text"] == TONED


async def test_decomposed_letters_are_sent_composed(open_desk: OpenDesk, pretend: Pretend) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.write(unicodedata.normalize("NFD", TONED))
    await expect(lanh.said(TONED)).to_have_count(1)
    assert (await pretend.messages(LANH))[-1]["text"] == TONED


async def test_enter_sends_and_shift_enter_breaks_the_line(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.box.press_sequentially("dòng một")
    await lanh.box.press("Shift+Enter")
    await lanh.box.press_sequentially("dòng hai")
    await lanh.box.press("Enter")
    await expect(lanh.said("dòng hai")).to_have_count(1)
    assert (await pretend.messages(LANH))[-1]["text"] == "dòng một\ndòng hai"
    await expect(lanh.box).to_have_value("")


async def test_enter_while_an_input_method_is_composing_does_not_send(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.open(LANH)
    await lanh.box.focus()
    session = await desk.page.context.new_cdp_session(desk.page)
    composing = {"text": "tiếng Việ", "selectionStart": 9, "selectionEnd": 9}
    await session.send("Input.imeSetComposition", composing)
    await lanh.box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await lanh.box.dispatch_event("keydown", {"key": "Enter"})
    await asyncio.sleep(0.2)
    assert await pretend.messages(LANH) == []
    await session.send("Input.insertText", {"text": "tiếng Việt"})
    await lanh.box.press("Enter")
    await expect(lanh.said("tiếng Việt")).to_have_count(1)
    assert [message["text"] for message in await pretend.messages(LANH)] == ["tiếng Việt"]


async def test_a_text_too_long_cannot_be_sent_and_says_by_how_much(open_desk: OpenDesk) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    counter = lanh.node.locator(".counter")
    await lanh.box.fill("a" * 3000)
    await expect(counter).to_be_hidden()
    # An emoji is two UTF-16 units, as Telegram counts.
    await lanh.box.fill("a" * 4093 + "🚨")
    await expect(counter).to_have_text("1")
    await expect(lanh.action("send")).to_be_enabled()
    await lanh.box.fill("a" * 4095 + "🚨")
    await expect(counter).to_have_text("-1")
    await expect(lanh.action("send")).to_be_disabled()
    await lanh.box.press("Enter")
    await expect(lanh.rows).to_have_count(0)


async def test_a_reply_carries_the_quoted_part(open_desk: OpenDesk, pretend: Pretend) -> None:
    first = await pretend.say(TUAN, GROUP, "Ngõ 12 có mấy đứa đốt pháo đêm qua")
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(GROUP)
    await lanh.menu(first, "quote")
    await lanh.node.locator(".quote-box").evaluate("box => box.setSelectionRange(10, 20)")
    await lanh.action("confirm").click()
    await expect(lanh.node.locator(".composer-bar")).to_contain_text("Trích tin của Anh Tuấn")
    await lanh.write("Cháu cũng nghe thấy")
    preview = lanh.said("Cháu cũng nghe thấy").locator(".reply-preview")
    await expect(preview).to_contain_text("mấy đứa đố")
    answered = (await pretend.messages(GROUP))[-1]["reply_to"]
    assert (answered["id"], answered["quote"]) == (first, "mấy đứa đố")


async def test_own_messages_are_edited_and_deleted_in_place(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    mine = await pretend.say(LANH, GROUP, "Họp lúc bẩy giờ")
    desk = await open_desk(LANH, TUAN)
    lanh, tuan = desk.phone(LANH), desk.phone(TUAN)
    await lanh.open(GROUP)
    await tuan.open(GROUP)
    await lanh.menu(mine, "edit")
    await lanh.box.fill("Họp lúc bảy giờ")
    await lanh.box.press("Enter")
    await expect(tuan.said("Họp lúc bảy giờ").locator(".edited")).to_be_visible()
    await lanh.menu(mine, "delete")
    await lanh.action("confirm").click()
    await expect(tuan.row(mine)).to_have_count(0)
    await expect(lanh.row(mine)).to_have_count(0)


async def test_other_peoples_messages_offer_neither_edit_nor_delete(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    theirs = await pretend.say(TUAN, GROUP, "Chào cả nhà")
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(GROUP)
    await lanh.row(theirs).locator(".bubble").click(button="right")
    await expect(lanh.action("reply")).to_be_visible()
    await expect(lanh.action("edit")).to_have_count(0)
    await expect(lanh.action("delete")).to_have_count(0)


async def test_a_refused_text_stays_marked_and_goes_out_on_retry(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.open(LANH)
    await desk.page.route("**/messages", lambda route: route.abort())
    await lanh.write("Có cháy ở chợ")
    failed = lanh.node.locator('[data-pending][data-state="failed"]')
    await expect(failed).to_contain_text("Có cháy ở chợ")
    await desk.page.reload()
    await expect(failed).to_contain_text("Có cháy ở chợ")
    await desk.page.unroute("**/messages")
    await lanh.action("retry").click()
    await expect(lanh.said("Có cháy ở chợ")).to_have_count(1)
    await expect(lanh.node.locator("[data-pending]")).to_have_count(0)
    assert len(await pretend.messages(LANH)) == 1


async def test_a_text_whose_answer_was_lost_is_neither_failed_nor_doubled(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.open(LANH)

    async def swallow(route: Route) -> None:
        await route.fetch()
        await asyncio.sleep(0.3)
        await route.abort()

    await desk.page.route("**/messages", swallow)
    await lanh.write("Chỉ một lần")
    await expect(lanh.said("Chỉ một lần")).to_have_count(1)
    await asyncio.sleep(0.6)
    await expect(lanh.node.locator("[data-pending]")).to_have_count(0)
    await expect(lanh.said("Chỉ một lần")).to_have_count(1)
    assert len(await pretend.messages(LANH)) == 1


async def test_several_texts_written_fast_keep_their_order(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    wanted = [f"tin số {number}" for number in range(8)]
    for text in wanted:
        await lanh.box.fill(text)
        await lanh.box.press("Enter")
    await expect(lanh.rows).to_have_count(8)
    assert [message["text"] for message in await pretend.messages(LANH)] == wanted


async def test_a_half_written_text_is_there_again_when_the_chat_is_opened_anew(
    open_desk: OpenDesk,
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.box.fill("Tôi muốn báo")
    await lanh.action("back").click()
    await expect(lanh.chat_row(LANH)).to_contain_text("Nháp: Tôi muốn báo")
    await lanh.open(LANH)
    await expect(lanh.box).to_have_value("Tôi muốn báo")


async def test_a_long_press_on_a_touch_screen_opens_the_messages_menu(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    theirs = await pretend.say(TUAN, GROUP, "Giữ tay lên tin này")
    desk = await open_desk(LANH, width=360, height=740, has_touch=True, is_mobile=True)
    lanh = desk.phone(LANH)
    await lanh.open(GROUP)
    place = await lanh.row(theirs).locator(".words").bounding_box()
    assert place is not None
    session = await desk.page.context.new_cdp_session(desk.page)
    point = {"x": place["x"] + 20, "y": place["y"] + 8}
    await session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    await expect(lanh.action("reply")).to_be_visible()
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await asyncio.sleep(0.2)
    await lanh.action("reply").click()
    await expect(lanh.node.locator(".composer-bar")).to_contain_text("Trả lời Anh Tuấn")
