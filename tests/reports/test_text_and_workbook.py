"""The same figures as text for a phone and as a workbook whose numbers are numbers."""

import io
import zipfile
from datetime import date
from xml.etree import ElementTree

import pytest

from domain.period import Period
from reports import text, workbook
from reports.sheet import Cell, Column, NotKnown, Report, Row, Share, Sheet

COLUMNS = (
    Column("n", "Lượt", "Số lần."),
    Column("people", "Người", "Số người khác nhau."),
    Column("rate", "Tỷ lệ", "Đã xem trên đã nhận."),
    Column("hours", "Giờ", "Trung bình."),
)
NOW: dict[str, Cell] = {
    "n": 1_234_567,
    "people": NotKnown(),
    "rate": Share(5, 6),
    "hours": 2.25,
}
REPORT = Report(
    unit="Công an phường Ví Dụ",
    period=Period(date(2026, 10, 15), date(2026, 11, 14)),
    before=Period(date(2025, 10, 15), date(2025, 11, 14)),
    provisional_until="16:00 ngày 14/11/2026",
    sheets=(
        Sheet(
            "B1",
            "Tiếp cận",
            "Chủ đề",
            COLUMNS,
            (
                Row("Ma túy", {"n": 0, "people": 0, "rate": Share(0, 0)}, {}),
                Row("Pháo", NOW, {"n": 7}),
                Row("Cộng", NOW, {}, is_total=True),
            ),
            ("Không cộng hai số này.",),
        ),
    ),
)
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def _opened() -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(workbook.write(REPORT))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_text_says_whose_figures_of_which_days_up_to_when() -> None:
    lines = text.render(REPORT).splitlines()
    assert lines[0] == "Công an phường Ví Dụ"
    assert "15/10/2026 – 14/11/2026" in lines[1]
    assert "15/10/2025 – 14/11/2025" in lines[1]
    assert lines[2] == "Kỳ chưa kết thúc: số liệu tạm tính đến 16:00 ngày 14/11/2026."


def test_text_writes_figures_as_people_here_do() -> None:
    shown = text.render(REPORT)
    assert "  Lượt: 1.234.567 (7)" in shown
    assert "  Người: không biết (–)" in shown
    assert "  Tỷ lệ: 83,33% (–)" in shown
    assert "  Giờ: 2,2 (–)" in shown or "  Giờ: 2,3 (–)" in shown


def test_text_leaves_out_rows_of_noughts_but_never_the_total() -> None:
    shown = text.render(REPORT)
    assert "Ma túy" not in shown
    assert "CỘNG" in shown


@pytest.mark.parametrize(("whole", "written"), [(0, "–"), (8, "62,50%")])
def test_a_share_of_nothing_is_no_share(whole: int, written: str) -> None:
    assert text.shown(Share(5, whole)) == written


def test_a_workbook_holds_numbers_as_numbers() -> None:
    page = ElementTree.fromstring(_opened()["xl/worksheets/sheet1.xml"])
    numbers = {
        cell.findtext("m:v", namespaces=_NS)
        for cell in page.iterfind(".//m:c", _NS)
        if cell.get("t") is None and cell.find("m:v", _NS) is not None
    }
    assert "1234567" in numbers
    assert any(number and number.startswith("0.8333") for number in numbers)
    assert "2.25" in numbers


def test_a_workbook_says_not_known_in_words_and_tells_what_each_figure_counts() -> None:
    files = _opened()
    assert "không biết" in files["xl/sharedStrings.xml"]
    assert "tạm tính đến" in files["xl/sharedStrings.xml"]
    comments = files["xl/comments1.xml"]
    assert all(column.meaning in comments for column in COLUMNS)


def test_a_workbook_is_the_same_for_the_same_figures() -> None:
    assert _opened()["xl/worksheets/sheet1.xml"] == _opened()["xl/worksheets/sheet1.xml"]
