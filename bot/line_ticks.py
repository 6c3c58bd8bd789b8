"""What the clock rings for at the accounts: their files, and whether they are let in again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot.clockwork import Tick
from bot.line_work import LineWork, Standing
from bot.roles import Role


class LineTicks:
    """The ticks of those roles that speak to platforms."""

    def __init__(self, works: Sequence[LineWork]) -> None:
        self._works = works

    def of(self, role: Role) -> dict[str, tuple[Tick, timedelta]]:
        """Return the ticks of a role by name, with their intervals."""
        if role is Role.SCHEDULER:
            return {}
        seen = {"revive": (self._revive, timedelta(seconds=5))}
        if role is Role.WEB:
            return {**seen, "calls": (self._calls, timedelta(minutes=5))}
        return {
            **seen,
            "allowances": (self._allowances, timedelta(seconds=20)),
            "photos": (self._fetch_photos, timedelta(seconds=5)),
            "large_files": (self._fetch_large_files, timedelta(seconds=60)),
            "own_films": (self._fetch_own_films, timedelta(seconds=20)),
            "own_photos": (self._fetch_own_photos, timedelta(seconds=1)),
            "sweep": (self._sweep, timedelta(minutes=1)),
        }

    async def _fetch_photos(self) -> None:
        await self._each(lambda work: work.files.photos.fetch_due())

    async def _fetch_large_files(self) -> None:
        await self._each(lambda work: work.files.large_files.fetch_due())

    async def _fetch_own_films(self) -> None:
        await self._each(lambda work: work.files.own_films.fetch_due())

    async def _fetch_own_photos(self) -> None:
        await self._each(lambda work: work.files.own_photos.fetch_due())

    async def _revive(self) -> None:
        await self._each(lambda work: work.revival.look())

    async def _calls(self) -> None:
        await self._each(lambda work: work.listening.look())

    async def _allowances(self) -> None:
        await self._each(lambda work: work.allowance.look())

    async def _sweep(self) -> None:
        # Files lie in one folder, whichever account they came by.
        await self._works[0].files.photos.sweep()

    async def _each(self, do: Callable[[LineWork], Awaitable[object]]) -> None:
        """Do something for every account that is up, side by side; a fault of one stops no other.

        Raises: the first fault, once all are through.
        """
        up = [work for work in self._works if work.standing is Standing.UP]
        results = await asyncio.gather(*map(do, up), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
