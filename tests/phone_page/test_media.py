"""Photos, albums, voices, files and places, sent and shown."""

import os
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser import chromium_path
from tests.phone_page.conftest import OpenDesk
from tests.phone_page.desk import GROUP, LANH, PICTURE, TUAN, Desk, Pretend

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
IS_DRAWN = "image => image.complete && image.naturalWidth > 0"
FAKE_MICROPHONE = (
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


async def drawn(desk: Desk, selector: str) -> None:
    """Wait until every picture found is really there."""
    script = f"s => [...document.querySelectorAll(s)].every({IS_DRAWN})"
    await desk.page.wait_for_function(script, arg=selector)


async def test_a_chosen_photo_goes_with_its_words_and_is_seen_by_the_group(
    open_desk: OpenDesk, pretend: Pretend, tmp_path: Path
) -> None:
    picture = tmp_path / "anh.png"
    picture.write_bytes(PICTURE)
    desk = await open_desk(LANH, TUAN)
    lanh, tuan = desk.phone(LANH), desk.phone(TUAN)
    await lanh.open(GROUP)
    await tuan.open(GROUP)
    async with desk.page.expect_file_chooser() as chooser:
        await lanh.attach("attach-photo")
    await (await chooser.value).set_files(picture)
    await lanh.node.locator(".caption").fill("Ổ gà trước cổng trường")
    await lanh.action("confirm").click()
    await expect(tuan.said("Ổ gà trước cổng trường").locator(".photo img")).to_have_count(1)
    await drawn(desk, ".photo img")
    sent = (await pretend.messages(GROUP))[-1]
    assert (sent["kind"], sent["text"]) == ("photo", "Ổ gà trước cổng trường")


async def test_an_album_is_one_grid(open_desk: OpenDesk, pretend: Pretend) -> None:
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.open(LANH)
    await lanh.sample("sample-album")
    await expect(lanh.node.locator(".album .tile img")).to_have_count(3)
    await expect(lanh.rows).to_have_count(1)
    await drawn(desk, ".album img")
    assert len({message["album"] for message in await pretend.messages(LANH)}) == 1


async def test_the_sample_voice_is_sent_and_can_be_played(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.sample("sample-voice")
    voice = lanh.rows.last.locator(".voice")
    await voice.locator('[data-action="play"]').click()
    await expect(voice).to_have_attribute("data-state", "playing")
    await expect(voice).to_have_attribute("data-state", "still")
    assert (await pretend.messages(LANH))[-1]["kind"] == "voice"


async def test_without_a_microphone_samples_are_offered(open_desk: OpenDesk) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.action("voice").click()
    await expect(lanh.node.locator(".toast")).to_contain_text("micrô")
    await expect(lanh.action("sample-voice")).to_be_visible()


async def test_a_voice_is_recorded_where_the_browser_allows_it(pretend: Pretend) -> None:
    async with async_playwright() as playwright:
        # Chromium refuses to run its sandbox as root.
        words = [*FAKE_MICROPHONE, "--no-sandbox"] if os.getuid() == 0 else [*FAKE_MICROPHONE]
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=words)
        page = await browser.new_page()
        await page.goto(f"{pretend.address}/?phones={LANH}")
        lanh = Desk(page, pretend, []).phone(LANH)
        await lanh.open(LANH)
        await lanh.action("voice").click()
        await expect(lanh.node.locator(".recording-time")).to_have_text("0:01")
        await lanh.action("send-recording").click()
        await expect(lanh.rows.locator(".voice")).to_have_count(1)
        await browser.close()
    sent = (await pretend.messages(LANH))[-1]
    assert sent["kind"] == "voice"
    assert sent["file"]["size"] > 1000


async def test_a_file_keeps_its_name_and_may_pretend_its_size(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.sample("sample-large")
    paper = lanh.rows.last.locator(".paper")
    await expect(paper).to_contain_text("tep-mau.txt")
    await expect(paper).to_contain_text("25,0 MB")
    assert (await pretend.messages(LANH))[-1]["file"]["size"] == 25 * 1024 * 1024


async def test_a_place_is_sent_and_drawn_with_its_coordinates(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    lanh = (await open_desk(LANH)).phone(LANH)
    await lanh.open(LANH)
    await lanh.attach("attach-location")
    await lanh.node.locator('[name="latitude"]').fill("95")
    await lanh.action("confirm").click()
    await expect(lanh.node.locator(".fault")).to_contain_text("Vĩ độ")
    await lanh.node.locator('[name="latitude"]').fill("21,5")
    await lanh.action("confirm").click()
    await expect(lanh.rows.last.locator(".place")).to_contain_text("21,50000° B")
    assert (await pretend.messages(LANH))[-1]["location"]["latitude"] == pytest.approx(21.5)


async def test_a_photo_of_the_bot_opens_over_the_page(
    open_desk: OpenDesk, pretend: Pretend
) -> None:
    await pretend.bot("sendPhoto", chat_id=LANH, photo=PICTURE, caption="Bảng tin")
    desk = await open_desk(LANH)
    lanh = desk.phone(LANH)
    await lanh.open(LANH)
    await lanh.rows.last.locator('[data-action="open-photo"]').click()
    await expect(desk.page.locator(".lightbox")).to_contain_text("Bảng tin")
    await drawn(desk, ".lightbox img")
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.locator(".lightbox")).to_have_count(0)
