"""The fourteenth of December, four in the afternoon: the month's figures, a year beside them."""

import io
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree

from domain.delivery import DeliveryKind
from domain.figures import count, decimal
from reports import text, workbook
from reports.sheet import Report
from tests.chat import Party
from tests.days.commune import Commune, hanoi, on_every_platform, open_commune
from tests.handlers.campaigns.world import HELMETS
from tests.platforms import Platform

CHILDREN = "Giữ tay, giữ mắt cho con em"
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
Figures = Mapping[tuple[str, str, str], tuple[str, str]]
"""By table, row and column: what is written for the period and for the year before."""


@on_every_platform
async def test_the_month_is_told_with_the_year_before_beside_it_in_text_and_workbook_alike(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=()) as commune:
        an = await commune.resident("1001", village=1)
        binh = await commune.resident("1002", village=2)
        await _the_year_before(commune, an)
        await commune.passes(until=hanoi(2027, 11, 14, 20))
        await binh.writes("ngõ nhà tôi có xe tải lạ đỗ ba đêm nay")
        await commune.passes(minutes=5)
        await _the_month(commune, an, binh)

        await commune.passes(until=hanoi(2027, 12, 14, 16))
        report = await commune.figures()
        shown = text.render(report)
        unit, period, until, *_ = shown.splitlines()
        assert unit == "Công an xã Cao Lộc"
        assert period.startswith("Kỳ báo cáo: 15/11/2027 – 14/12/2027 ")
        assert period.endswith("(trong ngoặc: cùng kỳ năm trước, 15/11/2026 – 14/12/2026)")
        assert until == "Kỳ chưa kết thúc: số liệu tạm tính đến 16:00 ngày 14/12/2027."
        figures = _in_text(shown)
        _are_what_happened(figures, told=platform.able.quotes)
        assert "Kiểm: đầu kỳ 1 + mới 3 + mở lại 0 = kết thúc 2 + cuối kỳ 2: khớp." in shown
        in_workbook = _in_workbook(report)
        assert {where: in_workbook[where] for where in figures} == figures

        # What comes in the evening is still of this month; a minute after midnight it is over.
        await an.writes("nhà bên cạnh vừa mở sòng bạc, đông người lắm")
        await commune.passes(until=hanoi(2027, 12, 15, 0, 1))
        await an.writes("/baotin cuối thôn có người bán pháo")
        over = await commune.figures("15/11/2027", "14/12/2027")
        assert over.provisional_until is None
        assert _in_text(text.render(over))["B3", "Cộng", "Mới"] == ("4", "1")
        running = text.render(await commune.figures())
        assert "Kỳ báo cáo: 15/12/2027 – 14/01/2028" in running
        assert _in_text(running)["B3", "Cộng", "Đầu kỳ còn"] == ("3", "0")
        await commune.agrees()


async def _sends(commune: Commune, subject: str, title: str, people: int) -> None:
    officer = commune.officer
    await officer.writes("/chiendich")
    for label in (subject, title, "Dùng bài này", f"Toàn đơn vị ({people})", "Ngay", "Gửi duyệt"):
        await officer.presses(label)
    await commune.chief.presses("Duyệt")
    await commune.settles()


async def _answers_with_a_tip(commune: Commune, who: Party, words: str) -> None:
    campaign = [one for one in await who.heard() if one.kind is DeliveryKind.CAMPAIGN][-1]
    await who.writes(words, reply_to=campaign.message_id)
    await commune.passes(minutes=5)


async def _closes(commune: Commune, outcome: str, *answers: str) -> None:
    """Close the newest tip; a valuable one is asked what it helped to."""
    reviewer, desk = commune.reviewer, commune.desk
    await reviewer.presses("Kết thúc", of=desk)
    await reviewer.presses(outcome, of=desk)
    await commune.settles()
    for said in answers:
        asked = [one for one in await desk.heard() if one.kind is DeliveryKind.NOTICE][-1]
        await reviewer.writes(said, in_group=desk, reply_to=asked.message_id)
        await commune.settles()
    if answers:
        await _is_enough(commune)


async def _is_enough(commune: Commune) -> None:
    """Nothing stands as a number beside a question for one: there the word is typed."""
    if not commune.chat.platform.numbers:
        await commune.reviewer.presses("Xong", of=commune.desk)
        return
    asked = [one for one in await commune.desk.heard() if one.kind is DeliveryKind.NOTICE][-1]
    await commune.reviewer.writes("xong", in_group=commune.desk, reply_to=asked.message_id)
    await commune.settles()


async def _the_year_before(commune: Commune, an: Party) -> None:
    await _sends(commune, "An toàn giao thông", HELMETS, 2)
    await _answers_with_a_tip(commune, an, "đêm nào cũng có nhóm đua xe ở ngã ba")
    await _closes(commune, "Có giá trị", "1", "2", "15.000.000")


async def _the_month(commune: Commune, an: Party, binh: Party) -> None:
    """Two broadcasts, one who comes and one who goes, three tips of which one stays open."""
    await commune.passes(until=hanoi(2027, 11, 20))
    chi = await commune.resident("1003", village=11)
    await commune.passes(until=hanoi(2027, 11, 22))
    await commune.drop_in(an, binh, chi)
    await _sends(commune, "Pháo", CHILDREN, 3)
    await commune.passes(until=hanoi(2027, 11, 23))
    await binh.blocks()
    await commune.passes(until=hanoi(2027, 12, 6))
    await commune.drop_in(an, chi)
    await _sends(commune, "An toàn giao thông", HELMETS, 2)
    await _answers_with_a_tip(commune, an, "xe tải chạy quá tốc độ trước cổng trường, biển 12C")
    await _closes(commune, "Có giá trị", "2", "3", "1.250.000")
    await commune.passes(hours=3)
    await chi.writes("hàng xóm lấn sang đất nhà tôi hai mét, xây tường rồi")
    await commune.passes(minutes=5)
    await _closes(commune, "Không thuộc thẩm quyền")
    await commune.passes(until=hanoi(2027, 12, 10))
    duty = commune.duty
    await duty.writes("/nhaptin")
    await duty.presses("Qua điện thoại")
    await duty.writes("vi du 5")
    await duty.writes("Có người bán pháo ở đầu thôn, tối nào cũng có")
    await duty.presses("Không khẩn")
    await duty.writes("Bà Ví Dụ, 0900 000 001")
    await duty.presses("Ghi tin")
    await commune.settles()


def _are_what_happened(figures: Figures, *, told: bool) -> None:
    """Where nobody tells what a message answers (not `told`), what it is about is guessed."""
    answered = (("1", "1"), ("1", "0")) if told else (("0", "0"), ("2", "1"))
    for table, row, meant in (
        ("B1", "Pháo", {"Đợt tin": ("1", "0"), "Lượt tiếp cận": ("3", "0")}),
        ("B1", "An toàn giao thông", {"Lượt tiếp cận": ("2", "2"), "Người tiếp cận": ("2", "2")}),
        (
            "B1",
            "Cộng",
            {
                "Đợt tin": ("2", "1"),
                "Người nhận đăng ký đầu kỳ": ("2", "0"),
                "Người nhận đăng ký cuối kỳ": ("2", "2"),
                "Đăng ký mới": ("1", "2"),
                "Thôi nhận": ("1", "0"),
                "Lượt tiếp cận": ("5", "2"),
                "Người tiếp cận": ("3", "2"),
                "Đã xem": ("không biết", "không biết"),
                "Tin báo đến (rõ ràng)": answered[0],
                "Tin báo đến (suy đoán)": answered[1],
            },
        ),
        (
            "B3",
            "Cộng",
            {
                "Đầu kỳ còn": ("1", "0"),
                "Mới": ("3", "1"),
                "Ẩn danh": ("2", "1"),
                "Kết thúc": ("2", "1"),
                "Có giá trị": ("1", "1"),
                "Ngoài thẩm quyền": ("1", "0"),
                "Cuối kỳ còn": ("2", "0"),
                "Quá hạn": ("1", "0"),
            },
        ),
        ("B3 kênh", "Qua điện thoại", {"Mới": ("1", "0"), "Cuối kỳ còn": ("1", "0")}),
        (
            "B4",
            "Cộng",
            {
                "Nguồn tin có giá trị": ("1", "1"),
                "Vụ": ("2", "1"),
                "Đối tượng": ("3", "2"),
                "Tài sản thu hồi (đồng)": ("1.250.000", "15.000.000"),
                "Chưa xác nhận": ("2", "0"),
            },
        ),
    ):
        found = {column: figures[table, row, column] for column in meant}
        assert found == meant, (table, row)


def _in_text(shown: str) -> Figures:
    """Read the figures of the text back, as somebody would who types them into a form."""
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    table = row = ""
    for before, line in zip(["", *shown.splitlines()], shown.splitlines(), strict=False):
        if line.startswith("  "):
            column, _, figure = line.strip().rpartition(": ")
            now, _, year_before = figure.removesuffix(")").partition(" (")
            found[table, row, column] = (now, year_before)
        elif line.startswith("B") and ". " in line:
            table = line.partition(". ")[0]
        elif not before and line:
            row = line.capitalize() if line.isupper() else line
    return found


def _in_workbook(report: Report) -> Figures:
    """Read the cells of the workbook as a spreadsheet does: numbers, or words where none is."""
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    with zipfile.ZipFile(io.BytesIO(workbook.write(report))) as archive:
        strings = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        words = ["".join(one.itertext()) for one in strings.iterfind("m:si", _NS)]
        for number, sheet in enumerate(report.sheets, start=1):
            page = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            lines = [
                [_cell(cell, words) for cell in line.iterfind("m:c", _NS)]
                for line in page.iterfind(".//m:row", _NS)
            ]
            head = next(line for line in lines if len(line) > 1)
            for label, *cells in (line for line in lines if len(line) == len(head)):
                for index, column in enumerate(head[1::2]):
                    now, before = cells[2 * index : 2 * index + 2]
                    found[sheet.code, label, column] = (now, before or "–")
    return found


def _cell(cell: ElementTree.Element, words: list[str]) -> str:
    value = cell.findtext("m:v", namespaces=_NS)
    if value is None:
        return ""
    if cell.get("t") == "s":
        return words[int(value)]
    number = float(value)
    return count(int(number)) if number.is_integer() else decimal(number)
