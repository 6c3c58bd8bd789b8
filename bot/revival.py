"""An account that was refused is tried again, so that one stray answer does not silence us."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from delivery.bell import Bell
from domain.clock import Clock
from domain.failures import AccountDown, SendFailure
from storage.database import Database
from storage.people import addresses

log = structlog.get_logger(__name__)

_SHORTEST = timedelta(seconds=5)
_LONGEST = timedelta(minutes=5)
_LONG_WELL = timedelta(minutes=10)


class Checks(Protocol):
    """A channel that can be asked whether the platform knows its account."""

    @property
    def down(self) -> AccountDown | None:
        """Why the account cannot work, as far as this process learned."""
        ...

    async def check(self) -> None:
        """Return when it does.

        Raises: SendFailure.
        """
        ...


class Revival:
    """Ask the platform again while our account is marked as down, ever more rarely.

    When the platform knows the account again, the mark goes and one message tries; if that is
    refused too, the next question comes later still.
    """

    def __init__(
        self, database: Database, account_id: UUID, channel: Checks, bell: Bell, clock: Clock
    ) -> None:
        self._database = database
        self._account_id = account_id
        self._channel = channel
        self._bell = bell
        self._clock = clock
        self._wait = _SHORTEST
        self._asked_at = clock.now() - _LONGEST

    async def look(self) -> None:
        """Ask, when the account is down and it is time to."""
        now = self._clock.now()
        reason = await self._database.read(lambda tx: addresses.down_reason(tx, self._account_id))
        if reason is None and self._channel.down is None:
            if now - self._asked_at > _LONG_WELL:
                self._wait = _SHORTEST
            return
        if now - self._asked_at < self._wait:
            return
        self._asked_at = now
        self._wait = min(self._wait * 2, _LONGEST)
        try:
            await self._channel.check()
        except SendFailure as failure:
            log.warning("account_still_down", failure=type(failure).__name__)
            return
        if reason is None:
            return
        await self._database.write(lambda tx: addresses.mark_up(tx, self._account_id))
        log.warning("account_up_again")
        self._bell.ring_everywhere()
