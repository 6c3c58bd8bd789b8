"""The OA Open API and OAuth over HTTP. Errors come with HTTP 200, as Zalo's do."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from aiohttp import BodyPartReader, web

from simulator.zalo_oa.calls import Call, UploadedFile
from simulator.zalo_oa.codes import OaError, OauthError, invalid
from simulator.zalo_oa.faults import AFTER_THE_FACT, Fault
from simulator.zalo_oa.methods import GETS_WITH_DATA, METHODS
from simulator.zalo_oa.things import Json
from simulator.zalo_oa.world import ZaloWorld

log = logging.getLogger(__name__)

_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body></body></html>"
ACCESS_TOKEN_PATH = "/v4/oa/access_token"  # noqa: S105 - a path
MOST_CALLBACK = 2000


@dataclass(frozen=True, slots=True)
class _Given:
    """What a request brought; `args` is empty when it could not be read."""

    args: Json
    file: UploadedFile | None = None


@dataclass(slots=True)
class OaServer:
    """Answer the service."""

    world: ZaloWorld

    def routes(self) -> list[web.AbstractRouteDef]:
        """List the routes of the OA API and of OAuth."""
        return [
            web.post(ACCESS_TOKEN_PATH, self._with_faults(self._token)),
            web.get("/v4/oa/permission", self.consent),
            web.route("*", "/v2.0/{path:.+}", self._with_faults(self._call)),
            web.route("*", "/v3.0/{path:.+}", self._with_faults(self._call)),
        ]

    async def consent(self, request: web.Request) -> web.Response:
        """Stand for the page on which the OA's admin agrees: it sends the browser back at once."""
        query, oa = request.query, self.world.oa
        if query.get("app_id") != oa.app_id:
            return self._oauth_refusal(OauthError(-14002, "Invalid app", "App id is invalid."))
        back = query.get("redirect_uri", "")
        wanted, asked = urlsplit(oa.redirect_uri), urlsplit(back)
        if asked[:3] != wanted[:3] or len(back) > MOST_CALLBACK:
            return self._oauth_refusal(
                OauthError(-14003, "Invalid redirect uri", "Redirect uri is not registered.")
            )
        given = {
            "code": self.world.tokens.new_code(query.get("code_challenge", "")),
            "oa_id": oa.id,
            "state": query.get("state", ""),
        }
        joint = "&" if asked.query else "?"
        return web.Response(status=302, headers={"Location": f"{back}{joint}{urlencode(given)}"})

    def _with_faults(
        self, answer: Callable[[web.Request, _Given, Fault | None], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def meet(request: web.Request) -> web.StreamResponse:
            given = await _given(request)
            fault = self.world.faults.meet(request.path, _chat(given.args))
            if fault is not None and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            if fault is not None and fault.kind == "cut":
                return _hang_up(request)
            if fault is not None and fault.kind == "500":
                return web.Response(status=500, text="Internal Server Error")
            if fault is not None and fault.kind == "502-html":
                return web.Response(status=502, text=_BAD_GATEWAY, content_type="text/html")
            response = await answer(request, given, fault)
            if fault is not None and fault.kind == "delivered-slow":
                await asyncio.sleep(fault.seconds)
            if fault is not None and fault.kind == "lost-answer":
                return _hang_up(request)
            if fault is not None and fault.kind == "delivered-500":
                return web.Response(status=500, text="Internal Server Error")
            return response

        return meet

    async def _token(
        self, request: web.Request, given: _Given, fault: Fault | None
    ) -> web.Response:
        world, args = self.world, given.args
        world.record.calls[request.path] += 1
        try:
            if fault is not None and fault.kind == "error":
                raise OauthError(fault.error, "Ordered fault", "Ordered fault.")
            if args.get("app_id") != world.oa.app_id:
                raise OauthError(-14002, "Invalid app", "App id is invalid.")
            secret = request.headers.get("secret_key", "")
            if not hmac.compare_digest(secret.encode(), world.oa.app_secret.encode()):
                raise OauthError(-14004, "Invalid secret key", "Secret key is invalid.")
            pair = self._pair(args)
        except OauthError as error:
            return self._oauth_refusal(error)
        if fault is not None and fault.kind == "delivered-error":
            return self._oauth_refusal(OauthError(fault.error, "Ordered fault", "Ordered fault."))
        return _json(pair)

    def _pair(self, args: Json) -> dict[str, str]:
        tokens, grant = self.world.tokens, args.get("grant_type")
        if grant == "refresh_token":
            return tokens.refresh(str(args.get("refresh_token", "")))
        if grant == "authorization_code":
            return tokens.exchange(str(args.get("code", "")), str(args.get("code_verifier", "")))
        raise OauthError(-14001, "Invalid grant type", "Grant type is invalid.")

    async def _call(self, request: web.Request, given: _Given, fault: Fault | None) -> web.Response:
        world, path, args = self.world, request.path, given.args
        method = METHODS.get((request.method, path))
        if method is None:
            return _json({"error": 404, "message": "Empty api"}, status=404)
        headers: dict[str, str] = {}
        try:
            self._check_token(request)
            self._check_app(request)
            headers = world.rates.spend(world.settings, path)
            if fault is not None and fault.kind == "error":
                raise OaError(fault.error)
            if (request.method, path) in GETS_WITH_DATA:
                args = _data(request)
            world.record.calls[path] += 1
            call = Call(world, path, args, given.file)
            data = await method(call)
        except OaError as error:
            return self._refusal(path, error, headers)
        if fault is not None and fault.kind in AFTER_THE_FACT:
            for line in call.accepted:
                line.lost = True
            if fault.kind == "delivered-error":
                return self._refusal(path, OaError(fault.error), headers)
        return _json({"error": 0, "message": "Success", "data": data}, headers)

    def _check_token(self, request: web.Request) -> None:
        try:
            self.world.tokens.check(request.headers.get("access_token", ""))
        except OaError as error:
            if error.code == -220 and self.world.settings.expired_as_invalid:
                raise OaError(-216) from None
            raise

    def _check_app(self, request: web.Request) -> None:
        settings, tokens = self.world.settings, self.world.tokens
        proof = request.headers.get("appsecret_proof")
        if proof is None and settings.require_proof:
            raise OaError(-242)
        if proof is not None:
            wanted = tokens.proof(request.headers["access_token"])
            if not hmac.compare_digest(proof.encode(), wanted.encode()):
                raise OaError(-242)
        if settings.package == "basic":
            raise OaError(-224)
        if not settings.verified:
            raise OaError(-221)

    def _refusal(self, path: str, error: OaError, headers: dict[str, str]) -> web.Response:
        line = {"path": path, "error": error.code, "message": error.message}
        self.world.record.rejected.append(line)
        log.info("refused %s with %s", path, error.code)
        if error.code == -32:
            headers = self.world.rates.headers(self.world.settings, path)
        return _json({"error": error.code, "message": error.message}, headers)

    def _oauth_refusal(self, error: OauthError) -> web.Response:
        line = {"path": ACCESS_TOKEN_PATH, "error": error.code, "message": error.name}
        self.world.record.rejected.append(line)
        log.info("refused %s with %s", ACCESS_TOKEN_PATH, error.code)
        return _json(
            {
                "error": error.code,
                "error_name": error.name,
                "error_reason": error.reason,
                "error_description": error.reason,
                "ref_doc": "",
            }
        )


async def _given(request: web.Request) -> _Given:
    if request.content_type == "multipart/form-data":
        return _Given({}, await _file(request))
    if request.content_type == "application/x-www-form-urlencoded":
        form = await request.post()
        return _Given({name: value for name, value in form.items() if isinstance(value, str)})
    if request.method == "GET":
        return _Given(dict(request.query))
    try:
        body: Any = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError:
        body = {}
    return _Given(body if isinstance(body, dict) else {})


async def _file(request: web.Request) -> UploadedFile | None:
    try:
        reader = await request.multipart()
        async for part in reader:
            if isinstance(part, BodyPartReader) and part.name == "file":
                mime = part.headers.get("Content-Type", "application/octet-stream")
                data = bytes(await part.read(decode=True))
                return UploadedFile(part.filename or "", mime, data)
    except ValueError:
        return None
    return None


def _data(request: web.Request) -> Json:
    raw = request.query.get("data", "")
    try:
        given = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError:
        raise invalid("data is invalid") from None
    if not isinstance(given, dict):
        raise invalid("data is invalid")
    return given


def _chat(args: Json) -> str | None:
    recipient = args.get("recipient")
    if not isinstance(recipient, dict):
        return None
    if isinstance(recipient.get("group_id"), str):
        return f"g:{recipient['group_id']}"
    user = recipient.get("user_id")
    return user if isinstance(user, str) else None


def _json(body: Json, headers: dict[str, str] | None = None, *, status: int = 200) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, content_type="application/json", headers=headers
    )


def _hang_up(request: web.Request) -> web.Response:
    """Close the connection; what is returned never reaches anybody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
