"""Two residents who turn out to be one: in every run they stand once, and get it once."""

from uuid import UUID

from sqlalchemy import select, update

from domain.delivery import DeliveryState, SkipReason
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery
from storage.tables import delivery

_RANK = {
    DeliveryState.DELIVERED: 0,
    DeliveryState.ACCEPTED: 1,
    DeliveryState.UNSURE: 2,
    DeliveryState.PENDING: 4,
}
"""What may have arrived goes before what waits, and that before what certainly did not."""
_UNDER_WAY = 3
_NOT_ARRIVED = 5


def merge(tx: Tx, kept_resident_id: UUID, other_resident_id: UUID) -> None:
    """Give the rows of one resident to another who is the same person.

    Where both have one in a run, the one that went further is the person's from now on, and goes
    on to their other chats if it certainly does not arrive; of the other nothing more is sent, but
    what was sent of it stays counted, under the resident who is no more.
    """
    ids = (kept_resident_id, other_resident_id)
    raws = tx.connection.execute(
        select(delivery)
        .where(delivery.c.resident_id.in_(ids), delivery.c.run_id.is_not(None))
        .order_by(delivery.c.id)
        .with_for_update()
    ).all()
    rows = [ledger.as_delivery(raw) for raw in raws]
    kept = {row.run_id: row for row in rows if row.resident_id == kept_resident_id}
    moves = Moves()
    for other in rows:
        if other.resident_id != other_resident_id or other.run_id not in kept:
            continue
        mine = kept[other.run_id]
        first, second = sorted((mine, other), key=_rank)
        if first is other:
            _swap(tx, mine, other)
        _leave(tx, first, second, moves)
    moves.apply(tx)
    tx.connection.execute(
        update(delivery)
        .where(
            delivery.c.resident_id == other_resident_id,
            delivery.c.run_id.is_(None) | delivery.c.run_id.not_in(list(kept)),
        )
        .values(resident_id=kept_resident_id)
    )


def _rank(row: Delivery) -> int:
    if row.state is DeliveryState.PENDING and (row.window_id is not None or row.again):
        return _UNDER_WAY
    return _RANK.get(row.state, _NOT_ARRIVED)


def _swap(tx: Tx, mine: Delivery, other: Delivery) -> None:
    """Let each of two rows of a run be the other's resident's; for an instant one is nobody's."""
    for row_id, resident_id in (
        (mine.id, None),
        (other.id, mine.resident_id),
        (mine.id, other.resident_id),
    ):
        tx.connection.execute(
            update(delivery).where(delivery.c.id == row_id).values(resident_id=resident_id)
        )


def _leave(tx: Tx, first: Delivery, second: Delivery, moves: Moves) -> None:
    """Send nothing more of the second; what is under way is looked at again if it comes back."""
    if second.state is not DeliveryState.PENDING or second.window_id is not None:
        return
    # Of a repeat the first may have arrived: that it is not repeated changes nothing of it.
    state = DeliveryState.UNSURE if second.again else DeliveryState.SKIPPED
    if _rank(first) < _NOT_ARRIVED:
        ledger.move(tx, second, state, moves, SkipReason.ELSEWHERE.value)
