"""The clock of the database's server, by which all processes on all machines go.

Leases and the order of messages compare instants that several machines wrote: one whose clock goes
wrong would take work from others that are still at it.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from domain.clock import Clock
from storage.database import Database, Tx

log = structlog.get_logger(__name__)

_LEAVE_ALONE = timedelta(milliseconds=200)
"""Less is no trouble, and may be the way to the server."""
_TOO_SLOW = timedelta(seconds=1)
_TELL = timedelta(seconds=2)


class ServerClock:
    """This machine's clock, put right by the server's as often as it is looked at."""

    def __init__(self, own: Clock) -> None:
        self._own = own
        self._off = timedelta(0)

    def now(self) -> datetime:
        """Return the server's instant, as far as it is known."""
        return self._own.now() + self._off

    async def look(self, database: Database) -> None:
        """Put it right; an answer that took long tells nothing.

        Raises: DatabaseAway.
        """
        measured = await database.read(self._measured)
        if measured is None or abs(measured - self._off) < _LEAVE_ALONE:
            return
        if abs(measured) >= _TELL:
            log.warning("clock_off", seconds=round(-measured.total_seconds(), 1))
        self._off = measured

    def _measured(self, tx: Tx) -> timedelta | None:
        asked = self._own.now()
        there: datetime = tx.connection.execute(select(func.clock_timestamp())).scalar_one()
        heard = self._own.now()
        if not timedelta(0) <= heard - asked <= _TOO_SLOW:
            return None
        return there - (asked + (heard - asked) / 2)
