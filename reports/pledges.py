"""Pledges signed in chat, beside those on paper of table B2 and never added to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.language import Language
from domain.part import FEW, Part
from domain.period import Period
from domain.subject import Subject
from domain.texts.catalogue import catalogue
from reports.sheet import Cell, Column, Few, Row, Sheet
from storage import pledges, units
from storage.database import Tx
from storage.pledges import Pledged
from storage.units import Unit

_STANDING = Column(
    "standing",
    "Lượt ký (qua ứng dụng)",
    "Số bản cam kết ký trong kỳ và chưa rút; mỗi người mỗi đợt một lần.",
)
_COLUMNS = (
    _STANDING,
    Column(
        "people",
        "Người ký",
        "Số người khác nhau; người đã xóa dữ liệu tính mỗi bản một người.",
    ),
    Column("by_post", "Theo bài đăng", "Trong đó ký theo nút dưới bài đăng trong nhóm, kênh."),
    Column("withdrawn", "Đã rút", "Số bản ký trong kỳ mà người ký đã rút."),
)
_NOTES = (
    "Chỉ cam kết ký qua ứng dụng; không cộng với cam kết trên giấy (bảng B2).",
    "Ký là tự nguyện; không có danh sách người ký hay chưa ký.",
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was signed in one period."""

    by_subject: Mapping[str | None, Pledged]
    by_area: Mapping[str, int]
    by_part: Mapping[Part, int]

    @property
    def is_nothing(self) -> bool:
        """True when nobody signed anything."""
        return not any(one.standing or one.withdrawn for one in self.by_subject.values())


def sheets(tx: Tx, unit: Unit, period: Period) -> tuple[Sheet, ...]:
    """Return the tables of pledges: by subject, area and part; none where nobody signed."""
    now, before = _known(tx, unit, period), _known(tx, unit, period.year_before())
    if now.is_nothing and before.is_nothing:
        return ()
    areas = sorted((units.area_name(tx, code), code) for code in {*now.by_area, *before.by_area})
    say = catalogue().say
    parts = [part for part in Part if part in now.by_part or part in before.by_part]
    return (
        _by_subject(now, before),
        _split(
            "B2b",
            "Cam kết qua ứng dụng, theo khu vực",
            "Khu vực",
            (
                Row(name, _few(now.by_area.get(code, 0)), _few(before.by_area.get(code, 0)))
                for name, code in areas
            ),
        ),
        _split(
            "B2c",
            "Cam kết qua ứng dụng, theo vai tự khai (một người có thể có mấy vai)",
            "Vai",
            (
                Row(
                    say(Language.VI, f"residents.part_{part}"),
                    _few(now.by_part.get(part, 0)),
                    _few(before.by_part.get(part, 0)),
                )
                for part in parts
            ),
        ),
    )


def _known(tx: Tx, unit: Unit, period: Period) -> _Known:
    span = (tx, unit.id, period.since, period.until)
    return _Known(
        pledges.of_period(*span), pledges.of_period_by_area(*span), pledges.of_period_by_part(*span)
    )


def _by_subject(now: _Known, before: _Known) -> Sheet:
    named = {*now.by_subject, *before.by_subject}
    rows = [
        Row(subject.vi, _cells(now, subject), _cells(before, subject))
        for subject in Subject
        if subject in named
    ]
    rows.append(Row("Cộng", _cells(now, None), _cells(before, None), is_total=True))
    return Sheet("B2a", "Ký cam kết qua ứng dụng", "Chủ đề", _COLUMNS, tuple(rows), notes=_NOTES)


def _split(code: str, title: str, row_title: str, rows: Iterable[Row]) -> Sheet:
    notes = (f"Dưới {FEW} thì không ghi số, để không đoán ra ai.",)
    return Sheet(code, title, row_title, (_STANDING,), tuple(rows), notes=notes)


def _cells(known: _Known, subject: str | None) -> Mapping[str, Cell]:
    found = known.by_subject.get(subject, Pledged())
    return {
        "standing": found.standing,
        "people": found.people,
        "by_post": found.by_post,
        "withdrawn": found.withdrawn,
    }


def _few(number: int) -> Mapping[str, Cell]:
    return {_STANDING.key: Few() if 0 < number < FEW else number}
