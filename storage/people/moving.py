"""A chat that gets a new platform id: what named a message in the old one names nothing there."""

from uuid import UUID

import structlog
from sqlalchemy import select

from domain.delivery import DeliveryKind, DeliveryState
from domain.failures import Until
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery
from storage.groups import group_links, post_copies, public_words
from storage.people import addresses
from storage.tables import delivery
from storage.tables.deliveries import DUE
from storage.tips import typed_under

log = structlog.get_logger(__name__)

_ON_A_MESSAGE = (DeliveryKind.EFFECT.value, DeliveryKind.STUB.value)
_MOVED = "gone: the chat has moved"


def move_chat(tx: Tx, address_id: UUID, platform_id: str) -> bool:
    """Give an address its new platform id, and drop what waits to be done to an old message.

    Done in the new chat it would meet another message, of somebody else perhaps. Returns False
    when a connected group has that id already: then the address is dead.
    """
    account_id = addresses.home(tx, address_id).account_id
    here = addresses.find(tx, account_id, platform_id)
    if here is not None and here.id == address_id:
        # Told a second time: what was sent and heard since then is in the new chat.
        return True
    if here is not None and here.group_id is not None:
        # Two addresses of one group, one by a name that is dead: the living one goes on.
        known = addresses.get(tx, address_id)
        if known.group_id is not None:
            group_links.disconnect(tx, known.group_id)
        addresses.mark_unreachable(tx, address_id, Until.FOREVER)
        return False
    addresses.relocate(tx, address_id, platform_id)
    public_words.forget_in(tx, address_id)
    typed_under.forget_in(tx, address_id)
    post_copies.forget_in(tx, address_id)
    rows = tx.connection.execute(
        select(delivery)
        .where(DUE, delivery.c.address_id == address_id, delivery.c.kind.in_(_ON_A_MESSAGE))
        .with_for_update()
    ).all()
    moves = Moves()
    for raw in rows:
        drop_if_lost(tx, ledger.as_delivery(raw), moves)
    moves.apply(tx)
    return True


def drop_if_lost(tx: Tx, row: Delivery, moves: Moves) -> bool:
    """Refuse a row that acts on a message of the old chat; False for any other."""
    if row.kind.value not in _ON_A_MESSAGE:
        return False
    outgoing = ledger.content(tx, row.id)
    effect = outgoing.effect if outgoing is not None else None
    if outgoing is None or (outgoing.edits is None and (effect is None or not effect.message_id)):
        return False
    ledger.move(tx, row, DeliveryState.REFUSED, moves, _MOVED)
    log.info("not_done_after_move", delivery=str(row.id))
    return True
