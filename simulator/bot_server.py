"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import asyncio
import logging
import re
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from simulator.arguments import Arguments, from_json, read_arguments
from simulator.calls import Call
from simulator.errors import ApiError
from simulator.faults import Fault, refusal
from simulator.files import MAX_UPLOAD_BYTES
from simulator.methods import METHODS, NAMES
from simulator.people import Bot
from simulator.record import Send
from simulator.webhooks import Courier
from simulator.world import World

log = logging.getLogger(__name__)

MAX_BODY_BYTES = MAX_UPLOAD_BYTES + (1 << 20)
_TOKEN = re.compile(r"[1-9]\d*:[A-Za-z0-9_-]{5,80}\Z")
_NOT_IN_ANSWERS = frozenset({"setwebhook", "deletewebhook", "close", "logout"})
_BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    "<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(slots=True)
class BotServer:
    """Answer bots. `couriers` are the running webhooks, by bot id."""

    world: World
    couriers: dict[int, Courier]

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes bots use."""
        return [
            web.route("GET", "/bot{token}/{method}", self.call),
            web.route("POST", "/bot{token}/{method}", self.call),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, or let it meet the fault that waits for it."""
        method = request.match_info["method"].lower()
        try:
            bot = self._bot(request.match_info["token"])
            args = await read_arguments(request)
        except ApiError as error:
            return self._refuse(method, error)
        fault = self.world.faults.meet(method, _chat_id(args), args.text("text"))
        if fault is not None and fault.kind == "cut":
            return _hang_up(request)
        if fault is not None and fault.kind == "502-html":
            self._note(method, ApiError(502, "Bad Gateway"))
            return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        accepted: list[Send] = []
        response = await self._answer(bot, method, args, fault, accepted)
        if fault is not None and fault.kind == "held-answer":
            await self._hold(request, accepted)
        if fault is not None and fault.kind == "lost-answer":
            return _hang_up(request)
        return response

    async def _answer(
        self,
        bot: Bot,
        method: str,
        args: Arguments,
        fault: Fault | None,
        accepted: list[Send],
    ) -> web.Response:
        try:
            refused = refusal(fault) if fault is not None else None
            if refused is not None:
                raise refused
            handler = METHODS.get(method)
            if handler is None:
                raise ApiError(404, "Not Found: method not found")
            name = NAMES[method]
            self.world.record.calls[name] += 1
            call = Call(self.world, bot, name, args, accepted)
            result = await handler(call)
        except ApiError as error:
            return self._refuse(method, error)
        if fault is not None and fault.kind == "lost-answer":
            for sent in accepted:
                sent.lost = True
        return _json({"ok": True, "result": result}, 200)

    async def _hold(self, request: web.Request, accepted: list[Send]) -> None:
        """Hold an answer back; what was accepted counts as lost unless it goes in the end."""
        for sent in accepted:
            sent.lost = True
        await self.world.faults.hold()
        for sent in accepted:
            sent.lost = request.transport is None

    async def answer_in_webhook(self, bot: Bot, body: dict[str, Any]) -> None:
        """Carry out the call a bot gave as the body of its 200; nobody hears how it went."""
        method = str(body["method"]).lower()
        if method in _NOT_IN_ANSWERS or method.startswith("get"):
            return
        given = from_json({name: value for name, value in body.items() if name != "method"})
        await self._answer(bot, method, Arguments(given), None, [])

    async def download(self, request: web.Request) -> web.Response:
        """Give the bytes behind a file_path."""
        try:
            bot = self._bot(request.match_info["token"])
        except ApiError as error:
            return self._refuse("file", error)
        stored = self.world.files.by_path(bot.id, request.match_info["path"])
        if stored is None:
            return self._refuse("file", ApiError(404, "Not Found"))
        return web.Response(body=stored.data, content_type="application/octet-stream")

    def webhook_changed(self, bot_id: int) -> None:
        """Start, replace or stop the courier of a bot after setWebhook or deleteWebhook."""
        old = self.couriers.pop(bot_id, None)
        bot = self.world.bot_by_id(bot_id)
        webhook = self.world.webhooks.get(bot_id)
        if old is not None:
            task = asyncio.ensure_future(old.stop())
            task.add_done_callback(lambda _: self._start(bot, bot_id))
        elif webhook is not None:
            self._start(bot, bot_id)

    def _start(self, bot: Bot | None, bot_id: int) -> None:
        webhook = self.world.webhooks.get(bot_id)
        if bot is None or webhook is None or bot_id in self.couriers:
            return

        async def answer(body: dict[str, Any]) -> None:
            await self.answer_in_webhook(bot, body)

        courier = Courier(webhook, self.world.queues[bot_id], self.world.clock, answer)
        self.couriers[bot_id] = courier
        courier.start()

    async def stop(self) -> None:
        """Stop every courier and end every poll."""
        for courier in list(self.couriers.values()):
            await courier.stop()
        self.couriers.clear()
        for queue in self.world.queues.values():
            await queue.end_poll("Conflict: the simulator is stopping")

    def _bot(self, token: str) -> Bot:
        if not _TOKEN.match(token):
            raise ApiError(404, "Not Found")
        bot = self.world.bots.get(token)
        if bot is None:
            raise ApiError(401, "Unauthorized")
        return bot

    def _refuse(self, method: str, error: ApiError) -> web.Response:
        self._note(method, error)
        body: dict[str, Any] = {
            "ok": False,
            "error_code": error.code,
            "description": error.description,
        }
        headers = {}
        if error.parameters:
            body["parameters"] = error.parameters
        if "retry_after" in error.parameters:
            headers["Retry-After"] = str(error.parameters["retry_after"])
        return _json(body, error.code, headers)

    def _note(self, method: str, error: ApiError) -> None:
        self.world.record.rejected.append(
            {
                "method": NAMES.get(method, method),
                "code": error.code,
                "description": error.description,
            }
        )
        log.info("refused %s with %s", method, error.code)


def _chat_id(args: Arguments) -> int | None:
    value = args.text("chat_id")
    return int(value) if re.fullmatch(r"-?\d{1,18}", value) else None


def _json(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, content_type="application/json", headers=headers
    )


def _hang_up(request: web.Request) -> web.Response:
    """Close the connection; what is returned never reaches anybody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
