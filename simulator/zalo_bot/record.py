"""What was really accepted from the bot, kept in memory only."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.record import instant


@dataclass(slots=True)
class BotSend:
    """One accepted message; `lost`: its answer was withheld, `delivered`: somebody can see it."""

    chat: str
    message_id: str
    method: str
    text: str
    at: datetime
    lost: bool = False
    delivered: bool = True

    def as_json(self) -> dict[str, Any]:
        """Write one line of the record."""
        return {
            "chat": self.chat,
            "message_id": self.message_id,
            "method": self.method,
            "text": self.text,
            "at": instant(self.at),
            "lost": self.lost,
            "delivered": self.delivered,
        }


@dataclass(slots=True)
class BotRecord:
    """Everything accepted and everything refused, in order."""

    sends: list[BotSend] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def clear(self) -> None:
        """Forget everything."""
        self.sends.clear()
        self.calls.clear()
        self.rejected.clear()

    def as_json(self) -> dict[str, Any]:
        """Write the record."""
        return {
            "sends": [send.as_json() for send in self.sends],
            "calls": dict(self.calls),
            "rejected": self.rejected,
        }
