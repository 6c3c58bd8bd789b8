"""An article goes out in steps of one row: what a step told is kept before the next."""

import structlog

from domain.delivery import DeliveryKind
from domain.messages import Effect, EffectKind, Outgoing
from storage.codec import write_outgoing
from storage.database import Tx
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery, content
from storage.sealing import KeysUnusable, Place

log = structlog.get_logger(__name__)


def go_on(tx: Tx, row: Delivery, effect: Effect, moves: Moves) -> None:
    """Let a row wait for its next step: what the platform told is kept in this transaction."""
    payload = tx.keys.seal(
        write_outgoing(Outgoing(text="", effect=effect)), Place("delivery", "payload", row.id)
    )
    moves.write(row.id, window_id=None, reason=None, payload=payload)


def only_asked(tx: Tx, row: Delivery) -> bool:
    """Tell whether an article's step was one that changes nothing, however often it is done."""
    if row.kind is not DeliveryKind.ARTICLE:
        return False
    try:
        words = content(tx, row.id)
    except (KeysUnusable, ValueError, LookupError) as error:
        # What it was cannot be told any more, so it may have been one that must not go twice.
        log.error("unreadable", delivery=str(row.id), error=type(error).__name__)
        return False
    effect = words.effect if words is not None else None
    return effect is not None and effect.kind is EffectKind.AWAIT_ARTICLE
