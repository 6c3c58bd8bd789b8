"""Tell what is none of a safety channel's business: views, faiths, and quarrels over a debt.

Nothing of it is kept, so the rule is narrow: a view or a faith counts only where somebody shall be
watched for it, or where the words say outright that it is all there is; whatever tells of harm
besides is a tip like any other, and who wrote can say that something else was meant.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from domain.language import Language
from tips.phrases import Phrasebook, is_han, split, words_of


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
def _book(language: Language) -> Phrasebook:
    return Phrasebook.of(_words(language))
