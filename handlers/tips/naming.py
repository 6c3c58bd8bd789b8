"""Somebody is called bad, and no act is told: the writer is asked once what happened.

The words lie aside meanwhile. With what is told within a day they become a tip; by their button
they become one as they stand; else nothing is opened, and they are forgotten.
"""

from collections.abc import Callable
from datetime import timedelta

from domain.ids import short
from domain.messages import Button, Message, Outgoing
from handlers.tips import telling
from handlers.turn import Turn
from storage import codec
from storage.people import words_aside
from tips import intake
from tips.naming import names_without_an_act
from tips.small_talk import is_small_talk

_MARK = "n"
"""At the head of their tokens: no short id begins so and is as long."""
_WAITS = timedelta(hours=24)

GoOn = Callable[[Turn, Message, str], bool]
"""Takes words as any others."""


def take(turn: Turn, message: Message, text: str, go_on: GoOn) -> bool:
    """Ask what happened, once; give what was kept aside to the tip that the next words open."""
    person = turn.resident
    if person is None:
        return False
    kept = words_aside.marked(turn.tx, person.id, _MARK, _WAITS)
    if kept is not None and kept.incoming is not None:
        if is_small_talk(text) and not message.media:
            return False
        words_aside.note_taken(turn.tx, person.id, kept.token)
        earlier = codec.read_incoming(kept.incoming)
        if isinstance(earlier, Message) and earlier.message_id != message.message_id:
            go_on(turn, earlier, telling.words_in(turn, earlier.text))
        return False
    if not _is_bare(turn, message, text):
        return False
    token = f"{_MARK}{short(turn.tx.new_id())}"
    words_aside.keep(turn.tx, person.id, token, codec.write_incoming(message))
    button = Button(turn.text("residents.tip_button"), f"aside:{token}")
    turn.tell(Outgoing(text=turn.text("tips.ask_what"), buttons=((button,),)))
    return True


def _is_bare(turn: Turn, message: Message, text: str) -> bool:
    alone = not message.media and message.location is None and message.reply_to is None
    if not alone or message.forwarded or not names_without_an_act(text):
        return False
    recent = intake.told_privately(turn.tx, turn.me.id)
    return intake.current(recent, turn.tx.now) is None
