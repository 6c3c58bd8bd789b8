"""What is read on a phone: formatting, unread marks, pins, topics, things that vanish."""

import random
from typing import Any

import pytest
from playwright.async_api import expect

from tests.phone_page.conftest import OpenDesk
from tests.phone_page.desk import BINH, CHANNEL, GROUP, LANH, MAI, REVIEW, TUAN, Pretend

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
KINDS = ["bold", "italic", "underline", "strikethrough", "code", "spoiler", "blockquote", "url"]
PIECES = ["a", "Ệ", "ữ", "🚨", "👨‍👩‍👧", " ", "\n", "<b>", "&amp;", "陈"]


async def test_formatting_of_the_bot_is_shown_with_offsets_in_utf16_units(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    text = (
        "🚨 <b>Khẩn</b> <i>nghiêng</i> <u>gạch dưới</u> <s>bỏ</s> <code>MT-48K2</code>\n"
        "<blockquote>Không đuổi theo</blockquote><tg-spoiler>ẩn</tg-spoiler> "
        '<a href="https://example.invalid/x">xem</a>'
    )
    await pretend.bot("sendMessage", chat_id=LANH, text=text, parse_mode="HTML")
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    words = lanh.rows.last.locator(".words")
    shown = {"strong": "Khẩn", "em": "nghiêng", "u": "gạch dưới", "s": "bỏ", "code": "MT-48K2"}
    for tag, content in (shown | {"blockquote": "Không đuổi theo"}).items():
        await expect(words.locator(tag)).to_have_text(content)
    await expect(words.locator(".spoiler > span")).to_be_hidden()
    await words.locator(".spoiler").click()
    await expect(words.locator(".spoiler > span")).to_be_visible()


async def test_markup_in_a_message_stays_text(open_desk: OpenDesk, pretend: Pretend) -> None:
    nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    await pretend.say(TUAN, GROUP, nasty)
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.open(GROUP)
    await expect(lanh.said("onerror")).to_have_count(1)
    assert await lanh.rows.last.locator(".words").inner_text() == nasty
    assert await lanh.rows.last.locator(".words img, .words script").count() == 0


async def test_any_entities_leave_every_letter_in_its_place(open_desk: OpenDesk) -> None:
    dice = random.Random(20261122)
    cases = []
    for _ in range(400):
        text = "".join(dice.choices(PIECES, k=dice.randint(0, 14)))
        units = len(text.encode("utf-16-le")) // 2
        entities = [
            {
                "type": dice.choice(KINDS),
                "offset": dice.randint(-1, units + 1),
                "length": dice.randint(0, units + 2),
            }
            for _ in range(dice.randint(0, 5))
        ]
        cases.append({"text": text, "entities": entities})
    desk = await open_desk(LANH)
    shown = await desk.page.evaluate(
        """async (cases) => {
          const { formatted } = await import("/static/js/entities.js");
          return cases.map(({ text, entities }) => formatted(text, entities).textContent);
        }""",
        cases,
    )
    # A block ends its line itself, so the line break right after it is not drawn twice.
    for case, text in zip(cases, shown, strict=True):
        assert text.replace("\n", "") == str(case["text"]).replace("\n", "")


async def test_unread_messages_are_counted_marked_and_read_by_opening(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.say(LANH, GROUP, "Tôi nói trước")
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    first = await pretend.say(TUAN, GROUP, "Tin mới một")
    await pretend.say(TUAN, GROUP, "Tin mới hai")
    badge = lanh.chat_row(GROUP).locator("[data-unread]")
    await expect(badge).to_have_attribute("data-unread", "2")
    await expect(desk.page.locator(f'[data-person="{LANH}"] .badge')).to_have_text("2")
    await lanh.open(GROUP)
    mark = lanh.node.locator('[data-mark="unread"]')
    await expect(mark).to_be_visible()
    after = await mark.evaluate("node => node.nextElementSibling.dataset.message")
    assert after == str(first)
    await expect(desk.page.locator(f'[data-person="{LANH}"] .badge')).to_have_count(0)
    await lanh.action("back").click()
    await expect(badge).to_have_count(0)
    await desk.page.reload()
    await expect(lanh.chat_row(GROUP).or_(lanh.rows.first)).to_be_visible()
    await expect(desk.page.locator(f'[data-person="{LANH}"] .badge')).to_have_count(0)


async def test_new_messages_below_are_counted_and_the_place_is_kept(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    for number in range(40):
        await pretend.say(LANH, GROUP, f"dòng {number}")
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(GROUP)
    await expect(lanh.rows.last).to_be_in_viewport()
    scroller = lanh.node.locator(".scroller")
    await scroller.evaluate("node => { node.scrollTop = 400; }")
    await expect(lanh.action("to-end")).to_be_visible()
    before = await scroller.evaluate("node => node.scrollTop")
    await pretend.say(TUAN, GROUP, "ở dưới một")
    await pretend.say(TUAN, GROUP, "ở dưới hai")
    await expect(lanh.action("to-end").locator(".badge")).to_have_text("2")
    assert abs(await scroller.evaluate("node => node.scrollTop") - before) < 2
    await lanh.action("to-end").click()
    await expect(lanh.said("ở dưới hai")).to_be_in_viewport()
    await expect(lanh.action("to-end")).to_be_hidden()


async def test_what_the_bot_edits_and_deletes_changes_under_the_readers_eyes(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    sent = await pretend.bot("sendMessage", chat_id=LANH, text="Bản một")
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await expect(lanh.said("Bản một")).to_have_count(1)
    number = sent["message_id"]
    await pretend.bot("editMessageText", chat_id=LANH, message_id=number, text="Bản hai")
    await expect(lanh.row(number)).to_contain_text("Bản hai")
    await pretend.bot("deleteMessage", chat_id=LANH, message_id=number)
    await expect(lanh.row(number)).to_have_count(0)


async def test_a_pinned_post_stands_in_a_bar_above_the_group(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    sent = await pretend.bot("sendMessage", chat_id=GROUP, text="Bot đọc những gì")
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(GROUP)
    await pretend.bot("pinChatMessage", chat_id=GROUP, message_id=sent["message_id"])
    await expect(lanh.action("pinned")).to_contain_text("Bot đọc những gì")
    await lanh.action("pinned").click()
    await expect(lanh.row(sent["message_id"])).to_be_in_viewport()


async def test_typing_is_shown_until_the_message_comes(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await pretend.bot("sendChatAction", chat_id=LANH, action="typing")
    await expect(lanh.node.locator(".typing")).to_contain_text("đang nhập")
    await pretend.bot("sendMessage", chat_id=LANH, text="Xong")
    await expect(lanh.node.locator(".typing")).to_have_count(0)


async def test_a_forum_opens_its_topics_and_answers_stay_in_theirs(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    desk = await open_desk(MAI, BINH)
    mai, binh = desk.phone(MAI), desk.phone(BINH)
    await mai.open(REVIEW)
    await mai.action("open-topic").filter(has_text="Tin khẩn").click()
    await mai.write("Em nhận tin này")
    await expect(mai.said("Em nhận tin này")).to_have_count(1)
    await binh.open(REVIEW)
    general = binh.action("open-topic").filter(has_text="Chung")
    await expect(general).not_to_contain_text("Em nhận tin này")
    await binh.action("open-topic").filter(has_text="Tin khẩn").click()
    await expect(binh.said("Em nhận tin này")).to_have_count(1)
    assert (await pretend.messages(REVIEW))[-1]["thread"] is not None


async def test_residents_read_a_channel_but_have_nowhere_to_write(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.bot("sendMessage", chat_id=CHANNEL, text="Bản tin tuần")
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(CHANNEL)
    await expect(lanh.said("Bản tin tuần")).to_have_count(1)
    await expect(lanh.box).to_have_count(0)


@pytest.mark.parametrize(
    ("at", "shown"),
    [("2026-11-21T17:30:00Z", "2026-11-22"), ("2026-11-21T16:59:59Z", "2026-11-21")],
)
async def test_days_begin_at_midnight_in_viet_nam(at: str, shown: str, open_desk: OpenDesk) -> None:
    desk = await open_desk(LANH, timezone_id="America/New_York")
    script = """async (at) => (await import("/static/js/time.js")).dayOf(at)"""
    told: Any = await desk.page.evaluate(script, at)
    assert told == shown
