"""The newcomer's journey in a real browser, against `make run` itself.

With PICTURES=<folder> in the environment the steps are kept as pictures; the README shows them.
"""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser import PATIENCE_MS
from tests.journeys.phones import CHIEF, GROUP, LANH, OFFICER, REVIEW_GROUP, REVIEWER
from tests.journeys.processes import ROOT, TOKEN
from tests.journeys.story import ANSWERED, TOLD

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")
_CODE = re.compile(r"AN-[0-9A-Z]+")
_A_MINUTE_MS = 60_000 + PATIENCE_MS


class Made:
    """`make run` as a child process group, and what it printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / "make.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Start it; returns the address of the phone page once the service is up."""
        unset = {"TELEGRAM_TOKEN", "DATABASE_URL", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
        env = {name: value for name, value in os.environ.items() if name not in unset}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                "make",
                "run",
                "PORT=0",
                f"DEMO_DIR={self.folder / 'demo'}",
                cwd=ROOT,
                env={**env, "WEB_PORT": "0", "BURST_S": "2"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(3000):
            printed = self._log.read_text("utf-8", "replace")
            if "Dịch vụ đã chạy" in printed and (found := _ADDRESS.search(printed)):
                return found[0]
            if self._process.returncode is not None:
                break
            await asyncio.sleep(0.1)
        raise AssertionError(f"make run did not come up:\n{self._log.read_text()[-3000:]}")

    async def stop(self) -> None:
        """End it as Ctrl+C in a terminal does: the signal goes to everything it started."""
        if self._process is None or self._process.returncode is not None:
            return
        os.killpg(self._process.pid, signal.SIGINT)
        await asyncio.wait_for(self._process.wait(), 90)


class Phone:
    """One phone on the page."""

    def __init__(self, page: Page, user: int) -> None:
        self._node = page.locator(f'[data-phone="{user}"]')

    async def open(self, chat: int) -> None:
        """Open a chat from the list of chats, going back to it first."""
        back = self._node.locator('[data-action="back"]')
        if await back.count():
            await back.first.click()
        await self._node.locator(f'[data-action="open-chat"][data-chat="{chat}"]').click()
        await expect(self._node.locator(f'[data-view="chat"][data-chat="{chat}"]')).to_be_visible()

    def said(self, words: str) -> Locator:
        """The messages of the open chat that contain the words."""
        return self._node.locator(".row[data-message]").filter(has_text=words)

    async def sees(self, words: str, timeout_ms: int = PATIENCE_MS) -> Locator:
        """Wait until the open chat shows the words."""
        row = self.said(words).last
        await expect(row).to_be_visible(timeout=timeout_ms)
        return row

    async def presses(self, label: str) -> None:
        """Press the newest button whose label begins so, or with small letters contains it."""
        wanted = re.compile(f"^{label}" if label[0].isupper() else label)
        buttons = self._node.locator("[data-button]").filter(has_text=wanted)
        await buttons.last.click()

    async def writes(self, text: str) -> None:
        """Type a text and send it."""
        await self._node.locator('[data-role="text"]').fill(text)
        await self._node.locator('[data-action="send"]').click()

    async def replies(self, row: Locator, text: str) -> None:
        """Answer a message by its menu."""
        await row.locator(".bubble").click(button="right")
        await self._node.locator('[data-action="reply"]').click()
        await self.writes(text)

    async def scans(self, label: str) -> None:
        """Choose a printed code and start the bot with it."""
        await self._node.locator('[data-action="scan"]').first.click()
        await self._node.get_by_text(label).first.click()


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Made]:
    """`make run`, not yet started; ended afterwards."""
    running = Made(tmp_path)
    yield running
    await running.stop()


async def picture(page: Page, name: str) -> None:
    """Keep what the page shows, when asked to."""
    folder = os.environ.get("PICTURES")
    if folder:
        await page.wait_for_timeout(600)
        path = Path(folder) / f"{name}.png"
        await page.screenshot(path=path)
        # 128 colours are a third of the size, and nobody sees the difference.
        with Image.open(path) as taken:
            taken.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(path, optimize=True)


@pytest.mark.browser
@pytest.mark.timeout(420)
async def test_a_newcomer_makes_the_whole_journey_in_the_browser(
    made: Made, browser: Browser
) -> None:
    address = await made.start()
    context = await browser.new_context(viewport={"width": 1640, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(f"{address}?phones={LANH},{OFFICER},{CHIEF},{REVIEWER}")
    lanh, officer = Phone(page, LANH), Phone(page, OFFICER)
    chief, reviewer = Phone(page, CHIEF), Phone(page, REVIEWER)

    await lanh.scans("QR Khối phố Ví Dụ 2")
    await lanh.presses("Đồng ý")
    await lanh.presses("đúng")
    await lanh.sees("đã ghi nhận:")
    await picture(page, "1-dong-y")

    await officer.open(OFFICER)
    await officer.writes("/chiendich")
    for label in ("Trộm cắp", "Đi vắng", "Dùng bài này", "Toàn đơn vị", "Có", "Sau 1 phút"):
        await officer.presses(label)
    await officer.sees("Chiến dịch sắp gửi duyệt")
    await officer.presses("Gửi duyệt")
    await chief.open(CHIEF)
    await chief.sees("chờ duyệt")
    await picture(page, "2-duyet")
    await chief.presses("Duyệt")
    await chief.sees("Đã duyệt chiến dịch")

    message = await lanh.sees("Mã bản tin:", _A_MINUTE_MS)
    found = _CODE.search(await message.inner_text())
    assert found is not None
    await officer.open(GROUP)
    await officer.sees(found[0])
    await lanh.presses("Đã đọc")
    await picture(page, "3-ban-tin")

    await lanh.replies(message, TOLD)
    await lanh.sees("Chúng tôi đã nhận tin của bà con")
    await reviewer.open(REVIEW_GROUP)
    card = await reviewer.sees("VD-")
    await picture(page, "4-the-tin")
    await reviewer.replies(card, ANSWERED)
    await lanh.presses("Xem")
    await lanh.sees(ANSWERED)
    await reviewer.presses("Kết thúc")
    await reviewer.presses("Có giá trị")
    await expect(lanh.said("Bà con có tin mới")).to_have_count(2)
    await lanh.presses("Xem")
    await lanh.sees("đã kết thúc")
    await picture(page, "5-tra-loi")

    printed = await figures(made.folder / "demo", found[0])
    assert "Định gửi: 1 người" in printed
    assert "Bấm “Đã đọc”: 1" in printed


async def figures(folder: Path, code: str) -> str:
    """Print the reach of the run, with the README's command, beside the running service."""
    process = await asyncio.create_subprocess_exec(
        ROOT / ".venv/bin/python",
        "-m",
        "bot",
        "reach",
        code,
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(folder), "TELEGRAM_TOKEN": TOKEN},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()
    return printed.decode()
