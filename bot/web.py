"""The one aiohttp application: health, readiness, figures, and the channels' webhooks."""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.metrics import CONTENT_TYPE
from bot.outages import of_system
from domain.errors import Misconfigured
from storage.database import DatabaseAway

_PATIENCE_S = 4.0
"""Who asks how we are must hear it before giving us up, also while the database is silent."""

Health = Callable[[], Awaitable[dict[str, object]]]
"""Returns facts without any content; `ok` says whether all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the service tells of itself to who watches it."""

    health: Health
    not_ready: Callable[[], Awaitable[Sequence[str]]]
    """Returns why nothing should be brought to this process now; empty when it is ready."""
    figures: Callable[[], Awaitable[bytes]]
    """Returns all figures in the text form of Prometheus."""
    own_figures: Callable[[], bytes]
    """Returns those of this process alone, for as long as the database is away."""


def create_app(
    routes: Sequence[web.RouteDef], told: Told, patience_s: float = _PATIENCE_S
) -> web.Application:
    """Put the routes together; bodies are limited to 1 MiB."""

    async def healthz(_request: web.Request) -> web.Response:
        try:
            facts = await asyncio.wait_for(told.health(), patience_s)
        except (DatabaseAway, TimeoutError):
            facts = {"ok": False, "database": "away"}
        return web.json_response(facts, status=200 if facts["ok"] else 503)

    async def livez(_request: web.Request) -> web.Response:
        # What people must see to, and a database that is away, is no reason to start us anew.
        return web.json_response({"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        try:
            why = list(await asyncio.wait_for(told.not_ready(), patience_s))
        except TimeoutError:
            why = ["database_away"]
        return web.json_response({"ready": not why, "why": why}, status=503 if why else 200)

    async def metrics(_request: web.Request) -> web.Response:
        try:
            body = await asyncio.wait_for(told.figures(), patience_s)
        except (DatabaseAway, TimeoutError):
            body = told.own_figures()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    app = web.Application(client_max_size=1024 * 1024)
    pages = {"healthz": healthz, "livez": livez, "readyz": readyz, "metrics": metrics}
    app.add_routes([*(web.get(f"/{name}", page) for name, page in pages.items()), *routes])
    return app


def cannot_open(host: str, port: int, error: OSError) -> str:
    """Return the sentence for a door that does not open, with the setting to change."""
    why = "không được phép" if error.errno == errno.EACCES else of_system(error)
    setting = "WEB_PORT" if error.errno in {errno.EADDRINUSE, errno.EACCES} else "WEB_HOST"
    return f"{setting}: Không mở được cổng {host}:{port} ({why}). Đổi {setting}."


class WebDoor:
    """The listening socket of the application."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None)
        self._host = host
        self._port = port

    async def open(self) -> int:
        """Listen; returns the port, which matters when 0 was asked for.

        Raises: Misconfigured when the port is taken or not allowed.
        """
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            message = cannot_open(self._host, self._port, error)
            raise Misconfigured(message) from error
        port: int = self._runner.addresses[0][1]
        return port

    async def close(self) -> None:
        """Stop listening, finish what is under way."""
        await self._runner.cleanup()
