"""Somebody writes who could not be written to: they get what they missed, once."""

from domain.delivery import DeliveryKind, Lane
from domain.library import fill
from domain.messages import ChatKind, Outgoing
from domain.tip import TipKind
from handlers.residents import questions
from handlers.tips import telling
from handlers.turn import Turn, unit_values
from people import wishes
from storage.people import away
from storage.tips.tips import Tip


def came_back(turn: Turn) -> None:
    """Give the receipts that met the block, and say that broadcasts stopped with it."""
    person = turn.resident
    if person is None or turn.chat.kind is not ChatKind.PRIVATE or turn.away_since is None:
        return
    for tip in away.unreceipted(turn.tx, turn.me.id):
        _put(turn, _receipt(turn, tip), tip)
    current = questions.open_dialogue(turn)
    asked = current is not None and current.name == questions.CONSENT
    if not asked and wishes.stopped_by_block(turn.tx, questions.refresh(turn), turn.away_since):
        _put(turn, Outgoing(text=turn.text("residents.stopped_by_block")), None)


def _receipt(turn: Turn, tip: Tip) -> Outgoing:
    usual = tip.kind is TipKind.TIP and not tip.public
    buttons = telling.receipt_buttons(turn, tip, chief=tip.urgent or usual)
    if tip.kind is TipKind.TIP and not tip.urgent and not tip.public:
        body = turn.context.library.system("sys-tip-received", tip.language)
        values = {**unit_values(turn.unit, tip.language), "ma_tin": tip.case_number}
        return Outgoing(text=fill(body, values), buttons=buttons)
    key = "tips.urgent_received" if tip.urgent else "tips.question_received"
    if tip.public:
        key = "groups.public_noted"
    text = turn.context.catalogue.say(tip.language, key, ma_tin=tip.case_number)
    return Outgoing(text=text, buttons=buttons)


def _put(turn: Turn, outgoing: Outgoing, tip: Tip | None) -> None:
    """Say it beside the conversation: what they write next answers what was said before."""
    turn.context.outbox.put(
        turn.tx,
        turn.me.id,
        outgoing,
        kind=DeliveryKind.REPLY,
        lane=Lane.TALK,
        language=(tip.language if tip is not None else turn.language).value,
        tip_id=tip.id if tip is not None else None,
    )
