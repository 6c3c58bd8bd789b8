"""Reduce the cards of a closed or erased tip to a line without words and buttons.

So are those of a tip that is for the chief alone from now on, where others can see them.

An edit is a row of the ledger like any other (`Outgoing.edits`), at most one per message: what a
crash interrupts is done again, and doing it twice changes nothing. New cards go before it.
"""

from datetime import timedelta
from functools import partial

import structlog

from domain.clock import show_time
from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Outgoing
from domain.tip import Secrecy, TipEventKind, TipState
from storage.database import Tx
from storage.deliveries import ledger
from storage.savepoints import Spoiled, apart
from storage.tips import tip_events, tip_rows
from storage.tips.tip_rows import WholeCard
from storage.tips.tips import Tip
from tips import topics
from tips.desk import Desk, chiefs

log = structlog.get_logger(__name__)

_READ_FOR = timedelta(days=1)
"""How long a card stays that came only when its tip was closed, or whose writer took it back:
somebody must have had the time to read it."""
_ON_THEIR_WAY = timedelta(seconds=30)


def reduce_due(tx: Tx, desk: Desk, limit: int = 20) -> None:
    """Reduce the cards of tips that are due for it."""
    for tip in tip_rows.stubs_due(tx, limit):
        try:
            apart(tx, partial(_reduce, tx, desk, tip))
        except Spoiled as fault:
            log.error("stub_fault", tip=str(tip.id), fault=str(fault))
            tip_rows.put_stubs_off(tx, tip, tx.now + _READ_FOR)


def _reduce(tx: Tx, desk: Desk, tip: Tip) -> None:
    if tip.state.is_open:
        _hide(tx, desk, tip)
        return
    erased = tip.state is TipState.ERASED
    closed_at = tip.closed_at or tx.now
    late = erased or tx.now >= closed_at + _READ_FOR
    if late or not tip.taken_back:
        for card in tip_rows.whole_cards(tx, tip.id, settled_by=None if late else closed_at):
            _put(tx, tip, card, _line(desk, tip, Language(card.language)))
    if tip.cut_at is not None and not erased:
        _tell_of_cut(tx, desk, tip)
    topics.end(tx, tip)
    waits = not late or tip_rows.has_pending_cards(tx, tip.id)
    due_at = max(closed_at, tx.now if late else closed_at) + _READ_FOR
    tip_rows.put_stubs_off(tx, tip, due_at if waits else None)


def _hide(tx: Tx, desk: Desk, tip: Tip) -> None:
    """Take the words of a tip that is kept for the chief from where others can see them."""
    since = tip_events.last_of_kind(tx, tip.id, TipEventKind.KEPT_FOR_CHIEF)
    if since is None or tip.secrecy is not Secrecy.CHIEF:
        tip_rows.put_stubs_off(tx, tip, None)
        return
    theirs = {reader.address.id for reader in chiefs(tx, tip)}
    for card in tip_rows.whole_cards(tx, tip.id, put_by=since):
        if card.address_id not in theirs:
            language = Language(card.language)
            line = desk.catalogue.say(language, "review.stub_hidden", ma_tin=tip.case_number)
            _put(tx, tip, card, line)
    waits = tip_rows.has_pending_cards(tx, tip.id)
    tip_rows.put_stubs_off(tx, tip, tx.now + _ON_THEIR_WAY if waits else None)


def _tell_of_cut(tx: Tx, desk: Desk, tip: Tip) -> None:
    """Say in what is left of the cards that their writer can be answered no more."""
    for stub in tip_rows.whole_stubs(tx, tip.id):
        language = Language(stub.language)
        lines = [_line(desk, tip, language), desk.catalogue.say(language, "keeping.stub_cut")]
        _put(tx, tip, stub, "\n".join(lines))


def _put(tx: Tx, tip: Tip, card: WholeCard, text: str) -> None:
    ledger.put(
        tx,
        ledger.NewDelivery(
            kind=DeliveryKind.STUB,
            lane=Lane.ROUTINE,
            address_id=card.address_id,
            language=card.language,
            outgoing=Outgoing(text=text, edits=card.message_id),
            group_id=card.group_id,
            tip_id=tip.id,
            amends=card.attempt_id,
        ),
    )


def _line(desk: Desk, tip: Tip, language: Language) -> str:
    if tip.state is TipState.ERASED or tip.outcome is None or tip.closed_at is None:
        return desk.catalogue.say(language, "review.erased", ma_tin=tip.case_number)
    return desk.catalogue.say(
        language,
        "review.stub",
        ma_tin=tip.case_number,
        ket_qua=desk.catalogue.say(language, f"review.outcome_{tip.outcome.value}"),
        luc=show_time(tip.closed_at),
    )
