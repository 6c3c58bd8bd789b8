"""The one aiohttp application: health, and the channels' webhooks."""

import errno
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from bot.outages import of_system
from domain.errors import Misconfigured
from storage.database import DatabaseAway

Health = Callable[[], Awaitable[dict[str, object]]]
"""Returns facts without any content; `ok` says whether all is well."""


def create_app(routes: Sequence[web.RouteDef], health: Health) -> web.Application:
    """Put the routes together; bodies are limited to 1 MiB."""

    async def healthz(_request: web.Request) -> web.Response:
        try:
            facts = await health()
        except DatabaseAway:
            facts = {"ok": False, "database": "away"}
        return web.json_response(facts, status=200 if facts["ok"] else 503)

    app = web.Application(client_max_size=1024 * 1024)
    app.add_routes([web.get("/healthz", healthz), *routes])
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
