"""Breaking text into lines and finding the largest size at which it fits."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Measure = Callable[[str, float], float]
"""Returns how wide a text is at a size, in the same unit as the box."""

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


def sentences(text: str) -> list[str]:
    """Return a text's sentences, so that each can stand as a paragraph of its own."""
    return [part.strip() for line in text.split("\n") for part in _SENTENCE.split(line) if part]


def lines(text: str, size: float, width: float, measure: Measure) -> tuple[str, ...]:
    """Break a paragraph into lines no wider than `width`, about equally long.

    A word too wide for a line is cut.
    """
    whole = _KEPT_TOGETHER.sub("\u00a0", text)
    broken = _broken(whole, size, width, measure)
    if len(broken) == 1:
        return tuple(broken)
    low, high = width / 2, width
    while high - low > width / 100:
        middle = (low + high) / 2
        if len(_broken(whole, size, middle, measure)) > len(broken):
            low = middle
        else:
            high = middle
    return tuple(_broken(whole, size, high, measure))


def fitted(
    paragraphs: Sequence[str],
    box: tuple[float, float],
    sizes: tuple[float, float],
    measure: Measure,
    *,
    leading: float = 1.35,
    between: float = 0.45,
) -> Set:
    """Set paragraphs in a box as large as they go, between two sizes.

    `leading` is the distance of lines and `between` the extra one of paragraphs, both in sizes.

    Raises: TooLong when there is no room at the smallest size.
    """
    width, height = box
    smallest, largest = sizes
    step = (largest - smallest) / 40 or 1
    size = largest
    while True:
        found = _set(paragraphs, size, width, measure, leading, between)
        if found.height <= height:
            return found
        if size <= smallest:
            raise TooLong
        size = max(smallest, size - step)


def _set(
    paragraphs: Sequence[str],
    size: float,
    width: float,
    measure: Measure,
    leading: float,
    between: float,
) -> Set:
    broken = tuple(lines(one, size, width, measure) for one in paragraphs)
    count = sum(len(one) for one in broken)
    height = size * (leading * count + between * max(0, len(broken) - 1))
    return Set(size, broken, height)


def _broken(text: str, size: float, width: float, measure: Measure) -> list[str]:
    found: list[str] = []
    line = ""
    for piece in _PIECE.findall(text):
        if not line or measure((line + piece).rstrip(), size) <= width:
            line += piece
        else:
            found.append(line.rstrip())
            line = piece
        while measure(line.rstrip(), size) > width and len(line.rstrip()) > 1:
            cut = _letters_within(line, size, width, measure)
            found.append(line[:cut])
            line = line[cut:]
    return [*found, line.rstrip()] if line.strip() or not found else found


def _letters_within(line: str, size: float, width: float, measure: Measure) -> int:
    for count in range(len(line) - 1, 1, -1):
        if measure(line[:count], size) <= width:
            return count
    return 1
