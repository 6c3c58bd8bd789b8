"""The languages the service speaks."""

from enum import StrEnum


class Language(StrEnum):
    """A language we can answer in."""

    VI = "vi"
    EN = "en"
    ZH = "zh"


def from_hint(hint: str | None) -> Language:
    """Return the language for a platform's hint such as `zh-hans`; Vietnamese when unknown."""
    head = (hint or "").lower().split("-")[0]
    return Language(head) if head in set(Language) else Language.VI
