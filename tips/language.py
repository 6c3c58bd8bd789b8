"""Tell the language of a short message, and which language a conversation goes on in.

Cheap and sure signs first: the script, words of third languages, Vietnamese marks, then known words
of toneless Vietnamese against English, and only for the rest the frequency of runs of letters.
Vietnamese when nothing decides, since that is what most people here write.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from domain.language import Language
from domain.toneless import toneless
from tips.language_profiles import Profiles
from tips.language_scripts import Letters, Spelling, is_traditional, read
from tips.language_words import Lexicon

_SOUND = re.compile(r"(?:h[aeiu]){2,}h?|(?:k[ae]){2,}|(\w)\1{2,}|zz|(?:ok){2,}|hm+")
"""Laughter and the like, the same everywhere: haha, kkkk, hmm."""
_FEWEST_WORDS = 3
"""Words from which on a guess may change the language of a conversation."""
_FEWEST_HAN = 2
"""The same in Chinese letters. Nobody borrows 你好 the way everybody borrows ok and hi."""
_MARGIN = 2.0
"""Word scores closer than this are left to the runs of letters."""
_SURE_WORD = 3.0


class Spoken(StrEnum):
    """The language of a message; `NONE` when there is nothing to tell it from."""

    VI = "vi"
    EN = "en"
    ZH = "zh"
    OTHER = "other"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells of its language."""

    language: Spoken
    certain: bool
    """Whether it is long and clear enough to change the language of a conversation."""
    traditional: bool = False
    """Chinese in traditional letters."""
    local: bool = False
    """Tày, Nùng or Hmong: a language whose speakers here read Vietnamese too."""


_NOTHING = Told(Spoken.NONE, certain=False)


def reply_language(told: Told, current: Language, *, chosen: bool) -> Language:
    """Return the language to answer in.

    A language that the person chose stays, and so does any after a message that is not certain.
    Who writes a foreign language while we answer in Vietnamese gets English, the likelier to be
    understood; who writes Tày, Nùng or Hmong reads Vietnamese, and it stays as it was.
    """
    if chosen or not told.certain or told.language is Spoken.NONE:
        return current
    if told.language is not Spoken.OTHER:
        return Language(told.language.value)
    if told.local or current is not Language.VI:
        return current
    return Language.EN


class Languages:
    """Tells languages; made once, then only read, so threads may share it."""

    def __init__(self) -> None:
        """Read the word lists and the profiles."""
        self._lexicon = Lexicon.read()
        self._profiles = Profiles()

    def tell(self, text: str) -> Told:
        """Return the language of a message; any text may be given, the same text tells the same."""
        letters = read(text)
        words = [word for word in letters.words if not self._is_neutral(word.text)]
        by_script = _by_script(letters, len(words))
        if by_script is not None:
            return by_script
        if not words:
            return _NOTHING
        long = len(words) >= _FEWEST_WORDS
        if self._is_local(words):
            return Told(Spoken.OTHER, certain=long, local=True)
        return self._by_marks(words, long=long) or self._by_words(words, long=long)

    def _is_neutral(self, word: str) -> bool:
        return word in self._lexicon.neutral or _SOUND.fullmatch(word) is not None

    def _is_local(self, words: Sequence[Spelling]) -> bool:
        """Find Tày, Nùng or Hmong: at least half of the words, not a borrowed one in a sentence."""
        texts = [word.text for word in words]
        toned = any(not text.isascii() for text in texts)
        pairs = _pairs([toneless(text) for text in texts])
        for known in self._lexicon.local:
            sure = {at for at, text in enumerate(texts) if text in known.sure}
            likely = {at for at, text in enumerate(texts) if text in known.likely}
            found = [at for at, pair in enumerate(pairs) if pair in known.pairs]
            paired = {place for at in found for place in (at, at + 1)}
            signs = len(sure) + (len(found) if sure or not toned else 0)
            covered = sure | paired | (likely if sure else set())
            if signs >= 2 and len(covered) * 2 >= len(texts):
                return True
        return False

    def _by_marks(self, words: Sequence[Spelling], *, long: bool) -> Told | None:
        ours = [word for word in words if word.ours]
        strange = [word for word in words if word.not_ours]
        if len(strange) >= max(1, len(ours)) and (
            self._is_foreign(words) or self._english(words) < len(words)
        ):
            return Told(Spoken.OTHER, certain=long)
        if not ours:
            if self._is_foreign(words):
                return Told(Spoken.OTHER, certain=long)
            ours = [w for w in words if w.perhaps_ours and self._lexicon.is_syllable(w.text)]
        if not ours:
            return None
        if self._names_in_english(words, ours):
            return Told(Spoken.EN, certain=long)
        return Told(Spoken.VI, certain=long)

    def _names_in_english(self, words: Sequence[Spelling], ours: Sequence[Spelling]) -> bool:
        """Tell an English sentence about Đồng Đăng from Vietnamese with English words."""
        rest = [word for word in words if word not in ours]
        if not all(word.capital for word in ours) or all(word.capital for word in words):
            return False
        weights = [self._lexicon.weigh(toneless(word.text)) for word in rest]
        english = [weight for weight in weights if weight.en >= _SURE_WORD]
        return len(english) >= 2 and sum(w.en for w in weights) > 2 * sum(w.vi for w in weights)

    def _is_foreign(self, words: Sequence[Spelling]) -> bool:
        """Find a third language: one word at least that only it has, and more than of our own."""
        for known in self._lexicon.other:
            sure = sum(word.text in known.sure for word in words)
            if sure == 0:
                continue
            likely = sum(word.text in known.likely for word in words)
            left = [
                self._lexicon.weigh(toneless(word.text))
                for word in words
                if word.text not in known.sure and word.text not in known.likely
            ]
            ours = max(sum(weight.vi for weight in left), sum(weight.en for weight in left))
            if _SURE_WORD * sure + likely > ours:
                return True
        return False

    def _english(self, words: Sequence[Spelling]) -> float:
        return sum(self._lexicon.weigh(toneless(word.text)).en for word in words)

    def _by_words(self, words: Sequence[Spelling], *, long: bool) -> Told:
        """Weigh known words; names in capitals count only when there is nothing else."""
        plain = [toneless(word.text) for word in words]
        counted = [word for word, name in zip(plain, _names(words), strict=True) if not name]
        weights = [self._lexicon.weigh(word) for word in counted or plain]
        margin = sum(weight.vi for weight in weights) - sum(weight.en for weight in weights)
        if abs(margin) >= _MARGIN:
            return Told(Spoken.VI if margin > 0 else Spoken.EN, certain=long)
        lean = self._profiles.lean(plain)
        return Told(Spoken.EN if lean < 0 else Spoken.VI, certain=False)


def _by_script(letters: Letters, words: int) -> Told | None:
    han = len(letters.han)
    if letters.kana * 5 > han and letters.kana + han > words:
        return Told(Spoken.OTHER, certain=True)
    if letters.bopomofo or (han and han >= words and han * 3 >= letters.strange):
        sure = han >= _FEWEST_HAN
        traditional = is_traditional(letters.han) or letters.bopomofo
        return Told(Spoken.ZH, certain=sure, traditional=traditional)
    if letters.strange > 2 * words:
        return Told(Spoken.OTHER, certain=letters.strange > 2 * _FEWEST_WORDS)
    return None


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    return list(pairwise(words))


def _names(words: Sequence[Spelling]) -> list[bool]:
    """Tell which words stand in a run of two or more with capital letters (Dong Dang)."""
    capital = [False, *(word.capital for word in words), False]
    return [
        capital[at] and (capital[at - 1] or capital[at + 1]) for at in range(1, len(capital) - 1)
    ]
