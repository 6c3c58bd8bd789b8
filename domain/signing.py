"""Which words somebody has to answer for before they are sent: figures of law, phone numbers."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from domain.campaign import PROGRAM_PLACEHOLDERS, UNIT_PLACEHOLDERS, Content
from domain.language import Language
from domain.library import placeholders
from domain.toneless import fold

VALID_FOR = timedelta(days=365)
"""How long a signature holds: laws change in months here."""

_APART = r"[ .()/_·-]{0,5}"
"""What people put between the digits of a phone number, once all dashes are alike."""
_DATE = re.compile(
    r"(?<![\d./-])\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d(?!\d)(?![ ()/._·-]?\d{3})"
    r"|(?<!\d)\d{1,2}(?::|h|g)\d{2}(?!\d)"
)
"""Dates and times, which are no phone numbers however many digits they have."""
_PHONE = re.compile(
    rf"(?<!\d)(?:\+?84|0)(?:{_APART}\d){{8,11}}(?!\d)"
    rf"|(?<!\d)1[89]00(?:{_APART}\d){{4,6}}"
    r"|(?<!\d)\d(?:[ -]?\d){8,}(?!\d)"
)
_SHORT = r"(?:nd|qd|tt|ct|nq)"
"""Abbreviations of decrees, which name one only with its number right beside them."""
_LAW = re.compile(
    r"\b(?:dieu|khoan|nghi dinh|nd|luat|bo luat|phap lenh|thong tu|quyet dinh|chi thi|nghi quyet"
    r"|article|decree|law|circular|directive|decision)\b[^.;\n]{0,40}\d"
    rf"|\b{_SHORT}[ -]?(?:so )?\d|\d/{_SHORT}\b"
    r"|\b(?:phat|fine[ds]?|penalt(?:y|ies)|tu giam|phat tu|jail(?:ed)?|prison|imprison\w*"
    r"|tuoc)\b[^.;\n]{0,40}\d"
    r"|\d[^.;\n]{0,40}\b(?:tien phat|phat tien|tu giam|fine[ds]?|penalty|jail|prison"
    r"|imprisonment)\b"
    r"|\b(?:bi|an|lanh) tu\b[^.;\n]{0,20}\d|\btu (?:tu )?\d+ (?:(?:den|toi|-) )?(?:\d+ )?nam\b"
    r"|\btru\b[^.;\n]{0,10}\d+ ?diem\b"
)
_PRISON = re.compile(r"\btù\b[^.;\n]{0,40}\d|\d[^.;\n]{0,20}\btù\b")
"""With its tone, for without it `tù` is also `từ`, which stands before every time of day."""
_HAN = r"[\d〇零一二两三四五六七八九十百千万]"
_CHINESE = re.compile(
    rf"第{_HAN}+[条款号]"
    rf"|(?:罚款|罚金|拘留|徒刑|监禁)[^。；\n]{{0,20}}{_HAN}|{_HAN}[^。；\n]{{0,10}}(?:罚款|罚金|徒刑)"
    rf"|扣{_HAN}+分"
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
    plain = _alike(typed)
    return any(
        (
            _PHONE.search(_DATE.sub(" x ", plain)),
            _LAW.search(fold(plain)),
            _PRISON.search(plain),
            _CHINESE.search(plain),
        )
    )


def _alike(typed: str) -> str:
    """Return it in small letters, with one form of each letter, digit, dash and bracket."""
    plain = unicodedata.normalize("NFKC", typed).casefold()
    kept = (
        "-" if unicodedata.category(char) == "Pd" or char == "\N{MINUS SIGN}" else char
        for char in plain
        if unicodedata.category(char) != "Cf"
    )
    return re.sub(r"\s+", " ", "".join(kept))


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
