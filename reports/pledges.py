"""Pledges signed in chat, beside those on paper of table B2 and never added to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from domain.few import Kept, covered
from domain.language import Language
from domain.part import FEW, Part
from domain.period import Period
from domain.place import reading_order
from domain.subject import Subject
from domain.texts.catalogue import catalogue
from reports.sheet import Cell, Column, Few, Held, Row, Sheet
from storage.campaigns import period_figures, pledges
from storage.campaigns.pledges import Pledged
from storage.database import Tx
from storage.people import units
from storage.people.units import Unit

K = TypeVar("K")

_STANDING = Column(
    "standing",
    "Lượt ký (qua ứng dụng)",
    "Số bản cam kết ký trong kỳ, hết kỳ chưa rút; mỗi người mỗi đợt một lần.",
)
_COLUMNS = (
    _STANDING,
    Column(
        "people",
        "Người ký",
        "Số người khác nhau; người đã xóa dữ liệu tính mỗi bản một người.",
    ),
    Column("by_post", "Theo bài đăng", "Trong đó ký theo nút dưới bài đăng trong nhóm, kênh."),
    Column("withdrawn", "Đã rút", "Số bản người ký rút trong kỳ, kể cả bản ký từ kỳ trước."),
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
    now, before = _known(tx, unit, period), _year_before(tx, unit, period)
    if now.is_nothing and (before is None or before.is_nothing):
        return ()
    codes = {*now.by_area, *(before.by_area if before else ())}
    areas = dict(sorted(((code, units.area_name(tx, code)) for code in codes), key=_by_name))
    say = catalogue().say
    parts = {
        part: say(Language.VI, f"residents.part_{part}")
        for part in Part
        if part in now.by_part or (before is not None and part in before.by_part)
    }
    return (
        _by_subject(now, before),
        _split(
            "B2b",
            "Cam kết qua ứng dụng, theo khu vực",
            areas,
            now.by_area,
            before.by_area if before else None,
        ),
        _split(
            "B2c",
            "Cam kết qua ứng dụng, theo vai tự khai (một người có thể có mấy vai)",
            parts,
            now.by_part,
            before.by_part if before else None,
        ),
    )


def _by_name(named: tuple[str, str]) -> tuple[str | int, ...]:
    return reading_order(named[1])


def _year_before(tx: Tx, unit: Unit, period: Period) -> _Known | None:
    """Return what was signed a year before; None where there was no unit to sign with."""
    began = period_figures.began_at(tx, unit.id)
    earlier = period.year_before()
    return _known(tx, unit, earlier) if began is not None and began < earlier.until else None


def _known(tx: Tx, unit: Unit, period: Period) -> _Known:
    span = (tx, unit.id, period.since, period.until)
    return _Known(
        pledges.of_period(*span), pledges.of_period_by_area(*span), pledges.of_period_by_part(*span)
    )


def _by_subject(now: _Known, before: _Known | None) -> Sheet:
    named = {*now.by_subject, *(before.by_subject if before else ())}
    rows = [
        Row(subject.vi, _cells(now, subject), _cells(before, subject))
        for subject in Subject
        if subject in named
    ]
    rows.append(Row("Cộng", _cells(now, None), _cells(before, None), is_total=True))
    return Sheet(
        "B2a",
        "Ký cam kết qua ứng dụng",
        "Chủ đề",
        _COLUMNS,
        tuple(rows),
        notes=_NOTES,
        tells_of_people=True,
    )


def _split(
    code: str,
    title: str,
    names: Mapping[K, str],
    now: Mapping[K, int],
    before: Mapping[K, int] | None,
) -> Sheet:
    cells_now, cells_before = _told(names, now), _told(names, before)
    rows = tuple(Row(name, cells_now[key], cells_before[key]) for key, name in names.items())
    note = f"Số từ 1 tới {FEW - 1} ghi “dưới {FEW}”; số suy ra được số đó ghi “ẩn”."
    row_title = "Khu vực" if code == "B2b" else "Vai"
    return Sheet(code, title, row_title, (_STANDING,), rows, notes=(note,))


def _told(
    names: Mapping[K, str], figures: Mapping[K, int] | None
) -> Mapping[K, Mapping[str, Cell]]:
    """Return the cells of a column; inside the unit, too, nobody is to be guessed."""
    if figures is None:
        return {key: {} for key in names}
    cells: dict[Kept, Cell] = {Kept.FEW: Few(), Kept.HELD: Held()}
    told = covered({key: figures.get(key, 0) for key in names})
    return {
        key: {_STANDING.key: cells[number] if isinstance(number, Kept) else number}
        for key, number in told.items()
    }


def _cells(known: _Known | None, subject: str | None) -> Mapping[str, Cell]:
    if known is None:
        return {}
    found = known.by_subject.get(subject, Pledged())
    return {
        "standing": found.standing,
        "people": found.people,
        "by_post": found.by_post,
        "withdrawn": found.withdrawn,
    }
