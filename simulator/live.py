"""Live events: what phones are told as it happens, replayable after a break."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

KEPT_EVENTS = 5000


@dataclass(slots=True)
class Live:
    """Number events, keep the last ones and hand them to every listener."""

    seq: int = 0
    _kept: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    _listeners: set[asyncio.Queue[dict[str, Any] | None]] = field(default_factory=set)

    def tell(self, kind: str, **fields: Any) -> None:
        """Send an event to everybody who listens."""
        self.seq += 1
        event = {"seq": self.seq, "type": kind, **fields}
        self._kept.append(event)
        for listener in self._listeners:
            listener.put_nowait(event)

    def listen(self) -> asyncio.Queue[dict[str, Any] | None]:
        """Open a queue that gets every event from now on, and None when the simulator ends."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[dict[str, Any] | None]) -> None:
        """Close a queue."""
        self._listeners.discard(queue)

    def end(self) -> None:
        """Tell every listener that nothing more will come."""
        for listener in self._listeners:
            listener.put_nowait(None)

    def missed(self, since: int) -> list[dict[str, Any]] | None:
        """List the events after `since`; None when some are no longer kept."""
        if since > self.seq:
            return None
        if since == self.seq:
            return []
        if not self._kept or self._kept[0]["seq"] > since + 1:
            return None
        return [event for event in self._kept if event["seq"] > since]
