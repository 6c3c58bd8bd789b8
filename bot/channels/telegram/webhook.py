"""The door through which Telegram calls us: secret, size, commit, and only then 200."""

import asyncio
import logging
from datetime import datetime, timedelta

from aiohttp import web
from telegram import WebhookInfo

from bot.channels.raw import read_json
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.polling import ALLOWED_UPDATES
from bot.channels.telegram.request import SilentBot
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.webhook_body import NotRead, knows_secret, read_body, refuse
from domain.channel import Unheard

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

_LOG = logging.getLogger(__name__)
_READ_TIMEOUT_S = 10
_RETRY = {"Retry-After": "2"}
_LATELY = timedelta(minutes=10)
"""Telegram tries again at least every few minutes while something waits."""


async def ask_for_calls(bot: SilentBot, settings: TelegramSettings) -> None:
    """Tell Telegram to call us; what waits is kept. Raises: what the library raises."""
    await bot.set_webhook(
        settings.webhook_url,
        allowed_updates=ALLOWED_UPDATES,
        secret_token=settings.webhook_secret,
        max_connections=settings.webhook_max_connections,
        drop_pending_updates=False,
    )


def unheard(info: WebhookInfo, url: str, since: datetime, now: datetime) -> Unheard | None:
    """Judge what Telegram says of its calls (getWebhookInfo); the last one came at `since`."""
    if url.isascii() and info.url.rstrip("/") != url.rstrip("/"):
        return Unheard.ELSEWHERE
    failed = info.last_error_date
    lately = failed is not None and failed > since and now - failed < _LATELY
    long_silent = now - since > _LATELY
    return Unheard.FAILING if info.pending_update_count and lately and long_silent else None


class Webhook:
    """Answer Telegram's calls. Routes exist from the start; before `open` they answer 503."""

    def __init__(self, path: str, secret: str) -> None:
        self._path = path
        self._secret = secret.encode()
        self._intake: Intake | None = None

    def open(self, intake: Intake) -> None:
        """Take calls from now on."""
        self._intake = intake

    def close(self) -> None:
        """Turn calls away; Telegram keeps its updates and comes again."""
        self._intake = None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the one aiohttp app; no token is part of the path."""
        return [web.post(self._path, self.handle)]

    async def handle(self, request: web.Request) -> web.Response:
        """Commit one update to the inbox and answer 200.

        401: wrong secret, the body unread. 413: more than 1 MiB. 400: not a JSON object. 408: the
        body did not come. 503: the inbox did not take it, so Telegram shall send it again.
        """
        if not knows_secret(request, SECRET_HEADER, self._secret):
            return refuse(401)
        try:
            until = asyncio.get_running_loop().time() + _READ_TIMEOUT_S
            body = await read_body(request, until)
        except NotRead as fault:
            return refuse(fault.status)
        try:
            update = read_json(body)
        except ValueError:
            return refuse(400)
        if not isinstance(update, dict):
            return refuse(400)
        return await self._commit(update)

    async def _commit(self, update: dict[str, object]) -> web.Response:
        intake = self._intake
        if intake is None:
            return web.Response(status=503, headers=_RETRY)
        try:
            await intake.take([update])
        except Exception as error:  # noqa: BLE001 - the inbox may fail in any way
            _LOG.warning("inbox did not take an update: %s", type(error).__name__)
            return web.Response(status=503, headers=_RETRY)
        return web.Response()
