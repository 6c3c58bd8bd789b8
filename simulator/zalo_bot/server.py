"""The Zalo Bot API over HTTP: `/zalo-bot/bot<token>/<method>`, and what people sent."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from simulator.arguments import read_arguments
from simulator.errors import ApiError
from simulator.zalo_bot.faults import BotError
from simulator.zalo_bot.methods import METHODS, NO_RESULT, BotCall
from simulator.zalo_bot.probe import BotCourier
from simulator.zalo_bot.world import ZaloBotWorld

log = logging.getLogger(__name__)

_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body></body></html>"
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_SOUNDS = ("audio/",)
STICKERS = {"cuoi": "😊", "tim": "❤️", "ok": "👌", "lo": "😟", "chao": "👋", "hoa": "🌸"}


@dataclass(slots=True)
class ZaloBotServer:
    """Answer the bot; `courier` pushes to its webhook."""

    world: ZaloBotWorld
    courier: BotCourier

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes the bot uses."""
        return [
            web.route("GET", "/zalo-bot/bot{token}/{method}", self.call),
            web.route("POST", "/zalo-bot/bot{token}/{method}", self.call),
            web.get("/zalo-bot/media/{media}", self.media),
            web.get("/zalo-bot/stickers/{sticker}", self.sticker),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, or let it meet the fault that waits for it."""
        method = request.match_info["method"]
        try:
            if not self.world.token or request.match_info["token"] != self.world.token:
                raise BotError(401, "Unauthorized")
            args = await read_arguments(request)
        except BotError as error:
            return self._refuse(method, error)
        except ApiError as error:
            return self._refuse(method, BotError(error.code, error.description))
        fault = self.world.faults.meet(method, args.text("chat_id"))
        kind = fault.kind if fault is not None else ""
        if kind == "cut":
            return _hang_up(request)
        if kind == "502-html":
            self._note(method, BotError(502, "Bad Gateway"))
            return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
        if fault is not None and kind == "slow":
            await asyncio.sleep(fault.seconds)
        refused = fault.refusal() if fault is not None else None
        call = BotCall(self.world, method, args)
        response = self._refuse(method, refused) if refused else await self._answer(call)
        if kind == "lost-answer":
            for sent in call.accepted:
                sent.lost = True
            return _hang_up(request)
        return response

    async def _answer(self, call: BotCall) -> web.Response:
        handler = METHODS.get(call.method)
        try:
            if handler is None:
                raise BotError(400, "Bad Request: unknown API")
            self.world.record.calls[call.method] += 1
            result = await handler(call)
        except BotError as error:
            return self._refuse(call.method, error)
        body: dict[str, Any] = {"ok": True}
        if result is not NO_RESULT:
            body["result"] = result
        return _json(body, 200)

    async def media(self, request: web.Request) -> web.Response:
        """Give what somebody sent; what is neither picture nor sound downloads."""
        media = self.world.media.get(request.match_info["media"])
        if media is None:
            raise web.HTTPNotFound
        shown = media.mime in _PICTURES or media.mime.startswith(_SOUNDS)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if not shown:
            headers["Content-Disposition"] = "attachment"
        mime = media.mime if shown else "application/octet-stream"
        return web.Response(body=media.data, content_type=mime, headers=headers)

    async def sticker(self, request: web.Request) -> web.Response:
        """Draw a sticker."""
        face = STICKERS.get(request.match_info["sticker"], "🙂")
        drawn = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">'
            f'<text x="60" y="86" font-size="80" text-anchor="middle">{face}</text></svg>'
        )
        headers = {"Content-Security-Policy": "sandbox"}
        return web.Response(text=drawn, content_type="image/svg+xml", headers=headers)

    def _refuse(self, method: str, error: BotError) -> web.Response:
        self._note(method, error)
        rules = self.world.rules
        body: dict[str, Any] = {"ok": False, "description": error.description}
        if not error.bare:
            body[rules.error_key] = error.code
        if error.code == 429 and rules.retry_after:
            body["parameters"] = {"retry_after": 1}
        as_code = error.bare or error.code >= 500 or rules.error_status == "code"
        return _json(body, error.code if as_code else 200)

    def _note(self, method: str, error: BotError) -> None:
        if error.code == 408:
            return
        said = {"method": method, "code": error.code, "description": error.description}
        self.world.record.rejected.append(said)
        log.info("refused a Zalo Bot call with %s", error.code)


def _json(body: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def _hang_up(request: web.Request) -> web.Response:
    """Close the connection; what is returned never reaches anybody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
