"""Vietnamese text as it is read out: numbers, times, dates and phone numbers in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu", "tỷ", "nghìn tỷ")
_LARGEST = 10 ** (3 * len(_GROUPS)) - 1

_SYLLABLES_A_MINUTE = 160
"""How fast a village loudspeaker is read: slower than talk, for it echoes."""
_PAUSE_S = 0.5
"""Between two sentences."""


def number(value: int) -> str:
    """Return a whole number in words: 2025 is `hai nghìn không trăm hai mươi lăm`.

    Raises: ValueError when it is negative or has more than fifteen digits.
    """
    if not 0 <= value <= _LARGEST:
        message = "a number to be read out has at most fifteen digits"
        raise ValueError(message)
    if value == 0:
        return _DIGITS[0]
    groups = []
    rest = value
    while rest:
        rest, group = divmod(rest, 1000)
        groups.append(group)
    words = []
    for place in range(len(groups) - 1, -1, -1):
        if groups[place]:
            first = place == len(groups) - 1
            words += [*_hundreds(groups[place], first=first), _GROUPS[place]]
    return " ".join(word for word in words if word)


def digits(text: str) -> str:
    """Return the digits of a text one by one, with a short rest between its groups."""
    parts = re.findall(r"\d+", text)
    return ", ".join(" ".join(_DIGITS[int(digit)] for digit in part) for part in parts)


def read_out(text: str) -> str:
    """Return a text with everything written in digits put into words."""
    for pattern, reading in _RULES:
        text = pattern.sub(reading, text)
    return re.sub(r" {2,}", " ", text)


@dataclass(frozen=True, slots=True)
class Script:
    """What is read over the loudspeakers: one sentence a line, and how long that takes."""

    lines: tuple[str, ...]
    seconds: int


def script(text: str) -> Script:
    """Make a script of a text: sentences for the ear."""
    said = read_out(" ".join(text.split()))
    lines = tuple(re.split(r"(?<=[.!?])\s+(?=\w)", said))
    syllables = len(re.findall(r"\w+", said))
    pauses = _PAUSE_S * (len(lines) - 1)
    return Script(lines, max(1, round(syllables * 60 / _SYLLABLES_A_MINUTE + pauses)))


def _hundreds(group: int, *, first: bool) -> list[str]:
    """Return up to three digits in words; but for the first group the hundreds are always said."""
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    words = [] if first and not hundreds else [_DIGITS[hundreds], "trăm"]
    if tens > 1:
        words += [_DIGITS[tens], "mươi"]
    elif tens:
        words.append("mười")
    elif ones and words:
        words.append("linh")
    if ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 5 and tens:
        words.append("lăm")
    elif ones:
        words.append(_DIGITS[ones])
    return words


def _whole(text: str) -> str:
    """Return a number as it is read: digit by digit where it is no amount."""
    plain = text.replace(".", "")
    if len(plain) > 15 or (len(plain) > 1 and plain.startswith("0")):
        return digits(plain)
    return number(int(plain))


def _clock(found: re.Match[str]) -> str:
    minutes = int(found[2] or 0)
    after = f" {number(minutes)} phút" if minutes else ""
    return f"{number(int(found[1]))} giờ{after}"


def _date(found: re.Match[str]) -> str:
    led = found[1] or ""
    day, month = int(found[2]), int(found[3])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return f"{led}{number(day)} trên {number(month)}"
    year = f" năm {number(int(found[4]))}" if found[4] else ""
    return f"{led or 'ngày '}{number(day)} tháng {number(month)}{year}"


def _of_year(found: re.Match[str]) -> str:
    return f"{_whole(found[1])} năm {number(int(found[2]))}"


def _range(found: re.Match[str]) -> str:
    return f"{found[1]} đến {found[2]}"


def _decimal(found: re.Match[str]) -> str:
    after = found[2]
    said = digits(after) if after.startswith("0") else _whole(after)
    return f"{_whole(found[1])} phẩy {said}"


def _among_letters(found: re.Match[str]) -> str:
    """Put what is left into words, apart from letters that it stands beside (QL1A)."""
    text = found.string
    before = " " if found.start() and text[found.start() - 1].isalpha() else ""
    after = " " if found.end() < len(text) and text[found.end()].isalpha() else ""
    return f"{before}{_whole(found[0])}{after}"


_UNITS: Mapping[str, str] = MappingProxyType(
    {"km": "ki-lô-mét", "kg": "ki-lô-gam", "m": "mét", "cm³": "phân khối", "đ": "đồng"}
)


def _unit(found: re.Match[str]) -> str:
    return f"{found[1]} {_UNITS[found[2]]}"


_Reading = Callable[[re.Match[str]], str]
_RULES: tuple[tuple[re.Pattern[str], _Reading], ...] = (
    (re.compile(r"\b24/7\b"), lambda _found: "cả ngày lẫn đêm"),
    (re.compile(r"\bNĐ(?:-CP)?\b"), lambda _found: "Nghị định"),
    (re.compile(r"\b(?:TP\.?|Tp\.)\s*(?=[A-ZĐ])"), lambda _found: "thành phố "),
    # Phone numbers before all else that has digits and dots.
    (
        re.compile(
            r"(?<![\d/.,])(?:\+84|0)(?:[ .-]?\d){8,10}(?![\d/])|\b1[89]00(?:[ .-]?\d){4,6}\b"
        ),
        lambda found: digits(found[0].replace("+84", "0")),
    ),
    (re.compile(r"(?<![\d/.,-])11[1-5](?![\d/]|[.,]\d)"), lambda found: digits(found[0])),
    (re.compile(r"(?<!\d)(\d{1,2})[hHg](\d{2})?(?![\w])"), _clock),
    (re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])"), _clock),
    (
        re.compile(r"(ngày )?(?<![\d/])(\d{1,2})/(\d{1,2})(?:/(\d{4}))?(?![\d/])", re.IGNORECASE),
        _date,
    ),
    (re.compile(r"(?<![\d/])(\d{1,4})/((?:19|20)\d{2})(?!\d)"), _of_year),
    (re.compile(r"(\d)\s*[-–]\s*(?=\d)()"), _range),
    (re.compile(r"(\d+(?:[.,]\d+)*)\s*(km|kg|cm³|đ|m)\b"), _unit),
    (re.compile(r"(\d)\s*%"), lambda found: f"{found[1]} phần trăm"),
    (re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+|\d+),(\d+)(?![\d,])"), _decimal),
    (re.compile(r"\d{1,3}(?:\.\d{3})+(?!\d)|\d+"), _among_letters),
)
"""In this order: each leaves nothing in digits of what it has read."""
