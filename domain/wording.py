"""Whether words that a person typed into a text can be seen, and are more than a blank to fill."""

import re
import unicodedata
from enum import StrEnum

from domain.library import PLACEHOLDERS
from domain.toneless import fold

LONGEST_VALUE = 300


class ValueFault(StrEnum):
    """Why something typed cannot stand in the place of a placeholder."""

    TOO_LONG = "too_long"
    HIDDEN = "hidden"
    """It holds signs that nobody sees, or that turn the order of others."""
    EMPTY = "empty"
    """There is no letter and no digit in it."""
    BLANK = "blank"
    """It looks like a place that is still to be filled in."""


_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
"""Default-ignorable or blank in spite of their category (Unicode, DerivedCoreProperties)."""
_VARIANTS = range(0xE0100, 0xE01F0)
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
"""They hold the parts of an emoji together, and are allowed just behind one."""

_BRACKETED = re.compile(r"\[[^\]]*\]|\{[^}]*\}|<[^>]*>|【[^】]*】|〔[^〕]*〕")
_BLANKS = re.compile(
    r"_{2,}|[.…]{2,}\s*/|/\s*[.…]{2,}|\.{4,}|…{2,}|-{3,}|\b(?:xx+/xx+|x{3,})\b", re.I
)
_SAME_LETTER = re.compile(r"([^\W\d_i])\1{2,}", re.I)
_FILLERS = frozenset(
    {"abc", "asdf", "dien vao", "dien vao day", "fill in", "null", "placeholder", "tba", "tbd"}
    | {"test", "todo", "undefined", "x", "xx"}
)


def unseen(text: str) -> bool:
    """Tell whether a text holds anything invisible, or that changes how the rest is shown."""
    before = ""
    for letter in text:
        if letter in _JOINERS:
            if before not in _JOINERS and unicodedata.category(before or " ") not in {"So", "Sk"}:
                return True
        elif (
            letter in _UNSEEN
            or ord(letter) in _VARIANTS
            or unicodedata.category(letter) in _UNSEEN_CATEGORIES
        ):
            return True
        before = letter
    return False


def visible(text: str) -> str:
    """Return a text without what nobody sees, its white space collapsed."""
    return " ".join(
        "".join(
            letter
            for letter in " ".join(unicodedata.normalize("NFC", text).split())
            if letter in _JOINERS or not unseen(letter)
        ).split()
    )


def tidy(text: str) -> str:
    """Return a text of several lines without what nobody sees, its white space set in order.

    At most one empty line stands between two others.
    """
    lines = (_seen(line) for line in unicodedata.normalize("NFC", text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _seen(line: str) -> str:
    kept: list[str] = []
    for letter in " ".join(line.split()):
        before = kept[-1] if kept else " "
        holds = before in _JOINERS or unicodedata.category(before) in {"So", "Sk"}
        if holds if letter in _JOINERS else not unseen(letter):
            kept.append(letter)
    return " ".join("".join(kept).split())


def blanks(line: str) -> tuple[str, ...]:
    """Return what in a line looks like a place that is still to be filled in."""
    return tuple(found[0] for form in (_BRACKETED, _BLANKS) for found in form.finditer(line))


def says_something(text: str) -> bool:
    """Tell whether a text has a letter or a digit that can be seen."""
    return any(unicodedata.category(letter)[0] in "LN" and not unseen(letter) for letter in text)


def has_words(text: str) -> bool:
    """Tell whether a text has at least one word: two letters, or one character of Chinese."""
    letters = [
        letter
        for letter in text
        if unicodedata.category(letter).startswith("L") and not unseen(letter)
    ]
    return len(letters) > 1 or any(unicodedata.category(letter) == "Lo" for letter in letters)


def value_fault(text: str) -> ValueFault | None:
    """Return why a text cannot fill a placeholder of a broadcast; None when it can."""
    if len(text) > LONGEST_VALUE:
        return ValueFault.TOO_LONG
    compatible = unicodedata.normalize("NFKC", text)
    if not says_something(text):
        return ValueFault.EMPTY
    if unseen(text):
        return ValueFault.HIDDEN
    # As written and as it looks: full-width brackets become plain ones, an ellipsis three dots.
    for form in (text, compatible):
        if _BRACKETED.search(form) or _BLANKS.search(form):
            return ValueFault.BLANK
    if _is_filler(compatible):
        return ValueFault.BLANK
    return None


def _is_filler(text: str) -> bool:
    folded = fold(text)
    labels = {fold(words) for words in PLACEHOLDERS.values()} | set(PLACEHOLDERS)
    return folded in labels or folded in _FILLERS or _SAME_LETTER.fullmatch(folded) is not None
