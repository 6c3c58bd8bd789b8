"""What is not taken here, and of which nothing is kept: asked before anything is written down."""

from enum import Enum, auto

from tips.abuse import is_mere_abuse
from tips.denunciation import is_denunciation
from tips.off_limits import asks_only_to_watch, is_off_limits


class NotTaken(Enum):
    """Why words are not taken; each has an answer of its own."""

    DENUNCIATION = auto()
    OFF_LIMITS = auto()
    WATCH = auto()
    """Somebody shall be watched or listed, and nothing is told; part of a tip where one is open."""
    ABUSE = auto()
    """Insults and nothing else; in the middle of a tip they are part of it."""


def not_taken(text: str) -> NotTaken | None:
    """Return why a message is not taken; None for everything that is."""
    if is_denunciation(text):
        return NotTaken.DENUNCIATION
    if is_off_limits(text):
        return NotTaken.OFF_LIMITS
    if asks_only_to_watch(text):
        return NotTaken.WATCH
    return NotTaken.ABUSE if is_mere_abuse(text) else None
