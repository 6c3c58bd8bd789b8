"""How fast an account sends: a sliding window over actual send instants, per account and chat."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from uuid import UUID

from domain.channel import Pace as Limits

_GUARD = 0.03
"""Share by which windows are stretched, so that jitter on the way never makes us too fast."""
_FORGET_AFTER_S = 120.0
_SAME_THROTTLE_S = 1.0


class Pace:
    """Say when the next message may go.

    After a start the account's window counts as full: a process before us may just have filled it.
    """

    def __init__(
        self,
        limits: Limits,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        self._rate = limits.account_per_s
        self._slowed_at = monotonic()
        self._slowed = False
        self._sent: deque[float] = deque([monotonic()] * max(1, int(limits.account_per_s)))
        self._chats: dict[UUID, deque[float]] = {}
        self._per_chat = max(1, limits.group_per_minute)

    @property
    def rate_per_s(self) -> float:
        """The account's rate now: the limit, or less after a throttle."""
        recovered = self._rate + (self._monotonic() - self._slowed_at) * 0.02 * self._rate
        return min(self._limits.account_per_s, recovered)

    def slow_down(self) -> None:
        """Lower the rate after a throttle; it recovers by two hundredths a second.

        Sends that were in flight together are throttled together: within a second they count once.
        """
        now = self._monotonic()
        if self._slowed and now - self._slowed_at < _SAME_THROTTLE_S:
            return
        self._rate = max(min(1.0, self._limits.account_per_s), self.rate_per_s * 0.7)
        self._slowed_at = now
        self._slowed = True

    def chat_ready(self, address_id: UUID, *, group: bool) -> bool:
        """Tell whether the chat's own pace allows a message now."""
        sent = self._chats.get(address_id)
        if not sent:
            return True
        now = self._monotonic()
        if now - sent[-1] < (1 + _GUARD) / self._limits.chat_per_s:
            return False
        if group:
            recent = sum(1 for instant in sent if now - instant < 60 * (1 + _GUARD))
            return recent < self._limits.group_per_minute
        return True

    async def slot(self, address_id: UUID, *, reply: bool) -> None:
        """Wait for the account's next slot and take it. Only replies may use the reserved share."""
        while (wait_s := self._wait_s(reply=reply)) > 0:
            await self._sleep(wait_s)
        now = self._monotonic()
        self._sent.append(now)
        self._chats.setdefault(address_id, deque(maxlen=self._per_chat)).append(now)
        if len(self._chats) > 10_000:
            self._forget(now)

    def _wait_s(self, *, reply: bool) -> float:
        now = self._monotonic()
        rate = self.rate_per_s
        # Less than one a second is one in a longer span.
        span = (1.0 + _GUARD) * max(1.0, 1.0 / rate)
        while self._sent and now - self._sent[0] >= span:
            self._sent.popleft()
        allowed = max(1, int(rate if reply else rate * (1 - self._limits.reply_share)))
        if len(self._sent) < allowed:
            return 0.0
        return max(0.001, self._sent[len(self._sent) - allowed] + span - now)

    def _forget(self, now: float) -> None:
        self._chats = {
            chat: sent for chat, sent in self._chats.items() if now - sent[-1] < _FORGET_AFTER_S
        }
