"""Who is not safe after an alert: an urgent tip bound to it, for which duty is paged once."""

from dataclasses import replace

from domain.delivery import Facet, Lane
from domain.language import Language
from domain.messages import Message, Outgoing, Press
from domain.tip import Binding, TipKind
from handlers.tips import coming, crying, limits, naming, telling
from handlers.turn import Turn
from storage.deliveries.ledger import Delivery
from storage.tips import tip_events
from storage.tips.tips import Tip
from tips import intake
from tips.intake import Bound, Fate, Piece


def press(turn: Turn, press: Press, alert: Delivery) -> None:
    """Call for help by the button alone; a second press is answered and pages nobody."""
    called = current(turn, alert)
    if called is not None:
        _say(turn, "replies.unsafe_pressed", called)
        return
    label = turn.context.catalogue.say(Language.VI, "replies.button_unsafe")
    message_id = f"press:{press.press_id}"
    piece = Piece(chat_address_id=turn.me.id, message_id=message_id, text=f"[{label}]")
    _call(turn, piece, alert, "replies.unsafe_pressed")


def write(turn: Turn, message: Message, alert: Delivery) -> None:
    """Call for help in words; more of them go on with the call that is open."""
    text = telling.words_in(turn, message.text)
    if tip_events.by_message(turn.tx, turn.me.id, message.message_id) is None:
        piece = telling.piece_of(turn, message, turn.me, text)
        kept = naming.kept_before(turn, message)
        naming.add(turn, kept, _call(turn, piece, alert, "replies.unsafe_noted"))


def is_over(turn: Turn, message: Message, alert: Delivery) -> None:
    """Add to an open call that they are safe: nobody is to set out for them in vain."""
    called = current(turn, alert)
    if called is not None:
        text = telling.words_in(turn, message.text)
        piece = telling.piece_of(turn, message, turn.me, text)
        intake.join(turn.tx, piece, called, burst=turn.context.rules.burst)


def current(turn: Turn, alert: Delivery) -> Tip | None:
    """Return the call for help that is open after an alert."""
    found = _known(turn, alert)
    return found if found is not None and found.urgent else None


def _known(turn: Turn, alert: Delivery) -> Tip | None:
    if alert.run_id is None:
        return None
    recent = intake.told_privately(turn.tx, turn.me.id)
    return intake.of_campaign(recent, alert.run_id, turn.tx.now)


def _call(turn: Turn, piece: Piece, alert: Delivery, key: str) -> Tip:
    taken = intake.accept(
        turn.tx,
        replace(piece, urgent=True),
        telling.writer(turn, turn.language, coming.area_of(turn, None)),
        _known(turn, alert) or limits.last_of_many(turn, urgent=True),
        bound=Bound(Binding.EXPLICIT, alert.run_id),
        kind=TipKind.TIP,
        burst=turn.context.rules.burst,
    )
    if taken.fate is Fate.OPENED:
        telling.note_facets(turn, alert, TipKind.TIP)
    else:
        telling.note(turn, alert.id, Facet.REPLIED)
    _say(turn, key, taken.tip)
    telling.rush(turn, taken.tip, alarmed=True)
    return taken.tip


def _say(turn: Turn, key: str, tip: Tip) -> None:
    """Say the numbers first and honestly what became of the call; what they write next joins it.

    A flood is answered every half minute.
    """
    crying.go_on_with(turn, tip)
    if not limits.may_say_numbers(turn):
        return
    duty = turn.unit_values()["sdt_truc"]
    text = turn.text(key, sdt_truc=duty, ma_tin=tip.case_number)
    buttons = telling.receipt_buttons(turn, tip)
    turn.tell(Outgoing(text=text, buttons=buttons), lane=Lane.URGENT, tip_id=tip.id)
