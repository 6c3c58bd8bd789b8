"""The desk: five phones, narrow screens, who is on it, colours that can be read."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.phone_page.conftest import OpenDesk
from tests.phone_page.desk import BINH, DUNG, GROUP, LANH, MAI, TUAN, Pretend

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SMALLEST_TOUCH = 40
WIDEST = "() => [document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]"
SMALL_TARGETS = """(smallest) => [...document.querySelectorAll(
  ".phone.front button, .desk-bar button, .phone.front a, .phone.front textarea")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }))
  .map((node) => [node.dataset.action || node.className, node.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < smallest || box.width < smallest))
  .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
COLOURS = """() => Object.fromEntries(["surface", "surface-2", "wall", "text", "text-2", "accent",
  "on-accent", "own", "own-text", "own-meta", "other", "danger", "danger-soft", "accent-soft",
  "accent-strong", "button", "badge"].map((name) => {
    const probe = document.createElement("i");
    document.body.append(probe);
    probe.style.color = `var(--${name})`;
    const shown = getComputedStyle(probe).color;
    probe.remove();
    return [name, shown];
  }))"""
READ_TOGETHER = [
    ("text", "surface"), ("text", "surface-2"), ("text-2", "surface"), ("text-2", "surface-2"),
    ("text", "other"), ("text-2", "other"), ("own-text", "own"), ("own-meta", "own"),
    ("accent", "surface"), ("accent", "other"), ("accent", "button"), ("on-accent", "accent"),
    ("accent-strong", "own"), ("accent-strong", "accent-soft"), ("danger", "surface"),
    ("danger", "wall"), ("text", "danger-soft"), ("danger", "danger-soft"),
]  # fmt: skip


async def test_the_usual_desk_has_two_residents_the_officer_the_chief_and_a_reviewer(
    open_desk: OpenDesk,
) -> None:
    desk = await open_desk(query="")
    shown = await desk.page.locator("[data-phone]").evaluate_all(
        "nodes => nodes.map((node) => Number(node.dataset.phone))"
    )
    assert shown == [LANH, TUAN, BINH, DUNG, MAI]


async def test_the_choice_of_people_is_kept_in_the_address_and_by_the_browser(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    desk = await open_desk(LANH, MAI)
    page = desk.page
    await page.locator('[data-action="people"]').click()
    await page.locator(".search").fill("hoa")
    await page.locator('.page-dialog [data-person="1003"]').check()
    await page.locator('.page-dialog [data-action="confirm"]').click()
    await expect(page.locator("[data-phone]")).to_have_count(3)
    assert page.url.endswith(f"?phones={LANH},{MAI},1003")
    await page.goto(pretend.address)
    await expect(page.locator("[data-phone]")).to_have_count(3)
    await expect(desk.phone(1003).node).to_be_visible()


async def test_five_phones_with_two_hundred_messages_each_draw_only_what_is_new(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    for number in range(200):
        await pretend.say((LANH, TUAN, BINH)[number % 3], GROUP, f"tin nhắn số {number}")
    for user in (LANH, BINH, DUNG, MAI):
        await asyncio.gather(*(pretend.say(user, user, f"riêng {n}") for n in range(200)))
    desk = await open_desk(width=1920)
    for user, chat in ((LANH, GROUP), (TUAN, GROUP), (BINH, BINH), (DUNG, DUNG), (MAI, MAI)):
        await desk.phone(user).open(chat)
    page = desk.page
    await page.evaluate(
        """() => {
          window.redrawn = 0;
          const add = (one) => { window.redrawn += one.addedNodes.length; };
          const count = (list) => list.forEach(add);
          const watch = new MutationObserver(count);
          const rows = document.querySelector('[data-phone="1002"] .rows');
          watch.observe(rows, { childList: true });
        }"""
    )
    await asyncio.gather(*(pretend.say(LANH, GROUP, f"dồn dập {n}") for n in range(30)))
    await expect(desk.phone(TUAN).said("dồn dập 29")).to_have_count(1)
    await expect(desk.phone(LANH).said("dồn dập")).to_have_count(30)
    # New rows, and for each the one before it, whose corner changes: never the whole list.
    assert await page.evaluate("window.redrawn") <= 70


async def test_older_messages_come_when_the_reader_scrolls_up(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    for number in range(150):
        await pretend.say(LANH, GROUP, f"tin nhắn số {number}.")
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(GROUP)
    assert await lanh.rows.count() < 100
    scroller = lanh.node.locator(".scroller")
    for _ in range(200):
        await scroller.evaluate("node => { node.scrollTop = 0; }")
        if await lanh.rows.count() == 150:
            return
        await asyncio.sleep(0.15)
    pytest.fail("the oldest never came")


@pytest.mark.parametrize("width", [320, 360, 412])
async def test_a_narrow_screen_holds_one_phone_without_running_over(
    width: int, open_desk: OpenDesk, pretend: Pretend
) -> None:
    choices = {"inline_keyboard": [[{"text": "Một lựa chọn rất dài " * 2, "callback_data": "a"}]]}
    long_word = "đường-rất-dài-không-ngắt-" * 6
    await pretend.bot("sendMessage", chat_id=LANH, text=long_word, reply_markup=choices)
    desk = await open_desk(width=width, height=740, has_touch=True, is_mobile=True)
    lanh = desk.phone(LANH)
    await expect(desk.page.locator("[data-phone]:visible")).to_have_count(1)
    for step in ("list", "chat", "menu"):
        if step == "chat":
            await lanh.open(LANH)
        elif step == "menu":
            await lanh.action("attach").click()
        sizes = await desk.page.evaluate(WIDEST)
        assert max(sizes) == width, step
        assert await desk.page.evaluate(SMALL_TARGETS, SMALLEST_TOUCH) == [], step
    await desk.page.keyboard.press("Escape")
    await desk.page.locator(f'[data-action="front"][data-person="{MAI}"]').click()
    await expect(desk.phone(MAI).node).to_be_visible()
    await expect(lanh.node).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_what_is_behind_them(scheme: str, open_desk: OpenDesk) -> None:
    desk = await open_desk(LANH, color_scheme=scheme)
    colours = {
        name: luminance(shown) for name, shown in (await desk.page.evaluate(COLOURS)).items()
    }
    weak = [
        (front, back, round(contrast(colours[front], colours[back]), 2))
        for front, back in READ_TOGETHER
        if contrast(colours[front], colours[back]) < 4.5
    ]
    assert weak == []


async def test_the_keyboard_alone_opens_a_chat_sends_and_returns(open_desk: OpenDesk) -> None:
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.chat_row(GROUP).focus()
    await desk.page.keyboard.press("Enter")
    await desk.page.keyboard.type("Chào bà con")
    await desk.page.keyboard.press("Enter")
    await expect(lanh.said("Chào bà con")).to_have_count(1)
    await desk.page.keyboard.press("Escape")
    await expect(lanh.chat_row(GROUP)).to_be_focused()


async def test_new_messages_are_told_to_screen_readers(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await pretend.bot("sendMessage", chat_id=LANH, text="Trời sắp mưa to")
    said = lanh.node.locator('[data-role="announcer"]')
    await expect(said).to_contain_text("Trời sắp mưa to")
    await expect(said).to_have_attribute("aria-live", "polite")


async def test_a_phone_behind_another_reads_nothing(open_desk: OpenDesk, pretend: Pretend) -> None:
    desk = await open_desk(LANH, MAI, width=360, height=740)
    lanh, page = desk.phone(LANH), desk.page
    await pretend.say(TUAN, GROUP, "đã xem")
    await lanh.open(GROUP)
    await expect(lanh.said("đã xem")).to_be_visible()
    await page.locator(f'[data-action="front"][data-person="{MAI}"]').click()
    await pretend.say(TUAN, GROUP, "chưa xem")
    chip = page.locator(f'[data-action="front"][data-person="{LANH}"]')
    await expect(chip.locator(".badge")).to_have_text("1")
    await asyncio.sleep(0.5)
    await expect(chip.locator(".badge")).to_have_text("1")
    await chip.click()
    await expect(lanh.said("chưa xem")).to_be_in_viewport()
    await expect(lanh.node.locator('[data-mark="unread"]')).to_be_visible()
    await expect(chip.locator(".badge")).to_have_count(0)


def luminance(shown: str) -> float:
    """The relative luminance of a CSS rgb() colour (WCAG 2.1)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", shown)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: float, other: float) -> float:
    """The contrast ratio of two luminances (WCAG 2.1)."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
