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
from sqlalchemy import LargeBinary, Uuid, bindparam, delete, or_, select, update

from domain.delivery import DeliveryKind, DeliveryState, Facet
from domain.messages import ChatKind, ReceiptEvent, ReceiptKind
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery, as_delivery
from storage.people import addresses
from storage.tables import attempt, delivery, early_receipt
from storage.types import UtcDateTime
from storage.upsert import insert_into

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=7)
"""How long a receipt waits for the message that it is about."""
_AT_ONCE = timedelta(minutes=10)
"""Within this of a send of unknown fate a receipt for no message that we know is about that one."""


class Told(IntFlag):
    """What receipts told of one message; whoever saw it has it."""

    NOTHING = 0
    DELIVERED = 1
    SEEN = 3


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
        row = _of_unknown_fate(tx, where.id, receipt)
    if row is None or row.window_id is not None:
        # What is being sent is its worker's, who will look for it when settling.
        _keep(tx, where.id, receipt)
        return
    moves = Moves()
    fold(tx, row, _told(receipt.receipt), moves)
    moves.apply(tx)


def fold(tx: Tx, row: Delivery, told: Told, moves: Moves) -> None:
    """Let `moves` write what receipts tell of a row that lies in no open window."""
    doubted = row.state is DeliveryState.UNSURE or (
        row.state is DeliveryState.PENDING and row.again
    )
    if doubted:
        ledger.move(tx, row, DeliveryState.DELIVERED, moves)
    elif row.state is DeliveryState.ACCEPTED:
        moves.write(row.id, state=DeliveryState.DELIVERED.value)
        if row.run_id is not None:
            moves.shift(ledger.key_of(row), row.state, DeliveryState.DELIVERED)
    elif row.state is not DeliveryState.DELIVERED:
        return
    if told is Told.SEEN:
        see(tx, row, moves)


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
        found[hashes[row.lookup]] |= _told(ReceiptKind(row.kind))
    if rows:
        tx.connection.execute(
            delete(early_receipt).where(early_receipt.c.id.in_([row.id for row in rows]))
        )
    return found


def since_attempt(tx: Tx, address_id: UUID, attempt_id: UUID) -> Told:
    """Take out what receipts tell of a send of unknown fate: to one chat one goes at a time."""
    opened = select(attempt.c.opened_at).where(attempt.c.id == attempt_id).scalar_subquery()
    rows = tx.connection.execute(
        delete(early_receipt)
        .where(early_receipt.c.address_id == address_id, early_receipt.c.at >= opened)
        .returning(early_receipt.c.kind)
    ).scalars()
    told = Told.NOTHING
    for kind in rows.all():
        told |= _told(ReceiptKind(kind))
    return told


def forget_of(tx: Tx, address_id: UUID) -> None:
    """Forget what waits of a chat."""
    tx.connection.execute(delete(early_receipt).where(early_receipt.c.address_id == address_id))


def forget_old(tx: Tx, limit: int = 1000) -> int:
    """Forget up to `limit` receipts for messages that never became known; return how many."""
    old = select(early_receipt.c.id).where(early_receipt.c.at < tx.now - KEPT_FOR).limit(limit)
    return tx.connection.execute(delete(early_receipt).where(early_receipt.c.id.in_(old))).rowcount


def _told(kind: ReceiptKind) -> Told:
    return Told.SEEN if kind is ReceiptKind.SEEN else Told.DELIVERED


def _purpose(address_id: UUID) -> str:
    return f"receipt:{address_id.hex}"


def _keep(tx: Tx, address_id: UUID, receipt: ReceiptEvent) -> None:
    tx.connection.execute(
        insert_into(tx, early_receipt)
        .values(
            id=tx.new_id(),
            address_id=address_id,
            lookup=tx.keys.hash(_purpose(address_id), receipt.message_id),
            kind=receipt.receipt.value,
            at=tx.now,
        )
        .on_conflict_do_nothing()
    )


def _of_unknown_fate(tx: Tx, address_id: UUID, receipt: ReceiptEvent) -> Delivery | None:
    """Return the one message of a chat of which nobody knows whether it arrived, just sent.

    Its id is known from now on. With two of them, or with one under way, nobody can tell.
    """
    doubted = or_(
        delivery.c.state == DeliveryState.UNSURE.value,
        (delivery.c.state == DeliveryState.PENDING.value)
        & or_(delivery.c.window_id.is_not(None), delivery.c.again),
    )
    tries = tx.connection.execute(
        select(delivery, attempt.c.id.label("attempt_id"), attempt.c.opened_at)
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(
            attempt.c.address_id == address_id,
            attempt.c.message_id.is_(None),
            delivery.c.address_id == address_id,
            doubted,
        )
        .order_by(attempt.c.id.desc())
        .with_for_update(of=delivery)
    ).all()
    if len({one.id for one in tries}) != 1:
        return None
    last = tries[0]
    if last.window_id is not None or not timedelta() <= tx.now - last.opened_at <= _AT_ONCE:
        return None
    tx.connection.execute(
        update(attempt).where(attempt.c.id == last.attempt_id).values(message_id=receipt.message_id)
    )
    row = as_delivery(last)
    log.info("receipt_of_unknown_fate", delivery=str(row.id))
    return row


# Asked for each receipt and each window, so they are built once.
_SEE = (
    update(delivery)
    .where(delivery.c.id == bindparam("row", type_=Uuid), delivery.c.seen_at.is_(None))
    .values(seen_at=bindparam("now", type_=UtcDateTime))
)
_EARLY = (
    select(early_receipt)
    .where(early_receipt.c.lookup.in_(bindparam("lookups", expanding=True, type_=LargeBinary)))
    .with_for_update()
)
