"""How long what is kept is kept; then it is forgotten by the clock (domain rule 12)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingTerms:
    """How long after what; all are settings. What is open, or became part of a case, is kept."""

    closed: timedelta = timedelta(days=365)
    """The words and files of a tip, after its closing."""
    link: timedelta = timedelta(days=90)
    """The way back to its writer, after its closing."""
    other: timedelta = timedelta(days=30)
    """What was closed as out of scope or as a mistake."""
    deliveries: timedelta = timedelta(days=400)
    """Who got which broadcast, after its end; a year's report can still be made the month after."""
    proof: timedelta = timedelta(days=730)
    """Proofs of consent that hold no more, and the log of acts."""
