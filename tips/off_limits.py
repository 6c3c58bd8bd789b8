"""Tell what is none of a safety channel's business: views, faiths, and quarrels over a debt.

Nothing of it is kept, so the rule is narrow: a view or a faith counts only where somebody shall be
watched for it, or where the words say outright that it is all there is; whatever tells of harm
besides is a tip like any other, and who wrote can say that something else was meant.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from domain.language import Language
from tips.phrases import Hit, Phrasebook, Word, is_han, split, words_of

_LONGEST_BARE = 12
_LONGEST_NAME = 2


def is_off_limits(text: str) -> bool:
    """Tell whether a message is only about somebody's views or faith, or about an unpaid debt."""
    if is_han(text):
        given = _words(Language.ZH)
        return _is_so({name for name in given if any(one in text for one in split(given[name]))})
    words = words_of(text)
    return any(
        _is_so({hit.meaning for hit in _book(language).find(words)})
        for language in (Language.VI, Language.EN)
    )


def asks_only_to_watch(text: str) -> bool:
    """Tell whether a whole message asks to have somebody watched or listed, and says no more."""
    if is_han(text):
        left = "".join(char for char in text if char.isalnum())
        for filler in sorted(split(_words(Language.ZH)["around"]), key=len, reverse=True):
            left = left.replace(filler, "")
        return left in set(split(_words(Language.ZH)["bare"]))
    words = words_of(text)
    if len(words) > _LONGEST_BARE or any(char.isdigit() for char in text):
        return False
    return any(_is_bare(words, language) for language in (Language.VI, Language.EN))


def _is_bare(words: Sequence[Word], language: Language) -> bool:
    said: set[str] = set()
    at = unknown = 0
    named = False
    for hit in (*_bare_book(language).find(words), Hit("end", len(words), len(words))):
        unknown = hit.start - at
        if unknown > (_LONGEST_NAME if named else 0):
            return False
        if unknown or hit.meaning == "whom":
            if "verb" not in said and "bare" not in said:
                # "Họ theo dõi cháu" tells who does it to whom.
                return False
            said.add("whom")
        named = hit.meaning == "title"
        said.add(hit.meaning)
        at = hit.end
    return "harm" not in said and ("bare" in said or {"verb", "whom"} <= said)


def _is_so(said: set[str]) -> bool:
    if "harm" in said:
        return False
    viewed = "watch" in said and bool(said & {"belief", "politics"})
    return viewed or "outright" in said or {"debt", "unpaid"} <= said


@cache
def _words(language: Language) -> Mapping[str, str]:
    text = (resources.files("tips") / "off_limits.toml").read_text("utf-8")
    given: Mapping[str, str] = tomllib.loads(text)[language.value]
    return given


@cache
def harm_words() -> str:
    """Return the Vietnamese and English phrases of harm, which make a tip of whatever has one."""
    return ",".join(_words(language)["harm"] for language in (Language.VI, Language.EN))


@cache
def han_harm_words() -> Sequence[str]:
    """Return the Chinese ones, which are looked for by letters."""
    return tuple(split(_words(Language.ZH)["harm"]))


@cache
def _bare_book(language: Language) -> Phrasebook:
    given = _words(language)
    kinds = ("harm", "bare", "verb", "whom", "title", "around")
    return Phrasebook.of({kind: given[kind] for kind in kinds if kind in given})


@cache
def _book(language: Language) -> Phrasebook:
    only_bare = {"bare", "verb", "whom", "title", "around"}
    return Phrasebook.of({k: v for k, v in _words(language).items() if k not in only_bare})
