"""What was really accepted from the service, in memory only: the judge of crash tests."""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from simulator.record import instant

KEPT_CALLS = 100_000


@dataclass(slots=True)
class Accepted:
    """A message, broadcast, reaction, group or article change; `lost`: its answer misled."""

    kind: str
    chat: str
    message_id: str
    path: str
    text: str
    billing: str | None
    at: datetime
    lost: bool = False

    def as_json(self) -> dict[str, Any]:
        """Write one line of the record."""
        return asdict(self) | {"at": instant(self.at)}


@dataclass(slots=True)
class Record:
    """Everything accepted, in order, everything refused, and every webhook that went out."""

    sends: list[Accepted] = field(default_factory=list)
    changes: list[Accepted] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    rejected: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    webhooks: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))

    def clear(self) -> None:
        """Forget everything."""
        self.sends.clear()
        self.changes.clear()
        self.calls.clear()
        self.rejected.clear()
        self.webhooks.clear()

    def as_json(self) -> dict[str, Any]:
        """Write the record for `/sim/zalo/record`."""
        return {
            "sends": [send.as_json() for send in self.sends],
            "changes": [change.as_json() for change in self.changes],
            "calls": dict(self.calls),
            "rejected": list(self.rejected),
            "webhooks": list(self.webhooks),
        }
