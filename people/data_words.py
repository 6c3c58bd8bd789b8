"""Whether a whole message asks, in words of its own, what is kept about its writer.

It must be made of a few kinds of phrases and of nothing else: something to do (see, correct,
erase), data, and whose they are. One other word, and it is for a human: "lộ thông tin của tôi" or
"thông tin cá nhân trên căn cước" ask for something else.
"""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources

from domain.toneless import toneless
from people.phrases import Phrases, Word, phrases_of, words_of


class Asks(StrEnum):
    """What is to be done with the data."""

    SHOW = "show"
    """See or correct them: both begin with showing them."""
    ERASE = "erase"


def asks_about_data(text: str) -> Asks | None:
    """Tell what the whole message asks about its writer's own data; None for anything else."""
    if _HAN.search(text):
        letters = "".join(char for char in text if char.isalnum())
        return None if _HAN_KEEPS.search(letters) else _meant(_kinds_of_letters(letters))
    if _KEEPS.search(toneless(text).casefold()):
        return None
    words = words_of(text)
    return _meant(_kinds(words, "vi")) or _meant(_kinds(words, "en"))


def _kinds(words: tuple[Word, ...], language: str) -> set[str]:
    """Return which kinds of phrases a message is wholly made of; none if a word is left over."""
    found: set[str] = set()
    at = 0
    while at < len(words):
        ends = [
            (end, kind)
            for kind, phrases in _book(language).items()
            for end in phrases.ends(words, at)
        ]
        if not ends:
            return set()
        # Of two that begin here the longer; of two as long the one that says more.
        at, kind = max(ends, key=lambda one: (one[0], one[1] != "fill"))
        found.add(kind)
    return found


def _kinds_of_letters(text: str) -> set[str]:
    """Return the kinds that a whole Chinese message is made of; none if a letter is left over."""
    patterns = _letters()
    whole = "|".join(pattern.pattern for pattern in patterns.values())
    if not re.fullmatch(f"(?:{whole})+", text):
        return set()
    return {kind for kind, pattern in patterns.items() if pattern.search(text)}


def _meant(kinds: set[str]) -> Asks | None:
    if "asked" in kinds:
        return Asks.SHOW
    if "own_data" in kinds:
        kinds = kinds | {"own", "data"}
    if not {"own", "data"} <= kinds:
        return None
    if "erase" in kinds and not kinds & {"show", "kept"}:
        return Asks.ERASE
    return Asks.SHOW if kinds & {"show", "kept", "erase"} else None


_KEEPS = re.compile(
    r"\b(?:khong|chua|dung|ko|k)\s+(?:(?:co|muon|can|duoc|phai|nen|xin|yeu cau|de nghi|ai)\s+)*"
    r"(?:xoa|huy)\b|\b(?:don\W?t|do not|never|not)\s+(?:\w+\s+){0,2}?"
    r"(?:delete|erase|remove|clear|wipe)\b"
)
"""Not to be erased."""
_HAN_KEEPS = re.compile(
    "(?:不要|不想|不用|不必|不|别|別|勿|没有?|沒有?)(?:想要?|要|给我|給我|把)?(?:我的\\w{0,6})?(?:删|刪|清)"
)
_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _words(language: str) -> Mapping[str, str]:
    text = (resources.files("people") / "data_words.toml").read_text("utf-8")
    given: Mapping[str, str] = tomllib.loads(text)[language]
    return given


@cache
def _book(language: str) -> Mapping[str, Phrases]:
    return {kind: phrases_of(lines) for kind, lines in _words(language).items()}


@cache
def _letters() -> Mapping[str, re.Pattern[str]]:
    """Return a pattern for each kind of Chinese phrases; a whole message is made of them."""
    return {
        kind: re.compile("|".join(map(re.escape, _split(lines))))
        for kind, lines in _words("zh").items()
    }


def _split(lines: str) -> list[str]:
    return sorted((one.strip() for one in lines.split(",")), key=len, reverse=True)
