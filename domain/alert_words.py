"""What is typed of an urgent alert: Vietnamese, and lines that begin with `EN:` or `ZH:`."""

import re
import unicodedata
from collections.abc import Mapping

from domain.language import Language

_MARK = re.compile(r"\s*([VIENZHｖｉｅｎｚｈＶＩＥＮＺＨ]{2})\s*[:：]", re.IGNORECASE)


def read_versions(typed: str) -> Mapping[Language, str]:
    """Return the words by language, each in one line; Vietnamese what stands behind no mark.

    A mark holds until the next one, in any case, with a plain or a full-width colon. The Vietnamese
    words may be empty, and so may a version that was begun.
    """
    found: dict[Language, list[str]] = {Language.VI: []}
    language = Language.VI
    for whole in unicodedata.normalize("NFC", typed).splitlines():
        line = whole
        mark = _MARK.match(line)
        named = unicodedata.normalize("NFKC", mark[1]).lower() if mark is not None else ""
        if mark is not None and named in set(Language):
            language, line = Language(named), line[mark.end() :]
        found.setdefault(language, []).append(line)
    return {one: " ".join(" ".join(lines).split()) for one, lines in found.items()}


def write_versions(words: Mapping[Language, str]) -> str:
    """Return versions as they may be typed, so that reading that gives them again."""
    return "\n".join(
        text if language is Language.VI else f"{language.value.upper()}: {text}"
        for language, text in sorted(words.items(), key=lambda item: list(Language).index(item[0]))
    )
