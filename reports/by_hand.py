"""Table B1c: what people posted by hand where no machine reaches; told by hand, never added."""

from collections.abc import Mapping

from domain.period import Period
from domain.subject import Subject
from reports.sheet import Cell, Column, NotKnown, Row, Sheet
from storage.campaigns import packs, period_figures
from storage.campaigns.packs import Posted
from storage.database import Tx
from storage.people.units import Unit

_COLUMNS = (
    Column("posts", "Bài đăng tay", "Số bài cán bộ đã dán và bấm “Đã đăng”; mỗi nhóm một bài."),
    Column(
        "members",
        "Thành viên lúc đăng (khai tay)",
        "Số thành viên do cán bộ gõ vào: mức trên, không phải số người đọc, máy không kiểm được.",
    ),
    Column("unknown", "Nhóm không rõ số", "Số bài ở nhóm không ai khai số thành viên."),
    Column("opened", "Mở đường dẫn, tới nay", "Số lần mở đường dẫn, mã QR riêng của các bài này."),
    Column("newcomers", "Người mới, tới nay", "Trong số đó, lần đầu đến với kênh này."),
    Column("tips", "Tin báo", "Tin báo trong kỳ đến qua đường dẫn, mã QR riêng của bài đăng tay."),
)


def sheets(tx: Tx, unit: Unit, period: Period) -> tuple[Sheet, ...]:
    """Return the table; none where nobody posted by hand, in the period or a year before."""
    now, before = (_known(tx, unit, one) for one in (period, period.year_before()))
    tips = _tips(tx, unit, period), _tips(tx, unit, period.year_before())
    if not any((*now, *before, *tips)):
        return ()
    began = period_figures.began_at(tx, unit.id)
    existed = began is not None and began < period.year_before().until
    rows = [
        Row(
            subject.vi,
            _cells(now[0].get(subject.value), tips[0].get(subject.value, 0)),
            _earlier(before[0].get(subject.value), tips[1].get(subject.value, 0))
            if existed
            else {},
        )
        for subject in Subject
        if subject.value in {**now[0], **before[0], **tips[0], **tips[1]}
    ]
    total = _earlier(before[0].get(None), tips[1].get(None, 0)) if existed else {}
    rows.append(Row("Cộng", _cells(now[0].get(None), tips[0].get(None, 0)), total, is_total=True))
    if now[1] or before[1]:
        amended = _earlier(before[1].get(None), None) if existed else {}
        rows.append(Row("Đính chính, rút lại", _cells(now[1].get(None), None), amended))
    return (
        Sheet(
            "B1c",
            "Đăng tay (qua người)",
            "Chủ đề",
            _COLUMNS,
            tuple(rows),
            (
                "Khai tay: không cộng dòng nào vào bảng B1 hay B1b.",
                "Mở đường dẫn, người mới chỉ là số đếm, không giữ ai đã đến từ đâu.",
                "Hai số ấy đếm tới lúc lập báo cáo, còn tăng, nên không so với năm trước.",
            ),
        ),
    )


_Figures = Mapping[str | None, Posted]


def _known(tx: Tx, unit: Unit, period: Period) -> tuple[_Figures, _Figures]:
    span = (tx, unit.id, period.since, period.until)
    return packs.posted_in(*span), packs.posted_in(*span, amendments=True)


def _tips(tx: Tx, unit: Unit, period: Period) -> Mapping[str | None, int]:
    brought = period_figures.brought(tx, unit.id, period.since, period.until)
    return {one.subject: one.by_hand for one in brought if one.by_hand}


def _cells(posted: Posted | None, tips: int | None) -> Mapping[str, Cell]:
    found = posted or Posted()
    nobody_told = found.posts > 0 and found.posts == found.unknown
    return {
        "posts": found.posts,
        "members": NotKnown() if nobody_told else found.members,
        "unknown": found.unknown,
        "opened": found.opened,
        "newcomers": found.newcomers,
        "tips": tips,
    }


def _earlier(posted: Posted | None, tips: int | None) -> Mapping[str, Cell]:
    """Leave out what is counted to this day: a year before it had a year more to grow."""
    return {**_cells(posted, tips), "opened": None, "newcomers": None}
