"""Count what the engine says of itself, instead of printing it."""

from collections import Counter
from collections.abc import Mapping, MutableMapping
from typing import Any, NoReturn

import structlog


class Tally:
    """How often each event was logged since it was put in place."""

    def __init__(self) -> None:
        self._events: Counter[str] = Counter()

    def put_in_place(self) -> None:
        """Take every log line of this process from now on."""
        structlog.configure(processors=[self._count], cache_logger_on_first_use=False)

    def count(self, event: str) -> int:
        """Return how often an event was logged."""
        return self._events[event]

    def faults(self) -> Mapping[str, int]:
        """Return the events that speak of a fault of ours."""
        return {name: count for name, count in self._events.items() if name.endswith("_fault")}

    def _count(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> NoReturn:
        self._events[str(event.get("event"))] += 1
        raise structlog.DropEvent
