"""The report as plain text: one figure a line, so that it reads on a phone too."""

from domain.figures import count, decimal, percent
from domain.part import FEW
from reports.sheet import Cell, Few, Held, NotKnown, Report, Row, Share, Sheet

UNKNOWN = "không biết"
SMALL = f"dưới {FEW}"
LEFT_OUT = "ẩn"


def render(report: Report) -> str:
    """Write a report for people to read."""
    lines = [*heading(report), ""]
    for sheet in report.sheets:
        lines += [*_sheet(sheet), ""]
    return "\n".join(lines).rstrip()


def pieces(report: Report, most: int = 3_000) -> list[str]:
    """Write a report in messages of about `most` characters, each beginning with a table."""
    found: list[str] = []
    for sheet in report.sheets:
        written = "\n".join(_sheet(sheet))
        if found and len(found[-1]) + len(written) < most:
            found[-1] = f"{found[-1]}\n\n{written}"
        else:
            found.append(written)
    return ["\n".join([*heading(report), "", *found[:1]]), *found[1:]]


def heading(report: Report) -> list[str]:
    """Return the lines above the tables: whose, of which days, up to when."""
    before = f"cùng kỳ năm trước, {report.before.label()}"
    lines = [report.unit, f"Kỳ báo cáo: {report.period.label()} (trong ngoặc: {before})"]
    if report.run:
        lines = [report.unit, report.run]
    if report.provisional_until is not None:
        what = "Đợt chưa xong" if report.run else "Kỳ chưa kết thúc"
        lines.append(f"{what}: số liệu tạm tính đến {report.provisional_until}.")
    if report.upward:
        lines.append("Bản gửi cấp trên: số nhỏ có thể làm lộ người báo thì không ghi rõ.")
    else:
        lines.append("Bản nội bộ của đơn vị, có số nhỏ: xin không chuyển đi.")
    return lines


def shown(cell: Cell) -> str:
    """Write one figure as people here do; a blank is an empty text."""
    match cell:
        case None:
            return ""
        case NotKnown():
            return UNKNOWN
        case Few():
            return SMALL
        case Held():
            return LEFT_OUT
        case Share(part, whole):
            return percent(part, whole)
        case float():
            return decimal(cell)
        case int():
            return count(cell)


def _sheet(sheet: Sheet) -> list[str]:
    lines = [f"{sheet.code}. {sheet.title}"]
    rows = [row for row in sheet.rows if row.is_total or _tells(row)]
    for row in rows:
        lines += ["", row.label.upper() if row.is_total else row.label, *_figures(sheet, row)]
    lines += [one.text if one.holds else f"‼ {one.text}" for one in sheet.checks]
    return [*lines, *(f"({note})" for note in sheet.notes)]


def _figures(sheet: Sheet, row: Row) -> list[str]:
    lines = []
    for column in sheet.columns:
        now = row.now.get(column.key)
        if now is not None:
            before = f" ({shown(row.before.get(column.key)) or '–'})" if sheet.has_before else ""
            lines.append(f"  {column.title}: {shown(now)}{before}")
    return lines


def _tells(row: Row) -> bool:
    return any(_is_something(cell) for cell in (*row.now.values(), *row.before.values()))


def _is_something(cell: Cell) -> bool:
    match cell:
        case None | NotKnown():
            return False
        case Share(part, _):
            return part != 0
        case _:
            return cell != 0
