"""Taking over: windows whose worker died are closed, and nobody knows what became of their rows."""

from uuid import UUID

from sqlalchemy import delete, or_, select, true

from domain.delivery import Unknowable
from domain.door import OPEN, Door
from storage.database import Tx
from storage.deliveries import attempts, receipts, typed_numbers, use, waits
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import as_delivery
from storage.deliveries.settling import WORKER_DIED, Settled, apply, note_cost
from storage.tables import attempt, delivery
from storage.tables import send_window as window


def take_over(tx: Tx, account_id: UUID, door: Door = OPEN, *, all_dead: bool = False) -> int:
    """Close windows whose lease has ended; nobody knows what became of their rows.

    `all_dead` says that no other worker can be alive (a lock tells so at the start): then every
    window is closed at once. Returns how many rows were left in the dark.
    """
    # What would end later than any lease was taken before the clock was put back.
    far = window.c.lease_until > tx.now + waits.LONGEST
    gone = true() if all_dead else or_(window.c.lease_until < tx.now, far)
    dead = tx.connection.execute(
        select(window.c.id).where(window.c.account_id == account_id, gone).with_for_update()
    ).scalars()
    moves, rows = Moves(), 0
    for window_id in list(dead):
        opened = attempts.under_way(tx, window_id)
        told = receipts.of_dead_window(tx, window_id)
        for raw in opened:
            apply(tx, as_delivery(raw), Unknowable(WORKER_DIED), moves, told.get(raw.id))
            rows += 1
        typed_numbers.keep(tx, door, map(as_delivery, opened))
        _count_dead(tx, account_id, window_id, moves)
        attempts.give_up(tx, window_id)
        tx.connection.execute(delete(window).where(window.c.id == window_id))
    moves.apply(tx)
    return rows


def _count_dead(tx: Tx, account_id: UUID, window_id: UUID, moves: Moves) -> None:
    """Count what a dead worker may have sent, where an account's messages are counted."""
    rows = tx.connection.execute(
        select(delivery, attempt.c.paid)
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(
            delivery.c.window_id == window_id,
            attempt.c.window_id == window_id,
            attempt.c.outcome.is_(None),
            attempt.c.paid.is_not(None),
        )
    ).all()
    for row in rows:
        died = Settled(row.id, row.id, Unknowable(WORKER_DIED), paid=row.paid)
        note_cost(tx, as_delivery(row), died, moves)
    use.add(tx, account_id, len(rows), sum(bool(row.paid) for row in rows))
