"""What was really accepted, kept in memory only: the judge in crash tests."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Send:
    """One message accepted from a bot; `lost` when its answer was withheld on purpose."""

    chat_id: int
    message_id: int
    method: str
    text: str
    at: datetime
    lost: bool = False


@dataclass(slots=True)
class Record:
    """Everything accepted, in order, and everything refused."""

    sends: list[Send] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def clear(self) -> None:
        """Forget everything."""
        self.sends.clear()
        self.calls.clear()
        self.rejected.clear()

    def as_json(self) -> dict[str, Any]:
        """Write the record for `/sim/record`."""
        return {
            "sends": [
                {
                    "chat": send.chat_id,
                    "message_id": send.message_id,
                    "method": send.method,
                    "text": send.text,
                    "at": instant(send.at),
                    "lost": send.lost,
                }
                for send in self.sends
            ],
            "calls": dict(self.calls),
            "rejected": self.rejected,
        }


def instant(at: datetime) -> str:
    """Write an instant as phones and tests read it: UTC with a Z, milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
