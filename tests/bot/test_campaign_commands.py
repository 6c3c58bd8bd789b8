"""Campaigns on the command line: got ready from a file for an officer, and looked at."""

from pathlib import Path

import pytest

from bot import campaign_file
from domain.errors import Misconfigured
from domain.language import Language
from tests.bot.channels.telegram.pretend import TOKEN
from tests.bot.commands import Said, bot
from tests.house.tree import ROOT

SAMPLE = (ROOT / "docs" / "campaign.yaml").read_text("utf-8")


async def _says(folder: Path, *words: str, code: int = 0) -> Said:
    said = await bot(folder, "campaign", *words, TELEGRAM_TOKEN=TOKEN)
    assert said.code == code, said.all
    return said


async def test_a_file_leaves_a_draft_with_its_officer_and_sends_nothing(tmp_path: Path) -> None:
    assert (await bot(tmp_path, "seed", TELEGRAM_TOKEN=TOKEN)).code == 0
    assert "Chưa có chiến dịch nào." in (await _says(tmp_path, "list")).out
    file = tmp_path / "cuoi-nam.yaml"
    file.write_text(SAMPLE, "utf-8")
    assert "Chưa có ai đồng ý nhận tin" in (await _says(tmp_path, "draft", file.name, code=2)).err
    file.write_text(f"{SAMPLE}groups: [all]\n", "utf-8")
    checked = await _says(tmp_path, "draft", file.name, "--check")
    assert "Đăng vào 2 nhóm, kênh" in checked.out
    assert "Hạn gửi: 24 giờ" in checked.out
    assert "Chưa có chiến dịch nào." in (await _says(tmp_path, "list")).out

    left = await _says(tmp_path, "draft", file.name)
    assert "Bản nháp đang chờ Cán bộ Bình (ví dụ) xem" in left.err
    listed = (await _says(tmp_path, "list")).out
    assert "bản nháp chờ Cán bộ Bình (ví dụ) xem  –  Khóa xe cẩn thận" in listed
    assert "không có chiến dịch" in (await _says(tmp_path, "show", "1", code=2)).err
    for wrong, why in (
        ("officer: Cán bộ Bình", "officer: Tiếp nhận Mai (ví dụ)  #"),
        ("when: ngay", "when: mai mốt  #"),
        ("Dịp cuối năm", "Xem bit.ly/abc, dịp cuối năm"),
        # No account of theirs shows articles.
        ("when: ngay", "article: true\nwhen: ngay"),
    ):
        file.write_text(f"{SAMPLE.replace(wrong, why)}groups: [all]\n", "utf-8")
        await _says(tmp_path, "draft", file.name, code=2)


def test_the_sample_is_read_as_it_is_meant(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    written = SAMPLE.replace("when: ngay", "when: 19:30 25/11")
    file.write_text(written.replace("# article", "article"), "utf-8")
    known = campaign_file.read(file)
    assert set(known.texts.given()) == {Language.VI, Language.EN}
    assert known.texts.vi.count("\n\n") == 1
    assert known.when == "19:30 25/11"
    assert known.article


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "tệp phải có các mục officer"),
        ("a: " + "[" * 5000, "lồng nhau quá sâu"),
        ("a: [", "dòng 1 viết sai kiểu YAML"),
        ("title: a\ntitle: b", "dòng 2: mục này viết hai lần"),
        ("title: a\nfoo: b", "foo: không phải là mục được biết"),
        ("title: ' '\n", "title: không được để trống"),
        ("texts: {en: a}", "texts.vi: còn thiếu"),
        ("subject: Xyz", "subject: phải là một trong: traffic"),
        ("parts: [vua]", "parts.0: phải là một trong"),
        ("card: có lẽ", "card: phải là true hoặc false"),
        ("languages: [fr]", "languages.0: phải là một trong"),
    ],
)
def test_each_wrong_field_is_named_with_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(Misconfigured) as fault:
        campaign_file.read(file)
    assert told in str(fault.value)


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    with pytest.raises(Misconfigured, match="Không đọc được"):
        campaign_file.read(file)
    for raw in (b"\xff\xfe\x00", b"a: \x00"):
        file.write_bytes(raw)
        with pytest.raises(Misconfigured):
            campaign_file.read(file)
