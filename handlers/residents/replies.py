"""Words that our texts tell residents to write back: each is answered, and none becomes a tip."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from domain.delivery import DeliveryKind, Facet
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Message, Press
from handlers.residents import pledges, questions
from handlers.residents.questions import resident_of
from handlers.tips import review, unsafe
from handlers.tips.presses import ASK
from handlers.turn import Turn
from people import reply_words
from people.reply_words import Told
from storage.campaigns import safety
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.people import dialogues
from tips.care import care_for
from tips.not_taken import not_taken

SAFE_WITHIN = timedelta(days=3)
"""How long after an alert AN TOÀN, without a reply to it, is taken as an answer to it."""
SAFE_WORDS = ("AN TOÀN", "AN TOAN")
"""What an alert asks for, as its text tells it."""


def take(turn: Turn, message: Message) -> bool:
    """Take a message that is wholly such a word, or the answer to the words of a pledge."""
    if turn.resident is None:
        return False
    if _tells_of_danger(turn, message):
        return _unsafe(turn, message)
    if message.media or not questions.is_bare_text(turn, message):
        return False
    current = questions.open_dialogue(turn)
    words_shown = current is not None and current.name == pledges.PLEDGE
    if current is not None and words_shown and pledges.answer(turn, message, current):
        return True
    meant = reply_words.told(message.text)
    if meant is None or meant is Told.UNSAFE:
        return False
    row = _replied_to(turn, message)
    if row is not None and row.tip_id is not None:
        # A reply to what was said about a tip belongs to the tip.
        return False
    if meant is Told.SAFE:
        return _safe(turn, message, row)
    if meant is Told.PLEDGE:
        pledges.offer(turn, row)
    else:
        _REST[meant](turn)
    return True


def _replied_to(turn: Turn, message: Message) -> Delivery | None:
    if message.reply_to is None:
        return None
    return ledger.by_message(turn.tx, turn.me.id, message.reply_to)


def _safe(turn: Turn, message: Message, row: Delivery | None) -> bool:
    """Count it on the alert; what an officer may have asked for goes on to the tip as well."""
    person = resident_of(turn)
    counted: bool | None = None
    alert = _broadcast(row)
    if alert is not None:
        counted = ledger.note_facet(turn.tx, alert, Facet.SAFE)
        ledger.note_facet(turn.tx, alert, Facet.REPLIED)
    else:
        alert = safety.alert_to(turn.tx, person.id, SAFE_WITHIN, SAFE_WORDS)
        if alert is not None:
            counted = ledger.note_facet(turn.tx, alert, Facet.SAFE)
    sent = ledger.get(turn.tx, alert) if alert is not None else None
    called = sent is not None and unsafe.current(turn, sent) is not None
    if sent is not None and called:
        unsafe.is_over(turn, message, sent)
    if not called and message.reply_to is None and questions.is_in_conversation(turn, message):
        return False
    if counted is None or alert is None:
        turn.say("replies.safe_without_alert")
    else:
        button = Button(turn.text("replies.button_unsafe"), action=f"unsafe:{short(alert)}")
        turn.say("replies.safe_noted" if counted else "replies.safe_already", (button,))
    return True


def hear(turn: Turn, message: Message) -> None:
    """Count who is not safe among the safe no more, whoever takes their words afterwards."""
    if turn.resident is not None and _tells_of_danger(turn, message):
        safety.take_all_back(turn.tx, turn.resident.id, SAFE_WITHIN)


def _tells_of_danger(turn: Turn, message: Message) -> bool:
    if message.forwarded or not reply_words.is_unsafe(message.text):
        return False
    return not review.is_answer(turn, message)


def _unsafe(turn: Turn, message: Message) -> bool:
    """Make an urgent tip of it after an alert; else the words go on, to a human like any others."""
    row = _replied_to(turn, message)
    if row is not None and row.tip_id is not None:
        return False
    if not_taken(message.text) is not None or care_for(message.text) is not None:
        return False
    person = resident_of(turn).id
    alert = safety.alert_to(turn.tx, person, SAFE_WITHIN, SAFE_WORDS, _broadcast(row))
    sent = ledger.get(turn.tx, alert) if alert is not None else None
    if sent is None:
        return False
    # Edited words were not heard before.
    safety.take_all_back(turn.tx, person, SAFE_WITHIN)
    unsafe.write(turn, message, sent)
    return True


def _broadcast(row: Delivery | None) -> UUID | None:
    return row.id if row is not None and row.kind is DeliveryKind.CAMPAIGN else None


def press_unsafe(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Count them among the safe no more, and call for help: `unsafe:<delivery>`.

    Raises: Refusal.
    """
    alert = from_short(args[0]) if len(args) == 1 else None
    person = resident_of(turn).id
    sent = ledger.get(turn.tx, alert) if alert is not None else None
    if sent is None or safety.take_back(turn.tx, sent.id, person) is None:
        raise Refusal("app.stale_button")
    safety.take_all_back(turn.tx, person, SAFE_WITHIN)
    unsafe.press(turn, press, sent)


def _invite(key: str) -> Callable[[Turn], None]:
    def ask(turn: Turn) -> None:
        dialogues.keep(turn.tx, turn.me.id, ASK, {})
        values = turn.unit_values()
        turn.say(key, don_vi=values["don_vi"], sdt_truc=values["sdt_truc"])

    return ask


def _where(turn: Turn) -> None:
    turn.say("tips.complaint_addresses")


_REST: Mapping[Told, Callable[[Turn], None]] = {
    Told.UNPLEDGE: pledges.take_back,
    Told.LODGING: _invite("replies.lodging"),
    Told.FEEDBACK: _invite("replies.feedback"),
    Told.RECEPTION: _where,
}
