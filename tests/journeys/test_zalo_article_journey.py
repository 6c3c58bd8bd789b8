"""A campaign as an article: shown to who approves, put up once through a kill, traced, counted."""

import asyncio
import sqlite3
import time
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.processes import SOON_OVER, command, service, simulator
from tests.journeys.zalo_phones import ZaloPhones
from tests.journeys.zalo_street import BINH, CHIEF, QUYEN

_SETTINGS = {**SOON_OVER, "ZALO_OA_ARTICLES": "true", "ZALO_OA_ARTICLE_HOURS": "0-24"}
_STEPS = ("Trộm cắp", "Đi vắng", "Dùng bài này", "Toàn đơn vị", "Có", "Ngay")
_ADVANCED = "SELECT count(*) FROM attempt WHERE outcome = 'advanced'"
_LINK = "https://zalo.me/"


async def _plan(oa: ZaloPhones) -> str:
    """The officer takes an article along, the chief sees the page and agrees; return the page."""
    await oa.write(BINH, "/chiendich")
    step = await oa.offers(BINH, "Trộm cắp")
    for label in (*_STEPS, "Bài viết Zalo", "Gửi duyệt"):
        await oa.press(BINH, step, label)
        step = await oa.until(BINH, lambda _: True, after=step["id"], what=f"after {label}")
    await oa.press(CHIEF, await oa.offers(CHIEF, "Duyệt"), "Duyệt")
    both = await oa.offers(CHIEF, "Duyệt cả bài viết")
    page = await oa.says(CHIEF, "Trang công khai trên Zalo OA")
    await oa.press(CHIEF, both, "Duyệt cả bài viết")
    text: str = page["text"]
    return text


async def _put_up(database: Path) -> None:
    """Wait until it is known that the page is on its way."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as known:
            if known.execute(_ADVANCED).fetchone()[0]:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("the article was never put up")


def _link_in(text: str) -> str:
    return next(word for word in text.split() if word.startswith(_LINK))


@pytest.mark.timeout(420)
async def test_an_article_is_put_up_and_sent_once_though_the_service_dies_in_between(
    tmp_path: Path,
) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        oa = ZaloPhones(address, session, "/phone/zalo")
        running = service(tmp_path, address, zalo=True, telegram=False, settings=_SETTINGS)
        await running.start()
        try:
            await running.until_said("Dịch vụ đã chạy")
            hook = (await running.health_address()).replace("/healthz", "/zalo/oa")
            await oa.switch("settings", webhook_url=hook, enforce_night=False, article_delay_s=3600)
            page = await _plan(oa)
            await _put_up(tmp_path / "var" / "an-ninh.db")
            await running.kill()
            await running.start()
            async with session.post(f"{address}/sim/clock", json={"advance": 3600}) as answer:
                assert answer.status == 200
            await oa.until(QUYEN, lambda one: bool(one["articles"]), what="the article")
            async with session.get(f"{address}/phone/zalo/state") as answer:
                (article,) = (await answer.json())["articles"]
            told = await oa.says(BINH, "Bài viết công khai trên Zalo OA")
            assert "nền tảng đã nhận 1/1 bài" in told["text"]
        finally:
            await running.stop()
        assert "Traceback" not in running.said()
        kinds = [send["kind"] for send in await oa.record()]
        assert kinds.count("broadcast") == 1
        body = "\n".join(part["content"] for part in article["body"])
        assert _link_in(body) == _link_in(page)
        assert "_c" in _link_in(body)
        code = next(word for word in body.split() if word.startswith("AN-")).strip(".:")
        exit_code, printed = await command(tmp_path, "reach", code)
        assert exit_code == 0, printed
        assert "nền tảng đã nhận 1/1 bài; không biết bao nhiêu người xem" in printed, printed
