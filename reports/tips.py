"""Table B3 of the report form: tips by subject, village and channel."""

from collections.abc import Callable, Collection, Mapping
from functools import partial

from domain.channel_names import channel_name
from domain.language import Language
from domain.period import Period
from domain.place import reading_order
from domain.subject import Subject
from domain.texts.catalogue import catalogue
from domain.tip import Heard, TipOutcome
from reports.sheet import Cell, Check, Column, NotKnown, Row, Sheet
from storage.campaigns import period_figures
from storage.database import Tx
from storage.people import units
from storage.people.units import Unit
from storage.tips import tip_figures, tip_standing
from storage.tips.tip_figures import Division, TipFigures
from storage.tips.tip_standing import Standing

_COLUMNS = (
    Column("at_start", "Đầu kỳ còn", "Tin chưa kết thúc khi kỳ bắt đầu."),
    Column("new", "Mới", "Tin mở trong kỳ, theo giờ tin đến kênh hoặc giờ cán bộ nhập."),
    Column(
        "anonymous", "Ẩn danh", "Trong số tin mới: người báo không để lại liên hệ, hoặc đã rút."
    ),
    Column("urgent", "Khẩn cấp", "Trong số tin mới: máy đã hướng dẫn gọi 113, 114, 115."),
    Column("public", "Viết công khai", "Trong số tin mới: viết trong nhóm, nhiều người đọc được."),
    Column("classified", "Đã phân loại", "Trong số tin mới: cán bộ đã ghi chủ đề."),
    Column("reopened", "Mở lại", "Số lần tin đã kết thúc được mở lại trong kỳ."),
    Column("closed", "Kết thúc", "Số lần kết thúc trong kỳ, kể cả trùng, nhầm, ngoài thẩm quyền."),
    Column("valuable", "Có giá trị", "Trong số kết thúc: cán bộ xác nhận tin có giá trị."),
    Column("handled", "Đã xử lý", "Trong số kết thúc."),
    Column("not_enough", "Không đủ căn cứ", "Trong số kết thúc."),
    Column("out_of_scope", "Ngoài thẩm quyền", "Trong số kết thúc."),
    Column("transferred", "Chuyển cơ quan", "Trong số kết thúc: chuyển nơi có thẩm quyền."),
    Column("mistaken", "Trùng, nhầm", "Trong số kết thúc, kể cả do người báo bấm “Báo nhầm”."),
    Column("at_end", "Cuối kỳ còn", "Tin chưa kết thúc khi hết kỳ, đếm từng tin."),
    Column("verifying", "Đang xác minh", "Trong số cuối kỳ còn: đang có cán bộ giữ."),
    Column(
        "overdue",
        "Quá hạn",
        "Trong số cuối kỳ còn: đã quá 20 ngày (hoặc hạn được gia hạn theo luật) mà chưa kết thúc.",
    ),
    Column(
        "hours_to_look",
        "Giờ tới lúc xem (trung bình)",
        "Từ lúc tin đến tới việc đầu tiên của cán bộ; hết kỳ chưa ai xem thì không tính.",
    ),
    Column(
        "days_to_close",
        "Ngày tới lúc kết thúc (trung bình)",
        "Từ lúc tin đến tới lúc kết thúc, của mỗi lần kết thúc trong kỳ.",
    ),
)
_SUMS = (
    ("at_start", "new", "reopened", "closed", "at_end"),
    ("closed", *TipOutcome),
)
"""Columns tied by a sum along each row: hiding one alone would hide nothing."""

_PARTS = (
    ("anonymous", "new"),
    ("urgent", "new"),
    ("public", "new"),
    ("classified", "new"),
    ("verifying", "at_end"),
    ("overdue", "at_end"),
)
"""Columns of which the first counts some of the second."""

_CHANNELS: Mapping[str | None, str] = {
    Heard.PHONE: "Qua điện thoại",
    Heard.IN_PERSON: "Trực tiếp",
    Heard.MEETING: "Ở cuộc họp",
    Heard.OTHER: "Cách khác",
    None: "Không rõ kênh",
}
DIVISIONS = (Division.SUBJECT, Division.AREA, Division.CHANNEL)
"""By what the rows of B3 may be."""


def _channel(channel: str | None) -> str:
    if channel in _CHANNELS:
        return _CHANNELS[channel]
    return channel_name(channel or "", partial(catalogue().say, Language.VI))


def sheets(
    tx: Tx, unit: Unit, period: Period, rows: Collection[Division] = DIVISIONS
) -> tuple[Sheet, ...]:
    """Return B3, a table for each kind of `rows`; each ends with the same total."""
    began = period_figures.began_at(tx, unit.id)
    existed = began is not None and began < period.year_before().until

    def area(code: str | None) -> str:
        return units.area_name(tx, code) if code else "Chưa rõ địa bàn"

    kinds: Mapping[Division, tuple[str, str, Callable[[str | None], str]]] = {
        Division.SUBJECT: ("B3", "Chủ đề", _subject),
        Division.AREA: ("B3 địa bàn", "Địa bàn", area),
        Division.CHANNEL: (
            "B3 kênh",
            "Kênh",
            _channel,
        ),
    }
    return tuple(
        _sheet(tx, unit, period, *kinds[one], one, existed=existed)
        for one in DIVISIONS
        if one in rows
    )


def _sheet(
    tx: Tx,
    unit: Unit,
    period: Period,
    code: str,
    row_title: str,
    label: Callable[[str | None], str],
    division: Division,
    *,
    existed: bool,
) -> Sheet:
    before = period.year_before()
    now_by, before_by = (_known(tx, unit, each, division) for each in (period, before))
    now_all, before_all = (_known(tx, unit, each, Division.NOTHING) for each in (period, before))
    keys = sorted(
        now_by.keys() | before_by.keys(), key=lambda key: (key is None, reading_order(label(key)))
    )
    rows = [
        Row(label(key), _cells(now_by, key), _cells(before_by, key) if existed else {})
        for key in keys
    ]
    total = Row(
        "Cộng", _cells(now_all, None), _cells(before_all, None) if existed else {}, is_total=True
    )
    return Sheet(
        code,
        "Tiếp nhận, giải quyết tin báo",
        row_title,
        _COLUMNS,
        (*rows, total),
        ("Đầu kỳ còn + mới + mở lại = kết thúc + cuối kỳ còn.",),
        checks=(_check(now_all, now_by),),
        sums=_SUMS,
        parts=_PARTS,
        tells_of_people=True,
    )


_Known = Mapping[str | None, tuple[TipFigures, Standing]]


def _known(tx: Tx, unit: Unit, period: Period, division: Division) -> _Known:
    moved = tip_figures.of_period(tx, unit.id, period.since, period.until, division)
    standing = tip_standing.at(tx, unit.id, period.until, division)
    nothing = TipFigures(by_outcome={})
    return {
        key: (moved.get(key, nothing), standing.get(key, Standing()))
        for key in moved.keys() | standing.keys()
    }


def _check(total: _Known, rows: _Known) -> Check:
    """Compare what moved with what stands, counted each on its own, in every row and in all."""
    moved, standing = total.get(None, (TipFigures(by_outcome={}), Standing()))
    holds = all(each.at_end == there.open for each, there in (*rows.values(), (moved, standing)))
    sides = (
        f"đầu kỳ {moved.at_start} + mới {moved.new} + mở lại {moved.reopened}",
        f"kết thúc {moved.closed} + cuối kỳ {standing.open}",
    )
    said = "khớp." if holds else "KHÔNG KHỚP, xin báo người quản trị."
    return Check(f"Kiểm: {' = '.join(sides)}: {said}", holds)


def _subject(subject: str | None) -> str:
    return Subject(subject).vi if subject is not None else "Chưa phân loại"


def _cells(found: _Known, key: str | None) -> Mapping[str, Cell]:
    figures, standing = found.get(key, (TipFigures(by_outcome={}), Standing()))
    return {
        "at_start": figures.at_start,
        "new": figures.new,
        "anonymous": figures.anonymous,
        "urgent": figures.urgent,
        "public": figures.public,
        "classified": figures.classified,
        "reopened": figures.reopened,
        "closed": figures.closed,
        **{outcome.value: figures.by_outcome.get(outcome, 0) for outcome in TipOutcome},
        "at_end": standing.open,
        "verifying": standing.verifying,
        "overdue": standing.overdue,
        "hours_to_look": _mean(figures.hours_to_look),
        "days_to_close": _mean(figures.days_to_close),
    }


def _mean(number: float | None) -> Cell:
    return number if number is not None else NotKnown()
