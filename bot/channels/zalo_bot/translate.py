"""From the platform's errors to failures named by what the caller should do. Pure.

Reasons begin with a short kind that does not vary; the platform's number follows.
"""

import re
from datetime import timedelta

from bot.channels.zalo_bot.transport import CallFailed, Network
from domain.failures import (
    AccountDown,
    Ambiguous,
    Refused,
    Scope,
    SendFailure,
    Throttled,
    Transient,
    Unreachable,
    Until,
)

TOO_FAST = 429
IDLE = 408
TOO_OFTEN = 426
NOT_THERE = 404
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=1)
_GONE = re.compile(
    r"block|chat not found|user not found|not interacted|not a member|kicked|deactivated"
)
"""How a person who cannot be written to may be told: no number for it is documented."""


def translate(failure: CallFailed) -> SendFailure:
    """Return what a failed call means; a throttle holds the chat alone."""
    code = failure.code
    if failure.network is Network.NOT_SENT:
        return Transient(f"network: {failure.said}")
    if failure.network is Network.UNKNOWN:
        return Ambiguous(f"network: {failure.said}")
    if code is None:
        kind = "gateway" if failure.status is None or failure.status >= 300 else "answer"
        return Ambiguous(f"{kind}: {failure.status}")
    if code == TOO_FAST:
        return Throttled(wait_of(failure, 0), Scope.CHAT)
    if code == 401:
        return AccountDown("token: 401")
    if code == TOO_OFTEN:
        return Transient("webhook: 426")
    # 403 is described as an internal error of the server, too.
    if code in {403, IDLE} or code >= 500:
        return Ambiguous(f"server: {code}")
    if _GONE.search(failure.said.casefold()):
        return Unreachable(Until.THEY_WRITE, f"{code}")
    return Refused(f"content: {code}")


def wait_of(failure: CallFailed, tries: int) -> timedelta:
    """Return how long to wait after so many throttles in a row, if the platform does not say."""
    if failure.retry_after_s is not None:
        return timedelta(seconds=max(1, failure.retry_after_s))
    wait: timedelta = _FIRST_WAIT * (1 << min(tries, 10))
    return min(_LONGEST_WAIT, wait)
