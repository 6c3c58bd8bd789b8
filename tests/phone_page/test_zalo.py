"""Zalo phones: an OA's people and a bot's people, beside Telegram's, on one desk."""

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Route, expect

from tests.phone_page.conftest import OpenDesk
from tests.phone_page.desk import LANH, Pretend
from tests.phone_page.test_desk import (
    COLOURS,
    READ_TOGETHER,
    SMALL_TARGETS,
    SMALLEST_TOUCH,
    WIDEST,
    contrast,
    luminance,
)
from tests.phone_page.zalo import (
    BOT_GROUP,
    HELPER,
    HIEN,
    KHOA,
    OA,
    OANH,
    OFFICER,
    ZaloPretend,
    zalo,
    zbot,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LONG = "Đường-rất-dài-không-ngắt-nghiêng-ngả-" * 8
MENU: list[dict[str, Any]] = [
    {"title": "Báo tin (không lộ tên)", "type": "oa.query.hide", "payload": "#!baotin"},
    {"title": "Xem cảnh báo", "type": "oa.query.show", "payload": "Xem cảnh báo"},
    {
        "title": "Vào khối phố của tôi",
        "type": "oa.open.url",
        "payload": {"url": f"https://zalo.me/{OA}?text=%23kp-thu"},
    },
    {"title": "Bài trên mạng", "type": "oa.open.url", "payload": {"url": "https://example.vn/bai"}},
    {"title": "Gọi 113", "type": "oa.open.phone", "payload": {"phone_code": "113"}},
]


@pytest_asyncio.fixture(loop_scope="session")
async def platform(pretend: Pretend) -> ZaloPretend:
    """Zalo people in the world of these tests."""
    made = ZaloPretend(pretend)
    await made.begin()
    return made


async def test_a_resident_meets_the_oa_on_its_page_follows_it_and_writes(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    hien = zalo(await open_desk(query=f"?phones=zalo-{HIEN}"), HIEN)
    await hien.chat_row(HIEN).click()
    await hien.node.locator('[data-view="page"]').wait_for()
    await hien.action("chat-now").click()
    await expect(hien.node.locator(".z-notice")).to_be_visible()
    await hien.action("follow").click()
    await expect(hien.node.locator(".z-notice")).to_be_hidden()
    await hien.write("Tôi muốn hỏi thủ tục")
    await expect(hien.said("Tôi muốn hỏi thủ tục")).to_have_count(1)
    await expect(hien.node.locator(".waiting")).to_have_count(0)
    await platform.tell(HIEN, "Chào chị.")
    await expect(hien.said("Chào chị.")).to_have_attribute("data-own", "false")
    assert [one["text"] for one in await platform.said(HIEN)][-2:] == [
        "Tôi muốn hỏi thủ tục",
        "Chào chị.",
    ]


async def test_buttons_stand_in_a_column_and_a_hidden_answer_is_no_bubble(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    khoa = zalo(await open_desk(query=f"?phones=zalo-{KHOA}"), KHOA)
    message = await platform.tell(KHOA, "Anh muốn làm gì?", MENU)
    await khoa.open(KHOA)
    buttons = khoa.row(message).locator(".z-button")
    tops = await buttons.evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    assert len(tops) == 5
    assert tops == sorted(set(tops))
    before = await khoa.rows.count()
    await buttons.nth(1).click()
    await expect(khoa.said("Xem cảnh báo")).to_have_attribute("data-own", "true")
    await buttons.nth(0).click()
    await expect(buttons.nth(0)).not_to_have_class("z-button busy")
    await platform.tell(KHOA, "Mời anh kể.")
    await expect(khoa.said("Mời anh kể.")).to_have_count(1)
    assert await khoa.rows.count() == before + 2
    assert "#!baotin" not in await khoa.node.inner_text()


async def test_a_link_to_our_oa_fills_in_the_text_and_others_are_only_shown(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    desk = await open_desk(query=f"?phones=zalo-{KHOA}")
    khoa = zalo(desk, KHOA)
    message = await platform.tell(KHOA, "Anh muốn làm gì?", MENU)
    await khoa.open(KHOA)
    buttons = khoa.row(message).locator(".z-button")
    await buttons.nth(2).click()
    await expect(khoa.box).to_have_value("#kp-thu")
    await expect(khoa.said("#kp-thu")).to_have_count(0)
    await khoa.action("send").click()
    await expect(khoa.said("#kp-thu")).to_have_count(1)
    await buttons.nth(3).click()
    shown = khoa.node.locator('[data-dialog="link"]')
    await expect(shown).to_contain_text("https://example.vn/bai")
    await desk.page.keyboard.press("Escape")
    await expect(shown).to_have_count(0)
    await buttons.nth(4).click()
    await expect(khoa.node.locator('[role="alertdialog"]')).to_contain_text("Gọi 113")
    assert len(desk.page.context.pages) == 1


async def test_only_a_chat_that_is_looked_at_tells_the_oa_that_it_was_seen(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    desk = await open_desk(query=f"?phones=zalo-{KHOA},{LANH}", width=360, height=740)
    khoa, page = zalo(desk, KHOA), desk.page
    await khoa.open(KHOA)
    await page.locator(f'[data-action="front"][data-person="{LANH}"]').click()
    message = await platform.tell(KHOA, "Chưa ai xem")
    chip = page.locator(f'[data-action="front"][data-person="zalo-{KHOA}"]')
    await expect(chip.locator(".badge")).to_have_text("1")
    assert [one["seen"] for one in await platform.said(KHOA) if one["id"] == message] == [False]
    await chip.click()
    await expect(chip.locator(".badge")).to_have_count(0)
    assert [one["seen"] for one in await platform.said(KHOA) if one["id"] == message] == [True]
    assert "Đã xem" not in await khoa.node.inner_text()


async def test_a_group_of_the_oa_shows_who_wrote_and_calls_the_oa_by_name(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    group = f"g:{await platform.group(KHOA, OANH)}"
    desk = await open_desk(query=f"?phones=zalo-{KHOA},zalo-{OANH}")
    khoa, oanh = zalo(desk, KHOA), zalo(desk, OANH)
    await khoa.open(group)
    await oanh.open(group)
    await khoa.action("mention").click()
    await khoa.write("cho hỏi lịch họp")
    await expect(oanh.said("cho hỏi lịch họp")).to_contain_text("Anh Khoa (ví dụ)")
    await expect(oanh.said("cho hỏi lịch họp")).to_contain_text("@Công an phường thử (ví dụ)")
    await oanh.said("cho hỏi lịch họp").locator(".z-bubble").click(button="right")
    await oanh.action("reply").click()
    await oanh.write("Tối thứ bảy nhé")
    await expect(khoa.said("Tối thứ bảy").locator(".z-quote")).to_contain_text("cho hỏi lịch họp")
    await khoa.action("chat-menu").click()
    await khoa.action("members").click()
    await expect(khoa.node.locator(".member")).to_have_count(2)


async def test_where_a_bot_has_no_buttons_its_numbers_can_be_pressed_or_typed(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    officer = zbot(await open_desk(query=f"?phones=zbot-{OFFICER}"), OFFICER)
    await officer.open(OFFICER)
    await officer.write("Chào bot")
    await expect(officer.node.locator(".waiting")).to_have_count(0)
    asked = "Anh chọn gì?\n\n1. Tin mới\n2. Lịch trực\n3. Thôi"
    await platform.bot("sendMessage", chat_id=OFFICER, text=asked)
    numbers = officer.action("type-number")
    await expect(numbers).to_have_text(["1", "2", "3"])
    await numbers.nth(1).click()
    await expect(officer.rows.last).to_have_attribute("data-own", "true")
    await expect(officer.rows.last.locator(".z-words")).to_have_text("2")
    await expect(numbers).to_have_count(0)
    await platform.pretend.order("/sim/zalo-bot/rules", {"replay_chance": 0})
    heard = [(await platform.bot("getUpdates", timeout=5))["result"] for _ in range(2)]
    assert [one["message"]["text"] for one in heard] == ["Chào bot", "2"]


async def test_what_could_not_be_sent_stays_with_its_reason_and_goes_again(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    desk = await open_desk(query=f"?phones=zbot-{HELPER}")
    helper, page = zbot(desk, HELPER), desk.page

    async def refuse(route: Route) -> None:
        await route.abort()

    await helper.open(BOT_GROUP)
    await page.route("**/phone/zalo-bot/people/*/messages", refuse)
    await helper.write("Có ai ở trụ sở không")
    failed = helper.node.locator('.waiting[data-state="failed"]')
    await expect(failed).to_contain_text("Hãy thử lại")
    await page.unroute("**/phone/zalo-bot/people/*/messages")
    await failed.locator('[data-action="retry"]').click()
    await expect(helper.node.locator(".waiting")).to_have_count(0)
    said = await platform.said(BOT_GROUP, "zalo-bot")
    assert [one["text"] for one in said] == ["Có ai ở trụ sở không"]


async def test_phones_of_three_apps_lie_on_one_desk_in_the_order_one_wishes(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    desk = await open_desk(LANH)
    page = desk.page
    await page.locator('[data-action="people"]').click()
    await page.locator('[data-tab="Zalo OA"]').click()
    await expect(page.locator(".page-dialog .person")).to_have_count(3)
    await page.locator(f'.page-dialog [data-person="zalo-{KHOA}"]').check()
    await page.locator('[data-tab="Zalo Bot"]').click()
    await page.locator(f'.page-dialog [data-person="zbot-{OFFICER}"]').check()
    await page.locator('[data-tab="order"]').click()
    await page.locator(f'[data-place="zbot-{OFFICER}"] [data-action="earlier"]').click()
    await page.locator(f'[data-place="zbot-{OFFICER}"] [data-action="earlier"]').click()
    await page.locator('.page-dialog [data-action="confirm"]').click()
    phones = page.locator("[data-phone]")
    await expect(phones).to_have_count(3)
    await page.reload()
    await expect(phones).to_have_count(3)
    marks = await phones.locator(".app-mark").all_inner_texts()
    assert marks == ["Zalo Bot", "Telegram", "Zalo OA"]
    assert page.url.endswith(f"?phones=zbot-{OFFICER},{LANH},zalo-{KHOA}")


@pytest.mark.parametrize("width", [320, 360])
async def test_a_narrow_zalo_phone_holds_long_words_and_fingers(
    width: int, open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    await platform.tell(KHOA, LONG, [MENU[0] | {"title": "Một lựa chọn rất dài " * 4}, *MENU[1:]])
    desk = await open_desk(
        query=f"?phones=zalo-{KHOA}", width=width, height=740, has_touch=True, is_mobile=True
    )
    khoa = zalo(desk, KHOA)
    for step in ("list", "chat", "menu", "page"):
        if step == "chat":
            await khoa.open(KHOA)
            await expect(khoa.rows).to_have_count(1)
        elif step == "menu":
            await khoa.action("attach").click()
        elif step == "page":
            await desk.page.keyboard.press("Escape")
            await khoa.action("about").click()
        assert max(await desk.page.evaluate(WIDEST)) == width, step
        assert await desk.page.evaluate(SMALL_TARGETS, SMALLEST_TOUCH) == [], step


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_on_a_zalo_phone_stand_out_from_what_is_behind_them(
    scheme: str, open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    desk = await open_desk(query=f"?phones=zalo-{KHOA}", color_scheme=scheme)
    # The same look as at the whole page, but inside the phone, where Zalo's colours hold.
    inside = COLOURS.replace("document.body.append", 'document.querySelector(".zalo").append')
    inside = inside.replace('"badge"]', '"badge", "z-head", "z-head-2", "on-head"]')
    shown = await desk.page.evaluate(inside)
    colours = {name: luminance(colour) for name, colour in shown.items()}
    pairs = [*READ_TOGETHER, ("on-head", "z-head"), ("on-head", "z-head-2")]
    # The gradient's brighter end carries only large signs.
    least = {"z-head-2": 4.0}
    weak = [
        (front, back, round(contrast(colours[front], colours[back]), 2))
        for front, back in pairs
        if contrast(colours[front], colours[back]) < least.get(back, 4.5)
    ]
    assert weak == []


async def test_the_keyboard_alone_opens_a_zalo_chat_sends_and_returns(
    open_desk: OpenDesk, platform: ZaloPretend
) -> None:
    desk = await open_desk(query=f"?phones=zbot-{HELPER}")
    helper, page = zbot(desk, HELPER), desk.page
    await helper.chat_row(HELPER).focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Gõ từ bàn phím")
    await page.keyboard.press("Enter")
    await expect(helper.said("Gõ từ bàn phím")).to_have_count(1)
    await platform.bot("sendMessage", chat_id=HELPER, text="Đã nhận")
    await expect(helper.node.locator('[data-role="announcer"]')).to_contain_text("Đã nhận")
    await page.keyboard.press("Escape")
    await expect(helper.chat_row(HELPER)).to_be_focused()
