"""One process receives for an account that is polled; the others stand by, ready to take over.

Two that poll would take each other's messages away, so the right to receive is a lock in the
database. It lives as long as its connection: the server frees it when its holder dies.
"""

import asyncio

import structlog

from bot.line import Deafens, Served
from domain.channel import Inbox
from domain.failures import AccountDown, Refused, SendFailure
from storage.account_lock import AccountLock
from storage.database import DatabaseAway

log = structlog.get_logger(__name__)

_ASK_S = 1.0
"""How often who stands by asks whether the place is free: the death of the other is made good
within about twice that."""
_REFUSED_S = 30.0


class Receiving:
    """Receive while the lock is ours, stand by while it is another's."""

    def __init__(self, lock: AccountLock, channel: Served, box: Inbox) -> None:
        self._lock = lock
        self._channel = channel
        self._box = box
        self._stopping = asyncio.Event()
        self.ours = False
        """Whether it is this process that receives now."""

    async def run(self) -> None:
        """Do so until `stop`; the place is free then."""
        try:
            while not self._stopping.is_set():
                await self._pause(await self._turn())
        finally:
            await self._let_go()

    def stop(self) -> None:
        """Receive no more."""
        self._stopping.set()

    async def _turn(self) -> float:
        """Take the place or see that it still is ours; return after how many seconds to again."""
        try:
            mine = await asyncio.to_thread(self._lock.renew)
        except DatabaseAway:
            # Who receives goes on: what it hears is kept until the database is back.
            return _ASK_S
        if self.ours and not mine:
            log.warning("receiving_lost", channel=self._channel.name)
            await self._deafen()
        elif mine and not self.ours:
            return await self._begin()
        return _ASK_S

    async def _begin(self) -> float:
        try:
            await self._channel.start(self._box)
        except SendFailure as failure:
            log.warning("not_receiving", channel=self._channel.name, failure=type(failure).__name__)
            # Another process may be luckier.
            await asyncio.to_thread(self._lock.let_go)
            return _REFUSED_S if isinstance(failure, AccountDown | Refused) else _ASK_S
        self.ours = True
        log.info("receiving", channel=self._channel.name)
        return _ASK_S

    async def _deafen(self) -> None:
        self.ours = False
        if isinstance(self._channel, Deafens):
            await self._channel.deafen()

    async def _let_go(self) -> None:
        if self.ours:
            await self._deafen()
        await asyncio.to_thread(self._lock.let_go)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
