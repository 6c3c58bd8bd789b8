"""Table B1 of the report form: whom broadcasts reached, by subject; posts on lines of their own."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from domain.period import Period
from domain.subject import Subject
from reports.sheet import Cell, Column, NotKnown, Row, Share, Sheet
from storage.campaigns import period_figures
from storage.campaigns.broadcast_figures import Broadcast
from storage.campaigns.period_figures import Brought, Posted
from storage.database import Tx
from storage.deliveries import counters
from storage.people import subscriptions
from storage.people.subscriptions import Subscriptions
from storage.people.units import Unit

_PRIVATE = (
    Column(
        "broadcasts",
        "Đợt tin",
        "Số đợt đã được duyệt và gửi; gửi bù, đính chính, rút lại không tính thêm.",
    ),
    Column("at_start", "Người nhận đăng ký đầu kỳ", "Số người đã đồng ý nhận tin khi kỳ bắt đầu."),
    Column("at_end", "Người nhận đăng ký cuối kỳ", "Đầu kỳ + đăng ký mới − thôi nhận."),
    Column("joined", "Đăng ký mới", "Số lần đồng ý nhận tin trong kỳ của người chưa đăng ký."),
    Column("left", "Thôi nhận", "Số lần dừng nhận tin trong kỳ, kể cả chặn và im lặng sau hỏi."),
    Column("handed", "Đã gửi", "Số tin đã đưa sang nền tảng, mỗi người mỗi đợt một lần."),
    Column(
        "taken",
        "Nền tảng đã nhận",
        "Trong số đã gửi, số tin nền tảng nhận chuyển mà không báo lỗi. Không phải là đã xem.",
    ),
    Column(
        "delivered",
        "Đã nhận (tới máy)",
        "Số tin nền tảng xác nhận đã tới máy. Không kênh nào cho biết thì ghi “không biết”.",
    ),
    Column(
        "seen",
        "Đã xem",
        "Ít nhất là số này: nền tảng xác nhận đã xem; kênh không báo thì không biết.",
    ),
    Column(
        "reached",
        "Lượt tiếp cận",
        "Số cặp (người, đợt tin) đã nhận; nơi không biết thì tính tin nền tảng đã nhận chuyển.",
    ),
    Column(
        "people",
        "Người tiếp cận",
        "Số người khác nhau có ít nhất một tin trong kỳ. Không cộng giữa các chủ đề, kỳ, đơn vị.",
    ),
    Column("seen_rate", "Tỷ lệ xem", "Đã xem trên đã nhận, ở nơi nền tảng cho biết."),
    Column(
        "answered",
        "Có trả lời",
        "Số tin được trả lời hoặc bấm “Đã đọc”, “Báo tin”, “Hỏi”, “Ký cam kết”; mỗi tin một lần.",
    ),
    Column("tips", "Tin báo đến (rõ ràng)", "Tin báo trả lời đúng đợt tin, theo nút hoặc trả lời."),
    Column(
        "tips_assumed",
        "Tin báo đến (suy đoán)",
        "Tin báo đầu tiên trong 48 giờ sau khi nhận tin, không chắc là trả lời đợt đó.",
    ),
)

_POSTS = (
    Column("posts", "Bài đăng", "Số bài nhóm, kênh đã nhận. Không cộng vào lượt tiếp cận."),
    Column(
        "members",
        "Thành viên lúc đăng",
        "Tổng số thành viên các nhóm lúc đăng: mức trên, không phải số người đọc.",
    ),
    Column("acknowledged", "Bấm “Đã đọc”", "Số người bấm, mỗi người mỗi bài một lần."),
    Column("replied", "Trả lời bài", "Số người trả lời, mỗi người mỗi bài một lần."),
    Column("tips", "Tin báo từ bài", "Tin báo viết dưới bài hoặc theo nút dưới bài."),
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a unit's rows tell of one period."""

    private: Mapping[str | None, Broadcast]
    posts: Mapping[str | None, Posted]
    brought: Mapping[str | None, Brought]
    subscriptions: Subscriptions
    amendments: Broadcast
    amending_posts: Posted


def sheets(
    tx: Tx, unit: Unit, period: Period, receipts: Collection[str] | None = None
) -> tuple[Sheet, Sheet]:
    """Return B1 and the table of posts; `receipts` names the channels that tell of delivery.

    Without it they are those that ever told of any.
    """
    if receipts is None:
        receipts = counters.telling(tx)
    now = _known(tx, unit, period, receipts)
    before = _known(tx, unit, period.year_before(), receipts)
    told = bool(receipts)
    began = period_figures.began_at(tx, unit.id)
    existed = began is not None and began < period.year_before().until
    return (
        Sheet(
            "B1",
            "Kết quả tiếp cận bằng tin nhắn riêng",
            "Chủ đề",
            _PRIVATE,
            _rows(
                [*now.private, *before.private, *_privately(now), *_privately(before)],
                lambda subject: _private(now, subject, told=told),
                lambda subject: _private(before, subject, told=told) if existed else {},
                _amended(now, told=told),
                _amended(before, told=told) if existed else {},
            ),
            (
                "Tin đính chính, rút lại đứng riêng, không tính vào đợt tin và lượt tiếp cận.",
                "Lượt tiếp cận là số lần, người tiếp cận là số người; hai số không cộng với nhau.",
                *_put_away(now, before),
                "Một máy dùng chung được tính là một người; người dùng hai kênh có thể trùng.",
            ),
        ),
        Sheet(
            "B1b",
            "Bài đăng trong nhóm và kênh",
            "Chủ đề",
            _POSTS,
            _rows(
                [*now.posts, *before.posts],
                lambda subject: _posted(now, subject),
                lambda subject: _posted(before, subject) if existed else {},
                _posted_cells(now.amending_posts),
                _posted_cells(before.amending_posts) if existed else {},
            ),
            ("Thành viên của nhóm không phải là người đọc. Không cộng dòng nào vào bảng B1.",),
        ),
    )


def _known(tx: Tx, unit: Unit, period: Period, receipts: Collection[str]) -> _Known:
    span = (tx, unit.id, period.since, period.until)
    return _Known(
        {one.subject: one for one in period_figures.broadcasts(*span, receipts)},
        {one.subject: one for one in period_figures.posts(*span)},
        {one.subject: one for one in period_figures.brought(*span)},
        subscriptions.of_period(*span),
        period_figures.amendments(*span, receipts),
        period_figures.amending_posts(*span),
    )


def _privately(known: _Known) -> list[str | None]:
    """Return the subjects of which tips came by private messages."""
    return [subject for subject, came in known.brought.items() if came.explicit or came.assumed]


def _rows(
    subjects: Iterable[str | None],
    now: Callable[[str | None], Mapping[str, Cell]],
    before: Callable[[str | None], Mapping[str, Cell]],
    amended_now: Mapping[str, Cell],
    amended_before: Mapping[str, Cell],
) -> tuple[Row, ...]:
    named = {subject for subject in subjects if subject is not None}
    rows = [
        Row(subject.vi, now(subject), before(subject)) for subject in Subject if subject in named
    ]
    rows.append(Row("Cộng", now(None), before(None), is_total=True))
    amended = Row("Đính chính, rút lại", amended_now, amended_before)
    if any((*amended_now.values(), *amended_before.values())):
        rows.append(amended)
    return tuple(rows)


def _private(known: _Known, subject: str | None, *, told: bool) -> Mapping[str, Cell]:
    sent = known.private.get(subject)
    came = known.brought.get(subject)
    cells: dict[str, Cell] = {
        "broadcasts": sent.broadcasts if sent else 0,
        "handed": sent.handed if sent else 0,
        "taken": sent.taken if sent else 0,
        "delivered": _if_told(sent.delivered if sent else 0, told=told),
        "seen": _if_told(sent.seen if sent else 0, told=told),
        "reached": sent.taken if sent else 0,
        "people": _if_kept(sent.people) if sent else 0,
        "seen_rate": Share(sent.seen, sent.delivered) if sent and told else NotKnown(),
        "answered": sent.answered if sent else 0,
        "tips": came.explicit if came else 0,
        "tips_assumed": came.assumed if came else 0,
    }
    if subject is None:
        # People subscribe to the unit, not to a subject.
        held = known.subscriptions
        cells |= {
            "at_start": held.at_start,
            "at_end": held.at_end,
            "joined": held.joined,
            "left": held.left,
        }
    return cells


def _amended(known: _Known, *, told: bool) -> Mapping[str, Cell]:
    """Return the figures of corrections and withdrawals; they reach nobody anew."""
    sent = known.amendments
    if not sent.handed:
        return {}
    return {
        "broadcasts": sent.broadcasts,
        "handed": sent.handed,
        "taken": sent.taken,
        "delivered": _if_told(sent.delivered, told=told),
        "seen": _if_told(sent.seen, told=told),
        "answered": sent.answered,
    }


def _if_told(number: int, *, told: bool) -> Cell:
    return number if told else NotKnown()


def _put_away(*known: _Known) -> tuple[str, ...]:
    """Say why people are not counted, where they are not."""
    if all(line.people is not None for one in known for line in one.private.values()):
        return ()
    return ("Đợt đã quá hạn lưu từng dòng chỉ còn số của đợt: không còn tính được người tiếp cận.",)


def _if_kept(people: int | None) -> Cell:
    return NotKnown() if people is None else people


def _posted(known: _Known, subject: str | None) -> Mapping[str, Cell]:
    posted = known.posts.get(subject)
    came = known.brought.get(subject)
    nothing = {"posts": 0, "members": 0, "acknowledged": 0, "replied": 0}
    cells = _posted_cells(posted) if posted else nothing
    return {**cells, "tips": came.by_post if came else 0}


def _posted_cells(posted: Posted) -> Mapping[str, Cell]:
    return {
        "posts": posted.posts,
        "members": posted.members,
        "acknowledged": posted.acknowledged,
        "replied": posted.replied,
    }
