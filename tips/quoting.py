"""Show a resident's words so that they can be told from ours, whatever they contain."""

import re
import unicodedata

MARK = "│ "
"""Stands before every line that is not ours."""
_LINE_ENDS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_WIDTH = 300
"""Characters; a message is cut at a line's end, so no part can begin in the middle of a quote."""


def quoted(text: str) -> str:
    """Return the text with the mark before every line and nothing in it that moves or hides."""
    lines = _LINE_ENDS.split(text)
    return "\n".join(MARK + part for line in lines for part in _wrapped(_plain(line)))


def _plain(line: str) -> str:
    """Drop what reverses, hides or controls (but not what joins the parts of an emoji)."""
    kept = [
        char
        for char in line.replace("\t", " ")
        if char == "\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
    ]
    return "".join(kept).strip()


def _wrapped(line: str) -> list[str]:
    parts: list[str] = []
    while len(line) > _WIDTH:
        cut = line.rfind(" ", _WIDTH // 2, _WIDTH)
        at = cut if cut > 0 else _WIDTH
        parts.append(line[:at].rstrip())
        line = line[at:].lstrip()
    return [*parts, line]
