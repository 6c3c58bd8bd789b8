"""Phrases that a whole short message may be made of, typed with all tones, some or none.

`could_be` takes a word typed with fewer marks for the full one, never one with other marks.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from domain.invisible import without_invisible

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_MOST_LETTERS = 80
_LONGEST_SYLLABLE = 7
_INNER_BREAK = re.compile(r"\w\W*[.!?…。！？\n:;]\W*\w")
"""More than one sentence or line: then a message says something else besides."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word taken apart: base letters, the vowel marks of each, and the tones wherever put."""

    letters: tuple[str, ...]
    marks: tuple[frozenset[str], ...]
    tones: frozenset[str]


class Phrases:
    """Phrases by the number of their words; taken apart when somebody first asks for them."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._lines = lines

    @cached_property
    def by_length(self) -> Mapping[int, Sequence[tuple[Word, ...]]]:
        """Return the phrases of each number of words."""
        found: dict[int, list[tuple[Word, ...]]] = {}
        for line in self._lines:
            for phrase in line.split(","):
                words = tuple(map(_known, phrase.split()))
                found.setdefault(len(words), []).append(words)
        return found

    @cached_property
    def _lengths(self) -> Mapping[tuple[str, ...], Iterable[int]]:
        """Of how many words the phrases are whose first word has these letters."""
        found: dict[tuple[str, ...], dict[int, None]] = {}
        for length, phrases in self.by_length.items():
            for phrase in phrases:
                found.setdefault(phrase[0].letters, {})[length] = None
        return found

    @cached_property
    def _alike(self) -> Mapping[tuple[tuple[str, ...], ...], Sequence[tuple[Word, ...]]]:
        """Phrases by the letters of all their words, so that one look-up finds those to compare."""
        found: dict[tuple[tuple[str, ...], ...], list[tuple[Word, ...]]] = {}
        for phrases in self.by_length.values():
            for phrase in phrases:
                found.setdefault(tuple(word.letters for word in phrase), []).append(phrase)
        return found

    def ends(self, words: tuple[Word, ...], at: int) -> Iterator[int]:
        """Yield where a phrase that begins at a word ends."""
        if at >= len(words):
            return
        for length in self._lengths.get(words[at].letters, ()):
            end = at + length
            if end <= len(words) and self.hold(words[at:end]):
                yield end

    def hold(self, words: tuple[Word, ...]) -> bool:
        """Tell whether the words may be one of the phrases."""
        if len(words) not in self.by_length:
            return False
        phrases = self._alike.get(tuple(word.letters for word in words), ())
        return any(all(map(could_be, words, phrase)) for phrase in phrases)


@lru_cache(maxsize=16)
def words_of(text: str, sentences: int = 1) -> tuple[Word, ...]:
    """Split a short message into words; one that is longer or has more sentences has none.

    A few answers are remembered, for many rules ask about the same message one after the other.
    """
    if len(text) > _MOST_LETTERS * 4:
        return ()
    plain = without_invisible(unicodedata.normalize("NFKC", text).casefold())
    if len(plain) > _MOST_LETTERS or (sentences == 1 and _INNER_BREAK.search(plain)):
        return ()
    kept = "".join(char if char.isalnum() or _is_mark(char) else " " for char in plain)
    return tuple(
        _known(word) if len(word) <= _LONGEST_SYLLABLE else word_of(word) for word in kept.split()
    )


def _is_mark(char: str) -> bool:
    return unicodedata.combining(char) != 0


def word_of(word: str) -> Word:
    """Take one word of lower case apart."""
    letters: list[str] = []
    marks: list[set[str]] = []
    tones: set[str] = set()
    for char in unicodedata.normalize("NFD", word):
        if char in _TONES:
            tones.add(char)
        elif _is_mark(char) and marks:
            marks[-1].add(char)
        else:
            letters.append("d" if char == "đ" else char)
            marks.append({"đ"} if char == "đ" else set())
    return Word(tuple(letters), tuple(map(frozenset, marks)), frozenset(tones))


# Several rules look at each message, and the syllables of Vietnamese are few.
_known = lru_cache(maxsize=4096)(word_of)


def could_be(typed: Word, meant: Word) -> bool:
    """Tell whether a word was typed with the marks meant, or with fewer."""
    return (
        typed.letters == meant.letters
        and typed.tones <= meant.tones
        and all(some <= all_ for some, all_ in zip(typed.marks, meant.marks, strict=True))
    )


def phrases_of(*lines: str) -> Phrases:
    """Make phrases of comma-separated lines, written with all their marks."""
    return Phrases(lines)
