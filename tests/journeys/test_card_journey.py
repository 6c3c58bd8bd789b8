"""Sheets and cards over the real programs: drawn when they go out, seen on phones and in groups."""

import io
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from tests.journeys.phones import CHANNEL, CHIEF, GROUP, LANH, OFFICER, TUAN, Phones, Shown
from tests.journeys.processes import service, simulator
from tests.journeys.story import subscribe

TEXT = "Mũ bảo hiểm cho cả nhà"


async def _next(phones: Phones, user: int, step: Shown, label: str) -> Shown:
    await phones.press(user, step, label)
    return await phones.until(user, lambda _: True, after=step["id"], what=f"after {label}")


async def _bytes(session: aiohttp.ClientSession, phones: Phones, message: Shown) -> bytes:
    where = f"{phones.base}/phone/files/{message['file']['unique_id']}"
    async with session.get(where) as answer:
        assert answer.status == 200
        return await answer.read()


async def _picture(phones: Phones, chat: int) -> Shown:
    return await phones.until(
        chat, lambda m: m["file"] is not None and "AN-" in m["text"], what="the card"
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_card_goes_with_a_campaign_and_a_sheet_to_the_printer(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        running = service(tmp_path, address, migrated_database_url)
        await running.start()
        await running.until_said("Dịch vụ đã chạy")
        phones = Phones(address, session)
        for resident in (LANH, TUAN):
            await subscribe(phones, resident)

        await phones.write(OFFICER, "/thuvien mu bao hiem")
        found = await phones.offers(OFFICER, TEXT)
        step = await _next(phones, OFFICER, found, TEXT)
        await phones.press(OFFICER, step, "Bản in A4")
        sheet = await phones.says(OFFICER, "Bản in A4: ")
        assert (await _bytes(session, phones, sheet)).startswith(b"%PDF-")

        step = await _next(phones, OFFICER, step, "Dùng cho chiến dịch")
        step = await phones.offers(OFFICER, "Dùng bài này")
        for label in ("Dùng bài này", "Toàn đơn vị", "Có", "Ngay", "Kèm thẻ ảnh", "Gửi duyệt"):
            step = await _next(phones, OFFICER, step, label)
        await phones.press(CHIEF, await phones.offers(CHIEF, "Duyệt"), "Duyệt")

        shown = [await _picture(phones, chat) for chat in (LANH, TUAN, GROUP, CHANNEL)]
        assert all("đội mũ bảo hiểm" in message["text"] for message in shown)
        assert "Báo tin riêng" in str(shown[2]["buttons"])
        with Image.open(io.BytesIO(await _bytes(session, phones, shown[0]))) as picture:
            assert picture.width * 5 == picture.height * 4
        assert await running.stop() == 0
        assert "Traceback" not in running.said()
