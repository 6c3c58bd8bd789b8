"""Buttons, links, keyboards, commands, starting and blocking."""

import pytest
from playwright.async_api import expect

from tests.phone_page.conftest import OpenDesk
from tests.phone_page.desk import GROUP, LANH, TUAN, Pretend

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CHOICES = {
    "inline_keyboard": [
        [
            {"text": "Đã đọc", "callback_data": "read"},
            {"text": "Báo tin riêng", "url": "https://t.me/anninh_test_bot?start=phao-2"},
        ],
        [{"text": "Trang ngoài", "url": "https://example.invalid/trang"}],
    ]
}


async def test_a_pressed_button_waits_for_the_bots_answer_and_shows_it(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.bot("sendMessage", chat_id=LANH, text="Đọc nhé", reply_markup=CHOICES)
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    button = lanh.rows.last.locator('[data-button="0,0"]')
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    [press] = await pretend.presses()
    assert press["data"] == "read"
    await pretend.bot("answerCallbackQuery", callback_query_id=press["id"], text="Cảm ơn bà con")
    await expect(lanh.node.locator('[data-toast="answer"]')).to_have_text("Cảm ơn bà con")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_answer_stays_until_it_is_closed_and_only_on_that_phone(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.bot("sendMessage", chat_id=GROUP, text="Đọc nhé", reply_markup=CHOICES)
    desk = await open_desk(LANH, TUAN)
    lanh, tuan = desk.phone(LANH), desk.phone(TUAN)
    await lanh.open(GROUP)
    await tuan.open(GROUP)
    await lanh.rows.last.locator('[data-button="0,0"]').click()
    [press] = await pretend.presses()
    await pretend.bot(
        "answerCallbackQuery", callback_query_id=press["id"], text="Gọi 113", show_alert=True
    )
    await expect(lanh.node.get_by_role("alertdialog")).to_contain_text("Gọi 113")
    await expect(tuan.node.get_by_role("alertdialog")).to_have_count(0)
    await lanh.action("confirm").click()
    await expect(lanh.node.get_by_role("alertdialog")).to_have_count(0)


async def test_a_link_to_the_bot_starts_it_with_its_payload(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.bot("sendMessage", chat_id=GROUP, text="Bài đăng", reply_markup=CHOICES)
    tuan = (await open_desk(TUAN)).phone(TUAN)
    await tuan.open(GROUP)
    await tuan.rows.last.locator('[data-button="0,1"]').click()
    await expect(tuan.said("/start phao-2")).to_have_count(1)
    assert [message["text"] for message in await pretend.messages(TUAN)] == ["/start phao-2"]


async def test_any_other_link_is_shown_and_not_followed(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.bot("sendMessage", chat_id=LANH, text="Bài đăng", reply_markup=CHOICES)
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.open(LANH)
    await lanh.rows.last.locator('[data-button="1,0"]').click()
    await expect(lanh.node.locator(".shown-link")).to_have_text("https://example.invalid/trang")
    assert desk.page.url.startswith(pretend.address)
    assert len(desk.page.context.pages) == 1


async def test_start_is_offered_before_the_first_word_and_a_scanned_code_starts_too(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    tuan = (await open_desk(TUAN)).phone(TUAN)
    await tuan.open(TUAN)
    await expect(tuan.box).to_have_count(0)
    await tuan.action("start").click()
    await expect(tuan.said("/start")).to_have_count(1)
    await expect(tuan.box).to_be_visible()
    await tuan.action("back").click()
    await tuan.action("scan").click()
    await tuan.node.locator('[data-action="link"][data-payload="kp-vi-du"]').click()
    await expect(tuan.said("/start kp-vi-du")).to_have_count(1)


async def test_a_reply_keyboard_stands_until_it_is_taken_away(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    keys = {"keyboard": [["Báo tin", "Tin của tôi"]], "resize_keyboard": True}
    await pretend.bot("sendMessage", chat_id=LANH, text="Chọn", reply_markup=keys)
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.node.locator('[data-key="Tin của tôi"]').click()
    await expect(lanh.said("Tin của tôi")).to_have_count(1)
    gone = {"remove_keyboard": True}
    await pretend.bot("sendMessage", chat_id=LANH, text="Xong", reply_markup=gone)
    await expect(lanh.node.locator("[data-key]")).to_have_count(0)


async def test_a_slash_lists_the_bots_commands(open_desk: OpenDesk, pretend: Pretend) -> None:
    commands = [
        {"command": "baotin", "description": "Báo tin"},
        {"command": "dung", "description": "Dừng"},
    ]
    await pretend.bot("setMyCommands", commands=commands)
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(GROUP)
    await lanh.box.fill("/")
    await expect(lanh.node.locator("[data-command]")).to_have_count(2)
    await lanh.box.press_sequentially("d")
    await expect(lanh.node.locator("[data-command]")).to_have_count(1)
    await lanh.box.press("Enter")
    await expect(lanh.said("/dung@anninh_test_bot")).to_have_count(1)


async def test_blocking_closes_the_chat_and_unblocking_opens_it(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.action("chat-menu").click()
    await lanh.action("block").click()
    await lanh.action("confirm").click()
    await expect(lanh.box).to_have_count(0)
    record = await pretend.client.post(
        f"{pretend.address}/bot{pretend.now.token if pretend.now else ''}/sendMessage",
        json={"chat_id": LANH, "text": "Có ai không"},
    )
    assert record.status == 403
    await lanh.action("unblock").click()
    await expect(lanh.box).to_be_visible()


async def test_a_group_is_joined_and_left_from_the_phone(open_desk: OpenDesk) -> None:
    hoa = (await open_desk(1003)).phone(1003)
    await expect(hoa.chat_row(GROUP)).to_have_count(0)
    await hoa.action("phone-menu").click()
    await hoa.action("join-menu").click()
    await hoa.node.locator(f'[data-action="join"][data-chat="{GROUP}"]').click()
    await expect(hoa.box).to_be_visible()
    await hoa.action("chat-menu").click()
    await hoa.action("leave").click()
    await hoa.action("confirm").click()
    await expect(hoa.chat_row(GROUP)).to_have_count(0)


async def test_a_poll_is_answered_by_pressing_an_option(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.bot("sendPoll", chat_id=LANH, question="Bà con đến chứ?", options=["Có", "Không"])
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.node.locator('[data-option="0"]').click()
    await expect(lanh.node.locator('[data-option="0"]')).to_contain_text("100%")
