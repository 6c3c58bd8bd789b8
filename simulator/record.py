"""What was really accepted, kept in memory only: the judge in crash tests."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Send:
    """One message, edit or deletion accepted from a bot.

    `lost` says that its answer was withheld on purpose, or is still.
    """

    chat_id: int
    message_id: int
    method: str
    text: str
    at: datetime
    lost: bool = False

    def as_json(self) -> dict[str, Any]:
        """Write one line of the record."""
        return {
            "chat": self.chat_id,
            "message_id": self.message_id,
            "method": self.method,
            "text": self.text,
            "at": instant(self.at),
            "lost": self.lost,
        }


@dataclass(slots=True)
class Record:
    """Everything accepted, in order, and everything refused.

    `changes` are edits and deletions of messages.
    """

    sends: list[Send] = field(default_factory=list)
    changes: list[Send] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def clear(self) -> None:
        """Forget everything."""
        self.sends.clear()
        self.changes.clear()
        self.calls.clear()
        self.rejected.clear()

    def as_json(self) -> dict[str, Any]:
        """Write the record for `/sim/record`."""
        return {
            "sends": [send.as_json() for send in self.sends],
            "changes": [change.as_json() for change in self.changes],
            "calls": dict(self.calls),
            "rejected": self.rejected,
        }


def instant(at: datetime) -> str:
    """Write an instant as phones and tests read it: UTC with a Z, milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
