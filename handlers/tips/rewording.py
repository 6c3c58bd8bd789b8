"""New words of a message: both versions of a tip's are kept, and a danger in them counts.

A message that was no tip is taken as if it had just been written: an answer to our questions again
as an answer, a story as a tip. What may be either is asked about, with a button.
"""

from domain.delivery import Lane
from domain.messages import ChatKind, Edit, Message, Outgoing
from handlers.groups import danger
from handlers.residents import aside, commands, homes
from handlers.tips import complaints, limits, review, taking, telling
from handlers.turn import Turn
from people import short_answers
from people.words import says_nothing
from storage.tips import tip_events
from storage.tips.tips import Tip
from tips import contacts, intake
from tips.care import Care, care_for
from tips.phrases import is_han, words_of
from tips.small_talk import is_small_talk
from tips.urgency import Alarm, alarm_in

_FEWEST_WORDS = 4
"""Words by which an edit of something that was no tip may make it one."""
_STORY_WORDS = 8
"""From here on it is one, whatever the words."""


def edited(turn: Turn, edit: Edit) -> None:
    """Take new words of a message."""
    reworded(turn, edit)


def reworded(turn: Turn, edit: Edit) -> bool:
    """Take new words of a message; False for one in a group of which we kept nothing."""
    if review.edited(turn, edit):
        return True
    chat = turn.me if turn.chat.kind is ChatKind.PRIVATE else turn.group_address
    if chat is None:
        return False
    text = telling.keep_whole(turn, telling.words_in(turn, edit.text))
    alarm = alarm_in(text)
    known = tip_events.by_message(turn.tx, chat.id, edit.message_id) is not None
    if alarm is None and (limits.is_muted(turn) or _refused(turn, text, alone=not known)):
        return True
    if contacts.correct(turn.tx, turn.context, chat.id, edit.message_id, text) is not None:
        turn.say("contacts.corrected")
        return True
    urgent = alarm is not None or care_for(text) is Care.CHILD
    tip = intake.change(turn.tx, chat.id, edit.message_id, text, urgent=urgent)
    if tip is not None and alarm is not None:
        if turn.chat.kind is ChatKind.PRIVATE:
            turn.tell(Outgoing(text=telling.numbers(turn, alarm)), lane=Lane.URGENT)
        else:
            danger.say_numbers(turn, chat, alarm)
        telling.rush(turn, tip, alarmed=True)
    if tip is not None and turn.chat.kind is ChatKind.PRIVATE:
        _care(turn, tip, text, alarm)
    elif tip is None and turn.chat.kind is ChatKind.PRIVATE and turn.staff is None:
        _as_if_new(turn, edit, text, alarm)
    return tip is not None or turn.chat.kind is ChatKind.PRIVATE


def _care(turn: Turn, tip: Tip, text: str, alarm: Alarm | None) -> None:
    """Say the words for a child, for violence, for despair; for a child somebody is paged."""
    words = telling.care(turn, text, tip, tip, alarm)
    if words is None:
        return
    turn.tell(Outgoing(text=words), tip_id=tip.id)
    if alarm is None and care_for(text) is Care.CHILD:
        telling.rush(turn, tip, alarmed=True)


def _refused(turn: Turn, text: str, *, alone: bool) -> bool:
    return turn.staff is None and complaints.refuse(turn, text, alone=alone)


def _as_if_new(turn: Turn, edit: Edit, text: str, alarm: Alarm | None) -> None:
    """Take what was no tip by its new words."""
    message = Message(
        chat=edit.chat, sender=edit.sender, at=edit.at, message_id=edit.message_id, text=edit.text
    )
    if alarm is not None and taking.emergency(turn, message):
        return
    if is_small_talk(text) or text.startswith("/") or says_nothing(text):
        return
    if any(taker(turn, message) for taker in (commands.stop, commands.reply, commands.dialogue)):
        return
    if not short_answers.tells_of_something(text) and homes.corrects(turn, text):
        # Where they live, misread or mistyped at first.
        return
    if len(words_of(text)) < _FEWEST_WORDS and not is_han(text):
        return
    if _is_story(text):
        taking.take(turn, message)
        return
    turn.tell(Outgoing(text=turn.text("tips.edited_asks"), buttons=aside.tip_button(turn, message)))


def _is_story(text: str) -> bool:
    long = is_han(text) or len(words_of(text)) >= _STORY_WORDS
    return long or short_answers.tells_of_something(text)
