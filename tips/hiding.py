"""Keep a tip for the chief from now on: what others can see of it is taken away from them."""

from domain.delivery import DeliveryKind
from domain.messages import Outgoing
from domain.tip import Secrecy, TipEventKind
from storage.database import Tx
from storage.people import units
from storage.tips import tip_events, tip_releasing, tip_rows, tip_work, tips
from storage.tips.tips import Tip
from tips import cards, clearing, rights
from tips.desk import Desk, private_chat, send


def keep_for_chief(tx: Tx, desk: Desk, tip: Tip) -> bool:
    """Hide a tip from all but the chief; returns whether it is certain that nobody saw it.

    Its cards are reduced (`tips.stubs`) and its photos taken back (`tips.photos`) with the next
    tick, what staff typed about it is deleted (`tips.clearing`), a card without words follows, and
    who has it and may read it no more lets it go.
    """
    tip = tip_work.hide(tx, tip, Secrecy.CHIEF)
    tip_events.add(tx, tip, TipEventKind.KEPT_FOR_CHIEF)
    in_time = cards.take_back(tx, tip)
    clearing.clear(tx, desk, tip)
    tip_rows.withdraw(tx, tip.id, kind=DeliveryKind.PHOTO)
    tip = tip_rows.put_stubs_off(tx, tip, tx.now)
    if not _let_go(tx, desk, tip) and tip.state.is_open and not in_time:
        tip_rows.show_whole(tx, tip.id)
        tips.changed(tx, tip.id, carded_at=None, card_due_at=tx.now)
    return in_time


def _let_go(tx: Tx, desk: Desk, tip: Tip) -> bool:
    """Take a tip from a holder who may not read it any more, and tell them; False for nobody."""
    holder = units.get_staff(tx, tip.taken_by) if tip.taken_by is not None else None
    if not tip.state.is_open or tip.taken_by is None:
        return False
    if holder is not None and rights.may_work(holder, tip):
        return False
    tip_releasing.release(tx, tip, announced=True)
    chat = private_chat(tx, holder.id) if holder is not None else None
    if chat is not None:
        text = desk.catalogue.say(chat.language, "review.kept_from_you", ma_tin=tip.case_number)
        send(tx, desk, tip, chat, Outgoing(text=text))
    return True
