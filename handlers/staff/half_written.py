"""What a member of staff is in the middle of writing: one form at a time, for two hours."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from domain.errors import Refusal
from handlers.turn import Turn
from storage.people import dialogues
from storage.people.dialogues import Dialogue

_STALE_AFTER = timedelta(hours=2)


def form(
    turn: Turn, name: str, put_by: Callable[[Turn, Dialogue], bool] | None = None
) -> Dialogue | None:
    """Return the form of that name that is open to who writes; a stale one is closed.

    `put_by` gets it before, to keep what should not be lost.
    """
    current = dialogues.current(turn.tx, turn.me.id) if turn.staff is not None else None
    if current is None or current.name != name:
        return None
    if _is_stale(turn, current):
        dialogues.end(turn.tx, turn.me.id)
        if put_by is not None:
            put_by(turn, current)
        return None
    return current


def set_aside(turn: Turn, name: str, put_by: Callable[[Turn, Dialogue], bool]) -> bool:
    """Close the form of that name if it is stale; True where `put_by` kept what was in it."""
    current = dialogues.current(turn.tx, turn.me.id) if turn.staff is not None else None
    if current is None or current.name != name or not _is_stale(turn, current):
        return False
    dialogues.end(turn.tx, turn.me.id)
    return put_by(turn, current)


def settle_first(turn: Turn, others: Mapping[str, str]) -> None:
    """Begin nothing new over what is half written; `others` maps a form's name to the refusal.

    Raises: Refusal.
    """
    waiting = dialogues.current(turn.tx, turn.me.id)
    if waiting is None or _is_stale(turn, waiting):
        return
    for name, key in others.items():
        if name in waiting.names:
            raise Refusal(key)


def _is_stale(turn: Turn, open_one: Dialogue) -> bool:
    written = open_one.updated_at
    return written is not None and turn.tx.now - written >= _STALE_AFTER
