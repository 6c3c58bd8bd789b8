"""The door through which Zalo calls us: size, signature, commit, and only then 200."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from aiohttp import web

from bot.channels.raw import Raw, read_json
from bot.channels.webhook_body import NotRead, read_body, refuse
from bot.channels.zalo_oa.intake import Intake
from bot.channels.zalo_oa.reading import told
from bot.channels.zalo_oa.signature import HEADER, signed_with

_LOG = logging.getLogger(__name__)
_PROBE = 2
"""The console's check posts `{}`, unsigned, and wants a 200."""


class Webhook:
    """Answer Zalo's calls. Routes exist from the start; before `open` they answer 503."""

    def __init__(
        self,
        path: str,
        secrets: Sequence[str],
        *,
        app_id: str,
        within_s: float,
        heard: Callable[[], None],
    ) -> None:
        self._path = path
        self._secrets = tuple(secrets)
        self._app_id = app_id
        self._within_s = within_s
        self._heard = heard
        self._intake: Intake | None = None
        self._signer: int | None = None

    def open(self, intake: Intake) -> None:
        """Take calls from now on."""
        self._intake = intake

    def close(self) -> None:
        """Turn calls away; Zalo comes again, for up to two hours."""
        self._intake = None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the one aiohttp app."""
        return [web.post(self._path, self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """Commit one event to the inbox and answer 200; reading and committing share one budget.

        403: not signed by Zalo. 413: more than 1 MiB. 400: not a JSON object. 408: the body did
        not come. 503: the inbox did not take it in time, so Zalo shall send it again.
        """
        until = asyncio.get_running_loop().time() + self._within_s
        try:
            body = await read_body(request, until)
        except NotRead as fault:
            return refuse(fault.status)
        event = _event(body)
        if event is None:
            return refuse(400)
        if not event and len(body.strip()) <= _PROBE:
            return web.Response()
        place = signed_with(request.headers.get(HEADER, ""), body, event, self._secrets)
        if place is None or told(event.get("app_id")) != self._app_id:
            return refuse(403)
        self._note(place)
        return await self._commit(event, until)

    def _note(self, place: int) -> None:
        self._heard()
        if self._signer != place:
            self._signer = place
            count = len(self._secrets)
            _LOG.info("webhooks are signed with candidate %d of %d", place + 1, count)

    async def _commit(self, event: Raw, until: float) -> web.Response:
        intake = self._intake
        if intake is None:
            return web.Response(status=503)
        try:
            async with asyncio.timeout_at(until):
                await intake.take(event)
        except Exception as error:  # noqa: BLE001 - the inbox may fail in any way
            _LOG.warning("inbox did not take an event: %s", type(error).__name__)
            return web.Response(status=503)
        return web.Response()


def _event(body: bytes) -> Raw | None:
    if not body.strip():
        # A look whether we are there.
        return {}
    try:
        found = read_json(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
