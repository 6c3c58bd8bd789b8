"""Settle the sends of a window each by itself, where together they could not be settled."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog

from domain.delivery import (
    Accepted,
    AccountStopped,
    GoneAway,
    NotSent,
    Relocated,
    TurnedDown,
    Unknowable,
)
from domain.door import OPEN, Door
from storage.database import Tx
from storage.deliveries import plain, settling
from storage.deliveries.plain import NOTHING, Taken
from storage.deliveries.settling import Settled
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)

UNWRITABLE = "unwritable"
"""Why a row is as it is of which could not be written what else is known of it."""
_LATER = timedelta(minutes=1)
"""What did not go waits so long: most likely it will fail in the same way."""


def settle(
    tx: Tx, window_id: UUID, results: Sequence[Settled], door: Door = OPEN, taken: Taken = NOTHING
) -> bool:
    """Do what `settling.settle` does, so that one faulty result leaves the others settled.

    Of that one as much is written as can be. The window stays until its lease ends where of some
    row nothing can.
    """
    each = [*results, *settling.one_by_one(tx, taken)]
    settled = [_is_settled(tx, window_id, one, door) for one in each]
    if not all(settled):
        plain.give_back(tx, window_id, taken)
        return True
    return settling.settle(tx, window_id, (), door, replace(taken, rows=()))


def _is_settled(tx: Tx, window_id: UUID, result: Settled, door: Door) -> bool:
    for one in _less_and_less(result):
        try:
            work = partial(settling.settle, tx, window_id, [one], door, close=False)
            apart(tx, work)
        except Spoiled as fault:
            log.error("settling_fault", delivery=str(result.delivery_id), error=str(fault))
        else:
            return True
    return False


def _less_and_less(result: Settled) -> Iterator[Settled]:
    """Yield what can be said of a send: all, whether it arrived, that nobody knows."""
    yield result
    bare = Settled(result.delivery_id, result.attempt_id, Unknowable(UNWRITABLE), paid=result.paid)
    match result.outcome:
        case Accepted(at=at):
            # Without its message nobody's answer is found to be one to it, but it went out.
            yield replace(bare, outcome=Accepted("", at))
        case TurnedDown() | GoneAway():
            yield replace(bare, outcome=TurnedDown(UNWRITABLE))
        case NotSent() | Relocated() | AccountStopped():
            yield replace(bare, outcome=NotSent(UNWRITABLE, _LATER))
    yield bare
