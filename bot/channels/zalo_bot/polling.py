"""The updates of a Zalo bot: one at a time, without offset.

There is no acknowledgement, and updates may come again: the inbox drops what it knows.
"""

from collections.abc import Awaitable, Callable, Sequence

from bot.channels.zalo_bot.translate import IDLE, translate
from bot.channels.zalo_bot.transport import CallFailed
from domain.failures import SendFailure

_SHORTEST_IDLE_S = 1.0
"""An idle poll that ends sooner is no long poll: then we wait ourselves."""

Poll = Callable[[], Awaitable[object]]
"""Do one long poll. Raises: CallFailed."""


class ZaloBotUpdates:
    """What getUpdates gives, each once at best."""

    platform = "Zalo"

    def __init__(self, poll: Poll, *, pause_s: float) -> None:
        self._poll = poll
        self._pause_s = pause_s

    async def fetch(self) -> list[object]:
        """Do one long poll; that nothing came is told as a failure, and is none.

        Raises: SendFailure.
        """
        failure: SendFailure
        try:
            result = await self._poll()
        except CallFailed as error:
            if error.code == IDLE:
                return []
            failure = translate(error)
        else:
            if isinstance(result, list):
                return result
            return [result] if isinstance(result, dict) and result else []
        raise failure

    def taken(self, updates: Sequence[object], took_s: float) -> float:
        """Let some time pass between polls while something is there, and where none waits."""
        if updates:
            return self._pause_s
        return _SHORTEST_IDLE_S if took_s < _SHORTEST_IDLE_S else 0
