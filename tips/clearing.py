"""Take what staff typed about a tip, and the name of its topic, from where only others read now."""

from domain.tip import TipEventKind
from storage.database import Tx
from storage.deliveries.ledger import Delivery
from storage.people import addresses
from storage.tips import tip_events, typed_under
from storage.tips.tips import Tip
from tips import topics
from tips.desk import Desk, tell

_TYPED = frozenset({TipEventKind.ANSWER, TipEventKind.NOTE, TipEventKind.UNCLEAR})


def clear(tx: Tx, desk: Desk, tip: Tip) -> None:
    """Rename the topics of a tip to its number, delete what was typed, and say what may stay.

    Platforms delete for 48 hours, and only where we have the right to.
    """
    topics.rename(tx, tip)
    typed = typed_under.take(tx, tip)
    for one in typed:
        typed_under.remove(tx, tip, one, addresses.get(tx, one.address_id).group_id)
    if typed or any(event.kind in _TYPED for event in tip_events.of_tip(tx, tip)):
        tell(tx, desk, tip, "review.typed_cleared", so=str(len(typed)))


def failed(tx: Tx, desk: Desk, tip: Tip, row: Delivery) -> bool:
    """Say once that something typed could not be deleted; False when the row was to delete none."""
    if not typed_under.is_removal(tx, row.id):
        return False
    told = tip_events.last_of_kind(tx, tip.id, TipEventKind.WORDS_LEFT)
    hidden = tip_events.last_of_kind(tx, tip.id, TipEventKind.KEPT_FOR_CHIEF)
    if told is None or (hidden is not None and told < hidden):
        tip_events.add(tx, tip, TipEventKind.WORDS_LEFT)
        tell(tx, desk, tip, "review.typed_left")
    return True
