"""One item at a time: what goes wrong with one is undone, and leaves the others as they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

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


def delay(faults: int) -> timedelta:
    """Return how long to leave an item alone after its n-th fault: 5 s, doubled up to an hour."""
    doublings = min(max(faults, 1) - 1, 20)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)
