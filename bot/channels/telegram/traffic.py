"""What just left."""

import time
from collections import deque
from collections.abc import Callable


class RecentSends:
    """Remember the sends of the last second, to tell a chat's throttle from the account's."""

    def __init__(
        self,
        account_per_s: float,
        chat_per_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account_per_s = account_per_s
        self._chat_per_s = chat_per_s
        self._monotonic = monotonic
        self._sends: deque[tuple[float, str]] = deque()

    def add(self, chat_id: str) -> None:
        """Note a send that leaves now."""
        self._forget()
        self._sends.append((self._monotonic(), chat_id))

    def only_chat_over(self, chat_id: str) -> bool:
        """Tell whether this chat got more than its rate while the account was below half of its."""
        self._forget()
        to_chat = sum(1 for _, to in self._sends if to == chat_id)
        return to_chat > self._chat_per_s and len(self._sends) < self._account_per_s / 2

    def _forget(self) -> None:
        oldest = self._monotonic() - 1
        while self._sends and self._sends[0][0] < oldest:
            self._sends.popleft()
