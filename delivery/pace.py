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
        self._promised = 0
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
            # A copy: this is asked in a thread of the database's, while sends go on.
            recent = sum(1 for instant in tuple(sent) if now - instant < 60 * (1 + _GUARD))
            return recent < self._limits.group_per_minute
        return True

    def reserve(self, most: int, *, reply: bool) -> int:
        """Promise up to `most` sends that may go now; returns how many, perhaps none.

        Only replies may use the reserved share. Each is used up by `sending` or given `back`.
        """
        free = max(0, min(most, self._allowed(reply=reply) - len(self._sent) - self._promised))
        self._promised += free
        return free

    def back(self, promised: int) -> None:
        """Give promised sends back that were not needed."""
        self._promised -= promised

    async def ready(self, most_s: float, *, reply: bool) -> None:
        """Wait until a send may go, at most so long."""
        wait_s = min(most_s, self._wait_s(reply=reply))
        if wait_s > 0:
            await self._sleep(wait_s)

    def sending(self, address_id: UUID) -> None:
        """Use up one promised send: call it at the instant at which the message goes."""
        now = self._monotonic()
        self._promised -= 1
        self._sent.append(now)
        self._chats.setdefault(address_id, deque(maxlen=self._per_chat)).append(now)
        if len(self._chats) > 10_000:
            self._forget(now)

    def also(self, calls: int) -> None:
        """Count what a message took beside its first call: the next one waits for that, too."""
        for _ in range(calls):
            gap = self._span_s() / self._allowed(reply=True)
            now = self._monotonic()
            self._sent.append(max(now, self._sent[-1] if self._sent else now) + gap)

    def _span_s(self) -> float:
        # Less than one a second is one in a longer span.
        return (1.0 + _GUARD) * max(1.0, 1.0 / self.rate_per_s)

    def _allowed(self, *, reply: bool) -> int:
        now, span = self._monotonic(), self._span_s()
        while self._sent and now - self._sent[0] >= span:
            self._sent.popleft()
        rate = self.rate_per_s
        return max(1, int(rate if reply else rate * (1 - self._limits.reply_share)))

    def _wait_s(self, *, reply: bool) -> float:
        over = len(self._sent) + self._promised - self._allowed(reply=reply)
        if over < 0:
            return 0.0
        # What is promised goes any moment: look again soon; else when the oldest leave the window.
        if over >= len(self._sent):
            return 0.02
        return max(0.001, self._sent[over] + self._span_s() - self._monotonic())

    def _forget(self, now: float) -> None:
        self._chats = {
            chat: sent for chat, sent in self._chats.items() if now - sent[-1] < _FORGET_AFTER_S
        }
