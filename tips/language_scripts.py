"""What letters alone tell of a language: the script, Vietnamese marks, kind of Chinese."""

import re
import unicodedata
from dataclasses import dataclass

_LONGEST = 500
"""Letters that are looked at; a language shows itself long before."""
_LONGEST_RAW = 2_000
"""Letters from which addresses and numbers are dropped before that."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_DROPPED = re.compile(
    r"""
    \b(?:https?|hxxps?|ftp|tg)://[!-~]*            # addresses of pages
    | \bwww\.[!-~]+
    | (?<![\w.%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]+   # mail
    | (?<![\w.-])(?:[A-Za-z0-9-]{1,40}\.){1,4}(?:com|vn|net|org|info|me|io|gov|edu|cn|xyz|top|vip)\b
      (?:/[!-~]*)?
    | (?<!\S)[/@][A-Za-z0-9_]+(?!\S)               # commands and names of accounts
    | (?<![A-Za-z])[A-Za-z]{0,3}-?\d[A-Za-zđĐ0-9.-]* # plates, times, sums: 12B1, LS-2291, 5tr
    | \d+
    | (?<!\w)[:;=]['-]?[A-Za-z)(]+(?!\w)           # faces: :D =))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff]")
_PARTICLE = re.compile("(?<![显名土原编论专巨遗拙译卓昭])著(?![名作称者述书录重])")
"""著 after a verb, which simplified Chinese writes 着; both sets have it for 著名 and 著作."""
_BOPOMOFO = re.compile("[\u3105-\u312f]")
_NOT_LATIN = re.compile(r"[^\W\d_\u0041-\u024f\u1e00-\u1eff]")
_SHORT_FORM = re.compile(r"['’](?=(?:s|t|m|d|re|ll|ve)\b)")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")

_ONLY_OURS = re.compile("[ăđơưĩũ\u1ea0-\u1ef9]")
"""Letters that hardly any other language has; ẹ and ụ of West Africa do not come here."""
_ALSO_OURS = re.compile("[àáâãèéêìíòóôõùúý]")
_NEVER_OURS = re.compile(
    "[äåæçëîïñöøûüÿœß\u0100\u0101\u0104-\u010f\u0112-\u0127\u012a-\u0168\u016a-\u019f]"
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One word in Latin letters, lower case, drawn-out letters written once (alooo is alo)."""

    text: str
    capital: bool
    """Whether it began with a capital letter."""

    @property
    def ours(self) -> bool:
        """Whether it has a letter that only Vietnamese has."""
        return not self.text.isascii() and _ONLY_OURS.search(self.text) is not None

    @property
    def perhaps_ours(self) -> bool:
        """Whether it has a mark that Vietnamese shares with others, and none it lacks."""
        return (
            not self.text.isascii()
            and _ALSO_OURS.search(self.text) is not None
            and _NEVER_OURS.search(self.text) is None
        )

    @property
    def not_ours(self) -> bool:
        """Whether it has a mark that Vietnamese lacks."""
        return not self.text.isascii() and _NEVER_OURS.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a message, parted by script."""

    words: tuple[Spelling, ...]
    han: str
    kana: int
    strange: int
    """Letters that are neither Latin nor Chinese nor Japanese."""
    bopomofo: bool


def read(text: str) -> Letters:
    """Return the letters of a text without addresses, numbers, plates and faces."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)[:_LONGEST_RAW]
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = " ".join(_DROPPED.sub(" ", text[:_LONGEST_RAW]).split())[:_LONGEST]
    if text.isascii():
        return Letters(_words(text), "", 0, 0, bopomofo=False)
    others = "".join(_NOT_LATIN.findall(text))
    han, kana = "".join(_HAN.findall(others)), len(_KANA.findall(others))
    return Letters(
        _words(text),
        han,
        kana,
        len(others) - len(han) - kana,
        bopomofo=_BOPOMOFO.search(others) is not None,
    )


def is_traditional(han: str) -> bool:
    """Tell traditional Chinese by the letters that only Big5 or only GB 2312 has."""
    votes = sum(_has(char, "big5") - _has(char, "gb2312") for char in han)
    return votes > 0 or (votes == 0 and _PARTICLE.search(han) is not None)


def _has(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _words(text: str) -> tuple[Spelling, ...]:
    return tuple(
        Spelling(_shortened(word.lower()), word[0].isupper())
        for word in _LATIN_WORD.findall(_SHORT_FORM.sub("", text))
    )


def _shortened(word: str) -> str:
    """Write a drawn-out letter once, except in a word that has no other (kkkk)."""
    short = _DRAWN_OUT.sub(r"\1", word)
    return short if len(short) > 1 else word
