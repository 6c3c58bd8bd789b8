"""Tell a danger that is happening now. A hint: it may raise a tip, it never lowers or closes one.

An emergency is an explicit cry, or two signs: an event and a word of who, where or now. A message
of very few words needs no second sign: who writes only "cháy nhà" has no time for more. Words of
the past and of mere asking take the second path away, never the first. Unsure means yes: a needless
113 costs little, a missed one may cost a life.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from domain.language import Language
from tips.phrases import Phrasebook, is_han, split, words_of

_FEW_WORDS = 4


class _Sign(StrEnum):
    CRY = "cry"
    DESPAIR = "despair"
    """Words of who may harm themselves: as explicit as a cry, and answered in other words."""
    DANGER = "danger"
    """An event that endangers life in itself."""
    TROUBLE = "trouble"
    """An event that does so only while it lasts."""
    NOW = "now"
    HURRY = "hurry"
    WHO = "who"
    WHERE = "where"
    PAST = "past"
    ASKING = "asking"
    NOTHING = "nothing"
    """A phrase that merely looks like one of the others; typed without tones it is the likelier."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An emergency was found; `language` is the one to answer in, None for the person's own."""

    cry: bool
    language: Language | None = None
    despair: bool = False
    """Whether somebody may harm themselves."""
    danger: bool = True
    """Whether there is anything else to be rescued from."""


def alarm_in(text: str) -> Alarm | None:
    """Return the alarm a message gives, None when it gives none."""
    if is_han(text):
        found = _book(Language.ZH).find_letters(text)
        return _judge(found, Language.ZH)
    words = words_of(text)
    brief = len(words) <= _FEW_WORDS
    vietnamese = [hit.meaning for hit in _book(Language.VI).find(words)]
    english = [hit.meaning for hit in _book(Language.EN).find(words)]
    return _judge(vietnamese, None, brief=brief) or _judge(english, Language.EN, brief=brief)


def _judge(meanings: list[str], language: Language | None, *, brief: bool = False) -> Alarm | None:
    found = set(meanings)
    if _Sign.DESPAIR in found:
        danger = bool(found & {_Sign.CRY, _Sign.DANGER})
        return Alarm(cry=True, language=language, despair=True, danger=danger)
    if _Sign.CRY in found:
        return Alarm(cry=True, language=language)
    dangers = meanings.count(_Sign.DANGER)
    troubles = meanings.count(_Sign.TROUBLE)
    if dangers + troubles == 0:
        return None
    now = _Sign.NOW in found
    if not now and found & {_Sign.PAST, _Sign.ASKING}:
        return None
    near = found & {_Sign.WHO, _Sign.WHERE, _Sign.HURRY}
    if dangers and (brief or now or near or dangers + troubles > 1):
        return Alarm(cry=False, language=language)
    if troubles and ((now and near) or troubles > 1):
        return Alarm(cry=False, language=language)
    return None


def _each(heads: str, tails: str) -> str:
    return ",".join(f"{head} {tail}" for head in split(heads) for tail in split(tails))


@cache
def _book(language: Language) -> Phrasebook:
    """Read the words of a language; a sign that is none of ours fails here, at the first use."""
    text = (resources.files("tips") / "urgency.toml").read_text("utf-8")
    given: Mapping[str, Any] = tomllib.loads(text)[language.value]
    signs: dict[str, str] = {_Sign(name): phrases for name, phrases in given["words"].items()}
    # Of two phrases of one length that look the same without tones, the first is found.
    signs = {_Sign.NOTHING: signs.pop(_Sign.NOTHING), **signs}
    if language is Language.ZH:
        return Phrasebook.of({}, letters=signs)
    for pair in given["pairs"]:
        tails = pair["tails"].replace("@kin", given["kin"])
        signs[_Sign(pair["sign"])] += "," + _each(pair["heads"], tails)
    toned: dict[str, str] = {
        _Sign(name): phrases for name, phrases in given.get("toned", {}).items()
    }
    return Phrasebook.of(signs, toned=toned)
