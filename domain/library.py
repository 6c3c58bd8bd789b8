"""The product's own texts: templates in three languages, their seasons, and filling them in."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.language import Language
from domain.pledge import Pledge
from domain.subject import Subject
from domain.toneless import fold

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}|[{}]")
_LUNAR_YEAR_AT_LEAST = timedelta(days=353)

PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "don_vi": "tên đơn vị",
        "sdt_truc": "điện thoại trực ban",
        "ma_tin": "mã tin báo hoặc mã yêu cầu",
        "ten_dieu_hanh": "bên chịu trách nhiệm dữ liệu",
        "han_luu": "thời hạn lưu",
        "thoi_gian": "giờ nhận yêu cầu",
        "ket_qua": "kết quả ngắn gọn",
        "ma_ban_tin": "mã bản tin",
        "tieu_de": "tiêu đề bản tin",
        "ngay_gui": "ngày gửi",
        "noi_dung_dung": "nội dung đúng",
        "ly_do": "lý do",
        "ngay_gio": "ngày giờ họp",
        "dia_diem": "địa điểm",
        "thang": "tháng",
        "so_tin": "số tin nhận được",
        "so_tin_gia_tri": "số tin có giá trị",
        "so_vu": "số vụ việc",
        "tai_san": "tài sản thu hồi",
        "khu_vuc": "khu vực",
        "thu_doan": "thủ đoạn",
        "dau_hieu": "dấu hiệu nhận biết",
        "noi_thay_cuoi": "nơi thấy lần cuối",
        "gio_thay_cuoi": "giờ thấy lần cuối",
        "tinh_hinh": "tình hình",
        "hieu_luc": "hiệu lực đến",
    }
)
"""Every placeholder the product knows, with its Vietnamese name for forms."""

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "noi_dung_dung": "họp lúc 19h30, không phải 18h30",
        "ly_do": "ghi sai giờ họp",
        "ngay_gio": "19h30 thứ Bảy, 28/11",
        "dia_diem": "nhà văn hóa khu phố Ví Dụ 2",
        "thang": "11/2026",
        "so_tin": "12",
        "so_tin_gia_tri": "5",
        "so_vu": "2",
        "tai_san": "2 xe máy",
        "khu_vuc": "khu phố Ví Dụ 2",
        "thu_doan": "giả danh điện lực, đòi chuyển tiền qua điện thoại",
        "dau_hieu": "đi xe máy đỏ, đội mũ đen",
        "noi_thay_cuoi": "cổng chợ Ví Dụ",
        "gio_thay_cuoi": "17h30 ngày 24/11",
        "tinh_hinh": "nước suối đang dâng nhanh, ngầm Ví Dụ đã ngập",
        "hieu_luc": "hết ngày 26/11",
    }
)
"""What an officer might type for each placeholder that is left to them."""


class TextFault(ValueError):
    """The text cannot be sent as it is."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"{inspect.cleandoc(type(self).__doc__ or '')} ({detail})")


class MissingPlaceholder(TextFault):
    """Some placeholders of the text have no value."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


class StrayBrace(TextFault):
    """The text has a brace that does not belong to a placeholder."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"at character {position + 1}")


def _spans(text: str) -> Iterator[re.Match[str]]:
    for found in _PLACEHOLDER.finditer(text):
        if found[1] is None:
            raise StrayBrace(found.start())
        yield found


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names in the text, each once, in order of first appearance.

    Raises StrayBrace for any brace that is not part of `{lower_case_name}`.
    """
    return tuple(dict.fromkeys(found[1] for found in _spans(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its placeholders replaced; values are inserted literally, once.

    Values that the text does not use are ignored. Raises MissingPlaceholder when a value is absent
    or blank, StrayBrace for any other brace in the text; braces inside a value are just letters.
    """
    missing = [name for name in placeholders(text) if not values.get(name, "").strip()]
    if missing:
        raise MissingPlaceholder(missing)
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


@dataclass(frozen=True, slots=True)
class Season:
    """A time of the year in which a text is offered.

    `solar` is a first and a last (month, day), both included, possibly over New Year.
    `windows` are dates from a lunar table, first and last day included, in order.
    Neither: all year.
    """

    id: str
    vi: str
    solar: tuple[tuple[int, int], tuple[int, int]] | None = None
    windows: tuple[tuple[date, date], ...] = ()

    def covers(self, day: date) -> bool | None:
        """Tell whether a local day lies in the season; None where the lunar table has no answer."""
        if self.solar is not None:
            first, last = self.solar
            at = (day.month, day.day)
            return first <= at <= last if first <= last else at >= first or at <= last
        if not self.windows:
            return True
        if any(first <= day <= last for first, last in self.windows):
            return True
        # The season comes back after a lunar year at the soonest, so its neighbourhood is known.
        since = self.windows[0][1] - _LUNAR_YEAR_AT_LEAST
        until = self.windows[-1][0] + _LUNAR_YEAR_AT_LEAST
        return False if since < day < until else None


class TemplateKind(StrEnum):
    """Who starts a text: an officer (broadcast) or the service itself (system)."""

    BROADCAST = "broadcast"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a template. `short_vi` and `loudspeaker_vi` belong to broadcasts only."""

    title: str
    bodies: Mapping[Language, str]
    short_vi: str | None = None
    loudspeaker_vi: str | None = None

    def variants(self) -> Iterator[str]:
        """Yield every wording, the title first."""
        yield self.title
        yield from self.bodies.values()
        yield from (text for text in (self.short_vi, self.loudspeaker_vi) if text is not None)


@dataclass(frozen=True, slots=True)
class Template:
    """A ready text. `subject` is None for system texts.

    With `verify`, an officer checks `verify_note` against the law in force and signs off before
    the first sending. `pledge` has the exact words that a resident signs; the bodies begin with
    them.
    """

    id: str
    kind: TemplateKind
    subject: Subject | None
    text: Text
    seasons: tuple[str, ...]
    tags: tuple[str, ...] = ()
    verify: bool = False
    verify_note: str | None = None
    pledge: Pledge | None = None

    def placeholders(self) -> tuple[str, ...]:
        """Return every placeholder of every wording, so that a form can ask for them."""
        names = (name for text in self.text.variants() for name in placeholders(text))
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True, repr=False)
class Library:
    """The shipped texts, in the order of the file."""

    templates: Mapping[str, Template]
    seasons: Mapping[str, Season]

    def get(self, template_id: str) -> Template:
        """Return one template. Raises KeyError when there is none."""
        return self.templates[template_id]

    def system(self, template_id: str, language: Language) -> str:
        """Return the body of a system text, unfilled. Raises KeyError when there is none."""
        return self.templates[template_id].text.bodies[language]

    def broadcasts(
        self, subject: Subject | None = None, season: str | None = None
    ) -> tuple[Template, ...]:
        """Return the broadcasts, narrowed to a subject and a season where given."""
        return tuple(
            template
            for template in self.templates.values()
            if template.kind is TemplateKind.BROADCAST
            and (subject is None or template.subject is subject)
            and (season is None or season in template.seasons)
        )

    def find(self, typed: str) -> tuple[Template, ...]:
        """Return the broadcasts that have every word typed, with tones or without.

        Those that have them in their title or tags come first.
        """
        words = fold(typed).split()
        if not words:
            return ()
        first, rest = [], []
        for template in self.broadcasts():
            named = fold(" ".join((template.text.title, *template.tags)).replace("-", " "))
            said = fold(" ".join(template.text.variants()))
            if all(word in f"{named} {template.id}" for word in words):
                first.append(template)
            elif all(word in said for word in words):
                rest.append(template)
        return (*first, *rest)
