"""The result of one run as tables: by village, by language, by the hour, and its posts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from domain.clock import local, show_hour, show_time
from domain.delivery import DeliveryKind, DeliveryState
from domain.language import Language
from domain.period import Period
from domain.place import reading_order
from reports import upward
from reports.sheet import Check, Column, Report, Row, Sheet
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import counters, hours
from storage.deliveries.counters import CounterKey, Line
from storage.people import units

_FUNNEL = (
    Column("targeted", "Định gửi", "Số người có tên trong đợt."),
    Column("taken", "Nền tảng đã nhận", "Nền tảng nhận chuyển, không báo lỗi. Chưa chắc đã xem."),
    Column("unreachable", "Không liên lạc được", "Đã chặn, rời kênh hoặc xóa tài khoản."),
    Column("refused", "Nền tảng từ chối", "Nền tảng không nhận tin này."),
    Column("unsure", "Không rõ", "Không ai biết đã tới hay chưa."),
    Column("skipped", "Không gửi", "Có lý do: đã thôi nhận, quá hạn, đủ số tin trong ngày."),
    Column("pending", "Còn chờ", "Chưa gửi."),
    Column("acknowledged", "Bấm “Đã đọc”", "Mỗi người một lần."),
    Column("replied", "Trả lời", "Mỗi người một lần."),
    Column("tips", "Có tin báo", "Số tin đã gửi mà có ít nhất một tin báo gắn vào."),
    Column("stopped", "Dừng", "Bấm “Dừng” hoặc trả lời chính tin này để dừng."),
)
_STATES = ("taken", "unreachable", "refused", "unsure", "skipped", "pending")
_ANSWERS = ("acknowledged", "replied", "tips", "stopped")
_POSTS = (
    Column("targeted", "Bài định đăng", "Số nhóm, kênh đã chọn."),
    Column("taken", "Bài đã đăng", "Nền tảng đã nhận. Không cộng vào số người."),
    Column("members", "Thành viên lúc đăng", "Mức trên, không phải số người đọc."),
    Column("acknowledged", "Bấm “Đã đọc”", "Số người, mỗi người mỗi bài một lần."),
    Column("replied", "Trả lời bài", "Số người, mỗi người mỗi bài một lần."),
)
_ARTICLES = (
    Column("targeted", "Bài viết định gửi", "Mỗi tài khoản một bài."),
    Column("taken", "Bài viết đã gửi", "Nền tảng đã nhận. Không ai biết bao nhiêu người xem."),
    Column("refused", "Nền tảng từ chối", "Hết lượt gửi bài, hoặc tài khoản không có quyền."),
    Column("unsure", "Không rõ", "Không ai biết đã đăng, đã gửi hay chưa."),
    Column("skipped", "Không gửi", "Quá hạn hoặc đã hủy."),
)
_HOURS = (Column("taken", "Nền tảng đã nhận", "Theo giờ gửi đi lần cuối; giờ không có thì bỏ."),)
_LANGUAGES = {
    Language.VI.value: "tiếng Việt",
    Language.EN.value: "tiếng Anh",
    Language.ZH.value: "tiếng Trung",
}


def of_run(tx: Tx, run: Run) -> Report:
    """Return a run's result, as it stays inside; `reports.upward` makes of it what is sent up.

    Of a run for some part alone small figures are hidden inside, too.
    """
    unit = units.get_unit(tx, run.unit_id)
    lines = counters.of_run(tx, run.id)
    private = [line for line in lines if line.key.kind == DeliveryKind.CAMPAIGN.value]
    posts = [line for line in lines if line.key.kind == DeliveryKind.POST.value]
    by_hour = hours.taken(tx, run.id)

    def area(key: CounterKey) -> str:
        return units.area_name(tx, key.area_code)

    def language(key: CounterKey) -> str:
        return _LANGUAGES.get(key.language, key.language)

    sheets = [
        _funnel("Địa bàn", private, area),
        _funnel("Ngôn ngữ", private, language),
        _by_hour(by_hour, sum(_taken(line) for line in private)),
    ]
    if posts:
        sheets.append(_table("Bài đăng", "Bài đăng trong nhóm và kênh", _POSTS, posts, area))
    pages = [line for line in lines if line.key.kind == DeliveryKind.ARTICLE.value]
    if pages:
        name = "Bài viết công khai của tài khoản, không cộng vào đâu"
        sheets.append(_table("Bài viết", name, _ARTICLES, pages, area))
    ended = tx.now if run.finished_at is None else run.finished_at
    period = Period(local(run.due_at).date(), max(local(run.due_at), local(ended)).date())
    report = Report(
        unit=unit.name["vi"],
        period=period,
        before=period.year_before(),
        provisional_until=None if run.state.is_over else show_time(tx.now),
        sheets=tuple(sheets),
        run=f"Kết quả đợt {run.code}, gửi từ {show_time(run.due_at)}.",
    )
    return upward.covered(report) if run.audience.parts else report


def _funnel(title: str, lines: Iterable[Line], label: Callable[[CounterKey], str]) -> Sheet:
    return _table(
        title,
        f"Tin nhắn riêng theo {title.lower()}",
        _FUNNEL,
        list(lines),
        label,
        sums=(("targeted", *_STATES),),
        parts=tuple((key, "taken") for key in _ANSWERS),
        tells_of_people=True,
    )


def _table(
    code: str,
    title: str,
    columns: tuple[Column, ...],
    lines: list[Line],
    label: Callable[[CounterKey], str],
    *,
    sums: tuple[tuple[str, ...], ...] = (),
    parts: tuple[tuple[str, str], ...] = (),
    tells_of_people: bool = False,
) -> Sheet:
    found: dict[str, Counter[str]] = {}
    for line in lines:
        found.setdefault(label(line.key), Counter()).update({**line.counts, "taken": _taken(line)})
    total: Counter[str] = Counter()
    for counts in found.values():
        total.update(counts)
    keys = [column.key for column in columns]

    def cells(counts: Mapping[str, int]) -> dict[str, int]:
        return {key: counts.get(key, 0) for key in keys}

    rows = [Row(name, cells(found[name]), {}) for name in sorted(found, key=reading_order)]
    checks: tuple[Check, ...] = ()
    if sums:
        holds = all(
            counts["targeted"] == sum(counts[key] for key in _STATES)
            for counts in chain(found.values(), (total,))
        )
        said = "khớp." if holds else "KHÔNG KHỚP, xin báo người quản trị."
        checks = (Check(f"Kiểm: định gửi {total['targeted']} = cộng các kết cục: {said}", holds),)
    return Sheet(
        code,
        title,
        code if code not in ("Bài đăng", "Bài viết") else "Địa bàn",
        columns,
        (*rows, Row("Cộng", cells(total), {}, is_total=True)),
        checks=checks,
        sums=sums,
        parts=parts,
        tells_of_people=tells_of_people,
        has_before=False,
    )


def _by_hour(by_hour: Sequence[tuple[datetime, int]], taken: int) -> Sheet:
    rows = [Row(show_hour(at), {"taken": number}, {}) for at, number in by_hour]
    summed = sum(number for _, number in by_hour)
    said = "khớp." if summed == taken else "KHÔNG KHỚP, xin báo người quản trị."
    return Sheet(
        "Giờ",
        "Nền tảng nhận chuyển theo giờ",
        "Giờ",
        _HOURS,
        (*rows, Row("Cộng", {"taken": summed}, {}, is_total=True)),
        checks=(Check(f"Kiểm: theo giờ {summed} = theo địa bàn {taken}: {said}", summed == taken),),
        tells_of_people=True,
        has_before=False,
    )


def _taken(line: Line) -> int:
    return line.counts[DeliveryState.ACCEPTED.value] + line.counts[DeliveryState.DELIVERED.value]
