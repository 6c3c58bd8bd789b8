"""Read Zalo's numbers and texts, which change between the two. Total: nothing raises."""

from datetime import UTC, datetime

_LONGEST = 18
_LEAST_MILLISECONDS = 10**11
"""Fewer would name an instant before Zalo was; as seconds they name one of our days."""


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
    """Return the instant that milliseconds, or seconds, since 1970 name; None for what is none."""
    milliseconds = number(value)
    if milliseconds is None:
        return None
    if abs(milliseconds) < _LEAST_MILLISECONDS:
        milliseconds *= 1000
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
