"""Words that our texts tell residents to write back: each is answered, and none becomes a tip."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from domain.delivery import DeliveryKind, Facet
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Message, Press
from handlers.residents import pledges, questions
from handlers.residents.questions import resident_of
from handlers.tips.presses import ASK
from handlers.turn import Turn
from people import reply_words
from people.reply_words import Told
from storage.campaigns import safety
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.people import dialogues

SAFE_WITHIN = timedelta(days=3)
"""How long after an alert AN TOÀN, without a reply to it, is taken as an answer to it."""
_SAFE_WORDS = ("AN TOÀN", "AN TOAN")


def take(turn: Turn, message: Message) -> bool:
    """Take a message that is wholly such a word, or the answer to the words of a pledge."""
    if turn.resident is None or message.media or not questions.is_bare_text(turn, message):
        return False
    current = questions.open_dialogue(turn)
    words_shown = current is not None and current.name == pledges.PLEDGE
    if current is not None and words_shown and pledges.answer(turn, message, current):
        return True
    meant = reply_words.told(message.text)
    if meant is None:
        return False
    if meant is Told.UNSAFE:
        return _unsafe(turn)
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
    alert = row.id if row is not None and row.kind is DeliveryKind.CAMPAIGN else None
    if alert is not None:
        counted = ledger.note_facet(turn.tx, alert, Facet.SAFE)
        ledger.note_facet(turn.tx, alert, Facet.REPLIED)
    else:
        alert = safety.alert_to(turn.tx, person.id, SAFE_WITHIN, _SAFE_WORDS)
        if alert is not None:
            counted = ledger.note_facet(turn.tx, alert, Facet.SAFE)
    if message.reply_to is None and questions.is_in_conversation(turn, message):
        return False
    if counted is None or alert is None:
        turn.say("replies.safe_without_alert")
    else:
        button = Button(turn.text("replies.button_unsafe"), action=f"unsafe:{short(alert)}")
        turn.say("replies.safe_noted" if counted else "replies.safe_already", (button,))
    return True


def _unsafe(turn: Turn) -> bool:
    """Count them among the safe no more; the words themselves go on, to a human."""
    person = resident_of(turn).id
    alert = safety.told_safe(turn.tx, person, SAFE_WITHIN)
    if alert is not None and safety.take_back(turn.tx, alert, person):
        turn.say("replies.unsafe_noted")
    return False


def press_unsafe(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Count them among the safe no more, and ask what they need: `unsafe:<delivery>`.

    Raises: Refusal.
    """
    del press
    alert = from_short(args[0]) if len(args) == 1 else None
    person = resident_of(turn).id
    if alert is None or safety.take_back(turn.tx, alert, person) is None:
        raise Refusal("app.stale_button")
    dialogues.keep(turn.tx, turn.me.id, ASK, {})
    turn.say("replies.unsafe_pressed", sdt_truc=turn.unit_values()["sdt_truc"])


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
