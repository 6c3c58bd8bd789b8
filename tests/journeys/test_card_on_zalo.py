"""Sheets and cards on Zalo: a picture where one can be sent, and the words in every case."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.journeys.story import subscribe
from tests.journeys.zalo_phones import Shown, ZaloPhones
from tests.journeys.zalo_street import BINH, BINH_BOT, CHIEF, GROUP, LANH, THAO, street

TEXT = "Mũ bảo hiểm cho cả nhà"


async def _next(phones: ZaloPhones, user: str, step: Shown, label: str) -> Shown:
    await phones.press(user, step, label)
    return await phones.until(user, lambda _: True, after=step["id"], what=f"after {label}")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_card_goes_with_a_campaign_where_zalo_takes_pictures_and_its_words_everywhere(
    tmp_path: Path, database_url: str
) -> None:
    async with street(tmp_path, database_url, telegram=False) as town:
        oa, bot = town.oa, town.bot
        await subscribe(oa, LANH)
        await subscribe(bot, THAO)

        await bot.write(BINH_BOT, "/thuvien mu bao hiem")
        step = await _next(bot, BINH_BOT, await bot.offers(BINH_BOT, TEXT), TEXT)
        await bot.press(BINH_BOT, step, "Bản in A4")
        said = await bot.until(BINH_BOT, lambda _: True, after=step["id"], what="an answer")
        assert "Ứng dụng này không cho máy gửi tệp" in said["text"], "nobody waits for nothing"

        await oa.write(BINH, "/thuvien mu bao hiem")
        step = await _next(oa, BINH, await oa.offers(BINH, TEXT), TEXT)
        await oa.press(BINH, step, "Bản in A4")
        sheet = await oa.until(BINH, lambda m: bool(m["file"]), what="the sheet")
        assert (await oa.file(sheet)).startswith(b"%PDF-")

        # Numbers are over with the next message of ours, and whoever types one is told.
        await oa.write(BINH, "1")
        await oa.says(BINH, "không còn danh sách nào để chọn")
        await oa.write(BINH, "/thuvien mu bao hiem")
        found = await oa.offers(BINH, TEXT, after=step["id"])
        step = await _next(oa, BINH, found, TEXT)
        step = await _next(oa, BINH, step, "Dùng cho chiến dịch")
        step = await oa.offers(BINH, "Dùng bài này")
        for label in ("Dùng bài này", "Toàn đơn vị", "Có", "Ngay", "Kèm thẻ ảnh", "Gửi duyệt"):
            step = await _next(oa, BINH, step, label)
        await oa.press(CHIEF, await oa.offers(CHIEF, "Duyệt"), "Duyệt")

        for chat in (LANH, GROUP):
            card = await oa.until(chat, lambda m: "AN-" in m["text"], what="the card")
            assert "đội mũ bảo hiểm" in card["text"]
            with Image.open(io.BytesIO(await oa.file(card))) as picture:
                assert picture.width * 5 == picture.height * 4
        words = await bot.offers(THAO, "Đã đọc")
        assert "đội mũ bảo hiểm" in words["text"]
        assert await town.running.stop() == 0
    assert "Traceback" not in town.running.said()
