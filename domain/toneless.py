"""Vietnamese letters without their tones and marks, for look-ups and commands.

People type with tones, without, or half of them, and phones differ in where they put the mark
(hòa, hoà) and in how they encode it (one code point or several). `fold` makes all of these alike;
`tone_key` keeps the tones but forgets where they were put.
"""

import re
import unicodedata

from domain.invisible import without_invisible

_MARKS = "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323"
"""Grave, acute, circumflex, tilde, breve, hook above, horn, dot below."""
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_BASES = "aeiouyAEIOUY"


def _plain_letters() -> dict[int, str]:
    table = {ord("đ"): "d", ord("Đ"): "D"}
    for point in range(0xC0, 0x1F00):
        letters = unicodedata.normalize("NFD", chr(point))
        marks = letters[1:]
        if letters[0] in _BASES and marks and all(mark in _MARKS for mark in marks):
            table[point] = letters[0]
    return table


_PLAIN = _plain_letters()
_STRAY = re.compile(f"[{_MARKS}]")
_SPACES = re.compile(r"\s+")


def toneless(text: str) -> str:
    """Return the text in NFC with Vietnamese tones and marks removed (đ becomes d, ơ becomes o).

    One NFC letter stays one letter. Letters of other scripts, and marks that Vietnamese does not
    have (ç, ü), are kept.
    """
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN)
    if not _STRAY.search(plain) and unicodedata.is_normalized("NFC", plain):
        return plain
    return _without_stray_marks(plain)


def _without_stray_marks(text: str) -> str:
    """Drop Vietnamese marks that do not fit into one code point with their vowel (o + ¨ + ´)."""
    kept: list[str] = []
    base = " "
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char) == 0:
            base = char
        elif base in _BASES and char in _MARKS:
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def fold(text: str) -> str:
    """Return the form in which commands and names are compared.

    Toneless, case-folded, full-width letters made normal (NFKC), invisible characters removed,
    white space collapsed, punctuation trimmed at both ends: `" Dừng  nhận! "` is `"dung nhan"`.
    """
    if not text.isascii():
        text = _compatible(text)
    text = _SPACES.sub(" ", text.casefold()).strip()
    start, end = 0, len(text)
    while start < end and _is_edge(text[start]):
        start += 1
    while end > start and _is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _compatible(text: str) -> str:
    """Case-fold, normalise and strip until nothing changes; one or two rounds in practice."""
    for _ in range(5):
        before = text
        text = unicodedata.normalize("NFKC", text).casefold()
        text = toneless(without_invisible(text))
        if text == before:
            break
    return text


def _is_edge(char: str) -> bool:
    return char.isspace() or unicodedata.category(char).startswith("P")


def tone_key(word: str) -> str:
    """Return one case-folded word with its tones moved to the end, so that hòa equals hoà.

    Marks that make another vowel (â, ơ, đ) stay; a word without tones is returned case-folded.
    """
    if word.isascii():
        return word.casefold()
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFD", word.casefold()):
        (tones if char in _TONES else letters).append(char)
    return unicodedata.normalize("NFC", "".join(letters)) + "".join(sorted(tones))


def slug(text: str) -> str:
    """Return lower-case ASCII words joined by hyphens: `Đông Kinh` is `dong-kinh`."""
    return "-".join(re.findall(r"[a-z0-9]+", toneless(text).casefold()))
