"""What a failed send means for its row, and how long a platform in trouble is left alone."""

from datetime import timedelta
from uuid import UUID

import structlog

from delivery.pace import Pace
from domain.clock import Clock
from domain.delivery import (
    THROTTLED,
    AccountStopped,
    GoneAway,
    NotSent,
    Outcome,
    Relocated,
    TurnedDown,
    Unknowable,
)
from domain.failures import (
    AccountDown,
    Ambiguous,
    Moved,
    Refused,
    Scope,
    SendFailure,
    Throttled,
    Transient,
    Unreachable,
)

log = structlog.get_logger(__name__)

_LONGEST_BACKOFF = timedelta(seconds=30)


class Meanings:
    """Sort the failures of one account's sends."""

    def __init__(self, account_id: UUID, pace: Pace, clock: Clock) -> None:
        self._account_id = account_id
        self._pace = pace
        self._clock = clock
        self._transients = 0
        self._quiet_until = clock.now()

    def well(self) -> None:
        """Hear that the platform took something."""
        self._transients = 0

    def of(self, failure: SendFailure) -> Outcome:
        """Return what a failure comes to; the pace hears of a throttle of the whole account."""
        match failure:
            case Unreachable(until, reason):
                return GoneAway(until, reason)
            case Refused(reason, rights):
                return TurnedDown(reason, rights)
            case Throttled(retry_after, scope):
                if scope is Scope.ACCOUNT:
                    self._pace.throttled(retry_after)
                log.warning("throttled", seconds=retry_after.total_seconds(), scope=scope.value)
                return NotSent(THROTTLED, retry_after, account_wide=scope is Scope.ACCOUNT)
            case Moved(chat_id):
                return Relocated(chat_id)
            case Transient(reason):
                return NotSent(reason, self._backoff(), account_wide=True)
            case Ambiguous(reason, others):
                return Unknowable(reason, others)
            case AccountDown(reason):
                log.error("account_down", account=str(self._account_id), reason=reason)
                return AccountStopped(reason)
            case _:
                return Unknowable(type(failure).__name__)

    def _backoff(self) -> timedelta:
        """Return how long to leave the platform alone: half a second, doubled with each trouble.

        Sends that were in flight together fail together: that is one trouble.
        """
        now = self._clock.now()
        if now >= self._quiet_until:
            self._transients = min(self._transients + 1, 7)
            wait = timedelta(seconds=2**self._transients / 4)
            self._quiet_until = now + min(_LONGEST_BACKOFF, wait)
        return self._quiet_until - now
