"""Write a first card anew where it stands: its time is over, or was lengthened.

It is composed as of now, with all that was said by the time it was sent. One that cannot be written
anew (split into several messages, too long by now) gets a line under it.
"""

from collections import Counter
from dataclasses import replace

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses
from storage.tips import tip_events, tip_rows
from storage.tips.tip_rows import WholeCard
from storage.tips.tips import Tip
from tips import card_facts, cards
from tips.desk import Desk, Reader, send


def renew(tx: Tx, desk: Desk, tip: Tip) -> int:
    """Write the first cards of an open tip anew; return how many stand anywhere."""
    if tip.carded_at is None or not tip.state.is_open:
        return 0
    found = tip_rows.whole_cards(tx, tip.id, put_by=tip.carded_at)
    messages = Counter(card.address_id for card in found)
    for card in found:
        if messages[card.address_id] == 1:
            _renew(tx, desk, tip, card)
    for address_id in [one for one, number in messages.items() if number > 1]:
        first = next(card for card in found if card.address_id == address_id)
        _add_line(tx, desk, tip, first)
    return len(found)


def _renew(tx: Tx, desk: Desk, tip: Tip, card: WholeCard) -> None:
    reader = _reader(tx, card)
    carded_at = tip.carded_at
    events = [
        event
        for event in tip_events.of_tip(tx, tip)
        if carded_at is not None and event.at <= carded_at
    ]
    composed = cards.compose(tx, desk, replace(tip, carded_at=None), events, reader)
    anew = replace(composed, edits=card.message_id, reply_to=None)
    able = desk.outbox.able(reader.address.channel)
    can_edit = able is None or able.edits
    if not can_edit or not desk.outbox.fits_one_message(reader.address.channel, composed):
        _add_line(tx, desk, tip, card)
        return
    ledger.put(
        tx,
        ledger.NewDelivery(
            # As the line to which a closed tip's card is reduced, and in its lane: that comes last.
            kind=DeliveryKind.STUB,
            lane=Lane.ROUTINE,
            address_id=card.address_id,
            language=card.language,
            outgoing=anew,
            group_id=card.group_id,
            tip_id=tip.id,
        ),
    )


def _add_line(tx: Tx, desk: Desk, tip: Tip, card: WholeCard) -> None:
    reader = _reader(tx, card)
    lines = [
        desk.catalogue.say(reader.language, "review.one_line", ma_tin=tip.case_number),
        *card_facts.lines(tx, desk, tip, reader.language),
    ]
    send(tx, desk, tip, reader, Outgoing(text="\n".join(lines), reply_to=card.message_id))


def _reader(tx: Tx, card: WholeCard) -> Reader:
    return Reader(addresses.get(tx, card.address_id), card.group_id, Language(card.language))
