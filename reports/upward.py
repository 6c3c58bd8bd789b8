"""The report as it goes to the level above: nobody may be guessed from a small figure in it.

Inside the unit figures stand as they are. Upward, in tables that tell of people, a figure of 1 to 4
is written as small; and what a small one could be worked out from (a total, a sum along the row) is
left out, until no single figure follows from the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from domain.part import FEW
from reports.sheet import Cell, Few, Held, Report, Row, Sheet

_Place = tuple[int, str]
_Grid = Sequence[Mapping[str, Cell]]


def for_upward(report: Report) -> Report:
    """Return the report without the tables that stay inside, and with small figures hidden."""
    sheets = [_hidden(one) if one.tells_of_people else one for one in report.sheets]
    kept = tuple(one for one in sheets if not one.inside)
    return replace(report, sheets=kept, upward=True)


def for_staff(report: Report) -> Report:
    """Return the report without the tables that only the chief sees."""
    return replace(report, sheets=tuple(one for one in report.sheets if not one.inside))


def covered(report: Report) -> Report:
    """Return the report with small figures hidden, but as it stays inside: of a handful."""
    sheets = tuple(_hidden(one) if one.tells_of_people else one for one in report.sheets)
    return replace(report, sheets=sheets)


def _hidden(sheet: Sheet) -> Sheet:
    now = _covered(sheet, [row.now for row in sheet.rows])
    before = _covered(sheet, [row.before for row in sheet.rows])
    rows = tuple(
        Row(row.label, now[index], before[index], is_total=row.is_total)
        for index, row in enumerate(sheet.rows)
    )
    note = f"Số từ 1 tới {FEW - 1} ghi “dưới {FEW}”; số suy ra được số đó ghi “ẩn”."
    # The sums would tell what is hidden; they were checked inside.
    checks = tuple(
        replace(one, text="Đã kiểm cân đối trong nội bộ đơn vị.") for one in sheet.checks
    )
    return replace(sheet, rows=rows, notes=(*sheet.notes, note), checks=checks)


def _covered(sheet: Sheet, grid: _Grid) -> list[dict[str, Cell]]:
    totals = {index for index, row in enumerate(sheet.rows) if row.is_total}
    small = {
        (index, key)
        for index, cells in enumerate(grid)
        for key, cell in cells.items()
        if isinstance(cell, int) and 0 < cell < FEW
    }
    hidden = set(small)
    while True:
        more = {
            found
            for group in _sums(sheet, grid, totals)
            if (found := _also(group, grid, hidden, totals)) is not None
        }
        more |= _complements(sheet, grid, hidden)
        if not more - hidden:
            break
        hidden |= more
    return [
        {key: _cell((index, key), cell, cells, small, hidden) for key, cell in cells.items()}
        for index, cells in enumerate(grid)
    ]


def _complements(sheet: Sheet, grid: _Grid, hidden: set[_Place]) -> set[_Place]:
    """Return the parts of a whole from which a few others would follow: 11 of 12 tell of one."""
    found = set()
    for part, whole in sheet.parts:
        for index in range(len(grid)):
            some, everything = (_figure(grid, (index, key)) for key in (part, whole))
            if some is None or everything is None or {(index, part), (index, whole)} & hidden:
                continue
            if 0 < everything - some < FEW:
                found.add((index, part))
    return found


def _sums(sheet: Sheet, grid: _Grid, totals: set[int]) -> Iterable[list[_Place]]:
    """Give the places whose figures are tied by a sum: a column with its total, those of a row."""
    for column in sheet.columns:
        yield [(index, column.key) for index in range(len(grid))] if totals else []
    for keys in sheet.sums:
        for index in range(len(grid)):
            yield [(index, key) for key in keys]


def _also(
    group: Sequence[_Place], grid: _Grid, hidden: set[_Place], totals: set[int]
) -> _Place | None:
    """Return what else must be left out so that none of a sum can be worked out; None for nothing.

    With one hidden it follows from the rest; with several small ones it does where all of them
    must be the least, or the most, that they can be.
    """
    figures = {place: _figure(grid, place) for place in group}
    known = {place: number for place, number in figures.items() if number is not None}
    covered = [number for place, number in known.items() if place in hidden]
    if not covered:
        return None
    told = sum(covered)
    tight = all(0 < number < FEW for number in covered) and told in (
        len(covered),
        (FEW - 1) * len(covered),
    )
    if len(covered) > 1 and not tight:
        return None
    # By its place, not by its size: the smallest would be known to be no larger than what is told.
    # The last, and a total only where nothing else is left: totals are what people ask for.
    others = [place for place, number in known.items() if place not in hidden and number > 0]
    return next((one for one in reversed(others) if one[0] not in totals), None) or (
        others[-1] if others else None
    )


def _figure(grid: _Grid, place: _Place) -> int | None:
    cell = grid[place[0]].get(place[1])
    return cell if isinstance(cell, int) else None


def _cell(
    place: _Place,
    cell: Cell,
    row: Mapping[str, Cell],
    small: set[_Place],
    hidden: set[_Place],
) -> Cell:
    if place in small:
        return Few()
    if place in hidden:
        return Held()
    if isinstance(cell, float) and any((place[0], key) in hidden for key in row):
        # A mean over a few tips tells of each.
        return Held()
    return cell
