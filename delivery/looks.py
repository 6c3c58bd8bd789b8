"""Looking for what is due, one slot after the other: who finds nothing looked for all in line."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from domain.delivery import Lane


class Looks:
    """Where the slots of a sender stand in line; a ring of its bell wakes all of them at once."""

    def __init__(self) -> None:
        self._line = asyncio.Lock()
        self._begun = 0
        self._vain: dict[frozenset[Lane], int] = {}

    @asynccontextmanager
    async def turn(self, lanes: Collection[Lane]) -> AsyncIterator[bool]:
        """Wait for one's turn; yields whether there is anything to look for.

        There is not where a look for these lanes has begun since, and found nothing: it saw all
        that had been rung for when we came.
        """
        came = self._begun
        async with self._line:
            wanted = frozenset(lanes)
            done = any(begun > came and wanted <= of for of, begun in self._vain.items())
            if not done:
                self._begun += 1
            yield not done

    def in_vain(self, lanes: Collection[Lane]) -> None:
        """Note that the look of whose turn it is found nothing."""
        self._vain[frozenset(lanes)] = self._begun
