"""Erase what tells of a resident; what must stay is cut off from them and points to nobody.

The resident's row stays as a tombstone, so that figures and the proofs of consent keep their row.
An address loses its hash at once, so whoever writes from that chat again is a stranger, and its
sealed chat id as soon as the receipt of the erasure is out. Each tip gets an address of its own
that leads nowhere: two tips of one person cannot be lined up any more, and nobody can be answered.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update

from domain.delivery import DeliveryState, SkipReason
from domain.failures import Until
from domain.language import Language
from domain.messages import ChatKind
from domain.tip import TipState
from storage import addresses
from storage.counters import Moves
from storage.database import Tx
from storage.ledger import as_delivery, move
from storage.residents import Wish
from storage.sealing import Place
from storage.tables import address, attempt, delivery, dialogue, inbox, resident, tip, tip_event
from storage.tables.deliveries import DUE
from storage.tables.intake import NEW

RECEIPT_WITHIN = timedelta(hours=24)
"""How long the sealed chat id is kept at most, only to send the receipt of the erasure."""


def erase(tx: Tx, resident_id: UUID) -> bool:
    """Erase a resident; False when they are erased already."""
    query = select(resident.c.erased_at).where(resident.c.id == resident_id).with_for_update()
    if tx.connection.execute(query).scalar_one() is not None:
        return False
    query = select(address.c.id).where(address.c.resident_id == resident_id).with_for_update()
    for address_id in tx.connection.execute(query).scalars().all():
        _skip_waiting(tx, address_id)
        _cut_tips(tx, address_id)
        _drop_talk(tx, address_id)
        tx.connection.execute(delete(dialogue).where(dialogue.c.address_id == address_id))
        _cut_address(tx, address_id)
    tx.connection.execute(
        update(tip).where(tip.c.resident_id == resident_id).values(resident_id=None)
    )
    tx.connection.execute(
        update(resident)
        .where(resident.c.id == resident_id)
        .values(
            area_code=None,
            language=Language.VI.value,
            language_chosen=False,
            wish=Wish.STOPPED.value,
            wish_at=tx.now,
            invited_by=None,
            words_aside=None,
            erased_at=tx.now,
        )
    )
    return True


def forget_addresses(tx: Tx, limit: int = 200) -> int:
    """Destroy the sealed chat ids whose last message is out or too late; return how many."""
    waiting = exists().where(
        delivery.c.address_id == address.c.id,
        delivery.c.state == DeliveryState.PENDING.value,
    )
    found = tx.connection.execute(
        select(address.c.id)
        .where(address.c.forget_at.is_not(None), or_(address.c.forget_at <= tx.now, ~waiting))
        .limit(limit)
        .with_for_update()
    ).scalars()
    ids = list(found)
    for address_id in ids:
        _skip_waiting(tx, address_id)
        _drop_talk(tx, address_id)
        values = {"platform_id": _nowhere(tx, address_id), "forget_at": None}
        tx.connection.execute(update(address).where(address.c.id == address_id).values(values))
        addresses.mark_unreachable(tx, address_id, Until.FOREVER)
    return len(ids)


def drop_newcomer(tx: Tx, resident_id: UUID, address_id: UUID) -> bool:
    """Take back what was made of somebody in this very transaction; False for anybody else."""
    made: datetime = tx.connection.execute(
        select(resident.c.created_at).where(resident.c.id == resident_id)
    ).scalar_one()
    if made != tx.now:
        return False
    tx.connection.execute(delete(address).where(address.c.id == address_id))
    tx.connection.execute(delete(resident).where(resident.c.id == resident_id))
    return True


def tips_of(tx: Tx, resident_id: UUID) -> int:
    """Return how many tips are kept that lead to a resident."""
    mine = select(address.c.id).where(address.c.resident_id == resident_id)
    query = (
        select(func.count())
        .select_from(tip)
        .where(or_(tip.c.resident_id == resident_id, tip.c.address_id.in_(mine)))
        .where(tip.c.state != TipState.ERASED.value)
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def _skip_waiting(tx: Tx, address_id: UUID) -> None:
    moves = Moves()
    query = select(delivery).where(delivery.c.address_id == address_id, DUE).with_for_update()
    for row in tx.connection.execute(query).all():
        known = as_delivery(row)
        move(tx, known, DeliveryState.SKIPPED, moves, SkipReason.OPTED_OUT.value)
    moves.apply(tx)


def _cut_tips(tx: Tx, address_id: UUID) -> None:
    """Give each tip an address of its own that leads nowhere, and take away its way back."""
    own = (delivery.c.address_id == address_id) & delivery.c.tip_id.is_not(None)
    tx.connection.execute(update(delivery).where(own).values(tip_id=None, failed_at=None))
    unsure = (delivery.c.address_id == address_id) & delivery.c.payload.is_not(None)
    unsure &= delivery.c.state == DeliveryState.UNSURE.value
    tx.connection.execute(update(delivery).where(unsure).values(payload=None))
    account_id = addresses.get(tx, address_id).account_id
    ids = tx.connection.execute(
        select(tip.c.id).where(tip.c.address_id == address_id).with_for_update()
    ).scalars()
    for tip_id in ids.all():
        blank = _blank(tx, account_id)
        tx.connection.execute(
            update(tip).where(tip.c.id == tip_id).values(address_id=blank, resident_id=None)
        )
        theirs = (tip_event.c.tip_id == tip_id) & tip_event.c.staff_id.is_(None)
        tx.connection.execute(update(tip_event).where(theirs).values(message_lookup=None))


def _drop_talk(tx: Tx, address_id: UUID) -> None:
    """Drop what was said outside any run: its instants would tell which tips it was about.

    What is on its way is left to its worker; nothing of a member of staff's is dropped.
    """
    if addresses.get(tx, address_id).staff_id is not None:
        return
    talk = (
        select(delivery.c.id)
        .where(
            delivery.c.address_id == address_id,
            delivery.c.run_id.is_(None),
            delivery.c.window_id.is_(None),
        )
        .scalar_subquery()
    )
    tx.connection.execute(delete(attempt).where(attempt.c.delivery_id.in_(talk)))
    tx.connection.execute(delete(delivery).where(delivery.c.id.in_(talk)))


def _cut_address(tx: Tx, address_id: UUID) -> None:
    """Let the address be found no more; one of our own people stays theirs."""
    known = addresses.get(tx, address_id)
    values: dict[str, object] = {"resident_id": None}
    if known.staff_id is None:
        _cut_inbox(tx, known.account_id, addresses.chat_of(tx, address_id).chat_id)
        values |= {"lookup": _no_lookup(), "forget_at": tx.now + RECEIPT_WITHIN}
    tx.connection.execute(update(address).where(address.c.id == address_id).values(**values))


def _cut_inbox(tx: Tx, account_id: UUID, chat_id: str) -> None:
    """Empty what came from the chat and was set aside; what is being handled ends by itself."""
    lookups = tx.keys.hashes(f"order:{account_id.hex}", f"chat:{chat_id}")
    tx.connection.execute(
        update(inbox)
        .where(inbox.c.account_id == account_id, inbox.c.order_lookup.in_(lookups), ~NEW)
        .values(order_lookup=_no_lookup(), body=None)
    )


def _blank(tx: Tx, account_id: UUID) -> UUID:
    new_id = tx.new_id()
    tx.connection.execute(
        address.insert().values(
            id=new_id,
            account_id=account_id,
            kind=ChatKind.PRIVATE.value,
            lookup=_no_lookup(),
            platform_id=_nowhere(tx, new_id),
            unreachable=Until.FOREVER.value,
            unreachable_at=tx.now,
        )
    )
    return new_id


def _nowhere(tx: Tx, address_id: UUID) -> bytes:
    return tx.keys.seal("erased", Place("address", "platform_id", address_id))


def _no_lookup() -> bytes:
    """Return what is no hash of anything: a hash begins with its key's version, never with 0."""
    return b"\x00" + secrets.token_bytes(32)
