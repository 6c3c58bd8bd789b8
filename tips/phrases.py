"""Look for phrases in short messages as people type them: with tones, without, or half of both.

A phrase is written with its tones. A word of the message matches a word of the phrase when it is
the same with tones, or when it was typed without any and the toneless forms agree; so "chay" may
be "cháy", "chạy" never is. Phrases marked `toned` must have their tones. Chinese is looked for by
letters, since it has no spaces. Longest first: a phrase inside a longer one is not seen.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from domain.invisible import without_invisible
from domain.toneless import tone_key, toneless

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LONGEST_SYLLABLE = 7


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a message in the two forms in which it is compared."""

    toned: str
    plain: str

    @property
    def bare(self) -> bool:
        """True when it was typed without any tone or mark."""
        return self.toned == self.plain


@lru_cache(maxsize=16)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text, lower case, without punctuation and invisible letters.

    A few answers are remembered, for many rules ask about the same message one after the other.
    """
    return tuple(
        _known(word) if len(word) <= _LONGEST_SYLLABLE else _word(word)
        for word in _WORD.findall(_plainly(text).casefold())
    )


def written_words(text: str) -> list[str]:
    """Return the same words with the capitals that they were written with."""
    return _WORD.findall(_plainly(text))


def _plainly(text: str) -> str:
    return without_invisible(unicodedata.normalize("NFKC", text))


def _word(word: str) -> Word:
    return Word(tone_key(word), toneless(word))


# A dozen rules look at each message, and the syllables of Vietnamese are few.
_known = lru_cache(maxsize=4096)(_word)


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: what it stands for, and the words it covers."""

    meaning: str
    start: int
    end: int


class _Entry(NamedTuple):
    """A phrase, whether it must have its tones, and what it stands for."""

    words: tuple[Word, ...]
    strict: bool
    meaning: str


@dataclass(frozen=True)
class Phrasebook:
    """Phrases by what they stand for."""

    _lengths: Mapping[str, Sequence[int]] = field(repr=False)
    """Of how many words the phrases are that begin with a word, the longest first."""
    _alike: Mapping[tuple[str, ...], Sequence[_Entry]] = field(repr=False)
    """Phrases by all their words without tones, so that one look-up finds those to compare."""
    _letters: Sequence[tuple[str, str]] = field(repr=False)

    @classmethod
    def of(
        cls,
        either: Mapping[str, str],
        toned: Mapping[str, str] | None = None,
        letters: Mapping[str, str] | None = None,
    ) -> "Phrasebook":
        """Make a book from `meaning → phrases, separated by commas or line ends`."""
        lengths: dict[str, set[int]] = {}
        alike: dict[tuple[str, ...], list[_Entry]] = {}
        for given, strict in ((either, False), (toned or {}, True)):
            for meaning, lines in given.items():
                for phrase in split(lines):
                    words = words_of(phrase)
                    lengths.setdefault(words[0].plain, set()).add(len(words))
                    plain = tuple(word.plain for word in words)
                    alike.setdefault(plain, []).append(_Entry(words, strict, meaning))
        pairs = [
            (phrase, meaning)
            for meaning, lines in (letters or {}).items()
            for phrase in split(lines)
        ]
        return cls(
            {plain: sorted(found, reverse=True) for plain, found in lengths.items()},
            alike,
            sorted(pairs, key=lambda pair: len(pair[0]), reverse=True),
        )

    def find(self, words: Sequence[Word]) -> list[Hit]:
        """Return the phrases found in order; of two at one place the longer, and none overlaps."""
        hits: list[Hit] = []
        plain = tuple(word.plain for word in words)
        end = 0
        for at, first in enumerate(plain):
            if at < end or first not in self._lengths:
                continue
            meaning, end = self._longest(words, plain, at)
            if end > at:
                hits.append(Hit(meaning, at, end))
        return hits

    def _longest(self, words: Sequence[Word], plain: tuple[str, ...], at: int) -> tuple[str, int]:
        """Return what the longest phrase that begins at a word means, and where it ends."""
        for length in self._lengths[plain[at]]:
            end = at + length
            # At the end of a text a slice may be shorter, and is no phrase of that length then.
            for entry in self._alike.get(plain[at:end], ()) if end <= len(words) else ():
                if _are(words[at:end], entry):
                    return entry.meaning, end
        return "", at

    def find_letters(self, text: str) -> list[str]:
        """Return the meanings of the Chinese phrases in a text, the longest first."""
        if not _HAN.search(text):
            return []
        found = []
        for phrase, meaning in self._letters:
            if phrase in text:
                found.append(meaning)
                text = text.replace(phrase, "\x00")
        return found


def split(lines: str) -> Iterable[str]:
    """Return the phrases of a list written with commas and line ends."""
    return (
        phrase
        for part in lines.splitlines()
        for item in part.split(",")
        if (phrase := item.strip())
    )


def is_han(text: str) -> bool:
    """Tell whether a text has Chinese letters."""
    return _HAN.search(text) is not None


def _are(words: Sequence[Word], entry: _Entry) -> bool:
    """Tell whether words that look the same without tones are the phrase."""
    return all(
        word.toned == wanted.toned or (word.bare and not entry.strict)
        for word, wanted in zip(words, entry.words, strict=True)
    )
