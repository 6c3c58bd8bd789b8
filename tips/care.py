"""Tell who needs other words back than a receipt: a child who tells of abuse, violence at home.

Only the words of the answer hang on it (and that somebody on duty is paged for a child); what is
hidden from cards is told by `tips.sensitive`.
"""

from enum import StrEnum

from tips.phrases import is_han, words_of
from tips.sensitive import book


class Care(StrEnum):
    """Whose words these may be."""

    CHILD = "child"
    VIOLENCE = "violence"


def care_for(text: str) -> Care | None:
    """Return who seems to write, None for anybody else."""
    for language in ("zh",) if is_han(text) else ("vi", "en"):
        signs = book(language)
        if is_han(text):
            found = set(signs.find_letters(text))
        else:
            found = {hit.meaning for hit in signs.find(words_of(text))}
        harm = bool(found & {"harm", "both", "outright"})
        if harm and found & {"child", "both"} and "spouse" not in found:
            return Care.CHILD
        if "outright" in found or (harm and "spouse" in found):
            return Care.VIOLENCE
    return None
