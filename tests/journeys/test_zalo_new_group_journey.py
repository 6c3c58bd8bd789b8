"""A group that the Official Account makes at an officer's wish, and one that has lapsed."""

from pathlib import Path

import pytest

from tests.journeys.processes import command
from tests.journeys.zalo_street import BINH, CHIEF, GROUP, QUYEN, Street, street

LABEL = "Nhóm an ninh khối 3"
LAPSED = "Ứng dụng không cho đăng vào: Nhóm Zalo khối phố Ví Dụ 2."


async def _ask_for_a_group(town: Street) -> str:
    """The officer asks, the chief agrees; return the link by which people are invited."""
    oa = town.oa
    await oa.write(BINH, "/taonhom")
    step = await oa.offers(BINH, "Nhóm dân cư")
    await oa.press(BINH, step, "Nhóm dân cư")
    step = await oa.offers(BINH, "khối phố Ví Dụ 3", after=step["id"])
    await oa.press(BINH, step, "khối phố Ví Dụ 3")
    step = await oa.until(BINH, lambda _: True, after=step["id"], what="the question for a name")
    await oa.write(BINH, LABEL)
    asked = await oa.offers(CHIEF, "Đồng ý tạo")
    assert f"tạo nhóm mới “{LABEL}” trên Zalo OA" in asked["text"]
    assert len(await oa.groups()) == 1, "nothing is made before the chief agrees"
    await oa.press(CHIEF, asked, "Đồng ý tạo")
    told = await oa.says(BINH, "Đã tạo nhóm")
    words: list[str] = told["text"].split()
    return next(word for word in words if word.startswith("https://zalo.me/g/"))


async def _plan(town: Street) -> None:
    oa = town.oa
    # What became of the notice is told once, and then nothing more comes in between.
    before = await oa.says(BINH, "không cho máy ghim")
    await oa.write(BINH, "/chiendich")
    step = await oa.offers(BINH, "Trộm cắp", after=before["id"])
    for label in ("Trộm cắp", "Đi vắng", "Dùng bài này", "Toàn đơn vị", "Có", "Ngay", "Gửi duyệt"):
        await oa.press(BINH, step, label)
        step = await oa.until(BINH, lambda _: True, after=step["id"], what=f"after {label}")
    await oa.press(CHIEF, await oa.offers(CHIEF, "Duyệt"), "Duyệt")


@pytest.mark.timeout(420)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_group_is_made_joined_and_posted_to_beside_one_that_has_lapsed(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with street(tmp_path, migrated_database_url, telegram=False) as town:
        await town.oa.says(GROUP, "Máy chỉ nhận")
        link = await _ask_for_a_group(town)
        made = next(one for one in await town.oa.groups() if one["link"] == link)
        assert (made["name"], made["members"]) == (LABEL, [BINH, CHIEF])
        await town.oa.says(made["chat"], "Máy chỉ nhận")
        await town.oa.join(QUYEN, made["id"])
        await town.oa.switch(f"groups/{GROUP.removeprefix('g:')}/lapse")
        await _plan(town)
        post = await town.oa.says(made["chat"], "AN-")
        code = next(word for word in post["text"].split() if word.startswith("AN-")).strip(".:")
        await town.oa.says(BINH, LAPSED)
        exit_code, printed = await command(
            tmp_path, "reach", code, database_url=migrated_database_url
        )
        assert exit_code == 0, printed
        for words in ("1/2 bài; thành viên lúc đăng: 3,", LAPSED):
            assert words in printed, printed
        assert all("AN-" not in one["text"] for one in await town.oa.shown(GROUP))
        assert await town.running.stop() == 0
    assert "Traceback" not in town.running.said()
