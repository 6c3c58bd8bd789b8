"""Breaking text into lines and finding the largest size at which it fits."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from unicodedata import east_asian_width

from domain.leaflet import Format

Measure = Callable[[str], float]
"""Returns how wide a text is at size 1, in the unit of the box; width grows with size."""

MOST = MappingProxyType({Format.SHEET: 1200, Format.CARD: 620})
"""How much text there is room for whatever it says; a Chinese character counts twice."""
MOST_TITLE = 110

_HAN = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
_NOT_FIRST = "，。；：！？、）》】”’…"
_NOT_LAST = "（《【“‘"
# What stays together on a line: a run of Latin letters and digits, or one Chinese character with
# the marks that may not begin or end a line.
_PIECE = re.compile(
    rf"[{_NOT_LAST}]*(?:[^ {_HAN}]+|[{_HAN}])[{_NOT_FIRST}]* ?|[{_NOT_FIRST}{_NOT_LAST}]+ ?"
)
_KEPT_TOGETHER = re.compile(r"(?<=\d) (?=(?:[-–] )?\d|triệu|tháng\b|tuổi\b|%)|(?<=[-–]) (?=\d)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])|(?<=[。！？])")


class TooLong(ValueError):
    """A text has no room even in the smallest letters that can be read."""


@dataclass(frozen=True, slots=True)
class Set:
    """A text set in lines: one list for each paragraph."""

    size: float
    paragraphs: tuple[tuple[str, ...], ...]
    height: float


def length(text: str) -> int:
    """Return how much room a text takes, in letters."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def sentences(text: str) -> list[str]:
    """Return a text's sentences, so that each can stand as a paragraph of its own."""
    return [part.strip() for line in text.split("\n") for part in _SENTENCE.split(line) if part]


def lines(text: str, size: float, width: float, measure: Measure) -> tuple[str, ...]:
    """Break a paragraph into lines no wider than `width`, about equally long.

    A word too wide for a line is cut.
    """
    return _balanced(_pieces(text, measure), width / size, measure)


def fitted(
    paragraphs: Sequence[str],
    box: tuple[float, float],
    sizes: tuple[float, float],
    measure: Measure,
    *,
    leading: float = 1.35,
) -> Set:
    """Set paragraphs in a box as large as they go, between two sizes.

    `leading` is the distance of lines, in sizes.

    Raises: TooLong when there is no room at the smallest size.
    """
    width, height = box
    smallest, largest = sizes
    step = (largest - smallest) / 40 or 1
    size = largest
    cut = [_pieces(one, measure) for one in paragraphs]
    while (
        _height([len(_broken(one, width / size, measure)) for one in cut], size, leading) > height
    ):
        if size <= smallest:
            raise TooLong
        size = max(smallest, size - step)
    broken = tuple(_balanced(one, width / size, measure) for one in cut)
    return Set(size, broken, _height([len(one) for one in broken], size, leading))


def body(
    text: str,
    box: tuple[float, float],
    sizes: tuple[float, float],
    measure: Measure,
    *,
    leading: float,
) -> Set:
    """Set a text with each sentence on lines of its own, or all in one where that takes less room.

    Raises: TooLong.
    """
    parts = sentences(text)
    try:
        return fitted(parts, box, sizes, measure, leading=leading)
    except TooLong:
        return fitted([" ".join(parts)], box, sizes, measure, leading=leading)


BETWEEN = 0.45
"""The extra distance of paragraphs, in sizes."""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    width: float


def _pieces(text: str, measure: Measure) -> list[_Piece]:
    found = _PIECE.findall(_KEPT_TOGETHER.sub("\u00a0", text))
    return [_Piece(piece, measure(piece)) for piece in found]


def _height(counts: Sequence[int], size: float, leading: float) -> float:
    return size * (leading * sum(counts) + BETWEEN * max(0, len(counts) - 1))


def _balanced(pieces: Sequence[_Piece], width: float, measure: Measure) -> tuple[str, ...]:
    broken = _broken(pieces, width, measure)
    low, high = width / 2, width
    while len(broken) > 1 and high - low > width / 100:
        middle = (low + high) / 2
        if len(_broken(pieces, middle, measure)) > len(broken):
            low = middle
        else:
            high = middle
    return tuple(_broken(pieces, high, measure))


def _broken(pieces: Sequence[_Piece], width: float, measure: Measure) -> list[str]:
    space = measure(" ")
    found: list[str] = []
    line, filled = "", 0.0
    for piece in pieces:
        seen = piece.width - (space if piece.text.endswith(" ") else 0)
        if line and filled + seen > width:
            found.append(line.rstrip())
            line, filled = "", 0.0
        line, filled = line + piece.text, filled + piece.width
        while seen > width and line == piece.text and len(line.rstrip()) > 1:
            cut = _letters_within(line, width, measure)
            found.append(line[:cut])
            line = line[cut:]
            piece = _Piece(line, measure(line))  # noqa: PLW2901 - what is left of it
            seen, filled = measure(line.rstrip()), piece.width
    return [*found, line.rstrip()] if line.strip() or not found else found


def _letters_within(line: str, width: float, measure: Measure) -> int:
    for count in range(len(line) - 1, 1, -1):
        if measure(line[:count]) <= width:
            return count
    return 1
