"""Receipts: what a platform tells of messages of ours, also before we know the message ourselves.

They prove that it arrived, and absence proves nothing. A state goes only upward by them, and the
instant at which a row was settled stays: a message belongs to the day on which it went.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import IntFlag
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Uuid,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)

from domain.delivery import DeliveryKind, DeliveryState, Facet
from domain.messages import ChatKind, ReceiptEvent, ReceiptKind
from storage.accounts import traits
from storage.database import Tx
from storage.deliveries import being_sent, ledger
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery, as_delivery
from storage.people import addresses
from storage.tables import attempt, delivery, early_receipt
from storage.tables.deliveries import PENDING, UNSURE
from storage.types import UtcDateTime
from storage.upsert import put_new

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=7)
"""How long a receipt waits for the message that it is about."""
_AT_ONCE = timedelta(minutes=10)
"""Within this of a send of unknown fate a receipt for no message that we know is about that one."""


_FOREIGN = "foreign"
"""Kept in place of receipts for a message that went out in our name, and is none of ours."""
_ECHOED = "echoed"
"""Kept of an echo of what is still being sent."""


class Told(IntFlag):
    """What receipts told of one message; whoever saw it has it, and so has the platform."""

    NOTHING = 0
    TAKEN = 1
    DELIVERED = 3
    SEEN = 7


class InDoubt(NamedTuple):
    """A row of which nobody knows whether it arrived, and its newest attempt."""

    row: Delivery
    attempt_id: UUID


class SentAs(NamedTuple):
    """A message as the platform knows it."""

    address_id: UUID
    message_id: str


def note(tx: Tx, account_id: UUID, receipt: ReceiptEvent) -> None:
    """Take a receipt for a private message of ours; one for an unknown message waits for it."""
    if receipt.chat.kind is not ChatKind.PRIVATE:
        return
    where = addresses.find(tx, account_id, receipt.chat.chat_id)
    if where is None:
        return
    row = ledger.by_message(tx, where.id, receipt.message_id, lock=True)
    if row is None:
        row = _known_by_now(tx, where.id, receipt.message_id)
    if row is None and _is_foreign(tx, where.id, receipt.message_id):
        return
    if row is None and not traits.has(tx, account_id, traits.ECHOES):
        row = _of_unknown_fate(tx, where.id, receipt)
    if row is None or row.window_id is not None:
        # What is being sent is its worker's, who will look for it when settling.
        _keep(tx, where.id, receipt)
        return
    moves = Moves()
    fold(tx, row, _told(receipt.receipt.value), moves)
    moves.apply(tx)


def _known_by_now(tx: Tx, address_id: UUID, message_id: str) -> Delivery | None:
    """Return the row of a message once nobody is just settling what is being sent to its chat.

    Whoever settles that row next will see what we keep.
    """
    tx.connection.execute(_LOCK_SENDING, {"address": address_id})
    return ledger.by_message(tx, address_id, message_id, lock=True)


def fold(tx: Tx, row: Delivery, told: Told, moves: Moves) -> None:
    """Let `moves` write what receipts tell of a row that lies in no open window."""
    if row.state in (DeliveryState.UNSURE, DeliveryState.PENDING):
        ledger.move(tx, row, DeliveryState.DELIVERED, moves)
    elif row.state is DeliveryState.ACCEPTED:
        moves.write(row.id, state=DeliveryState.DELIVERED.value)
        if row.run_id is not None:
            after = (DeliveryState.DELIVERED, row.reason)
            moves.shift(ledger.key_of(row), ledger.standing(row), after)
    elif row.state is not DeliveryState.DELIVERED:
        return
    if told is Told.SEEN:
        see(tx, row, moves)


def raise_by(tx: Tx, delivery_id: UUID, told: Told) -> None:
    """Take what receipts told of a message that has just become known."""
    if Told.DELIVERED not in told:
        return
    for row in ledger.locked(tx, [delivery_id]).values():
        moves = Moves()
        fold(tx, row, told, moves)
        moves.apply(tx)


def note_foreign(tx: Tx, address_id: UUID, message_id: str) -> None:
    """Remember that a message is none of ours, and forget what receipts told of it."""
    lookups = tx.keys.hashes(_purpose(address_id), message_id)
    tx.connection.execute(delete(early_receipt).where(early_receipt.c.lookup.in_(lookups)))
    _put(tx, address_id, message_id, _FOREIGN)


def note_echoed(tx: Tx, address_id: UUID, message_id: str) -> None:
    """Remember that what is being sent became a message."""
    _put(tx, address_id, message_id, _ECHOED)


def see(tx: Tx, row: Delivery, moves: Moves) -> None:
    """Note once that a message was seen."""
    if row.kind is DeliveryKind.POST:
        return
    result = tx.connection.execute(_SEE, {"row": row.id, "now": tx.now})
    if result.rowcount and row.run_id is not None:
        moves.add(ledger.key_of(row), Facet.SEEN.value)


def early(tx: Tx, messages: Sequence[SentAs]) -> Mapping[SentAs, Told]:
    """Take out what receipts told of messages before we knew them ourselves."""
    hashes = {
        lookup: message
        for message in messages
        for lookup in tx.keys.hashes(_purpose(message.address_id), message.message_id)
    }
    if not hashes:
        return {}
    found: dict[SentAs, Told] = defaultdict(lambda: Told.NOTHING)
    rows = tx.connection.execute(_EARLY, {"lookups": list(hashes)}).all()
    for row in rows:
        found[hashes[row.lookup]] |= _told(row.kind)
    if rows:
        tx.connection.execute(
            delete(early_receipt).where(early_receipt.c.id.in_([row.id for row in rows]))
        )
    return found


def since_attempt(tx: Tx, address_id: UUID, attempt_id: UUID) -> Told:
    """Take out what receipts tell of a send of unknown fate: to one chat one goes at a time.

    Where echoes come, only an echo of it says which receipts are its own.
    """
    opened = select(attempt.c.opened_at).where(attempt.c.id == attempt_id).scalar_subquery()
    since: tuple[ColumnElement[bool], ...] = (
        early_receipt.c.address_id == address_id,
        early_receipt.c.at >= opened,
        early_receipt.c.kind != _FOREIGN,
    )
    if traits.has(tx, addresses.get(tx, address_id).account_id, traits.ECHOES):
        echoed = select(early_receipt.c.lookup).where(*since, early_receipt.c.kind == _ECHOED)
        since = (*since, early_receipt.c.lookup.in_(echoed))
    rows = tx.connection.execute(
        delete(early_receipt).where(*since).returning(early_receipt.c.kind)
    ).scalars()
    told = Told.NOTHING
    for kind in rows.all():
        told |= _told(kind)
    return told


def of_dead_window(tx: Tx, window_id: UUID) -> Mapping[UUID, Told]:
    """Take out, by row, what receipts and echoes told of sends whose worker never said."""
    tries = tx.connection.execute(
        select(attempt.c.delivery_id, attempt.c.address_id, attempt.c.id).where(
            attempt.c.window_id == window_id,
            attempt.c.outcome.is_(None),
            exists().where(early_receipt.c.address_id == attempt.c.address_id),
        )
    ).all()
    return {one.delivery_id: since_attempt(tx, one.address_id, one.id) for one in tries}


def forget_of(tx: Tx, address_id: UUID) -> None:
    """Forget what waits of a chat."""
    tx.connection.execute(delete(early_receipt).where(early_receipt.c.address_id == address_id))


def forget_old(tx: Tx, limit: int = 1000) -> int:
    """Forget up to `limit` receipts for messages that never became known; return how many."""
    old = select(early_receipt.c.id).where(early_receipt.c.at < tx.now - KEPT_FOR).limit(limit)
    return tx.connection.execute(delete(early_receipt).where(early_receipt.c.id.in_(old))).rowcount


def _told(kind: str) -> Told:
    if kind == _FOREIGN:
        return Told.NOTHING
    if kind == _ECHOED:
        return Told.TAKEN
    return Told.SEEN if kind == ReceiptKind.SEEN.value else Told.DELIVERED


def _purpose(address_id: UUID) -> str:
    return f"receipt:{address_id.hex}"


def _keep(tx: Tx, address_id: UUID, receipt: ReceiptEvent) -> None:
    _put(tx, address_id, receipt.message_id, receipt.receipt.value)


def _is_foreign(tx: Tx, address_id: UUID, message_id: str) -> bool:
    lookups = tx.keys.hashes(_purpose(address_id), message_id)
    query = select(early_receipt.c.id).where(
        early_receipt.c.lookup.in_(lookups), early_receipt.c.kind == _FOREIGN
    )
    return tx.connection.execute(query).first() is not None


def _put(tx: Tx, address_id: UUID, message_id: str, kind: str) -> None:
    put_new(
        tx,
        early_receipt,
        id=tx.new_id(),
        address_id=address_id,
        lookup=tx.keys.hash(_purpose(address_id), message_id),
        kind=kind,
        at=tx.now,
    )


def in_doubt(tx: Tx, address_id: UUID) -> InDoubt | None:
    """Return the one message of a chat of which nobody knows whether it arrived, just sent.

    It may lie in an open window. With two of them nobody can tell.
    """
    here = delivery.c.address_id == address_id
    doubted = or_(
        and_(here, UNSURE),
        and_(here, PENDING, or_(delivery.c.window_id.is_not(None), delivery.c.again)),
    )
    tries = tx.connection.execute(
        select(delivery, attempt.c.id.label("attempt_id"), attempt.c.opened_at)
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(doubted, attempt.c.address_id == address_id, attempt.c.message_id.is_(None))
        .order_by(attempt.c.id.desc())
        .with_for_update(of=delivery)
    ).all()
    if len({one.id for one in tries}) != 1:
        return None
    last = tries[0]
    if not timedelta() <= tx.now - last.opened_at <= _AT_ONCE:
        return None
    return InDoubt(as_delivery(last), last.attempt_id)


def _of_unknown_fate(tx: Tx, address_id: UUID, receipt: ReceiptEvent) -> Delivery | None:
    """Return the one message that a receipt can be about; its id is known from now on."""
    found = in_doubt(tx, address_id)
    if found is None or found.row.window_id is not None:
        return None
    known = {"message_id": receipt.message_id}
    tx.connection.execute(update(attempt).where(attempt.c.id == found.attempt_id).values(known))
    log.info("receipt_of_unknown_fate", delivery=str(found.row.id))
    return found.row


# Asked for each receipt and each window, so they are built once.
_SEE = (
    update(delivery)
    .where(delivery.c.id == bindparam("row", type_=Uuid), delivery.c.seen_at.is_(None))
    .values(seen_at=bindparam("now", type_=UtcDateTime))
)
_LOCK_SENDING = select(delivery.c.id).where(being_sent.ON_ITS_WAY).with_for_update()
_EARLY = (
    select(early_receipt)
    .where(early_receipt.c.lookup.in_(bindparam("lookups", expanding=True, type_=LargeBinary)))
    .with_for_update()
)
