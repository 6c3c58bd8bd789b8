"""Which words somebody has to answer for before they are sent: figures of law, phone numbers."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.campaign import PROGRAM_PLACEHOLDERS, UNIT_PLACEHOLDERS, Content
from domain.language import Language
from domain.library import placeholders
from domain.toneless import fold

VALID_FOR = timedelta(days=365)
"""How long a signature holds: laws change in months here."""

_PHONE = re.compile(r"(?<![\d/])(?:\+84|0)(?:[ .-]?\d){8,10}(?!\d)|(?<!\d)1[89]00(?:[ .-]?\d){4,6}")
_LAW = re.compile(
    r"\b(?:dieu|khoan|nghi dinh|nd|luat|bo luat|thong tu|article|decree|law|circular)\b"
    r"[^.;\n]{0,40}\d"
    r"|\b(?:phat|fine[ds]?|tu giam|phat tu|prison)\b[^.;\n]{0,40}\d"
    r"|第\d+条|罚款[^。；\n]{0,20}\d|\d[^。；\n]{0,10}罚款"
)


@dataclass(frozen=True, slots=True)
class ToSign:
    """What is to be signed: the hash of each language's words, and what to check in them."""

    notes: tuple[str, ...]
    hashes: Mapping[Language, str]

    @property
    def mark(self) -> str:
        """Return a short mark of exactly these words, for a button."""
        return hashlib.sha256("".join(self.hashes.values()).encode()).hexdigest()[:8]


def holds_figures(typed: str) -> bool:
    """Tell whether something typed holds a phone number, a rule of law or a fine."""
    return bool(_PHONE.search(typed) or _LAW.search(fold(typed)))


def to_sign(content: Content) -> ToSign | None:
    """Return what of a content has to be signed off, None when nothing has.

    All of a text that its note says to verify, else the languages in which a figure was typed. A
    signature binds the words of the text and the typed figures, not the harmless places in it, so
    that a text signed once can be used for months.
    """
    hashes: dict[Language, str] = {}
    figures: list[str] = []
    for language, body in content.bodies.items():
        own = content.values[language]
        vietnamese = language is Language.VI
        title = content.title if vietnamese else ""
        card = content.card if vietnamese else None
        typed = {
            name: own[name]
            for name in placeholders(f"{title}\n{body}\n{card or ''}")
            if name not in PROGRAM_PLACEHOLDERS | UNIT_PLACEHOLDERS
            and holds_figures(own.get(name, ""))
        }
        if content.verify_note is None and not typed:
            continue
        figures += [value for value in typed.values() if value not in figures]
        signed = [language.value, title, body, content.verify_note, typed]
        signed += [card] if card is not None else []
        text = json.dumps(signed, sort_keys=True, ensure_ascii=False)
        hashes[language] = hashlib.sha256(text.encode()).hexdigest()
    if not hashes:
        return None
    notes = [content.verify_note] if content.verify_note is not None else []
    return ToSign((*notes, *figures), hashes)
