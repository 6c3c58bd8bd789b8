"""What goes upward: no small figure stands in it, and none can be worked out from the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.part import FEW
from domain.period import Period
from reports import text, workbook
from reports.sheet import Cell, Column, Few, Held, Report, Row, Sheet
from reports.upward import for_upward

KEYS = ("start", "new", "end")


def report(figures: Sequence[tuple[int, int]]) -> Report:
    """Return a table whose rows add up along (start + new = end) and down."""
    rows = [{"start": start, "new": new, "end": start + new} for start, new in figures]
    total = {key: sum(row[key] for row in rows) for key in KEYS}

    def row(label: str, cells: Mapping[str, int], *, is_total: bool = False) -> Row:
        return Row(label, {**cells, "hours": 1.5}, {}, is_total=is_total)

    return Report(
        unit="Công an phường Ví Dụ",
        period=Period(date(2026, 10, 15), date(2026, 11, 14)),
        before=Period(date(2025, 10, 15), date(2025, 11, 14)),
        provisional_until=None,
        sheets=(
            Sheet(
                "B3",
                "Tin báo",
                "Địa bàn",
                tuple(Column(key, key, "") for key in (*KEYS, "hours")),
                (
                    *(row(f"Thôn {number}", cells) for number, cells in enumerate(rows)),
                    row("Cộng", total, is_total=True),
                ),
                sums=(KEYS,),
                tells_of_people=True,
            ),
            Sheet("B9", "Nội bộ", "", (), (), inside=True),
        ),
    )


def grid(made: Report) -> list[dict[str, Cell]]:
    return [{key: row.now[key] for key in KEYS} for row in made.sheets[0].rows]


figures = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5)


@given(figures)
def test_no_small_figure_is_written_out_and_no_other_is_changed(
    told: list[tuple[int, int]],
) -> None:
    before, after = grid(report(told)), grid(for_upward(report(told)))
    for row_before, row_after in zip(before, after, strict=True):
        for key in KEYS:
            number, cell = row_before[key], row_after[key]
            assert isinstance(number, int)
            if 0 < number < FEW:
                assert cell == Few()
            else:
                assert cell == Held() or cell == number


@settings(max_examples=60)
@given(figures.filter(lambda told: len(told) <= 3))
def test_no_line_alone_gives_a_small_figure_away(told: list[tuple[int, int]]) -> None:
    """Whatever sum one looks at, each small figure in it may still be another one."""
    before, after = grid(report(told)), grid(for_upward(report(told)))
    lines = [[(index, key) for index in range(len(after))] for key in KEYS]
    for line in lines:
        *parts, total = line
        hidden = [place for place in parts if isinstance(after[place[0]][place[1]], Few)]
        if isinstance(after[total[0]][total[1]], Few | Held) or not hidden:
            continue
        held = [place for place in parts if isinstance(after[place[0]][place[1]], Held)]
        rest = [place for place in parts if place not in hidden and place not in held]
        left = _number(before, total) - sum(_number(before, place) for place in rest)
        possible = [
            guess
            for guess in product(range(1, FEW), repeat=len(hidden))
            if (held and sum(guess) <= left) or sum(guess) == left
        ]
        only = [number for number in zip(*possible, strict=True) if len(set(number)) == 1]
        alone = not held and len(rest) == len(parts) - len(hidden) and not _others(before, rest)
        assert only == [] or alone


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=5))
def test_no_part_of_a_whole_tells_of_a_few_others(told: list[tuple[int, int]]) -> None:
    """Eleven anonymous of twelve tell that one left a contact."""
    made = report([(0, new) for _, new in told])
    (sheet, inside) = made.sheets
    anonymous = [min(some, new) for some, new in told]
    numbers = [*anonymous, sum(anonymous)]
    rows = tuple(
        replace(row, now={**row.now, "hours": number})
        for row, number in zip(sheet.rows, numbers, strict=True)
    )
    sheet = replace(sheet, rows=rows, parts=(("hours", "new"),))
    after = for_upward(replace(made, sheets=(sheet, inside))).sheets[0].rows
    for row, number in zip(after, numbers, strict=True):
        new, some = row.now["new"], row.now["hours"]
        if isinstance(new, int) and isinstance(some, int):
            assert some == number
            assert not 0 < new - some < FEW
    wholes = [row.now["new"] for row in after]
    parts = [row.now["hours"] for row in after]
    if isinstance(wholes[-1], int) and isinstance(parts[-1], int):
        # One that is hidden does not follow from the total of its column.
        assert [isinstance(one, int) for one in parts].count(False) != 1


def _number(cells: list[dict[str, Cell]], place: tuple[int, str]) -> int:
    number = cells[place[0]][place[1]]
    assert isinstance(number, int)
    return number


def _others(cells: list[dict[str, Cell]], rest: list[tuple[int, str]]) -> bool:
    return any(_number(cells, place) > 0 for place in rest)


def test_what_stays_inside_is_left_out_and_both_forms_say_which_they_are() -> None:
    made = report([(2, 9), (7, 8), (6, 6)])
    sent = for_upward(made)
    assert [sheet.code for sheet in sent.sheets] == ["B3"]
    shown = text.render(sent)
    assert "Bản gửi cấp trên" in shown
    assert "start: dưới 5" in shown
    assert "ẩn" in shown
    assert "Bản nội bộ" in text.render(made)
    assert "start: 2" in text.render(made)
    assert workbook.write(sent).startswith(b"PK")
    # A mean over what is hidden is hidden with it.
    assert sent.sheets[0].rows[0].now["hours"] == Held()
