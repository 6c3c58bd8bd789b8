"""The report as a workbook: numbers as numbers, a sheet a table, definitions on the headings."""

import io

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.sheet import Cell, Few, Held, NotKnown, Report, Row, Share, Sheet
from reports.text import LEFT_OUT, SMALL, UNKNOWN, heading

_LABEL_WIDTH = 34
_FIGURE_WIDTH = 15


def write(report: Report) -> bytes:
    """Return the bytes of an XLSX file."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        formats = _Formats(book)
        for sheet in report.sheets:
            _write_sheet(book.add_worksheet(sheet.code), formats, report, sheet)
    return file.getvalue()


class _Formats:
    """How cells look."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 13})
        self.head: Format = book.add_format(
            {"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter", "align": "center"}
        )
        self.label: Format = book.add_format({"border": 1})
        self.figure: Format = book.add_format({"border": 1, "num_format": "#,##0"})
        self.decimal: Format = book.add_format({"border": 1, "num_format": "#,##0.0"})
        self.share: Format = book.add_format({"border": 1, "num_format": "0.00%"})
        self.note: Format = book.add_format({})
        self.alarm: Format = book.add_format({"bold": True, "font_color": "#C00000"})
        self.words: Format = book.add_format({"border": 1, "italic": True, "align": "right"})


def _write_sheet(page: Worksheet, formats: _Formats, report: Report, sheet: Sheet) -> None:
    page.write_string(0, 0, f"{sheet.code}. {sheet.title}", formats.title)
    top = 1
    for line in heading(report):
        page.write_string(top, 0, line)
        top += 1
    top += 1
    page.merge_range(top, 0, top + 1, 0, sheet.row_title, formats.head)
    wide = 2 if sheet.has_before else 1
    for index, column in enumerate(sheet.columns):
        left = 1 + wide * index
        if sheet.has_before:
            page.merge_range(top, left, top, left + 1, column.title, formats.head)
            page.write_string(top + 1, left, "Kỳ này", formats.head)
            page.write_string(top + 1, left + 1, "Năm trước", formats.head)
        else:
            page.merge_range(top, left, top + 1, left, column.title, formats.head)
        page.write_comment(top, left, column.meaning)
    for offset, row in enumerate(sheet.rows):
        _write_row(page, formats, sheet, row, top + 2 + offset)
    below = top + 3 + len(sheet.rows)
    for one in sheet.checks:
        page.write_string(below, 0, one.text, formats.note if one.holds else formats.alarm)
        below += 1
    for offset, note in enumerate(sheet.notes):
        page.write_string(below + offset, 0, note)
    page.set_column(0, 0, _LABEL_WIDTH)
    page.set_column(1, wide * len(sheet.columns), _FIGURE_WIDTH)
    page.set_row(top, 45)
    page.freeze_panes(top + 2, 1)


def _write_row(page: Worksheet, formats: _Formats, sheet: Sheet, row: Row, line: int) -> None:
    page.write_string(line, 0, row.label, formats.head if row.is_total else formats.label)
    for index, column in enumerate(sheet.columns):
        if sheet.has_before:
            _write_cell(page, formats, line, 1 + 2 * index, row.now.get(column.key))
            _write_cell(page, formats, line, 2 + 2 * index, row.before.get(column.key))
        else:
            _write_cell(page, formats, line, 1 + index, row.now.get(column.key))


def _write_cell(page: Worksheet, formats: _Formats, line: int, left: int, cell: Cell) -> None:
    match cell:
        case None:
            page.write_blank(line, left, None, formats.figure)
        case NotKnown():
            page.write_string(line, left, UNKNOWN, formats.words)
        case Few():
            page.write_string(line, left, SMALL, formats.words)
        case Held():
            page.write_string(line, left, LEFT_OUT, formats.words)
        case Share(_, 0):
            page.write_string(line, left, "–", formats.words)
        case Share(part, whole):
            page.write_number(line, left, part / whole, formats.share)
        case float():
            page.write_number(line, left, cell, formats.decimal)
        case int():
            page.write_number(line, left, cell, formats.figure)
