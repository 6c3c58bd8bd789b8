"""Clearing a review group that is let go: what stands in it is taken from there before we leave."""

from uuid import UUID

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.tips import media_views, tip_rows, tips
from tips import cards, photos
from tips.desk import Desk


def standing(tx: Tx, address_id: UUID) -> int:
    """Return how many cards with words stand in a chat."""
    return len(tip_rows.standing_in(tx, address_id))


def clear(tx: Tx, desk: Desk, address_id: UUID) -> None:
    """Take photos back, reduce cards to a line, and let what is still to come go elsewhere.

    To be called once the chat is no group of ours any more, and before we leave it: in the lane of
    leaving, so that it is done first.
    """
    for tip_id in tip_rows.coming_to(tx, address_id):
        known = tips.locked(tx, tip_id)
        if known is not None:
            tip_rows.withdraw(tx, tip_id, kind=DeliveryKind.PHOTO)
            cards.take_back(tx, known)
    photos.take_back(tx, media_views.standing_in(tx, address_id))
    for tip_id, card in tip_rows.standing_in(tx, address_id):
        tip = tips.get(tx, tip_id)
        if tip is None:
            continue
        line = desk.catalogue.say(
            Language(card.language), "review.stub_left", ma_tin=tip.case_number
        )
        ledger.put(
            tx,
            ledger.NewDelivery(
                kind=DeliveryKind.STUB,
                lane=Lane.TALK,
                address_id=card.address_id,
                language=card.language,
                outgoing=Outgoing(text=line, edits=card.message_id),
                group_id=card.group_id,
                tip_id=tip_id,
                amends=card.attempt_id,
            ),
        )
