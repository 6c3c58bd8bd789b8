"""Words that were no answer to our question: their writer may say that they are a tip."""

from collections.abc import Sequence

from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, Message, Press
from handlers.residents.questions import resident_of
from handlers.router import Taker
from handlers.turn import Turn
from people import short_answers
from people.words import says_nothing
from storage import codec
from storage.people import words_aside
from tips.not_taken import not_taken
from tips.small_talk import is_small_talk

Rows = tuple[tuple[Button, ...], ...]


def tip_button(turn: Turn, message: Message, label: str = "residents.tip_button") -> Rows:
    """Set a message aside and return the button that makes a tip of exactly these words.

    No button where there is nothing to tell: no word at all, thanks, "I do not know". `label` is
    what stands on it, a key of the catalogue.
    """
    words = message.text
    nothing = not short_answers.says_a_word(words) or says_nothing(words) or is_small_talk(words)
    if turn.resident is None or nothing or short_answers.does_not_know(words):
        return ()
    if not_taken(words) is not None:
        # Nothing of one is kept, wherever it is written.
        return ()
    token = short(turn.tx.new_id())
    words_aside.keep(turn.tx, turn.resident.id, token, codec.write_incoming(message))
    return ((Button(turn.text(label), f"aside:{token}"),),)


def take_up(turn: Turn, press: Press, args: Sequence[str], take: Taker) -> None:
    """Let `take` have the words of which the button speaks; a second press says that it has."""
    person = resident_of(turn)
    aside = words_aside.find(turn.tx, person.id, args[0]) if len(args) == 1 else None
    if aside is None:
        raise Refusal("residents.aside_gone")
    if aside.incoming is None:
        turn.answer(press.press_id, turn.text("residents.aside_taken"))
        return
    message = codec.read_incoming(aside.incoming)
    if isinstance(message, Message):
        take(turn, message)
    words_aside.note_taken(turn.tx, person.id, aside.token)
