"""An admin's commands: staff and their codes, the log of acts, the report of a period."""

import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.channels.telegram.pretend import TOKEN
from tests.bot.commands import Said, bot


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    assert (await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)).code == 0
    return tmp_path


async def _says(folder: Path, *words: str, code: int = 0) -> Said:
    said = await bot(folder, *words, TELEGRAM_TOKEN=TOKEN)
    assert said.code == code, said.all
    return said


def _change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "var" / "an-ninh.db")) as database:
        database.execute(statement)
        database.commit()


async def test_staff_are_listed_added_changed_and_retired(folder: Path) -> None:
    listed = (await _says(folder, "staff", "list")).out.splitlines()
    assert len(listed) == 4
    assert any("Trưởng công an Dũng" in line and "chỉ huy" in line for line in listed)

    added = (await _says(folder, "staff", "add", "Cán bộ Mới (ví dụ)", "--role", "officer")).out
    assert re.search(r"/lienket [0-9A-Z]{5}-[0-9A-Z]{5}\n", added)
    found = re.search(r"mã cán bộ ([0-9a-f]{6})", added)
    assert found is not None
    handle = found[1]
    listed = (await _says(folder, "staff", "list")).out.splitlines()
    (line,) = [line for line in listed if line.startswith(handle)]
    assert line.endswith("chưa liên kết")

    roles = ("--role", "reviewer", "--role", "chief")
    assert "tiếp nhận tin, chỉ huy" in (await _says(folder, "staff", "roles", handle, *roles)).out
    assert "đã nghỉ" in (await _says(folder, "staff", "retire", handle)).out
    refused = await _says(folder, "staff", "invite", handle, code=2)
    assert f"Không có cán bộ mang mã {handle}." in refused.err

    acts = (await _says(folder, "audit", "show")).out
    for act in ("staff_made", "staff_invited", "staff_changed", "staff_unlinked"):
        assert act in acts


async def test_the_log_is_proved_whole_until_somebody_changes_it(folder: Path) -> None:
    await _says(folder, "staff", "add", "Cán bộ Mới (ví dụ)", "--role", "officer")
    whole = (await _says(folder, "audit", "verify")).out
    found = re.search(r"Dấu cuối sổ: ([0-9a-f]{66})", whole)
    assert found is not None
    noted = found[1]

    await _says(folder, "audit", "export", "log.jsonl")
    lines = (folder / "log.jsonl").read_text("utf-8").splitlines()
    assert any('"staff_made"' in line for line in lines)
    assert "Đã có tệp" in (await _says(folder, "audit", "export", "log.jsonl", code=2)).err
    kept = (await _says(folder, "audit", "verify", "--noted", noted)).out
    assert "vẫn nằm trong sổ" in kept
    assert f"{len(lines) + 1} việc" in kept

    _change(folder, "UPDATE audit_entry SET act = 'staff_unlinked' WHERE number = 1")
    broken = (await _says(folder, "audit", "verify", code=1)).out
    assert "KHÔNG còn nguyên: sai từ dòng 1." in broken


async def test_the_report_of_a_period_is_printed_and_written(folder: Path) -> None:
    running = (await _says(folder, "reach")).out
    assert "Kỳ báo cáo:" in running
    assert "tạm tính đến" in running
    days = ("--from", "15/10/2025", "--to", "14/11/2025")
    over = (await _says(folder, "reach", *days, "--unit", "VD", "--xlsx", "b.xlsx")).out
    assert "15/10/2025 – 14/11/2025" in over
    assert "tạm tính" not in over
    assert zipfile.is_zipfile(folder / "b.xlsx")
    assert "Bản nội bộ" in over
    assert "B3 kênh" in over
    assert "B9. Quyền và an toàn" in over
    sent = (await _says(folder, "reach", *days, "--rows", "area", "--upward")).out
    assert "Bản gửi cấp trên" in sent
    assert "B3 địa bàn" in sent
    assert "B3 kênh" not in sent
    assert "B9" not in sent


async def test_a_period_that_cannot_be_is_told_in_a_sentence(folder: Path) -> None:
    for words, sentence in (
        ("--from 31/02/2026 --to 14/11/2026", "--from: phải là một ngày"),
        ("--from 15/10/2026", "Cần nêu cả hai ngày"),
        ("--from 15/10/2026 --to 14/10/2026", "ngày cuối kỳ phải từ ngày đầu"),
        ("--unit KHONG", "Không có đơn vị nào mang mã đó."),
        ("AN-7KQ2M --unit VD", "Một đợt gửi không có kỳ"),
        ("AN-7KQ2M --upward --xlsx run.xlsx", "Không có đợt nào mang mã AN-7KQ2M."),
        ("--rows officer", "--rows: phải là một trong: subject, area, channel"),
    ):
        assert sentence in (await _says(folder, "reach", *words.split(), code=2)).err
