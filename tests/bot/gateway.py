"""A pretend call gateway on loopback that notes what it is asked, and misbehaves on request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(slots=True)
class Gateway:
    """What was asked of it, in order; `answers` are given first, then 202 for ever."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    hangs: bool = False
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.headers.append(dict(request.headers))
        if self.hangs:
            await self._over.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 202)

    def close(self) -> None:
        self._over.set()


@asynccontextmanager
async def open_gateway() -> AsyncIterator[Gateway]:
    """Open it on a free port."""
    gateway = Gateway()
    app = web.Application()
    app.router.add_post("/ring", gateway.take)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    gateway.url = f"http://{host}:{port}/ring"
    try:
        yield gateway
    finally:
        gateway.close()
        await runner.cleanup()
