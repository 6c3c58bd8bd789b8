"""The words of a printed sheet or picture card, complete: who prints needs nothing else."""

from dataclasses import dataclass
from enum import StrEnum

from domain.language import Language


class Format(StrEnum):
    """What is made of the words."""

    SHEET = "sheet"
    """A4, to be hung up: PDF."""
    CARD = "card"
    """An upright picture for phones: PNG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet:
    """Everything that stands on it, in one language; empty text where there is nothing to say.

    `link` is what the QR code says. `draft` is stamped across: with it nothing is to be hung up.
    """

    language: Language
    unit: str
    subject: str
    title: str
    body: str
    phone: str
    """The line with the duty phone."""
    emergency: tuple[tuple[str, str], ...]
    """Numbers to call, each with whom one reaches there."""
    link: str
    scan: str
    """What happens when the code is scanned."""
    note: str
    """The small print: whose it is, which code, who signed the figures and until when."""
    draft: str
