"""Table B1d: public articles of the accounts; nobody knows who saw them, so they add to nothing."""

from domain.period import Period
from domain.subject import Subject
from reports.sheet import Column, Row, Sheet
from storage.campaigns import period_figures
from storage.database import Tx
from storage.people.units import Unit

_COLUMNS = (
    Column(
        "articles",
        "Bài viết đã gửi",
        "Số bài viết công khai nền tảng đã nhận. Không ai biết bao nhiêu người xem.",
    ),
)


def sheets(tx: Tx, unit: Unit, period: Period) -> tuple[Sheet, ...]:
    """Return the table; none where no article went out, in the period or a year before."""
    now, before = (
        period_figures.articles(tx, unit.id, one.since, one.until)
        for one in (period, period.year_before())
    )
    if not now and not before:
        return ()
    began = period_figures.began_at(tx, unit.id)
    existed = began is not None and began < period.year_before().until
    rows = [
        Row(
            subject.vi,
            {"articles": now.get(subject.value, 0)},
            {"articles": before.get(subject.value, 0)} if existed else {},
        )
        for subject in Subject
        if subject.value in {**now, **before}
    ]
    total = {"articles": before.get(None, 0)} if existed else {}
    rows.append(Row("Cộng", {"articles": now.get(None, 0)}, total, is_total=True))
    return (
        Sheet(
            "B1d",
            "Bài viết công khai của tài khoản",
            "Chủ đề",
            _COLUMNS,
            tuple(rows),
            ("Không cộng dòng nào vào bảng B1, B1b hay B1c: không ai biết bao nhiêu người xem.",),
        ),
    )
