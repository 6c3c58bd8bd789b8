"""`group`: a group is asked for on the command line, and the chief is who says yes."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from tests.bot.channels.telegram.pretend import TOKEN
from tests.bot.commands import Said, bot


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    assert (await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)).code == 0
    return tmp_path


async def _says(folder: Path, *words: str, code: int = 0) -> Said:
    said = await bot(folder, "group", *words, TELEGRAM_TOKEN=TOKEN)
    assert said.code == code, said.all
    return said


async def test_a_group_is_asked_for_where_an_account_makes_groups(folder: Path) -> None:
    asked = ("make", "--name", "Nhóm khối 2", "--area", "khối phố Ví Dụ 2")
    assert "Chưa có kênh nào tự tạo được nhóm" in (await _says(folder, *asked, code=2)).err
    with closing(sqlite3.connect(folder / "var" / "an-ninh.db")) as database:
        database.execute(
            "INSERT INTO account (id, channel, platform_key, username) VALUES (?, ?, ?, ?)",
            (uuid4().hex, "zalo_oa", "8001", "Vi Du OA"),
        )
        database.commit()
    said = await _says(folder, *asked)
    assert "Đã hỏi" in said.out
    with closing(sqlite3.connect(folder / "var" / "an-ninh.db")) as database:
        rows = database.execute("SELECT label, asked_by, effect_id FROM group_making").fetchall()
    assert rows == [("Nhóm khối 2", None, None)]
    too_short = ("make", "--name", "N", "--area", "khối phố Ví Dụ 2")
    assert "từ 2 đến" in (await _says(folder, *too_short, code=2)).err
    nowhere = ("make", "--name", "Nhóm lạ", "--area", "thôn Không Có")
    assert "không có nơi nào" in (await _says(folder, *nowhere, code=2)).err


async def test_a_group_without_an_invitation_is_said_to_have_none(folder: Path) -> None:
    assert "Không có đúng một nhóm" in (await _says(folder, "show", "Nhóm lạ", code=2)).err
    with closing(sqlite3.connect(folder / "var" / "an-ninh.db")) as database:
        label = database.execute("SELECT label FROM group_chat ORDER BY id").fetchone()[0]
    said = await _says(folder, "show", label, "--qr", "nhom.png", code=2)
    assert "Chưa biết đường dẫn mời" in said.err
    assert not (folder / "nhom.png").exists()
