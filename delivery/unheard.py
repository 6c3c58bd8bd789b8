"""Windows of which nobody heard whether they were opened: the answer to a COMMIT can be lost."""

import time
from collections.abc import Iterable
from uuid import UUID

from storage.database import Tx
from storage.deliveries import giving_back


class Unheard:
    """Remember them, and give their rows back untried with the next transaction.

    Forgotten, what nobody ever tried would be in doubt once the lease ends, and an alert would wait
    that long. A server may end a COMMIT a while after its answer was lost, so a window is looked
    for until its lease, of `lease_s` seconds, has ended.
    """

    def __init__(self, lease_s: float) -> None:
        self._lease_s = lease_s
        self._until: dict[UUID, float] = {}

    def __bool__(self) -> bool:
        return bool(self._until)

    def note(self, window_ids: Iterable[UUID]) -> None:
        """Remember windows that a transaction without an answer may have opened."""
        self._until |= dict.fromkeys(window_ids, time.monotonic() + self._lease_s)

    def take(self) -> tuple[UUID, ...]:
        """Return which to look for."""
        return tuple(self._until)

    def give_back(self, tx: Tx, window_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Give back the rows of those that were opened; return which were."""
        return frozenset(one for one in window_ids if giving_back.untried(tx, one))

    def done(self, found: frozenset[UUID]) -> None:
        """Look no more for those found, nor for what is over by now."""
        now = time.monotonic()
        self._until = {
            one: until for one, until in self._until.items() if one not in found and until > now
        }

    def forget(self) -> None:
        """Look for none any more: their leases will end."""
        self._until.clear()
