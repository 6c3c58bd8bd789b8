"""Broadcasts rest at a resident's own wish: for a while they name, or until they want them again.

Nothing passes such a pause, an urgent alert neither: they agreed to be sent to, and said not now.
"""

from collections.abc import Sequence
from datetime import timedelta

from domain.clock import show_day
from domain.errors import Refusal
from domain.messages import Button, ChatKind, Message, Press
from handlers.residents import questions
from handlers.residents.questions import BUTTON, evidence, refresh, resident_of
from handlers.turn import Turn
from people import pause_words, wishes
from people.pause_words import MONTH, WEEK
from people.words import stop_confirmed
from storage.people.residents import Resident, Wish

_LENGTHS = {"week": WEEK, "month": MONTH, "open": None}
_LABELS = {
    "week": "residents.rest_week",
    "month": "residents.rest_month",
    "open": "residents.rest_button",
}


def take(turn: Turn, message: Message) -> bool:
    """Take a message that wholly asks for a pause, or for the end of one.

    What may be an answer to an officer as well goes on to the tip, too.
    """
    person = resident_of(turn)
    said = message.text.strip()
    if pause_words.asks_for_pause(said):
        suspend(turn, said, pause_words.how_long(said))
        return True
    if person.wish is not Wish.SUSPENDED:
        return False
    reply = stop_confirmed(said)
    if reply is None or reply.yes or not reply.strong:
        return False
    talking = questions.is_in_conversation(turn, message)
    resume(turn, said)
    return not talking


def suspend(turn: Turn, said: str, length: timedelta | None) -> None:
    """Pause at once, and say until when and how to come back."""
    person = resident_of(turn)
    until = turn.tx.now + length if length is not None else None
    if not wishes.suspend(turn.tx, person, until, evidence(turn, said)):
        turn.say("residents.not_receiving")
        return
    _end_stop(turn)
    person = refresh(turn)
    again = (Button(turn.text("residents.undo_button"), "pause:end"),)
    if person.suspended_until is not None:
        day = show_day(person.suspended_until)
        turn.say("residents.suspended_until", again, ngay=day)
        return
    lengths = tuple(Button(turn.text(_LABELS[name]), f"pause:{name}") for name in ("week", "month"))
    turn.say("residents.suspended", lengths, again)


def resume(turn: Turn, said: str) -> None:
    """End a pause at its writer's wish."""
    wishes.resume(turn.tx, resident_of(turn), evidence(turn, said))
    refresh(turn)
    turn.say("residents.rested")


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the buttons of a pause: for how long, and its end."""
    person = resident_of(turn)
    if turn.chat.kind is not ChatKind.PRIVATE or len(args) != 1:
        raise Refusal("app.stale_button")
    wanted = args[0]
    if wanted == "end":
        if person.wish is Wish.SUSPENDED:
            resume(turn, BUTTON.format(label=turn.text("residents.undo_button")))
        elif person.wish is Wish.YES:
            turn.answer(press.press_id, turn.text("residents.already_receiving"))
        else:
            # What ended the pause since is not undone by an old button.
            questions.ask_consent(turn)
        return
    if wanted not in _LENGTHS:
        raise Refusal("app.stale_button")
    if _is_so(turn, person, wanted):
        turn.answer(press.press_id, shown(turn, person))
        return
    suspend(turn, BUTTON.format(label=turn.text(_LABELS[wanted])), _LENGTHS[wanted])


def row(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    """Return the row of buttons by which a person can pause, or come back; none for others."""
    match resident_of(turn).wish:
        case Wish.YES:
            return ((Button(turn.text("residents.rest_button"), "pause:open"),),)
        case Wish.SUSPENDED:
            return ((Button(turn.text("residents.undo_button"), "pause:end"),),)
        case _:
            return ()


def shown(turn: Turn, person: Resident) -> str:
    """Return in words what a person wishes of broadcasts."""
    if person.wish is Wish.SUSPENDED and person.suspended_until is not None:
        return turn.text("residents.wish_resting_until", ngay=show_day(person.suspended_until))
    return turn.text(f"residents.wish_{person.wish.value}")


def _is_so(turn: Turn, person: Resident, wanted: str) -> bool:
    """Tell whether a second press asks for what the first has brought."""
    length = _LENGTHS[wanted]
    if person.wish is not Wish.SUSPENDED or person.wish_at is None:
        return False
    until = person.suspended_until
    if length is None or until is None:
        return length is None and until is None
    return until - person.wish_at == length and show_day(turn.tx.now) == show_day(person.wish_at)


def _end_stop(turn: Turn) -> None:
    current = questions.open_dialogue(turn)
    if current is not None and current.name == questions.STOP:
        questions.end_ours(turn)
