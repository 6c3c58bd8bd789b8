"""A platform that should call us and does not is noticed, by what it or our messages prove."""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog

from domain.channel import Channel, IsCalled, Unheard
from domain.failures import SendFailure
from storage.accounts import calls
from storage.database import Database

log = structlog.get_logger(__name__)

PATIENCE_S = 15.0


class Listening:
    """Ask now and then whether the calls to one account still reach us; `is_called` if it is."""

    def __init__(
        self, database: Database, account_id: UUID, channel: Channel, *, is_called: bool
    ) -> None:
        self._database = database
        self._account_id = account_id
        self._channel = channel
        self._is_called = is_called
        self._silent = False

    async def look(self) -> None:
        """Ask the platform, compare with what we sent, and note what that shows."""
        if not self._is_called:
            await self._database.write(lambda tx: calls.forget(tx, self._account_id))
            return
        since = await self._database.write(lambda tx: calls.begin(tx, self._account_id))
        told, asked = await self._told(since)
        found = await self._database.write(
            lambda tx: calls.judge(tx, self._account_id, since, told, asked=asked)
        )
        if (found is not None) is not self._silent:
            self._silent = found is not None
            log.warning("calls_stopped" if self._silent else "calls_again")

    async def _told(self, since: datetime) -> tuple[Unheard | None, bool]:
        if not isinstance(self._channel, IsCalled):
            return None, False
        try:
            return await asyncio.wait_for(self._channel.unheard(since), PATIENCE_S), True
        except (SendFailure, TimeoutError):
            return None, False
