"""Words of danger that answer an open question: the question takes them, the numbers stand beside.

The reason for an urgent alert nearly always tells of a danger. It is no tip of the chief's; a
button lets them write one of their own.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.errors import Refusal
from domain.messages import Button, ChatKind, Message, Press
from handlers.campaigns import dialogue as campaigns
from handlers.groups import wanting
from handlers.packs import giving, groups
from handlers.router import Presser
from handlers.tips import presses, review, telling
from handlers.turn import Turn
from storage.people import dialogues
from tips.urgency import Alarm, alarm_in

FRESH = timedelta(hours=2)
"""How long a question is taken to be the one that is answered."""


def take(turn: Turn, message: Message) -> bool:
    """Take a danger in the words of linked staff who are asked for words: asked before tips are."""
    if turn.staff is None or turn.chat.kind is not ChatKind.PRIVATE:
        return False
    text = telling.words_in(turn, message.text)
    alarm = None if text.startswith("/") or message.forwarded else alarm_in(text)
    if alarm is None or not _is_asked(turn) or review.is_answer(turn, message):
        return False
    try:
        with turn.tx.savepoint():
            taken = (
                campaigns.staff_dialogue(turn, message)
                or wanting.take(turn, message)
                or giving.take(turn, message)
            )
    except Refusal as refusal:
        # Said here, so that the numbers are said, too.
        turn.say(refusal.key, **refusal.facts)
        taken = True
    if taken:
        _say_numbers(turn, alarm)
    return taken


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Let them write their own tip, and go on with the open question afterwards: `danger:tip`."""
    del press
    if turn.staff is None or turn.chat.kind is not ChatKind.PRIVATE or list(args) != ["tip"]:
        raise Refusal("app.stale_button")
    dialogues.lay_over(turn.tx, turn.me.id, presses.TIP, {})
    turn.say("officers.danger_again")


def _is_asked(turn: Turn) -> bool:
    current = dialogues.current(turn.tx, turn.me.id)
    if current is None or current.updated_at is None or turn.tx.now - current.updated_at > FRESH:
        return False
    asking = (campaigns.awaits_words, wanting.awaits_words, groups.awaits_words)
    return any(awaits(turn) for awaits in asking)


def _say_numbers(turn: Turn, alarm: Alarm) -> None:
    button = Button(turn.text("officers.danger_button"), action="danger:tip")
    turn.say("officers.danger_said", (button,), numbers=telling.numbers(turn, alarm))


PRESSES: Mapping[str, Presser] = {"danger": press}
