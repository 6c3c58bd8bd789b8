"""A photo from Zalo over the real programs: seen clean where the platform can show it."""

import asyncio
from pathlib import Path

import pytest

from tests.journeys.processes import Program
from tests.journeys.story import subscribe
from tests.journeys.zalo_phones import Shown, ZaloPhones
from tests.journeys.zalo_street import LANH, MAI, MAI_BOT, THAO, street
from tests.kept import everything_kept
from tests.pictures import CANARY, jpeg

WORDS = "xe chở hàng cấm đỗ ở ngõ ví dụ"


async def _asked_for(
    phones: ZaloPhones, reviewer: str, kind: str, resident: str, running: Program, kept: int
) -> Shown:
    """Let a resident send a photo and the reviewer ask for it; return what is answered."""
    await subscribe(phones, resident)
    name = f"{CANARY.decode()}.jpg"
    await phones.send(resident, kind, name, jpeg((900, 600)), WORDS)
    card = await phones.says(reviewer, WORDS)
    # Before it is fetched, nobody can look at it.
    while running.said().count("file_kept") < kept:  # noqa: ASYNC110 - another program
        await asyncio.sleep(0.1)
    await phones.press(reviewer, card, "Xem ảnh")
    return await phones.until(reviewer, lambda _: True, after=card["id"], what="an answer")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_photo_from_zalo_is_seen_without_its_position_or_not_at_all_and_that_is_said(
    tmp_path: Path, database_url: str
) -> None:
    async with street(tmp_path, database_url, telegram=False) as town:
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
        assert await town.running.stop() == 0
    assert "Traceback" not in town.running.said()
    assert "file_missing" not in town.running.said()
    for where, content in everything_kept(tmp_path, database_url):
        assert CANARY not in content, where
