"""What throttles in a row mean: a burst, a person too many, or a month's messages used up.

The platform has one number for all three (429), so that only what follows tells them apart.
"""

from datetime import UTC, datetime, timedelta

from bot.channels.zalo_bot.translate import wait_of
from bot.channels.zalo_bot.transport import CallFailed
from domain.clock import Clock, local
from domain.failures import AccountDown, Refused, Scope, SendFailure, Throttled

MOST_IN_A_ROW = 6
_ASK_AGAIN = timedelta(hours=1)


class Throttles:
    """Count the throttles since the last message that went."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._chats: dict[str, int] = {}
        self._written_to: set[str] = set()
        self._until: datetime | None = None

    @property
    def spent(self) -> bool:
        """Whether the month's messages are taken for used up; asked again every hour."""
        return self._until is not None and self._clock.now() < self._until

    def went(self, chat_id: str) -> None:
        """A message went to a chat: whatever held us is over."""
        self._written_to.add(chat_id)
        self._chats.clear()
        self._until = None

    def meaning(self, chat_id: str, failure: CallFailed) -> SendFailure:
        """Return what a further throttle means.

        One chat alone, again and again, is a person too many for the plan; several, or one that
        we could write to before, are the plan's messages of the month.
        """
        tries = sum(self._chats.values())
        self._chats[chat_id] = self._chats.get(chat_id, 0) + 1
        if tries + 1 < MOST_IN_A_ROW:
            scope = Scope.ACCOUNT if len(self._chats) > 1 else Scope.CHAT
            return Throttled(wait_of(failure, tries), scope)
        if len(self._chats) == 1 and chat_id not in self._written_to:
            self._chats.clear()
            return Refused("quota: this chat, 429", rights=True)
        self._until = min(self._clock.now() + _ASK_AGAIN, _next_month(self._clock.now()))
        return AccountDown("quota: 429")


def _next_month(now: datetime) -> datetime:
    """Return when the next month begins in Viet Nam, where the plan's months are taken to be."""
    first = local(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1).astimezone(UTC)
