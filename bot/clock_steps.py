"""Steps of the clock's work: each one transaction, by one process at a time, rung of when done."""

import time
from collections.abc import Callable
from typing import TypeVar

from delivery.bell import Bell
from storage import advisory_locks
from storage.database import Database, Tx

T = TypeVar("T")

_STEPS_S = 5.0


class Steps:
    """Do steps, each under the turn of its name, so that two clocks do no harm."""

    def __init__(self, database: Database, outbox_bell: Bell) -> None:
        self._database = database
        self._outbox_bell = outbox_bell
        self._stopping = False

    def stop(self) -> None:
        """Begin no further step of several."""
        self._stopping = True

    async def one(self, name: str, work: Callable[[Tx], T]) -> T | None:
        """Do one step; None when another process is at the same, which then does all of it.

        Raises: DatabaseAway, and whatever `work` does.
        """

        def step(tx: Tx) -> T | None:
            return work(tx) if advisory_locks.take(tx, name) else None

        result = await self._database.write(step)
        if result:
            self._outbox_bell.ring_everywhere()
        return result

    async def all(self, name: str, work: Callable[[Tx], object]) -> None:
        """Do steps until nothing is left, for a few seconds at most: the next ring goes on.

        Raises: DatabaseAway, and whatever `work` does.
        """
        deadline = time.monotonic() + _STEPS_S
        while not self._stopping and time.monotonic() < deadline:
            if not await self.one(name, work):
                return
