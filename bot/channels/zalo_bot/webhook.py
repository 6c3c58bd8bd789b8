"""The door through which Zalo calls a bot: secret, size, commit, and only then 200."""

import asyncio
import hmac
import logging

from aiohttp import web

from bot.channels.raw import Raw, mapping, read_json
from bot.channels.zalo_bot.intake import Intake

BODY_LIMIT = 1024 * 1024
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
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not self._secret or not hmac.compare_digest(shown, self._secret):
            return _refuse(401)
        if (request.content_length or 0) > BODY_LIMIT:
            return _refuse(413)
        try:
            async with asyncio.timeout(_READ_TIMEOUT_S):
                body = await _read(request)
        except TimeoutError:
            return _refuse(408)
        if body is None:
            return _refuse(413)
        try:
            told = read_json(body) if body.strip() else {}
        except ValueError:
            return _refuse(400)
        if not isinstance(told, dict):
            return _refuse(400)
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


def _refuse(status: int) -> web.Response:
    """Answer without reading what is left of the body: the connection ends with the answer."""
    response = web.Response(status=status)
    response.force_close()
    return response


async def _read(request: web.Request) -> bytes | None:
    body = bytearray()
    async for piece in request.content.iter_chunked(64 * 1024):
        body += piece
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
