"""What is typed of an urgent alert: Vietnamese, and lines that begin with `EN:` or `中文:`."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from domain.language import Language
from domain.toneless import fold

_NAMED: Mapping[str, Language] = MappingProxyType(
    {
        **{one.value: one for one in Language},
        **dict.fromkeys(("tieng viet", "vietnamese", "越南文"), Language.VI),
        **dict.fromkeys(("tieng anh", "english", "英文", "英语"), Language.EN),
        **dict.fromkeys(("tieng trung", "chinese", "中文", "汉语"), Language.ZH),
    }
)
_MARK = re.compile(r"^([^:：]{2,16})[:：]")
_STRAY = re.compile(
    r"(?<!\w)(?:(?:eng?|zh|english|tiếng anh|chinese|tiếng trung|英文|中文)\s*[:：]"
    r"|(?-i:ENG?|ZH)(?=\s+\w))",
    re.IGNORECASE,
)


def read_versions(typed: str) -> Mapping[Language, str]:
    """Return the words by language, each in one line; Vietnamese what stands behind no mark.

    A mark holds until the next one, in any case, with a plain or a full-width colon. The Vietnamese
    words may be empty, and so may a version that was begun.
    """
    found: dict[Language, list[str]] = {Language.VI: []}
    language = Language.VI
    for whole in unicodedata.normalize("NFC", typed).splitlines():
        line = whole
        named = _named(line)
        if named is not None:
            language, line = named, _MARK.sub("", line, count=1)
        found.setdefault(language, []).append(line)
    return {one: " ".join(" ".join(lines).split()) for one, lines in found.items()}


def stray_marks(words: Mapping[Language, str]) -> tuple[str, ...]:
    """Return what looks like the mark of a version and stands where it is read as words."""
    found = (mark[0] for text in words.values() for mark in _STRAY.finditer(text))
    return tuple(dict.fromkeys(found))


def write_versions(words: Mapping[Language, str]) -> str:
    """Return versions as they may be typed, so that reading that gives them again."""
    return "\n".join(
        text
        if language is Language.VI and _named(text) is None
        else f"{language.value.upper()}: {text}"
        for language, text in sorted(words.items(), key=lambda item: list(Language).index(item[0]))
    )


def _named(line: str) -> Language | None:
    mark = _MARK.match(line)
    return _NAMED.get(fold(mark[1])) if mark is not None else None
