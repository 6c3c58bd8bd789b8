"""Table B3 of the report form: tips by subject, village and channel."""

from collections.abc import Callable, Mapping

from domain.period import Period
from domain.subject import Subject
from domain.tip import TipOutcome
from reports.sheet import Cell, Column, NotKnown, Row, Sheet
from storage import period_figures, tip_figures, units
from storage.database import Tx
from storage.tip_figures import Division, TipFigures
from storage.units import Unit

_COLUMNS = (
    Column("at_start", "Đầu kỳ còn", "Tin chưa kết thúc khi kỳ bắt đầu."),
    Column("new", "Mới", "Tin mở trong kỳ, theo giờ tin đến kênh."),
    Column("urgent", "Khẩn cấp", "Trong số tin mới: máy đã hướng dẫn gọi 113, 114, 115."),
    Column("public", "Viết công khai", "Trong số tin mới: viết trong nhóm, nhiều người đọc được."),
    Column("reopened", "Mở lại", "Số lần tin đã kết thúc được mở lại trong kỳ."),
    Column("closed", "Kết thúc", "Số lần kết thúc trong kỳ, kể cả trùng, nhầm, ngoài thẩm quyền."),
    Column("valuable", "Có giá trị", "Trong số kết thúc: cán bộ xác nhận tin có giá trị."),
    Column("handled", "Đã xử lý", "Trong số kết thúc."),
    Column("not_enough", "Không đủ thông tin", "Trong số kết thúc."),
    Column("out_of_scope", "Ngoài thẩm quyền", "Trong số kết thúc."),
    Column("transferred", "Chuyển cơ quan", "Trong số kết thúc: chuyển nơi có thẩm quyền."),
    Column("mistaken", "Trùng, nhầm", "Trong số kết thúc, kể cả do người báo bấm “Báo nhầm”."),
    Column("at_end", "Cuối kỳ còn", "Đầu kỳ còn + mới + mở lại − kết thúc."),
    Column(
        "hours_to_look",
        "Giờ tới lúc xem (trung bình)",
        "Từ lúc tin đến tới việc đầu tiên của cán bộ; tin chưa ai xem không tính.",
    ),
    Column(
        "days_to_close",
        "Ngày tới lúc kết thúc (trung bình)",
        "Từ lúc tin đến tới lần kết thúc cuối, của tin kết thúc trong kỳ.",
    ),
)

_CHANNELS = {"telegram": "Telegram", "zalo": "Zalo", None: "Không qua kênh trò chuyện"}


def sheets(tx: Tx, unit: Unit, period: Period) -> tuple[Sheet, ...]:
    """Return B3 by subject, by village and by channel; each ends with the same total."""
    began = period_figures.began_at(tx, unit.id)
    existed = began is not None and began < period.year_before().until
    return (
        _sheet(tx, unit, period, "B3", "Chủ đề", Division.SUBJECT, _subject, existed=existed),
        _sheet(
            tx,
            unit,
            period,
            "B3 địa bàn",
            "Địa bàn",
            Division.AREA,
            lambda code: units.area_name(tx, code) if code else "Chưa rõ địa bàn",
            existed=existed,
        ),
        _sheet(
            tx,
            unit,
            period,
            "B3 kênh",
            "Kênh",
            Division.CHANNEL,
            lambda channel: _CHANNELS.get(channel, channel or ""),
            existed=existed,
        ),
    )


def _sheet(
    tx: Tx,
    unit: Unit,
    period: Period,
    code: str,
    row_title: str,
    division: Division,
    label: Callable[[str | None], str],
    *,
    existed: bool,
) -> Sheet:
    before = period.year_before()
    now_by, before_by = (
        tip_figures.of_period(tx, unit.id, each.since, each.until, division)
        for each in (period, before)
    )
    now_all, before_all = (
        tip_figures.of_period(tx, unit.id, each.since, each.until, Division.NOTHING)
        for each in (period, before)
    )
    keys = sorted(now_by.keys() | before_by.keys(), key=lambda key: (key is None, label(key)))
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
    )


def _subject(subject: str | None) -> str:
    return Subject(subject).vi if subject is not None else "Chưa phân loại"


def _cells(found: Mapping[str | None, TipFigures], key: str | None) -> Mapping[str, Cell]:
    figures = found.get(key) or TipFigures(by_outcome={})
    return {
        "at_start": figures.at_start,
        "new": figures.new,
        "urgent": figures.urgent,
        "public": figures.public,
        "reopened": figures.reopened,
        "closed": figures.closed,
        **{outcome.value: figures.by_outcome.get(outcome, 0) for outcome in TipOutcome},
        "at_end": figures.at_end,
        "hours_to_look": _known(figures.hours_to_look),
        "days_to_close": _known(figures.days_to_close),
    }


def _known(number: float | None) -> Cell:
    return number if number is not None else NotKnown()
