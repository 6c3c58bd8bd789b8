"""Reading single rows of a period report."""

from collections.abc import Mapping

from reports.sheet import Cell, Report


def row(report: Report, code: str, label: str = "Cộng") -> Mapping[str, Cell]:
    """Return the figures of the period in one row of a table, by column key."""
    rows = {
        one.label: one.now for sheet in report.sheets if sheet.code == code for one in sheet.rows
    }
    assert label in rows, f"no row {label!r} in {code}: {list(rows)}"
    return rows[label]
