"""Table B4 of the report form: what tips helped to, by the day on which it was confirmed."""

from collections import Counter
from collections.abc import Collection, Mapping

from domain.period import Period
from domain.tip import Heard, ValueFigure
from reports.sheet import Cell, Column, Row, Sheet
from storage.campaigns import period_figures
from storage.database import Tx
from storage.people.units import Unit
from storage.tips import tip_standing, tip_values
from storage.tips.tip_figures import Division
from storage.tips.tip_values import ValueSums

_COLUMNS = (
    Column(
        "tips",
        "Nguồn tin có giá trị",
        "Tin được cán bộ xác nhận trong kỳ là có giúp phát hiện, ngăn chặn, giải quyết việc; mỗi "
        "tin tính một lần, tin đã rút xác nhận không tính.",
    ),
    Column(ValueFigure.CASES, "Vụ", "Số vụ tin đã giúp giải quyết, theo cán bộ ghi."),
    Column(ValueFigure.PERSONS, "Đối tượng", "Số người trong các vụ đó; không ghi tên."),
    Column(ValueFigure.PROPERTY, "Tài sản thu hồi (đồng)", "Giá trị đã được xác minh."),
    Column(ValueFigure.PREVENTED, "Ngăn chặn (việc)", "Số việc ngăn được trước khi xảy ra."),
    Column(ValueFigure.FOUND, "Tìm được người", "Số người tìm được nhờ tin."),
    Column("unconfirmed", "Chưa xác nhận", "Tin chưa kết thúc khi hết kỳ nên chưa ai xác nhận."),
)


_ROWS: tuple[tuple[str, frozenset[Heard | None]], ...] = (
    ("Qua trò chuyện", frozenset({None})),
    ("Qua cuộc họp", frozenset({Heard.MEETING})),
    ("Qua cách khác", frozenset({Heard.PHONE, Heard.IN_PERSON, Heard.OTHER})),
)


def sheets(tx: Tx, unit: Unit, period: Period) -> tuple[Sheet, ...]:
    """Return B4: tips by chat, by meeting, by other ways, and all of them."""
    began = period_figures.began_at(tx, unit.id)
    before = period.year_before()
    existed = began is not None and began < before.until
    now_known = _known(tx, unit, period)
    before_known = _known(tx, unit, before)

    def row(label: str, sources: Collection[Heard | None], *, is_total: bool = False) -> Row:
        return Row(
            label,
            _cells(now_known, sources),
            _cells(before_known, sources) if existed else {},
            is_total=is_total,
        )

    rows = [row(label, sources) for label, sources in _ROWS]
    rows.append(row("Cộng", (None, *Heard), is_total=True))
    notes = (
        "Tính theo ngày xác nhận. Hai tin về cùng một vụ: chỉ ghi vụ ở một tin.",
        "Tin đã kết thúc được mở lại vẫn tính cho tới khi rút xác nhận.",
        "Qua cách khác: điện thoại, gặp trực tiếp và tin khác do cán bộ nhập.",
    )
    return (
        Sheet(
            "B4",
            "Giá trị của nguồn tin",
            "Nguồn",
            _COLUMNS,
            tuple(rows),
            notes,
            tells_of_people=True,
        ),
    )


_Known = tuple[Mapping[Heard | None, ValueSums], Mapping[Heard | None, int]]


def _known(tx: Tx, unit: Unit, period: Period) -> _Known:
    """Return what was confirmed, and how many were still open at the end, by source."""
    open_by: Counter[Heard | None] = Counter()
    for key, standing in tip_standing.at(tx, unit.id, period.until, Division.CHANNEL).items():
        open_by[Heard(key) if key in set(Heard) else None] += standing.open
    return tip_values.of_period(tx, unit.id, period.since, period.until), open_by


def _cells(known: _Known, sources: Collection[Heard | None]) -> Mapping[str, Cell]:
    confirmed, open_by = known
    sums = [confirmed[one] for one in sources if one in confirmed]
    return {
        "tips": sum(one.tips for one in sums),
        **{figure.value: sum(one.figures[figure] for one in sums) for figure in ValueFigure},
        "unconfirmed": sum(open_by.get(one, 0) for one in sources),
    }
