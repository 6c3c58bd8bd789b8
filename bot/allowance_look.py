"""What our accounts have left to send, as platforms say: asked now and then, not waited for."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from domain.channel import Channel, Quotas
from domain.clock import Clock
from domain.failures import SendFailure
from storage.accounts import told_left
from storage.database import Database
from storage.deliveries import use

log = structlog.get_logger(__name__)

_PATIENCE_S = 20.0
_EVERY = timedelta(minutes=15)
_AGAIN = timedelta(minutes=5)


class AllowanceLook:
    """Ask the platform of one account, where its messages may cost and it can be asked."""

    def __init__(
        self, database: Database, account_id: UUID, channel: Channel, clock: Clock
    ) -> None:
        self._database = database
        self._account_id = account_id
        self._channel = channel
        self._clock = clock
        self._next_at: datetime | None = None

    async def look(self) -> None:
        """Ask when it is time to; what is known stays where the platform does not answer."""
        channel, now = self._channel, self._clock.now()
        if not isinstance(channel, Quotas) or channel.capabilities.free_window is None:
            return
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + _AGAIN
        try:
            told = await asyncio.wait_for(channel.allowances(), _PATIENCE_S)
        except (SendFailure, TimeoutError) as failure:
            log.info("allowance_not_told", failure=type(failure).__name__)
            return
        self._next_at = now + _EVERY
        await self._database.write(
            lambda tx: told_left.note(tx, self._account_id, told, use.of(tx, self._account_id).paid)
        )
