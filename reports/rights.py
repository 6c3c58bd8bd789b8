"""Table B9 of the report form, for the chief alone: people's rights, and what is overdue."""

from collections.abc import Mapping

from domain.audit import Act
from domain.period import Period
from reports.sheet import Cell, Column, Row, Sheet
from storage.campaigns import period_figures
from storage.database import Tx
from storage.people import subscriptions
from storage.people.units import Unit
from storage.staff import act_figures
from storage.tips import tip_standing
from storage.tips.tip_figures import Division
from storage.tips.tip_standing import Standing

_COLUMNS = (
    Column("left", "Xin thôi nhận", "Số lần dừng nhận tin trong kỳ, như ở bảng B1."),
    Column("erased", "Xóa dữ liệu", "Số người tự xóa dữ liệu của mình trong kỳ."),
    Column("overdue", "Tin quá hạn", "Tin còn mở khi hết kỳ mà đã quá hạn giải quyết."),
    Column("extended", "Gia hạn", "Số lần ghi gia hạn theo luật trong kỳ."),
    Column("revealed", "Mở danh tính", "Số lần chỉ huy xem tin từ tài khoản nào; lý do ở nhật ký."),
    Column("contact_read", "Mở liên hệ", "Số lần người giữ tin xem liên hệ người báo để lại."),
)
_ACTS = {
    "erased": Act.RESIDENT_ERASED,
    "extended": Act.TIP_EXTENDED,
    "revealed": Act.TIP_WRITER_REVEALED,
    "contact_read": Act.TIP_CONTACT_READ,
}


def sheets(tx: Tx, unit: Unit, period: Period) -> tuple[Sheet, ...]:
    """Return B9."""
    before = period.year_before()
    began = period_figures.began_at(tx, unit.id)
    existed = began is not None and began < before.until
    row = Row(
        "Cộng",
        _cells(tx, unit, period),
        _cells(tx, unit, before) if existed else {},
        is_total=True,
    )
    notes = ("Chỉ để chỉ huy đơn vị xem, không gửi lên trên.",)
    return (Sheet("B9", "Quyền và an toàn", "", _COLUMNS, (row,), notes, inside=True),)


def _cells(tx: Tx, unit: Unit, period: Period) -> Mapping[str, Cell]:
    acts = act_figures.of_period(tx, unit.id, period.since, period.until, list(_ACTS.values()))
    standing = tip_standing.at(tx, unit.id, period.until, Division.NOTHING)
    told = subscriptions.of_period(tx, unit.id, period.since, period.until)
    return {
        "left": told.left,
        "overdue": standing.get(None, Standing()).overdue,
        **{key: acts[act] for key, act in _ACTS.items()},
    }
