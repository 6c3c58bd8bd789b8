"""Table B4 of the report form: what tips helped to, by the day on which it was confirmed."""

from collections.abc import Mapping

from domain.period import Period
from domain.tip import ValueFigure
from reports.sheet import Cell, Column, NotKnown, Row, Sheet
from storage import period_figures, tip_figures, tip_values
from storage.database import Tx
from storage.tip_figures import Division
from storage.units import Unit

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


def sheets(tx: Tx, unit: Unit, period: Period) -> tuple[Sheet, ...]:
    """Return B4: tips by chat, by meeting, by other ways, and all of them."""
    began = period_figures.began_at(tx, unit.id)
    before = period.year_before()
    existed = began is not None and began < before.until
    now_all = _cells(tx, unit, period)
    before_all = _cells(tx, unit, before) if existed else {}
    rows = [
        Row("Qua trò chuyện", now_all, before_all),
        *(
            Row(label, _not_entered(), _not_entered() if existed else {})
            for label in ("Qua cuộc họp", "Qua cách khác")
        ),
        Row("Cộng (qua trò chuyện)", now_all, before_all, is_total=True),
    ]
    notes = (
        "Tính theo ngày xác nhận. Hai tin về cùng một vụ: chỉ ghi vụ ở một tin.",
        "Tin nghe ở cuộc họp, qua điện thoại chưa nhập được vào máy nên không biết.",
    )
    return (Sheet("B4", "Giá trị của nguồn tin", "Nguồn", _COLUMNS, tuple(rows), notes),)


def _cells(tx: Tx, unit: Unit, period: Period) -> Mapping[str, Cell]:
    sums = tip_values.of_period(tx, unit.id, period.since, period.until)
    open_now = tip_figures.of_period(tx, unit.id, period.since, period.until, Division.NOTHING)
    figures = open_now.get(None)
    return {
        "tips": sums.tips,
        **{figure.value: sums.figures[figure] for figure in ValueFigure},
        "unconfirmed": figures.at_end if figures is not None else 0,
    }


def _not_entered() -> Mapping[str, Cell]:
    return {column.key: NotKnown() for column in _COLUMNS}
