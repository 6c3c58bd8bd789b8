"""A simulator and its page in a real browser."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Browser

from tests.browser import PATIENCE_MS, chromium
from tests.phone_page.desk import BINH, DUNG, LANH, MAI, TUAN, Desk, Pretend

OpenDesk = Callable[..., Awaitable[Desk]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def one_browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of this folder; each opens a context of its own."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def pretend() -> AsyncIterator[Pretend]:
    """A simulator with the small made-up world of these tests."""
    async with ClientSession() as client:
        simulator = Pretend(client)
        await simulator.begin()
        yield simulator
        await simulator.end()


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(pretend: Pretend, one_browser: Browser) -> AsyncIterator[OpenDesk]:
    """Open the page: `open_desk(users, width=…, height=…, **context)`; faults of the page fail."""
    desks: list[Desk] = []

    async def start(
        *users: int, width: int = 1500, height: int = 860, query: str | None = None, **more: Any
    ) -> Desk:
        context = await one_browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **more
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        desk = Desk(page, pretend, [])
        page.on("pageerror", lambda fault: desk.faults.append(str(fault)))
        page.on(
            "console",
            lambda line: desk.faults.append(line.text) if "Content Security" in line.text else None,
        )
        shown = ",".join(str(user) for user in users or (LANH, TUAN, BINH, DUNG, MAI))
        await page.goto(f"{pretend.address}/{f'?phones={shown}' if query is None else query}")
        await page.locator("[data-phone]").first.wait_for()
        desks.append(desk)
        return desk

    yield start
    faults = [fault for desk in desks for fault in desk.faults]
    for desk in desks:
        await desk.page.context.close()
    assert faults == []
