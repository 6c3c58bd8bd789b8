"""Read Zalo's numbers and texts, which change between the two. Total: nothing raises."""

from datetime import UTC, datetime

_LONGEST = 18


def told(value: object) -> str:
    """Return a text, also one that was told as a number; else empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def number(value: object) -> int | None:
    """Return a whole number, also one that was told as text; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        digits = value.strip()
        plain = digits.removeprefix("-")
        if plain.isascii() and plain.isdecimal() and len(plain) <= _LONGEST:
            return int(digits)
    return None


def instant(value: object) -> datetime | None:
    """Return the instant that milliseconds since 1970 name; None for what names none."""
    milliseconds = number(value)
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def degrees(value: object) -> float | None:
    """Return degrees, also such that were told as text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if -180 <= found <= 180 else None
