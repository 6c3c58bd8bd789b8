"""The second path: ring a phone when an urgent tip waits. A port; a webhook is behind it."""

import re
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

_SIGNS = re.compile(r"[\s.\-()]")
_NUMBER = re.compile(r"(?:\+|00)?(\d{8,15})")
_HOME = "84"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ring:
    """Whom to ring about what: no content of the tip and nothing of who wrote it."""

    id: UUID
    """The same when it is tried again, so that a gateway can leave out what it did."""
    unit: str
    case_number: str
    level: str
    """`duty`, `chief` or `everybody`: how far the alarm has come."""
    phone: str
    """As `+84900000111`."""


class PagerFailure(Exception):
    """It did not ring, as far as we know."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
        """Trying again would not help."""


class Pager(Protocol):
    """Something that rings phones."""

    async def ring(self, ring: Ring) -> None:
        """Have somebody rung.

        Raises: PagerFailure.
        """
        ...


def read_phone(text: str) -> str | None:
    """Return a phone number as `+84900000111`; None for what is none."""
    plain = _SIGNS.sub("", text)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return None
    if plain.startswith(("+", "00")):
        return f"+{found[1]}"
    return f"+{_HOME}{plain[1:]}" if plain.startswith("0") else None


def show_phone(phone: str) -> str:
    """Return a number as people here dial it: `0900 000 111`."""
    if not phone.startswith(f"+{_HOME}"):
        return phone
    dialled = f"0{phone.removeprefix(f'+{_HOME}')}"
    return f"{dialled[:4]} {dialled[4:7]} {dialled[7:]}".strip()
