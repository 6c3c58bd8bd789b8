"""A small Bot API server that misbehaves on request, and an inbox that fails on request."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.messages import Received

TOKEN = "700000001:AAcanary-token-of-nobody_0123456789"
BOT_ID = 700000001
USERNAME = "anninh_demo_bot"

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


def ok(result: object) -> Behaviour:
    """Answer with a result."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "result": result})

    return answer


def error(
    code: int, description: str, parameters: dict[str, object] | None = None, status: int = 0
) -> Behaviour:
    """Answer with an error as Telegram words it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
        if parameters:
            body["parameters"] = parameters
        return web.json_response(body, status=status or code)

    return answer


def raw(status: int, body: bytes, headers: dict[str, str] | None = None) -> Behaviour:
    """Answer with any bytes."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    """Take the request and break the connection."""
    await request.read()
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


HANGS_S = 30.0


async def hang(request: web.Request) -> web.StreamResponse:
    """Take the request and say nothing for long."""
    await asyncio.sleep(HANGS_S)
    return web.Response()


async def half(request: web.Request) -> web.StreamResponse:
    """Send the beginning of an answer and break the connection."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"ok": true, "resu')
    assert request.transport is not None
    request.transport.abort()
    return response


@dataclass
class PretendTelegram:
    """Answers by method: queued behaviours first, then the standing one."""

    queued: dict[str, deque[Behaviour]] = field(default_factory=lambda: defaultdict(deque))
    standing: dict[str, Behaviour] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    updates: list[dict[str, object]] = field(default_factory=list)
    url: str = ""
    server: TestServer | None = None

    async def open(self) -> None:
        """Listen on a free port of the loopback."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._called)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        self.server = TestServer(app)
        # No access log: in one process with the adapter it would write the token of its paths.
        await self.server.start_server(shutdown_timeout=0.1, access_log=None)
        self.url = str(self.server.make_url("")).rstrip("/")

    async def close(self) -> None:
        """Stop listening."""
        if self.server is not None:
            await self.server.close()

    def next(self, method: str, *behaviours: Behaviour) -> None:
        """Let the next calls of a method meet these, in order."""
        self.queued[method].extend(behaviours)

    def named(self, method: str) -> list[dict[str, object]]:
        """Return the parameters of all calls of a method."""
        return [params for name, params in self.calls if name == method]

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params: dict[str, object]
        if request.content_type == "application/json":
            params = orjson.loads(await request.read())
        else:
            params = dict(await request.post())
        self.calls.append((method, params))
        if request.match_info["token"] != TOKEN:
            return await error(401, "Unauthorized")(request)
        if self.queued[method]:
            return await self.queued[method].popleft()(request)
        if method in self.standing:
            return await self.standing[method](request)
        return await self._usual(request, method, params)

    async def _usual(
        self, request: web.Request, method: str, params: dict[str, object]
    ) -> web.StreamResponse:
        if method == "getMe":
            me = {"id": BOT_ID, "is_bot": True, "first_name": "An ninh", "username": USERNAME}
            return await ok(me)(request)
        if method == "getUpdates":
            offset = int(str(params.get("offset", 0)))
            self.updates = [u for u in self.updates if int(str(u["update_id"])) >= offset]
            if not self.updates:
                await asyncio.sleep(0.05)
            return await ok(self.updates[:100])(request)
        if method.startswith("send"):
            return await ok({"message_id": len(self.calls), "date": 1, "chat": {}})(request)
        return await ok(result=True)(request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.calls.append(("download", {"path": path}))
        if self.queued["download"]:
            return await self.queued["download"].popleft()(request)
        return web.Response(body=b"bytes of a file")


def _opened() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class ListInbox:
    """An inbox in memory that drops known keys and fails as often as told."""

    items: list[Received] = field(default_factory=list)
    failures: int = 0
    tries: int = 0
    open: asyncio.Event = field(default_factory=_opened)
    """While it is cleared, nothing gets in and who brings something waits."""

    async def put(self, items: Sequence[Received]) -> None:
        """Keep new items, all or none."""
        if not items:
            return
        self.tries += 1
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            message = "the database is not there"
            raise OSError(message)
        for item in items:
            if all(item.key != known.key for known in self.items):
                self.items.append(item)


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a condition.

    Raises: TimeoutError.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
