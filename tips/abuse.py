"""Tell a mere insult: a whole message of insults, aimed at us, that tells of nothing.

One word more, of an act, a threat or of anybody else, and it is a tip; so is a single word, on
which nothing is decided (domain 3.7). Unsure means a tip.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from tips.phrases import Phrasebook, is_han, split, words_of

_FEWEST_WORDS = 2
_FEWEST_LETTERS = 3
_MOST_WORDS = 16
_INSULTS = frozenset({"insult", "weak", "toned"})


def is_mere_abuse(text: str) -> bool:
    """Tell whether a whole message is made of insults and nothing else."""
    if is_han(text):
        return _in_letters("".join(char for char in text if char.isalnum()))
    words = words_of(text)
    if not _FEWEST_WORDS <= len(words) <= _MOST_WORDS:
        return False
    for language in ("vi", "en"):
        hits = _book(language).find(words)
        covered = sum(hit.end - hit.start for hit in hits)
        said = {hit.meaning for hit in hits}
        plainly = {"insult", "toned"} if all(word.bare for word in words) else _INSULTS
        if covered == len(words) and said & plainly:
            return True
    return False


def _in_letters(text: str) -> bool:
    given = _words()["zh"]
    insults = sorted(split(given["insult"]), key=len, reverse=True)
    if len(text) < _FEWEST_LETTERS or not any(insult in text for insult in insults):
        return False
    for phrase in (*insults, *sorted(split(given["around"]), key=len, reverse=True)):
        text = text.replace(phrase, "")
    return not text


@cache
def _book(language: str) -> Phrasebook:
    given = dict(_words()[language])
    toned = {"toned": given.pop("toned")} if "toned" in given else {}
    return Phrasebook.of(given, toned=toned)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files("tips") / "abuse.toml").read_text("utf-8")
    given: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    return given
