"""A pretend OA that runs, a service that takes its events, and the phones around it."""

import asyncio
import hashlib
import io
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from simulator import Running, running

LANH, THANH, ON_WEB, FOLLOWER, CHIEF = (
    "2468000000000001001",
    "2468000000000001002",
    "2468000000000001003",
    "2468000000000001005",
    "2468000000000002002",
)
CS, V2, REFRESH = "/v3.0/oa/message/cs", "/v2.0/oa/message", "/v4/oa/access_token"
HOUR, DAY = 3600, 86400
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x06@\0\0\x04\xb0\x08\x02\0\0\0\0\0\0\0"
    b"\0\0\0\0IEND\xaeB`\x82"
)
Holds = Callable[[], object]


@dataclass(slots=True)
class Told:
    """One webhook request as it came in."""

    raw: bytes
    headers: dict[str, str]

    @property
    def body(self) -> dict[str, Any]:
        said: dict[str, Any] = orjson.loads(self.raw)
        return said

    @property
    def name(self) -> str:
        return str(self.body.get("event_name", ""))


@dataclass(slots=True)
class Service:
    """The service's own server, that answers as told: a status, or None to hang up."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    statuses: list[int | None] = field(default_factory=list)
    lasting: int | None = 200

    async def take(self, request: web.Request) -> web.Response:
        self.told.append(Told(await request.read(), dict(request.headers)))
        status = self.statuses.pop(0) if self.statuses else self.lasting
        if status is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=status)

    def named(self, name: str) -> list[dict[str, Any]]:
        return [told.body for told in self.told if told.name == name]


@dataclass(slots=True)
class Zalo:
    """The service's hands on the OA API, and everybody's phones."""

    sim: Running
    http: aiohttp.ClientSession
    service: Service
    token: str = ""

    @property
    def base_url(self) -> str:
        return self.sim.base_url

    async def refresh(self, token: str = "", **fields: str) -> dict[str, Any]:
        oa = self.sim.zalo.oa
        form = {
            "app_id": oa.app_id,
            "grant_type": "refresh_token",
            "refresh_token": token or oa.refresh_token,
        }
        secret = {"secret_key": oa.app_secret}
        async with self.http.post(
            self.base_url + REFRESH, data=form | fields, headers=secret
        ) as answer:
            assert answer.status == 200
            said: dict[str, Any] = await answer.json()
            return said

    async def answer(self, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """Post to the OA API and give the whole answer, whose HTTP status is always 200."""
        headers = {"access_token": self.token} | headers
        async with self.http.post(self.base_url + path, json=body, headers=headers) as answer:
            assert answer.status == 200
            said: dict[str, Any] = await answer.json()
            return said

    async def call(self, path: str, body: Any = None) -> Any:
        said = await self.answer(path, body)
        assert said["error"] == 0, said
        return said["data"]

    async def error(self, path: str, body: Any = None, **headers: str) -> int:
        said = await self.answer(path, body, **headers)
        assert "data" not in said
        return int(said["error"])

    async def look(self, path: str, **query: Any) -> dict[str, Any]:
        """Get from the OA API with a plain query; `data` is written as JSON."""
        asked = {
            name: orjson.dumps(value).decode() if name == "data" else str(value)
            for name, value in query.items()
        }
        headers = {"access_token": self.token}
        async with self.http.get(self.base_url + path, params=asked, headers=headers) as answer:
            said: dict[str, Any] = await answer.json()
            return said

    async def upload(self, kind: str, name: str, data: bytes) -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(data), filename=name)
        url = f"{self.base_url}/v2.0/oa/upload/{kind}"
        headers = {"access_token": self.token}
        async with self.http.post(url, data=form, headers=headers) as answer:
            said: dict[str, Any] = await answer.json()
            return said

    async def send(self, person: str, text: str = "Xin chào", **message: Any) -> dict[str, Any]:
        """Send by consultation and give the whole answer."""
        body = {"recipient": {"user_id": person}, "message": {"text": text} | message}
        return await self.answer(CS, body)

    async def act(self, person: str, deed: str, status: int = 200, **body: Any) -> Any:
        path = f"{self.base_url}/phone/zalo/people/{person}/{deed}"
        async with self.http.post(path, json=body) as answer:
            said = await answer.json()
            assert answer.status == status, said
            return said

    async def order(self, deed: str, status: int = 200, **body: Any) -> Any:
        async with self.http.post(f"{self.base_url}/sim/zalo/{deed}", json=body) as answer:
            said = await answer.json()
            assert answer.status == status, said
            return said

    async def get(self, path: str) -> Any:
        async with self.http.get(self.base_url + path) as answer:
            return await answer.json()

    def advance(self, seconds: float) -> None:
        self.sim.world.clock.advance(seconds)

    async def told(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the service was told of so many events of a name."""
        await until(lambda: len(self.service.named(name)) >= count)
        return self.service.named(name)

    async def settled(self) -> None:
        """Wait until no event waits any more."""
        await until(lambda: self.sim.zalo.post.waiting == 0)


async def until(holds: Holds) -> None:
    """Wait until something holds, at most a minute."""
    async with asyncio.timeout(60):
        for _ in itertools.count():
            if holds():
                return
            await asyncio.sleep(0.005)


def signed(zalo: Zalo, told: Told) -> bool:
    """Check a signature as the documentation describes it, from the raw bytes."""
    body = told.body
    secret = zalo.sim.zalo.settings.webhook_secret
    said = body["app_id"].encode() + told.raw + body["timestamp"].encode() + secret.encode()
    return told.headers["X-ZEvent-Signature"] == f"mac={hashlib.sha256(said).hexdigest()}"


@pytest.fixture
async def zalo() -> AsyncIterator[Zalo]:
    """The shipped world, a service that listens, and a fresh access token."""
    service = Service()
    app = web.Application()
    app.router.add_post("/moc", service.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}/moc"
    async with running(zalo_webhook=service.url) as sim, aiohttp.ClientSession() as http:
        made = Zalo(sim, http, service)
        made.token = sim.zalo.tokens.issue()["access_token"]
        await made.order("settings", retry_second_s=0.0001, deadline_s=30)
        yield made
    await runner.cleanup()
