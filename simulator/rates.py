"""How fast a bot may send, in sliding windows.

Numbers: Telegram's bot FAQ (30 a second in all, about one a second to one chat with short bursts
tolerated, 20 a minute to one group). After a breach the scope stays shut for the whole wait told.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.errors import ApiError, too_many_requests

GROUP_WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers in force; `per_chat_burst` messages may go to one chat at once."""

    enforce: bool = True
    per_second: int = 30
    per_chat_per_second: float = 1.0
    per_chat_burst: int = 3
    per_group_per_minute: int = 20
    window: str = "sliding"
    slow_empty_polls: bool = False


@dataclass(slots=True)
class Rates:
    """Count what each bot sent, and refuse what comes too fast."""

    clock: Clock
    limits: Limits = Limits()
    _sent: dict[tuple[int, str, int], deque[float]] = field(default_factory=dict)
    _shut_until: dict[tuple[int, str, int], float] = field(default_factory=dict)

    def spend(self, bot_id: int, chat_id: int, messages: int) -> None:
        """Count messages about to be accepted.

        Raises:
            ApiError: 429 with retry_after in whole seconds; nothing has been counted then.
        """
        if not self.limits.enforce:
            return
        now = self.clock.monotonic()
        scopes = self._scopes(bot_id, chat_id, messages)
        for key, _, _ in scopes:
            shut = self._shut_until.get(key, 0.0)
            if shut > now:
                raise too_many_requests(math.ceil(shut - now))
        refusals = [
            refusal
            for key, allowed, window_s in scopes
            if (refusal := self._breach(key, allowed, window_s, messages, now)) is not None
        ]
        if refusals:
            raise max(refusals, key=lambda refusal: refusal.parameters["retry_after"])
        for key, _, _ in scopes:
            self._sent[key].extend([now] * messages)

    def forget(self) -> None:
        """Start every window anew."""
        self._sent.clear()
        self._shut_until.clear()

    def _scopes(
        self, bot_id: int, chat_id: int, messages: int
    ) -> list[tuple[tuple[int, str, int], int, float]]:
        limits = self.limits
        burst = max(1, limits.per_chat_burst, messages)
        scopes = [
            ((bot_id, "bot", 0), max(limits.per_second, messages), 1.0),
            ((bot_id, "chat", chat_id), burst, burst / limits.per_chat_per_second),
        ]
        if chat_id < 0:
            per_minute = max(limits.per_group_per_minute, messages)
            scopes.append(((bot_id, "group", chat_id), per_minute, GROUP_WINDOW_S))
        return scopes

    def _breach(
        self,
        key: tuple[int, str, int],
        allowed: int,
        window_s: float,
        messages: int,
        now: float,
    ) -> ApiError | None:
        sent = self._sent.setdefault(key, deque())
        longest = max(window_s, GROUP_WINDOW_S)
        while sent and sent[0] <= now - longest:
            sent.popleft()
        within = [at for at in sent if at > now - window_s]
        if len(within) + messages <= allowed:
            return None
        must_leave = within[len(within) + messages - allowed - 1]
        wait = max(1, math.ceil(must_leave + window_s - now))
        self._shut_until[key] = now + wait
        return too_many_requests(wait)
