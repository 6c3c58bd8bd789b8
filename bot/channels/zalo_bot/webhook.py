"""The door through which Zalo calls a bot: secret, size, commit, and only then 200."""

import asyncio
import logging

from aiohttp import web

from bot.channels.raw import Raw, mapping, read_json
from bot.channels.webhook_body import NotRead, knows_secret, read_body, refuse
from bot.channels.zalo_bot.intake import Intake

SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

_LOG = logging.getLogger(__name__)
_READ_TIMEOUT_S = 10
_TRIES = 3
"""Whether Zalo calls again is not documented, so that a short outage is waited for."""
_BETWEEN_S = 0.3


class Webhook:
    """Answer Zalo's calls. Routes exist from the start; before `open` they answer 503."""

    def __init__(self, path: str, secret: str) -> None:
        self._path = path
        self._secret = secret.encode()
        self._intake: Intake | None = None

    def open(self, intake: Intake) -> None:
        """Take calls from now on."""
        self._intake = intake

    def close(self) -> None:
        """Turn calls away."""
        self._intake = None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the one aiohttp app; no token is part of the path."""
        return [web.post(self._path, self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """Commit one update to the inbox and answer 200.

        The update may stand in the body by itself, or wrapped as in an answer to a poll. 401:
        wrong secret, the body unread. 413: more than 1 MiB. 400: not a JSON object. 408: the body
        did not come. 503: the inbox did not take it.
        """
        if not knows_secret(request, SECRET_HEADER, self._secret):
            return refuse(401)
        try:
            until = asyncio.get_running_loop().time() + _READ_TIMEOUT_S
            body = await read_body(request, until)
        except NotRead as fault:
            return refuse(fault.status)
        try:
            told = read_json(body) if body.strip() else {}
        except ValueError:
            return refuse(400)
        if not isinstance(told, dict):
            return refuse(400)
        update = mapping(told.get("result")) if "event_name" not in told else told
        return await self._commit(update)

    async def _commit(self, update: Raw) -> web.Response:
        if not update:
            # The platform's look whether we are there.
            return web.Response()
        for tries in range(_TRIES):
            intake = self._intake
            if intake is None:
                break
            if tries:
                await asyncio.sleep(_BETWEEN_S)
            try:
                await intake.take([update])
            except Exception as error:  # noqa: BLE001 - the inbox may fail in any way
                _LOG.warning("inbox did not take an update: %s", type(error).__name__)
            else:
                return web.Response()
        return web.Response(status=503)
