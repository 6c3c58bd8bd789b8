"""An edited message in a group: new words of a tip, or words that are for us only now.

A command, a connecting code or a danger may be written by editing what was written to others.
"""

from collections.abc import Callable, Sequence

from domain.messages import ChatKind, Edit, Message
from handlers.router import Taker
from handlers.tips import rewording, telling
from handlers.turn import Turn
from tips.small_talk import is_small_talk


def edited_before(
    takers: Sequence[Taker], waiting: Sequence[Callable[[Turn, Edit], bool]] = ()
) -> Callable[[Turn, Edit], None]:
    """Return what takes an edit: as new words of what is known, else as any message in a group.

    `waiting` are asked first: they hold words in a dialogue, of which nothing else is kept yet.
    """

    def edited(turn: Turn, edit: Edit) -> None:
        if any(take(turn, edit) for take in waiting):
            return
        if rewording.reworded(turn, edit) or turn.chat.kind is ChatKind.PRIVATE:
            return
        if edit.addressed is None or not _says_something(turn, edit):
            return
        message = Message(
            chat=edit.chat,
            sender=edit.sender,
            at=edit.at,
            message_id=edit.message_id,
            text=edit.text,
            reply_to=edit.reply_to,
            addressed=edit.addressed,
        )
        any(taker(turn, message) for taker in takers)

    return edited


def _says_something(turn: Turn, edit: Edit) -> bool:
    """Tell whether it may be more than a mended "đã xem"; among reviewers only commands are."""
    if edit.text.startswith("/"):
        return True
    if turn.group is not None and turn.group.purpose == "review":
        return False
    text = telling.words_in(turn, edit.text)
    return bool(text.strip()) and not is_small_talk(text)
