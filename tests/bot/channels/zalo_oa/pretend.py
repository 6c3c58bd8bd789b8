"""A small Open API and OAuth server that misbehaves on request, and a shelf in memory."""

import hashlib
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.account_tokens import HeldTokens, TokenPair, TokenState
from domain.clock import Clock
from domain.messages import ChatRef
from tests.bot.channels.telegram.pretend import Behaviour

APP_ID = "3608465249"
APP_SECRET = "canary-secret-of-no-app"
OA_ID = "3886132808"
USER = "2468455"
GROUP = "f41aa00"
FIRST = "canary-first-refresh-token"
REFRESH_PATH = "/v4/oa/access_token"
CS, V2, IN_GROUP = "/v3.0/oa/message/cs", "/v2.0/oa/message", "/v3.0/oa/group/message"


def said(data: object = None, error: int = 0, status: int = 200) -> Behaviour:
    """Answer as the Open API does: errors with HTTP 200."""

    async def answer(request: web.Request) -> web.StreamResponse:
        body: dict[str, object] = {"error": error, "message": "canary words of Zalo"}
        if data is not None:
            body["data"] = data
        return web.json_response(body, status=status)

    return answer


@dataclass
class Called:
    """A call that came in."""

    path: str
    body: dict[str, object]
    headers: dict[str, str]
    query: dict[str, str]


@dataclass
class PretendZalo:
    """Answers by path: queued behaviours first; the refresh token rotates like the real one."""

    queued: dict[str, deque[Behaviour]] = field(default_factory=lambda: defaultdict(deque))
    calls: list[Called] = field(default_factory=list)
    access: str = ""
    refresh: str = FIRST
    refreshes: int = 0
    wrong_secret: int = -14004
    url: str = ""
    server: TestServer | None = None

    async def open(self) -> None:
        """Listen on a free port of the loopback."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._called)
        self.server = TestServer(app)
        await self.server.start_server(shutdown_timeout=0.1, access_log=None)
        self.url = str(self.server.make_url("")).rstrip("/")

    async def close(self) -> None:
        """Stop listening."""
        if self.server is not None:
            await self.server.close()

    def next(self, path: str, *behaviours: Behaviour) -> None:
        """Let the next calls of a path meet these, in order."""
        self.queued[path].extend(behaviours)

    def at(self, path: str) -> list[dict[str, object]]:
        """Return the bodies of all calls of a path."""
        return [call.body for call in self.calls if call.path == path]

    def rotate(self) -> dict[str, str]:
        """Give the next pair; the one before dies."""
        self.refreshes += 1
        self.access = f"canary-access-{self.refreshes}"
        self.refresh = f"canary-refresh-{self.refreshes}"
        return {
            "access_token": self.access,
            "refresh_token": self.refresh,
            "expires_in": "90000",
        }

    async def _called(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        body: dict[str, object] = {}
        if request.content_type == "application/json":
            body = orjson.loads(await request.read())
        elif request.method == "POST":
            body = dict(await request.post())
        query = dict(request.query)
        self.calls.append(Called(path, body, dict(request.headers), query))
        if self.queued[path]:
            return await self.queued[path].popleft()(request)
        if path == REFRESH_PATH:
            if request.headers.get("secret_key") != APP_SECRET:
                return web.json_response({"error": self.wrong_secret})
            good = body.get("refresh_token") == self.refresh
            return web.json_response(self.rotate() if good else {"error": -14014})
        if path.startswith("/v"):
            if request.headers.get("access_token") != self.access:
                return await said(error=-216)(request)
            return await self._usual(request)
        return web.Response(status=404)

    async def _usual(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/v2.0/oa/getoa":
            about = {"oa_id": OA_ID, "name": "Công an xã ví dụ", "oa_type": 4}
            return await said({**about, "package_name": "Toàn diện"})(request)
        if request.path.startswith("/v2.0/oa/upload/"):
            known = f"upload-{len(self.calls)}"
            return await said({"attachment_id": known, "token": known})(request)
        return await said({"message_id": f"m{len(self.calls)}"})(request)


@dataclass
class MemoryShelf:
    """A shelf of tokens as the real one behaves, without a database."""

    clock: Clock
    held: HeldTokens | None = None
    since: datetime | None = None
    begun_with: str = field(default="", repr=False)
    by: str | None = None
    until: datetime | None = None
    path: str | None = None
    broken: int = 0
    """How many of the next pairs cannot be kept."""
    away: bool = False
    refused_to: str = field(default="", repr=False)
    refused_at: datetime | None = None

    async def begin(self, refresh_token: str) -> None:
        if self.held is not None and (
            self.held.refused is None or self.begun_with == refresh_token
        ):
            return
        self.begun_with = refresh_token
        await self.put(TokenPair("", refresh_token), self.clock.now())

    async def read(self) -> HeldTokens | None:
        if self.away:
            message = "canary words of a database"
            raise OSError(message)
        return self.held

    async def claim(self, version: int, by: str, lease: timedelta) -> bool:
        now = self.clock.now()
        held = self.held
        if held is None or held.version != version or held.refused is not None:
            return False
        if self.by not in {None, by} and self.until is not None and self.until > now:
            return False
        self.by, self.until = by, now + lease
        return True

    async def keep(self, version: int, pair: TokenPair, access_until: datetime) -> bool:
        if self.broken:
            self.broken -= 1
            message = "the disk is full"
            raise OSError(message)
        if self.held is None or self.held.version != version:
            return False
        await self.put(pair, access_until)
        return True

    async def put(self, pair: TokenPair, access_until: datetime) -> None:
        version = self.held.version + 1 if self.held else 1
        self.held = HeldTokens(pair, version, access_until)
        self.since, self.by, self.until = self.clock.now(), None, None

    async def release(
        self, version: int, by: str, refused: str | None = None, app: str = ""
    ) -> None:
        held = self.held
        if held is None or held.version != version or self.by != by:
            return
        self.by = self.until = None
        if refused is not None:
            self.held = HeldTokens(held.pair, version, held.access_until, refused)
            self.refused_to, self.refused_at = app, self.clock.now()

    async def forgive(self, version: int, app: str, after: timedelta) -> bool:
        held = self.held
        if held is None or held.version != version or self.refused_at is None:
            return False
        if app == self.refused_to and self.clock.now() - self.refused_at < after:
            return False
        self.held = HeldTokens(held.pair, version, held.access_until)
        return True

    async def state(self) -> TokenState | None:
        if self.held is None or self.since is None:
            return None
        return TokenState(self.held.access_until, self.since, self.held.refused)

    async def pin(self, path: str) -> None:
        self.path = path

    async def pinned(self) -> str | None:
        return self.path


@dataclass
class KnownMessages:
    """Knows which messages are ours."""

    ids: frozenset[str] = frozenset()
    asked: int = 0

    async def are_ours(self, chat: ChatRef, message_ids: Sequence[str]) -> frozenset[str]:
        self.asked += 1
        return self.ids & frozenset(message_ids)


def signature(body: bytes, timestamp: str, secret: str = APP_SECRET) -> str:
    """Sign a webhook as Zalo does."""
    return hashlib.sha256(f"{APP_ID}".encode() + body + f"{timestamp}{secret}".encode()).hexdigest()
