"""Taking over: windows whose worker died are closed, and nobody knows what became of their rows."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, true

from domain.delivery import DeliveryState, Unknowable
from domain.door import OPEN, Door
from storage.database import Tx
from storage.deliveries import attempts, receipts, typed_numbers, use, waits
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery, as_delivery, move
from storage.deliveries.receipts import Told
from storage.deliveries.settling import WORKER_DIED, Settled, apply, note_cost
from storage.savepoints import Spoiled, apart
from storage.tables import account, attempt
from storage.tables import send_window as window
from storage.tables.deliveries import UNDER_WAY

log = structlog.get_logger(__name__)

_DIED = Unknowable(WORKER_DIED)
SPOILED = "spoiled"
"""Why a row is unsure of which a fault let nobody look at what else could become of it."""
_ABANDONED = timedelta(minutes=1)
"""So long after the end of a lease whoever sends for the account should have taken it over."""


def take_over(
    tx: Tx,
    account_id: UUID,
    door: Door = OPEN,
    *,
    all_dead: bool = False,
    but: Collection[UUID] = (),
) -> int:
    """Close windows `but` some whose lease has ended; nobody knows what became of their rows.

    `all_dead` says that no other worker can be alive (a lock tells so at the start): then every
    window is closed at once. A faulty row keeps no other, and no window, from that. Returns how
    many rows were left in the dark.
    """
    gone = true() if all_dead else _ended_before(tx.now, tx)
    if but:
        gone = and_(gone, window.c.id.not_in(but))
    _, rows = _take_over(tx, account_id, door, gone)
    return rows


def take_over_abandoned(tx: Tx, doors: Mapping[str, Door]) -> int:
    """Close windows that nobody took over for a while; return how many, of one account at once.

    Its channel may be out of the settings, or whoever sent there gone for good; a run must end all
    the same. `doors` are those of the channels in use. One out of use asks nothing: what its
    messages counted is in the ledger, and nobody there types numbers that we would hear.
    """
    gone = _ended_before(tx.now - _ABANDONED, tx)
    left = (
        select(account.c.id, account.c.channel)
        .where(account.c.id.in_(select(window.c.account_id).where(gone)))
        .order_by(account.c.id)
    )
    for one in tx.connection.execute(left).all():
        # The next account's rows come after this one's counters: it has a transaction of its own.
        windows, rows = _take_over(tx, one.id, doors.get(one.channel, OPEN), gone)
        if windows:
            log.warning("taken_over_abandoned", account=str(one.id), rows=rows)
            return windows
    return 0


def _ended_before(instant: datetime, tx: Tx) -> ColumnElement[bool]:
    # What would end later than any lease was taken before the clock was put back.
    return or_(window.c.lease_until < instant, window.c.lease_until > tx.now + waits.LONGEST)


def _take_over(tx: Tx, account_id: UUID, door: Door, gone: ColumnElement[bool]) -> tuple[int, int]:
    """Return how many windows were closed, and how many rows they had."""
    dead = tx.connection.execute(
        select(window.c.id)
        .where(window.c.account_id == account_id, gone)
        .order_by(window.c.id)
        .with_for_update()
    ).scalars()
    # Counters come after all rows (decision 14).
    moves = Moves()
    rows = [_close(tx, _Dead(window_id, account_id, door), moves) for window_id in dead.all()]
    moves.apply(tx)
    closed = [number for number in rows if number is not None]
    return len(closed), sum(closed)


@dataclass(frozen=True, slots=True)
class _Dead:
    window_id: UUID
    account_id: UUID
    door: Door


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the sends of a dead window, by row."""

    told: Mapping[UUID, Told]
    paid: Mapping[UUID, bool]

    def died(self, row: Delivery) -> Settled:
        return Settled(row.id, row.id, _DIED, paid=self.paid.get(row.id))


def _close(tx: Tx, dead: _Dead, moves: Moves) -> int | None:
    """Close a window, row by row where one of them is faulty; return how many it had.

    None: it stays, since what is wrong with it is no row's fault.
    """
    for each in (_in_the_dark, _in_the_dark_or_spoiled):
        own = Moves()
        try:
            rows = apart(tx, partial(_close_with, tx, dead, own, each))
        except Spoiled as fault:
            log.error("take_over_fault", window=str(dead.window_id), error=str(fault))
        else:
            moves.take(own)
            return rows
    return None


def _close_with(
    tx: Tx,
    dead: _Dead,
    moves: Moves,
    each: Callable[[Tx, Row[Any], Door, _Known, Moves], None],
) -> int:
    opened = attempts.under_way(tx, dead.window_id)
    told = receipts.of_dead_window(tx, dead.window_id)
    known = _Known(told, _counted(tx, dead.window_id, {raw.id for raw in opened}))
    for raw in opened:
        each(tx, raw, dead.door, known, moves)
    use.add(tx, dead.account_id, len(known.paid), sum(known.paid.values()))
    attempts.give_up(tx, dead.window_id)
    tx.connection.execute(delete(window).where(window.c.id == dead.window_id))
    return len(opened)


def _in_the_dark(tx: Tx, raw: Row[Any], door: Door, known: _Known, moves: Moves) -> None:
    row = as_delivery(raw)
    apply(tx, row, _DIED, moves, known.told.get(row.id))
    typed_numbers.keep(tx, door, [row])
    note_cost(tx, row, known.died(row), moves)


def _in_the_dark_or_spoiled(tx: Tx, raw: Row[Any], door: Door, known: _Known, moves: Moves) -> None:
    own = Moves()
    try:
        apart(tx, partial(_in_the_dark, tx, raw, door, known, own))
    except Spoiled as fault:
        log.error("take_over_fault", delivery=str(raw.id), error=str(fault))
        own, row = Moves(), as_delivery(raw)
        arrived = row.proven or known.told.get(row.id)
        state = DeliveryState.ACCEPTED if arrived else DeliveryState.UNSURE
        move(tx, row, state, own, SPOILED)
        note_cost(tx, row, known.died(row), own)
    moves.take(own)


def _counted(tx: Tx, window_id: UUID, rows: Collection[UUID]) -> Mapping[UUID, bool]:
    """Return which rows may have cost, where an account's messages are counted."""
    tried = tx.connection.execute(
        select(attempt.c.delivery_id, attempt.c.paid).where(
            UNDER_WAY, attempt.c.window_id == window_id, attempt.c.paid.is_not(None)
        )
    )
    return {one.delivery_id: one.paid for one in tried if one.delivery_id in rows}
