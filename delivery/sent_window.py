"""What the sends of a window came to, until it is written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.door import Door
from storage.database import Tx
from storage.deliveries import settling, settling_singly
from storage.deliveries.plain import Taken
from storage.deliveries.settling import Settled
from storage.deliveries.windows import Window

_MOST_FAULTS = 2


@dataclass(frozen=True, slots=True)
class SentWindow:
    """A window that was sent, and what is to be written of it."""

    window: Window
    results: Sequence[Settled]
    taken: Taken
    faults: int = 0
    """How often it could not be written: with the next window, then alone."""

    @property
    def rows(self) -> int:
        """How many sends wait to be settled."""
        return len(self.results) + len(self.taken.rows)

    def settle(self, tx: Tx, door: Door) -> bool:
        """Write it; False when the window was taken over meanwhile."""
        way = settling_singly.settle if self.faults > 1 else settling.settle
        return way(tx, self.window.id, self.results, door, self.taken)

    def once_more(self, now: datetime) -> "SentWindow | None":
        """Return it after another fault; None once not even each row by itself could be written.

        As long as it is ours that is tried, for what is in its way may be no row's fault. It will
        be taken over then.
        """
        over = self.faults >= _MOST_FAULTS and now > self.window.lease_until
        return None if over else replace(self, faults=self.faults + 1)

    def told(self, tx: Tx) -> Sequence[Settled]:
        """Return what sends came to; of many plain rows that were taken nothing is learned."""
        alone = settling.one_by_one(tx, self.taken) if len(self.taken.rows) == 1 else []
        return [*self.results, *alone]
