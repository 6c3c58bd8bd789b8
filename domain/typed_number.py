"""A number that somebody types in place of pressing a button."""

import re
import unicodedata

_NUMBER = re.compile(r"(?:số|so)?\s*(\d{1,2})\s*[.)]?", re.IGNORECASE)


def typed_number(text: str) -> int | None:
    """Return the number that is all of a text: `2`, `2.`, `số 2`, also in full-width digits."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    match = _NUMBER.fullmatch(plain)
    return int(match.group(1)) if match is not None else None
