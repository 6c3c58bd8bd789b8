"""Somebody is called bad, and no act is told: the writer is asked once what happened.

The words lie aside meanwhile. With what is told soon, or in reply to the question within a day,
they become a tip; by their button they become one as they stand; else nothing is opened, and they
are forgotten.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from domain.ids import short
from domain.messages import Button, Message, Outgoing
from handlers.tips import presses, telling
from handlers.turn import Turn
from storage import codec
from storage.deliveries import ledger
from storage.people import dialogues, words_aside
from storage.people.dialogues import Dialogue
from storage.tips.tips import Tip
from tips import cards, intake
from tips.naming import goes_on_about_them, names_without_an_act
from tips.small_talk import is_small_talk

_MARK = "n"
"""At the head of their tokens: no short id begins so and is as long."""
_WAITS = timedelta(hours=24)
"""How long a reply to the question brings them; anything else must come within `intake.PAUSE`."""

GoOn = Callable[[Turn, Message, str], bool]
"""Takes words as any others."""


def take(turn: Turn, message: Message, text: str, go_on: GoOn) -> bool:
    """Ask what happened, once; give what was kept aside to the tip that the next words open."""
    person = turn.resident
    if person is None:
        return False
    if _is_pressed(turn, message, person.id):
        return False
    if _is_bare(turn, message, text):
        token = f"{_MARK}{short(turn.tx.new_id())}"
        words_aside.keep(turn.tx, person.id, token, codec.write_incoming(message))
        button = Button(turn.text("residents.tip_button"), f"aside:{token}")
        turn.tell(Outgoing(text=turn.text("tips.ask_what"), buttons=((button,),)))
        return True
    if not is_small_talk(text) or message.media:
        for earlier in kept_before(turn, message):
            go_on(turn, earlier, telling.words_in(turn, earlier.text))
    return False


def kept_before(turn: Turn, message: Message) -> list[Message]:
    """Return, oldest first, what lies aside and goes with a message; from now on it is a tip's."""
    within = _within(turn, message)
    person = turn.resident
    if within is None or person is None:
        return []
    found = []
    for kept in words_aside.marked(turn.tx, person.id, _MARK, within):
        words_aside.note_taken(turn.tx, person.id, kept.token)
        earlier = codec.read_incoming(kept.incoming or "")
        if isinstance(earlier, Message):
            found.append(earlier)
    return found


def _is_pressed(turn: Turn, message: Message, resident_id: UUID) -> bool:
    """Tell whether it lies aside, and comes back by its button: a tip as it stands."""
    kept = words_aside.marked(turn.tx, resident_id, _MARK, words_aside.KEPT_FOR)
    earlier = (codec.read_incoming(one.incoming or "") for one in kept)
    return any(isinstance(one, Message) and one.message_id == message.message_id for one in earlier)


def add(turn: Turn, kept: Sequence[Message], tip: Tip) -> None:
    """Give what was kept aside to the tip that a cry opened."""
    if not kept:
        return
    for earlier in kept:
        text = telling.words_in(turn, earlier.text)
        piece = telling.piece_of(turn, earlier, turn.me, text)
        tip = intake.join(turn.tx, piece, tip, burst=turn.context.rules.burst).tip
    # A cry's card went at once; whom it is about does not wait either.
    cards.show(turn.tx, turn.context, tip)


def _within(turn: Turn, message: Message) -> timedelta | None:
    """Return how old words may be that a message goes on with; None when it does not at all."""
    current = dialogues.current(turn.tx, turn.me.id)
    if current is not None and _chose_another(current):
        return None
    if message.reply_to is not None:
        row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
        ours = row is not None and row.tip_id is None and row.run_id is None
        return _WAITS if ours else None
    return None if _only_asks(message.text) or message.forwarded else intake.PAUSE


def _only_asks(text: str) -> bool:
    """Tell a question from a story that ends in one ("…, em phải làm sao?")."""
    return any(mark in text for mark in "?？") and not goes_on_about_them(text)


def _chose_another(current: Dialogue) -> bool:
    """Tell whether a button was pressed that says what comes next belongs elsewhere."""
    chosen = current.name == presses.TIP and current.data.keys() & {"tip", "delivery"}
    return current.name == presses.ASK or bool(chosen)


def _is_bare(turn: Turn, message: Message, text: str) -> bool:
    alone = not message.media and message.location is None and message.reply_to is None
    if not alone or message.forwarded or not names_without_an_act(text):
        return False
    recent = intake.told_privately(turn.tx, turn.me.id)
    return intake.current(recent, turn.tx.now) is None
