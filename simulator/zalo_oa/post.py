"""Webhooks of the OA: signed events pushed to the service, repeated, at last given up.

Source: the webhook overview of the OA documentation (2 seconds; after 30 s, 5, 15, 30 and 60
minutes with `num_retry`; then disabled until an admin enables it again). A second of that plan
takes `retry_second_s` real seconds here.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson

from simulator.clock import Clock
from simulator.record import instant
from simulator.zalo_oa.record import Record
from simulator.zalo_oa.settings import Settings

PLAN_S = (30.0, 300.0, 900.0, 1800.0, 3600.0)
SIGNATURE = "X-ZEvent-Signature"
MOST_AT_ONCE = 40
KEPT_EVENTS = 5000


@dataclass(frozen=True, slots=True)
class Event:
    """One event as its exact bytes; `line` names the chat whose first tries go in order."""

    id: int
    name: str
    line: str
    raw: bytes
    timestamp: str


@dataclass(slots=True)
class PostOffice:
    """Send events to the service until stopped.

    `settings` gives the settings in force, `changed` is called when the webhook is disabled.
    """

    clock: Clock
    app_id: str
    record: Record
    settings: Callable[[], Settings]
    changed: Callable[[], None]
    enabled: bool = True
    waiting: int = 0
    kept: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    sent: int = 0
    _doubled: int = 0
    _to_hold: int = 0
    _held: list[Event] = field(default_factory=list)
    _lines: dict[str, deque[Event]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))
    _session: aiohttp.ClientSession | None = None

    def put(self, name: str, line: str, body: dict[str, Any]) -> None:
        """Send an event, unless the console would not: event not ticked, syntax filter."""
        settings = self.settings()
        text = body.get("message", {}).get("text", "")
        if name in settings.events_off:
            return
        if settings.syntax_filter and name == "user_send_text" and not text.startswith("#"):
            return
        # A service that refuses events from the future knows nothing of a clock pushed on.
        is_wall = settings.event_stamps == "wall"
        now = datetime.now(UTC) if is_wall else self.clock.now()
        stamp = str(int(now.timestamp() * 1000))
        whole = {"app_id": self.app_id, "event_name": name, "timestamp": stamp} | body
        self.sent += 1
        event = Event(self.sent, name, line, orjson.dumps(whole), str(whole["timestamp"]))
        self.kept.append(event)
        if self._to_hold:
            self._hold(event)
            return
        copies = 1
        if self._doubled:
            self._doubled -= 1
            copies = 2
        for _ in range(copies):
            self._queue(event)

    def resend(self, events: list[Event]) -> None:
        """Send events again, byte for byte."""
        for event in events:
            self._queue(event)

    def double(self, count: int) -> None:
        """Send each of the next events twice."""
        self._doubled = count

    def shuffle(self, count: int) -> None:
        """Hold the next events, then send them in reverse order; 0 lets go what is held."""
        self._to_hold = count
        if count == 0:
            self._let_go()

    async def probe(self) -> int | str:
        """Post the console's unsigned probe; give the status, or what went wrong."""
        url = self.settings().webhook_url
        return "refused" if url is None else await self._post(url, b"{}", {})

    def enable(self) -> None:
        """Enable the webhook again, as the admin does in the console."""
        self.enabled = True
        self.changed()

    async def stop(self) -> None:
        """Give up everything that is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _hold(self, event: Event) -> None:
        self._held.append(event)
        self._to_hold -= 1
        if self._to_hold == 0:
            self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, []
        # One line for all: their order is the point.
        for late in reversed(held):
            self._queue(Event(late.id, late.name, "shuffled", late.raw, late.timestamp))

    def _queue(self, event: Event) -> None:
        if self.settings().webhook_url is None or not self.enabled:
            return
        self.waiting += 1
        line = self._lines.get(event.line)
        if line is None:
            line = self._lines[event.line] = deque()
            self._start(self._drain(event.line, line))
        line.append(event)

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, name: str, line: deque[Event]) -> None:
        while line:
            event = line.popleft()
            if await self._try(event, 0):
                self.waiting -= 1
            else:
                self._start(self._again(event))
        del self._lines[name]

    async def _again(self, event: Event) -> None:
        for number, pause in enumerate(PLAN_S, start=1):
            await asyncio.sleep(pause * self.settings().retry_second_s)
            if not self.enabled or await self._try(event, number):
                self.waiting -= 1
                return
        self.waiting -= 1
        self.enabled = False
        self.changed()

    async def _try(self, event: Event, number: int) -> bool:
        """Post once; say whether Zalo is satisfied and will not try again."""
        settings = self.settings()
        if settings.webhook_url is None or not self.enabled:
            return True
        headers = {SIGNATURE: self.signature(event)}
        if number:
            headers["num_retry"] = str(number)
        async with self._slots:
            status = await self._post(settings.webhook_url, event.raw, headers)
        self.record.webhooks.append(
            {
                "id": event.id,
                "event": event.name,
                "num_retry": number,
                "status": status,
                "at": instant(self.clock.now()),
            }
        )
        if status == 200:
            return True
        return settings.retry_on == "connection" and status not in {"refused", "cut"}

    def signature(self, event: Event) -> str:
        """Sign an event: a plain SHA-256 of app id, raw body, timestamp and secret."""
        settings = self.settings()
        app_id = str(orjson.loads(event.raw)["app_id"])
        said = app_id.encode() + event.raw + event.timestamp.encode()
        mac = hashlib.sha256(said + settings.webhook_secret.encode()).hexdigest()
        return f"mac={mac}" if settings.mac_prefix else mac

    async def _post(self, url: str, raw: bytes, headers: dict[str, str]) -> int | str:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=MOST_AT_ONCE)
            self._session = aiohttp.ClientSession(connector=connector)
        timeout = aiohttp.ClientTimeout(total=self.settings().deadline_s)
        headers = headers | {"Content-Type": "application/json"}
        try:
            async with self._session.post(
                url, data=raw, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status
        except TimeoutError:
            return "timeout"
        except aiohttp.ClientConnectorError:
            return "refused"
        except (aiohttp.ClientError, OSError):
            return "cut"
