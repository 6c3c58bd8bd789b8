"""The library on the command line: for a village head without the app, paper and a loudspeaker."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.bot.channels.telegram.pretend import TOKEN
from tests.bot.commands import Said, bot


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    assert (await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)).code == 0
    return tmp_path


async def _says(folder: Path, *words: str, code: int = 0) -> Said:
    said = await bot(folder, "library", *words, TELEGRAM_TOKEN=TOKEN)
    assert said.code == code, said.all
    return said


async def test_a_village_head_without_the_app_gets_paper_and_a_script_to_read_out(
    folder: Path,
) -> None:
    found = await _says(folder, "list", "--find", "mu bao hiem")
    assert "traffic-02-helmet" in found.out
    shown = (await _says(folder, "show", "traffic-02-helmet")).out
    assert "BẢN LOA – đọc khoảng 44 giây" in shown
    assert "请戴合格头盔" in shown

    named = await _says(
        folder, "export", "traffic-02-helmet", "--to", "in", "--language", "vi", "--language", "zh"
    )
    names = {Path(line).name for line in named.out.splitlines()}
    assert names == {
        "traffic-02-helmet-loa.txt",
        "traffic-02-helmet-ngan.txt",
        "traffic-02-helmet-a4-vi.pdf",
        "traffic-02-helmet-the-vi.png",
        "traffic-02-helmet-a4-zh.pdf",
        "traffic-02-helmet-the-zh.png",
    }
    assert names == {entry.name for entry in (folder / "in").iterdir()}
    script = (folder / "in" / "traffic-02-helmet-loa.txt").read_text("utf-8")
    assert "Thưa bà con.\n" in script
    assert not any(letter.isdigit() for letter in script.split("\n", 1)[1])
    assert (folder / "in" / "traffic-02-helmet-a4-vi.pdf").read_bytes().startswith(b"%PDF-")
    card = (folder / "in" / "traffic-02-helmet-the-vi.png").read_bytes()
    with Image.open(io.BytesIO(card)) as picture:
        assert picture.size == (1080, 1350)

    again = await _says(folder, "export", "traffic-02-helmet", "--to", "in", code=2)
    assert "Đã có tệp" in again.err
    assert (folder / "in" / "traffic-02-helmet-the-vi.png").read_bytes() == card


async def test_figures_that_nobody_signed_leave_the_house_as_drafts_only(folder: Path) -> None:
    said = await _says(folder, "export", "traffic-01-alcohol", "--to", "in")
    assert "số liệu pháp luật chưa được chỉ huy ký duyệt" in said.err
    assert all("BAN-NHAP" in entry.name for entry in (folder / "in").iterdir())
    script = (folder / "in" / "traffic-01-alcohol-BAN-NHAP-loa.txt").read_text("utf-8")
    assert script.startswith("*** BẢN NHÁP – CHƯA DUYỆT SỐ LIỆU ***")


async def test_what_cannot_be_had_is_said(folder: Path) -> None:
    for words, why in (
        (("export", "no-such-text"), "Không có bài no-such-text"),
        (("export",), "Hãy nêu mã bài, hoặc --campaign SỐ."),
        (("export", "--campaign", "7"), "Không có chiến dịch số 7."),
        (("export", "antq-02-invitation", "--to", "in"), "Xin đưa vào chiến dịch"),
        (("list", "--season", "xuan"), "--season: phải là một trong"),
        (("export", "traffic-02-helmet", "--language", "fr"), "--language: phải là một trong"),
    ):
        assert why in (await _says(folder, *words, code=2)).err, words
    assert not (folder / "in").exists()
