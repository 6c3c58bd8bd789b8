"""Webhooks: updates pushed to the bot's own server.

Source: WebhookActor.cpp. Updates of one queue go out one after another, queues side by side; a
failure is repeated at once, then after 2, 4, 8 … seconds up to a minute or two.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
import orjson

from simulator.clock import Clock
from simulator.updates import Update, UpdateQueue

MAX_PAUSE_S = 60
MAX_RETRY_AFTER_S = 3600
ANSWER_TIMEOUT_S = 60.0
DEFAULT_CONNECTIONS = 40
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
Answer = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Webhook:
    """Where a bot's updates go, and how it went lately."""

    url: str
    secret: str = ""
    max_connections: int = DEFAULT_CONNECTIONS
    last_error_at: datetime | None = None
    last_error: str = ""


@dataclass(slots=True)
class Courier:
    """Push one bot's waiting updates to its webhook until stopped.

    `answer` gets the method call a bot may give as the body of its 200.
    """

    webhook: Webhook
    queue: UpdateQueue
    clock: Clock
    answer: Answer
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _lines: dict[str, deque[Update]] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(init=False)
    _session: aiohttp.ClientSession | None = None

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.webhook.max_connections)

    def start(self) -> None:
        """Begin with what waits already, and go on with all that comes."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S)
        connector = aiohttp.TCPConnector(limit=self.webhook.max_connections)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        self.queue.on_update = self._take
        for update in self.queue.pending():
            self._take(update)

    async def stop(self) -> None:
        """Stop pushing; what is under way is given up and stays waiting."""
        self.queue.on_update = None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _take(self, update: Update) -> None:
        line = self._lines.get(update.queue)
        if line is None:
            line = self._lines[update.queue] = deque()
            self._tasks[update.queue] = asyncio.ensure_future(self._drain(update.queue, line))
        line.append(update)

    async def _drain(self, name: str, line: deque[Update]) -> None:
        while line:
            await self._deliver(line.popleft())
        del self._lines[name]
        del self._tasks[name]

    async def _deliver(self, update: Update) -> None:
        failures = 0
        while update.id in self.queue.waiting and self.clock.monotonic() < update.expires:
            async with self._slots:
                error, retry_after = await self._post(update)
            if not error:
                break
            self.webhook.last_error_at = self.clock.now()
            self.webhook.last_error = error
            pause = float(retry_after)
            if not retry_after and failures:
                ceiling = random.randint(MAX_PAUSE_S, 2 * MAX_PAUSE_S)  # noqa: S311
                pause = float(min(ceiling, 2**failures))
            failures += 1
            await asyncio.sleep(pause)
        self.queue.drop(update)

    async def _post(self, update: Update) -> tuple[str, int]:
        """Send one update; give the error ("" for none) and the wait the bot asked for."""
        assert self._session is not None
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret:
            headers[SECRET_HEADER] = self.webhook.secret
        body = orjson.dumps(update.as_json())
        try:
            async with self._session.post(
                self.webhook.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                said = await response.read()
                if 200 <= response.status < 300:
                    await self._take_answer(said)
                    return "", 0
                wait = response.headers.get("Retry-After", "0")
                seconds = min(int(wait), MAX_RETRY_AFTER_S) if wait.isdigit() else 0
                reason = response.reason or ""
                return f"Wrong response from the webhook: {response.status} {reason}", seconds
        except TimeoutError:
            return "Read timeout expired", 0
        except aiohttp.ClientError:
            return "Connection refused", 0

    async def _take_answer(self, said: bytes) -> None:
        try:
            call = orjson.loads(said) if said else None
        except orjson.JSONDecodeError:
            return
        if isinstance(call, dict) and isinstance(call.get("method"), str):
            await self.answer(call)
