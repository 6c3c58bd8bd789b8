"""When many tips wait for their cards: urgent ones come singly, the rest in turn behind one line.

A group takes twenty messages a minute (Bot API FAQ), and people read fewer. So of the others only
some come within a few minutes; a line says how many wait, with a button for their list. Each still
gets its card, and nothing of this is felt by who wrote.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from domain.delivery import DeliveryKind, Lane
from domain.messages import Button, Outgoing
from storage.database import Tx
from storage.tips import card_times, tip_rows
from storage.tips.tips import Tip
from tips.desk import Desk, readers

log = structlog.get_logger(__name__)

_MORE, _MORE_WITHIN = 6, timedelta(minutes=10)
"""How many cards of one tip come within which time; then what is added comes together."""
_A_MOMENT = timedelta(seconds=5)
LIST = "waiting"
"""The verb of the button that shows the list, and of those under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRules:
    """How many first cards of a unit come within which time, urgent ones aside; both settings."""

    most: int = 10
    within: timedelta = timedelta(minutes=3)


def hold_back(tx: Tx, tip: Tip, rules: DigestRules) -> bool:
    """Hold a tip's card while many went lately, of all or of this one; False when it may go now."""
    if tip.urgent:
        return False
    if tip.carded_at is not None:
        return _hold_more(tx, tip)
    went = card_times.carded_since(tx, tip.unit_id, tx.now - rules.within)
    going = card_times.with_topics_asked(tx, tip)
    if len(went) + going < rules.most:
        return False
    full = len(went) >= rules.most
    card_times.hold(tx, tip, went[-rules.most] + rules.within if full else tx.now + _A_MOMENT)
    return True


def _hold_more(tx: Tx, tip: Tip) -> bool:
    """Hold what was added to a tip after its card: who writes without end fills no group."""
    since = tx.now - _MORE_WITHIN
    lately = {row.put_at for row in tip_rows.cards(tx, tip.id) if row.put_at > since}
    # What single officers asked to see is no card that came by itself.
    went = sorted(at for at in lately if not tip_rows.was_asked_for(tx, tip.id, at))
    if len(went) < _MORE:
        return False
    card_times.hold(tx, tip, went[-_MORE] + _MORE_WITHIN)
    return True


def tell(tx: Tx, desk: Desk, tip: Tip, rules: DigestRules) -> None:
    """Tell the readers of a held tip's unit how many wait, at most once in the rules' time."""
    many = card_times.held(tx, tip.unit_id)
    if not many or not card_times.digest_due(tx, tip.unit_id, rules.within):
        return
    for reader in readers(tx, tip):
        label = desk.catalogue.say(reader.language, "digest.button_list")
        text = desk.catalogue.say(reader.language, "digest.waiting", so=str(many))
        desk.outbox.put(
            tx,
            reader.address.id,
            Outgoing(text=text, buttons=((Button(label, f"{LIST}:0"),),)),
            kind=DeliveryKind.NOTICE,
            lane=Lane.TALK,
            language=reader.language.value,
            group_id=reader.group_id,
        )
    log.info("cards_held", unit=str(tip.unit_id), tips=many)
