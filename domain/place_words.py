"""How a typed name of a place is taken apart: kinds, abbreviations, words, slips of the pen."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from domain.place import Kind
from domain.toneless import tone_key, toneless

_SPELLINGS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.PROVINCE: "tinh",
        Kind.CITY: "thanh pho, tp, thi xa, tx",  # Lạng Sơn was a thị xã until 2002
        Kind.DISTRICT: "huyen, h",
        Kind.WARD: "phuong, p, ph, f",
        Kind.COMMUNE: "xa, x",
        Kind.TOWN: "thi tran, tt",
        Kind.FARM_TOWN: "thi tran nong truong, thi tran nt, tt nong truong, tt nt, nong truong",
        Kind.VILLAGE: "thon, xom",
        Kind.HAMLET: "ban",
        Kind.QUARTER: "khoi pho, kp, khoi, khu pho, khu",
        Kind.GROUP: "to dan pho, tdp, to",
    }
)
_ALIASES: Mapping[tuple[str, ...], Kind] = MappingProxyType(
    {tuple(s.split()): kind for kind, line in _SPELLINGS.items() for s in line.split(", ")}
)
_LONGEST_ALIAS = max(map(len, _ALIASES))
_FIRST_WORDS = frozenset(alias[0] for alias in _ALIASES)

_LEAD_IN = frozenset(
    {"em", "toi", "chau", "minh", "nha", "da", "vang", "o", "tai", "thuoc", "dang", "song", "que"}
)
_CLOSING = frozenset({"a", "nhe", "day"})

_WORD = re.compile(r"[^\W\d_]+|\d+")
_BREAK = re.compile(r"[,;/|()\n–—-]")
_MIN_LETTERS_FOR_TYPOS = 5


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a typed name; `start` and `end` are offsets into the NFC text."""

    plain: str
    tones: str
    after_break: bool
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Split an NFC text into letters and numbers: `P.2` is two words, `03` is read as 3."""
    words: list[Word] = []
    last = 0
    for found in _WORD.finditer(text):
        raw, start = found.group(), found.start()
        if raw.isascii():
            plain = tones = raw.lower()
            if raw.isdecimal():
                plain = tones = raw.lstrip("0") or "0"
        else:
            plain, tones = toneless(raw).casefold(), tone_key(raw)
        broken = start > last and _BREAK.search(text, last, start) is not None
        words.append(Word(plain, tones, broken, start, found.end()))
        last = found.end()
    return words


def take_kind(words: Sequence[Word], at: int = 0) -> tuple[Kind | None, int]:
    """Return the kind named at `at` and the index after it; a kind needs a name behind it."""
    if words[at].plain not in _FIRST_WORDS:
        return None, at
    for length in range(min(_LONGEST_ALIAS, len(words) - at - 1), 0, -1):
        kind = _ALIASES.get(tuple(word.plain for word in words[at : at + length]))
        if kind is not None:
            return kind, at + length
    return None, at


def without_small_talk(words: Sequence[Word]) -> Sequence[Word]:
    """Drop `em ở …` in front and `… ạ` behind."""
    start, end = 0, len(words)
    while start < end - 1 and words[start].plain in _LEAD_IN:
        start += 1
    while end - 1 > start and words[end - 1].plain in _CLOSING:
        end -= 1
    return words[start:end]


def plain_key(words: Iterable[Word]) -> str:
    """Return the words without tones, one space between them."""
    return " ".join(word.plain for word in words)


def tones_key(words: Iterable[Word]) -> str:
    """Return the words with tones, wherever in the word they were put."""
    return " ".join(word.tones for word in words)


def joined_key(plain: str) -> str:
    """Return a plain key without its spaces (`dongkinh`), but never glue two numbers."""
    return re.sub(r"(?<!\d) | (?!\d)", "", plain)


def key_of(name: str) -> tuple[str, str]:
    """Return the plain and the toned key of a name."""
    words = words_of(unicodedata.normalize("NFC", name))
    return plain_key(words), tones_key(words)


def typo_keys(plain: str) -> set[str]:
    """Return the key and everything one deletion away; empty for names under five letters.

    Two keys one edit apart (a letter more, less, another, or two swapped) share one of these.
    """
    if sum(char.isalpha() for char in plain) < _MIN_LETTERS_FOR_TYPOS:
        return set()
    return {plain} | {plain[:i] + plain[i + 1 :] for i in range(len(plain))}


def is_one_slip_apart(typed: str, name: str) -> bool:
    """Tell whether one edit turns one key into the other; numbers must be the same.

    "Thôn 3" typed for "Thôn 4" is another place, not a slip.
    """
    if _digits(typed) != _digits(name) or abs(len(typed) - len(name)) > 1 or typed == name:
        return False
    shorter, longer = sorted((typed, name), key=len)
    first = next((i for i, c in enumerate(shorter) if c != longer[i]), len(shorter))
    if len(shorter) < len(longer):
        return shorter[first:] == longer[first + 1 :]
    if shorter[first + 1 :] == longer[first + 1 :]:
        return True
    swapped = shorter[first + 1 : first + 2] + shorter[first] + shorter[first + 2 :]
    return swapped == longer[first:]


def _digits(key: str) -> list[str]:
    return re.findall(r"\d+", key)
