"""Files on Zalo over the real programs: sheets, cards and photos, or the words and why no more."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from tests.journeys.processes import Program
from tests.journeys.story import subscribe
from tests.journeys.zalo_phones import Shown, ZaloPhones
from tests.journeys.zalo_street import (
    BINH,
    BINH_BOT,
    CHIEF,
    GROUP,
    LANH,
    MAI,
    MAI_BOT,
    THAO,
    Street,
    street,
)
from tests.kept import everything_kept
from tests.pictures import CANARY, jpeg

TEXT = "Mũ bảo hiểm cho cả nhà"
WORDS = "xe chở hàng cấm đỗ ở ngõ ví dụ"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_cards_go_out_and_photos_come_in_clean_where_zalo_takes_them_and_words_everywhere(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with street(tmp_path, migrated_database_url, telegram=False) as town:
        await subscribe(town.oa, LANH)
        await subscribe(town.bot, THAO)
        await _a_card_goes_out(town)
        await _photos_come_in(town)
        assert await town.running.stop() == 0
    assert "Traceback" not in town.running.said()
    assert "file_missing" not in town.running.said()
    for where, content in everything_kept(tmp_path, migrated_database_url):
        assert CANARY not in content, where


async def _next(phones: ZaloPhones, user: str, step: Shown, label: str) -> Shown:
    await phones.press(user, step, label)
    return await phones.until(user, lambda _: True, after=step["id"], what=f"after {label}")


async def _a_card_goes_out(town: Street) -> None:
    """As a picture where one can be sent; everywhere with its words."""
    oa, bot = town.oa, town.bot
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


async def _asked_for(
    phones: ZaloPhones, reviewer: str, kind: str, resident: str, running: Program, kept: int
) -> Shown:
    """Let a resident send a photo and the reviewer ask for it; return what is answered."""
    name = f"{CANARY.decode()}.jpg"
    await phones.send(resident, kind, name, jpeg((900, 600)), WORDS)
    card = await phones.says(reviewer, WORDS)
    # Before it is fetched, nobody can look at it.
    while running.said().count("file_kept") < kept:  # noqa: ASYNC110 - another program
        await asyncio.sleep(0.1)
    await phones.press(reviewer, card, "Xem ảnh")
    return await phones.until(reviewer, lambda _: True, after=card["id"], what="an answer")


async def _photos_come_in(town: Street) -> None:
    """Each is seen without its position, or not at all, and that is said."""
    await town.bot.write(MAI_BOT, "/trogiup")
    said = await _asked_for(town.oa, MAI, "file", LANH, town.running, 1)
    photo = await town.oa.until(MAI, lambda m: bool(m["file"]), what=f"photo: {said['text']}")
    assert "ảnh 1/1" in photo["text"]
    assert "xem xong xin tự xóa" in photo["text"], "nothing can be taken back on Zalo"
    clean = await town.oa.file(photo)
    assert clean.startswith(b"\xff\xd8")
    assert CANARY not in clean
    assert CANARY.decode() not in str(await town.oa.shown(MAI))

    # A Zalo bot sends no files: nobody is told to wait for one.
    said = await _asked_for(town.bot, MAI_BOT, "image", THAO, town.running, 2)
    assert "Zalo Bot không cho máy gửi ảnh" in said["text"], said["text"]
    assert "/chungcu VD-260002" in said["text"]
