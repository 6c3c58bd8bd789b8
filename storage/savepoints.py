"""One item at a time: what goes wrong with one is undone, and leaves the others as they are."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from storage.database import Tx

T = TypeVar("T")

_FIRST_DELAY = timedelta(seconds=5)
_LONGEST_DELAY = timedelta(hours=1)


class Spoiled(Exception):
    """An item could not be handled and nothing of it was kept; its text names the fault."""


def apart(tx: Tx, work: Callable[[], T]) -> T:
    """Do `work` in a savepoint of its own.

    Raises: Spoiled. The database's own trouble passes as it is, for it is no item's fault.
    """
    try:
        with tx.savepoint():
            return work()
    except Exception as fault:
        if isinstance(fault, DBAPIError) and not isinstance(fault, DataError | IntegrityError):
            raise
        raise Spoiled(type(fault).__name__) from fault


def each_apart(
    tx: Tx,
    limit: int,
    find: Callable[[int, UUID | None], Sequence[UUID]],
    work: Callable[[UUID], object],
    spoiled: Callable[[UUID, Spoiled], None],
) -> int:
    """Do `work` for up to `limit` of what `find` gives, each apart; return how many were done.

    `find` gives at most so many, in the order of their ids, after the last one given. Whoever is
    `spoiled` holds back no other.
    """
    done, last = 0, None
    while done < limit:
        wanted = limit - done
        found = find(wanted, last)
        for one in found:
            try:
                apart(tx, partial(work, one))
                done += 1
            except Spoiled as fault:
                spoiled(one, fault)
        if len(found) < wanted:
            break
        last = found[-1]
    return done


def delay(faults: int) -> timedelta:
    """Return how long to leave an item alone after its n-th fault: 5 s, doubled up to an hour."""
    doublings = min(max(faults, 1) - 1, 20)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)
