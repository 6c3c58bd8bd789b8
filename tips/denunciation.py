"""Tell a denunciation of an official, which the law takes by other ways than this chat.

It is one when it says so ("tố cáo cán bộ …"), or when, within a clause, somebody in office is said
to do what only they can do wrong. Whoever is merely spoken to ("báo công an xã có người …") is not
meant. Somebody who plays an official, and a call from one, is a fraud: that is a tip. Unsure means
no: what is missed becomes a tip, as everything does.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import pairwise, product

from domain.language import Language
from tips.phrases import Hit, Phrasebook, is_han, split, words_of

_CLAUSE = re.compile(r"[.,;:!?\n…()，。；：！？、]+")
_NEAR = 7
"""Words that may stand between an official and what they are said to have done."""


class _Sign(StrEnum):
    OFFICIAL = "official"
    ADDRESSED = "addressed"
    REPORTED = "reported"
    DENOUNCED = "denounced"
    MISDEED = "misdeed"
    BETWEEN = "between"
    IMPOSTOR = "impostor"
    LINE = "line"


def is_denunciation(text: str) -> bool:
    """Tell whether a message denounces an official."""
    if is_han(text):
        return _denounces_in_letters(text)
    return _denounces(text, Language.VI) or _denounces(text, Language.EN)


def _denounces(text: str, language: Language) -> bool:
    book = _book(language)
    clauses = [book.find(words_of(clause)) for clause in _CLAUSE.split(text)]
    said = {hit.meaning for hits in clauses for hit in hits}
    if _Sign.IMPOSTOR in said:
        return False
    if _Sign.DENOUNCED in said:
        return True
    return _Sign.LINE not in said and any(_accuses(hits) for hits in clauses)


def _accuses(hits: Sequence[Hit]) -> bool:
    for hit, following in pairwise(hits):
        if following.meaning != _Sign.MISDEED:
            continue
        gap = following.start - hit.end
        if hit.meaning == _Sign.OFFICIAL and gap <= _NEAR:
            return True
        if hit.meaning == _Sign.REPORTED and gap == 0:
            # "báo cán bộ xã nhận hối lộ": it is said of whom the words seemed to go to.
            return True
    return False


def _denounces_in_letters(text: str) -> bool:
    """Chinese has no words to count: an official, few letters, then the misdeed."""
    given = {name: list(split(phrases)) for name, phrases in _words(Language.ZH).items()}

    def has(name: str, where: str) -> bool:
        return any(phrase in where for phrase in given[name])

    if has("impostor", text):
        return False
    if has("denounce", text):
        return True
    if has("line", text):
        return False
    for clause in _CLAUSE.split(text):
        for official, misdeed in product(given["officials"], given["misdeeds"]):
            before, _, after = clause.partition(official)
            gap, done, _ = after.partition(misdeed)
            spoken_to = before.endswith(tuple(given["addressed"]))
            if done and len(gap) <= _NEAR and not spoken_to and not has("between", gap):
                return True
    return False


@cache
def _words(language: Language) -> Mapping[str, str]:
    text = (resources.files("tips") / "denunciation.toml").read_text("utf-8")
    given: Mapping[str, str] = tomllib.loads(text)[language.value]
    return given


@cache
def _book(language: Language) -> Phrasebook:
    given = _words(language)
    officials = list(split(given["officials"]))
    return Phrasebook.of(
        {
            _Sign.IMPOSTOR: given["impostor"],
            _Sign.LINE: given["line"],
            _Sign.OFFICIAL: given["officials"],
            _Sign.MISDEED: given["misdeeds"],
            _Sign.BETWEEN: given["between"],
            _Sign.ADDRESSED: _each(given["addressed"], officials),
            _Sign.REPORTED: _each(given["reported"], officials),
            _Sign.DENOUNCED: _each(given["denounce"], officials),
        }
    )


def _each(heads: str, tails: Sequence[str]) -> str:
    return ",".join(f"{head} {tail}" for head in split(heads) for tail in tails)
