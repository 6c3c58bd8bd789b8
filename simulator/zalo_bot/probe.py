"""Posting to the bot's webhook: a look whether it answers, and the updates themselves."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from simulator.zalo_bot.world import BotWebhook, ZaloBotWorld

SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
AGENT = "Java/17.0.12"
_OUTCOMES = {403: "webhook.http.403", 404: "webhook.http.404"}


async def probe(webhook: BotWebhook, deadline_s: float) -> dict[str, Any]:
    """Post an empty object, and say how it went in the platform's words."""
    outcome, hint = "webhook.ok", ""
    try:
        status = await _post(webhook, b"{}", deadline_s)
        if not 200 <= status < 300:
            default = "webhook.http.5xx" if status >= 500 else "webhook.http.other"
            outcome = _OUTCOMES.get(status, default)
            hint = f"HTTP {status}"
    except aiohttp.ClientConnectorCertificateError:
        outcome, hint = "webhook.err.tls", "TLS"
    except aiohttp.ClientConnectorSSLError:
        outcome, hint = "webhook.err.tls", "TLS"
    except (aiohttp.ClientError, TimeoutError, OSError):
        outcome, hint = "webhook.err.unreachable", "no answer"
    return {"ok": outcome == "webhook.ok", "url": webhook.url, "outcome": outcome, "hint": hint}


@dataclass(slots=True)
class BotCourier:
    """Push updates to the webhook, one after another; give up after the tries the rules allow."""

    world: ZaloBotWorld
    _task: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Look again whether there is a webhook, and begin or stop pushing."""
        self.world.line.end_polls()
        self.world.line.on_update = self.wake if self.world.webhook is not None else None
        if self.world.webhook is not None:
            self.wake()

    def wake(self) -> None:
        """Push what waits, unless that is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._drain())

    async def stop(self) -> None:
        """Stop pushing and end polls."""
        self.world.line.on_update = None
        self.world.line.end_polls()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _drain(self) -> None:
        world = self.world
        while world.webhook is not None and (update := world.line.take()) is not None:
            body: Any = {"ok": True, "result": update} if world.rules.wrapped else update
            raw = orjson.dumps(body)
            for number in range(world.rules.webhook_tries):
                if number:
                    await asyncio.sleep(world.rules.webhook_pause_s * 2 ** (number - 1))
                webhook = world.webhook
                if webhook is None or await self._took(webhook, raw):
                    break

    async def _took(self, webhook: BotWebhook, raw: bytes) -> bool:
        try:
            return 200 <= await _post(webhook, raw, self.world.rules.webhook_deadline_s) < 300
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False


async def _post(webhook: BotWebhook, raw: bytes, deadline_s: float) -> int:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        SECRET_HEADER: webhook.secret,
    }
    timeout = aiohttp.ClientTimeout(total=deadline_s)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(webhook.url, data=raw, headers=headers, allow_redirects=False) as response,
    ):
        await response.read()
        return response.status
