"""The words by which a language is told, read from `language_words.toml` into look-up tables.

A word that is also a Vietnamese syllable, a short way of Vietnamese chat or common English never
decides for a third language alone: it is moved from `sure` to `likely`.
"""

import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from importlib import resources
from typing import Any

from domain.toneless import toneless
from tips.phrases import split

_ENDINGS = ("ing", "tion", "ed", "ly", "ness", "ment", "ers", "ies", "ght")
_SURE, _CLEAR, _LETTER, _WEAK, _HINT = 3.0, 2.0, 1.5, 1.0, 0.5

_RIMES = """
a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et ech enh eu i ia ich iec iem ien
ieng iep iet ieu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen
oeo oet oi om on ong oong op ot u ua uan uang uat uau uay uc ue uech uenh ui um un ung uoc uoi uom
uon uong uop uot uou up ut uu uy uya uych uyen uyet uynh uyt uyu y yem yen yet yeu
"""
_ONSETS = "b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_FRONT = ("e", "i", "y")


def _syllables() -> frozenset[str]:
    """Return the toneless syllables that Vietnamese spelling allows."""
    found = set(_RIMES.split())
    for onset in _ONSETS.split():
        for rime in _RIMES.split():
            front = rime.startswith(_FRONT)
            if onset in {"k", "gh", "ngh"} and not front:
                continue
            if onset in {"c", "g", "ng"} and front:
                continue
            if onset == "qu" and rime.startswith(("o", "u")):
                continue
            found.add(onset + rime)
    # Written with one i: gì, gìn; quốc, quơ beside the regular qu + rime; with one u: quỳnh, quýt.
    once = {"gi", "gin", "quoc", "quo", "quoi", "quynh", "quych", "quyt", "quyp"}
    return frozenset(found | once)


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one word speaks for Vietnamese and for English."""

    vi: float
    en: float


@dataclass(frozen=True, slots=True)
class Foreign:
    """The words of one language that we do not answer in."""

    sure: Set[str]
    likely: Set[str]
    pairs: Set[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists; `weigh` answers for any word at all."""

    neutral: Set[str]
    other: tuple[Foreign, ...]
    local: tuple[Foreign, ...]
    syllables: Set[str]
    _known: Mapping[str, Weight]

    @classmethod
    def read(cls) -> "Lexicon":
        """Read the lists that come with the program."""
        text = (resources.files("tips") / "language_words.toml").read_text("utf-8")
        given: Mapping[str, Any] = tomllib.loads(text)
        syllables = _syllables()
        vietnamese = _words(given["vi"]["common"])
        chat = {toneless(word) for word in _words(given["vi"]["chat"])}
        first, english = _words(given["en"]["first"]), _words(given["en"]["common"])
        known = {
            word: Weight(
                _for_vietnamese(
                    word, word in vietnamese | chat, word in first | english, syllables
                ),
                _for_english(word, word in first, word in english, syllables | chat),
            )
            for word in vietnamese | chat | first | english
        }
        taken = syllables | chat | first | english
        return cls(
            neutral=_words(given["neutral"]["words"]),
            other=tuple(_foreign(lists, taken) for lists in given["other"].values()),
            local=tuple(_foreign(lists, taken) for lists in given["local"].values()),
            syllables=syllables,
            _known=known,
        )

    def weigh(self, word: str) -> Weight:
        """Return what a lower-case word without tones speaks for."""
        known = self._known.get(word)
        if known is not None:
            return known
        if word in self.syllables:
            return Weight(_WEAK, 0.0)
        if len(word) < 3:
            return Weight(0.0, 0.0)
        return Weight(0.0, _WEAK if word.endswith(_ENDINGS) else _HINT)

    def is_syllable(self, word: str) -> bool:
        """Tell whether Vietnamese could spell a word so, its tones left out."""
        return toneless(word) in self.syllables


def _for_vietnamese(word: str, ours: bool, english: bool, syllables: Set[str]) -> float:
    if not ours:
        return _WEAK if word in syllables else 0.0
    if len(word) == 1:
        return _LETTER
    return _CLEAR if english else _SURE


def _for_english(word: str, first: bool, english: bool, taken: Set[str]) -> float:
    if len(word) == 1:
        return _WEAK if first or english else 0.0
    if first:
        return _CLEAR
    if english:
        return _WEAK if word in taken else _SURE
    return 0.0


def _foreign(lists: Mapping[str, str], taken: Set[str]) -> Foreign:
    sure, likely = _words(lists["sure"]), _words(lists["likely"])
    doubtful = sure & taken
    pairs = [pair.split() for pair in split(lists.get("pairs", ""))]
    return Foreign(
        sure=sure - doubtful,
        likely=likely | doubtful,
        pairs=frozenset((one, other) for one, other in pairs),
    )


def _words(lines: str) -> frozenset[str]:
    """Return the single words of a list.

    Raises: ValueError when an entry is more than one word: it could never be found.
    """
    found = frozenset(split(lines))
    wrong = sorted(word for word in found if not word.isalpha())
    if wrong:
        raise ValueError(f"not single words: {wrong}")
    return found
