"""Ids made by us, before the row is inserted, so that a sealed value can be bound to its row."""

import base64
import secrets
import threading
import unicodedata
import uuid
from collections.abc import Callable
from datetime import datetime

ID_STEP = 1 << 32
"""How far apart the ids of a block are."""


class IdMaker:
    """Make UUIDv7 ids that grow, also within one millisecond and when the clock steps back."""

    def __init__(self, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._random_bits = random_bits
        self._lock = threading.Lock()
        self._last = 0

    def new(self, now: datetime) -> uuid.UUID:
        """Return the next id; `now` gives its 48 bits of milliseconds (RFC 9562, 5.7)."""
        millis = int(now.timestamp() * 1000) & ((1 << 48) - 1)
        # 12 bits of counter start plus 62 random bits, kept as one 74-bit tail that only grows.
        fresh = (millis << 74) | (self._random_bits(11) << 62) | self._random_bits(62)
        with self._lock:
            if fresh <= self._last:
                fresh = self._last + 1 + self._random_bits(20)
            self._last = fresh
        return uuid.UUID(int=_as_id(fresh))

    def block(self, now: datetime, count: int) -> list[str]:
        """Return the next so many ids, in order, as 32 hex digits each."""
        first = self.reserve(now, count)
        return [f"{first + number * ID_STEP:032x}" for number in range(count)]

    def reserve(self, now: datetime, count: int) -> int:
        """Keep the next so many ids, each `ID_STEP` more than the one before; return the first.

        They differ in their third quarter only, so that whoever counts can write them down.
        """
        millis = int(now.timestamp() * 1000) & ((1 << 48) - 1)
        # The lowest 62 bits have room for all of them.
        fresh = (millis << 74) | (self._random_bits(11) << 62) | self._random_bits(60)
        with self._lock:
            if fresh <= self._last:
                fresh = ((self._last >> 62) + 1) << 62 | self._random_bits(60)
            self._last = fresh + count * ID_STEP
        return _as_id(fresh)


def _as_id(tail: int) -> int:
    """Put version and variant (RFC 9562, 5.7) into milliseconds, counter and random bits."""
    high = tail >> 74
    middle = (tail >> 62) & 0xFFF
    low = tail & ((1 << 62) - 1)
    return (high << 80) | (0x7 << 76) | (middle << 64) | (0b10 << 62) | low


def first_id(at: datetime) -> uuid.UUID:
    """Return the smallest of the ids that are made at an instant or later."""
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80)


def short(value: uuid.UUID) -> str:
    """Write an id in 22 characters of base64url, short enough for a button's 64 bytes."""
    return base64.urlsafe_b64encode(value.bytes).rstrip(b"=").decode()


def from_short(text: str) -> uuid.UUID | None:
    """Read what `short` wrote; None for anything else."""
    if len(text) != 22:
        return None
    try:
        return uuid.UUID(bytes=base64.b64decode(text + "==", altchars=b"-_", validate=True))
    except ValueError:
        return None


CODE_LETTERS = 10
"""Of a code that is typed once: of 30 signs each, so 49 bits."""
_CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_code(length: int) -> str:
    """Return a random code without letters and digits that are misread (no 0/O, 1/I/L, U)."""
    return "".join(secrets.choice(_CODE_SIGNS) for _ in range(length))


def typed_code(typed: str) -> str:
    """Return a typed code as it was made: capitals, no spaces or dashes, whatever the keyboard."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in plain if letter.isalnum())


def is_random_code(typed: str, length: int) -> bool:
    """Tell whether a text is a code of that length, of signs that our codes have."""
    code = typed_code(typed)
    return len(code) == length and all(letter in _CODE_SIGNS for letter in code)


def is_typed_code(typed: str) -> bool:
    """Tell whether a text has the shape of a code that is typed once."""
    code = typed_code(typed)
    return len(code) == CODE_LETTERS and code.isascii()
