"""Calls of Bot API methods: POST with JSON or files, faults sorted by certainty."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import aiohttp
import orjson

from bot.channels.exchange import ANSWER_LIMIT, Answer, Broken, Exchange, Fault
from bot.channels.raw import read_json
from bot.channels.telegram.outgoing import Call

_SLOWEST_BYTES_S = 64 * 1024
"""An office's slow line: by it a file may take long, as long as pieces of it keep coming."""


class Network(StrEnum):
    """What a broken call leaves us knowing."""

    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(eq=False)
class CallFailed(Exception):
    """A call that did not give a result. Never holds the address, the token or our parameters."""

    method: str
    status: int | None = None
    code: int | None = None
    description: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    network: Network | None = None

    def __str__(self) -> str:
        return f"{self.method}: {self.network or self.code or self.status} {self.description}"


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that travels with a call."""

    name: str
    mime: str
    content: bytes = field(repr=False)


class Transport:
    """Call Bot API methods. Opened and closed with the channel; safe for concurrent calls.

    Only POST is used for methods: aiohttp silently repeats idempotent ones on a broken
    connection, which would send a message twice.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        connect_timeout_s: float = 10,
        read_timeout_s: float = 25,
        proxy_url: str | None = None,
    ) -> None:
        self._root = api_url.rstrip("/")
        self._token = token
        self._exchange = Exchange(
            connect_timeout_s=connect_timeout_s, read_timeout_s=read_timeout_s, proxy_url=proxy_url
        )

    def __repr__(self) -> str:
        return "Transport()"

    @property
    def read_timeout_s(self) -> float:
        """How long an answer may take when a call does not say."""
        return self._exchange.read_timeout_s

    def open(self) -> None:
        """Make the session; needs a running loop. Doing it twice does nothing."""
        self._exchange.open()

    async def close(self) -> None:
        """Close all connections; later calls fail as certainly not sent."""
        await self._exchange.close()

    async def call(
        self,
        method: str,
        params: Mapping[str, object] | None = None,
        *,
        timeout_s: float | None = None,
        files: Mapping[str, FilePart] | None = None,
        body: bytes | None = None,
    ) -> object:
        """Call a method and return its `result`; `body` are parameters that are JSON already.

        Raises: CallFailed.
        """
        params = params or {}
        headers: dict[str, str] = {}
        data: bytes | aiohttp.FormData
        try:
            if files:
                data = _form(params, files)
            else:
                data = orjson.dumps(params) if body is None else body
                headers["Content-Type"] = "application/json"
        except (TypeError, ValueError):
            data = b""
            headers = {}
        if not data:
            raise CallFailed(method, code=400, description="our own parameters are not JSON")
        answer = await self.exchange(
            "POST",
            f"{self._root}/bot{self._token}/{method}",
            label=method,
            data=data,
            headers=headers,
            read_timeout_s=timeout_s,
        )
        return self.result_of(method, answer)

    async def make(self, call: Call, files: Mapping[str, FilePart] | None = None) -> object:
        """Make a call and return its `result`.

        Raises: CallFailed.
        """
        return await self.call(call.method, call.params, files=files, body=call.body)

    async def download(self, file_path: str, limit: int) -> bytes:
        """Return the bytes of a file named by getFile.

        Raises: CallFailed; with code 413 when there are more than `limit` bytes.
        """
        answer = await self.exchange(
            "GET",
            f"{self._root}/file/bot{self._token}/{file_path}",
            label="download",
            limit=limit,
            longest_s=limit / _SLOWEST_BYTES_S,
        )
        if answer.status != 200:
            self.result_of("download", answer)
        return answer.body

    async def exchange(
        self,
        verb: str,
        url: str,
        *,
        label: str,
        data: bytes | aiohttp.FormData | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        read_timeout_s: float | None = None,
        limit: int = ANSWER_LIMIT,
        longest_s: float = 0.0,
    ) -> Answer:
        """Do one HTTP exchange; redirects are answers, not followed.

        An answer may take `longest_s` in all, if that is more than the time for the next bytes.

        Raises: CallFailed with `network` set when there was no whole answer.
        """
        failure: CallFailed
        try:
            return await self._exchange.do(
                verb,
                url,
                data=data,
                headers=headers,
                read_timeout_s=read_timeout_s,
                limit=limit,
                longest_s=longest_s,
            )
        except Broken as broken:
            if broken.fault is Fault.TOO_BIG:
                said = "answer is too big"
                failure = CallFailed(label, status=broken.status, code=413, description=said)
            else:
                unsent = broken.fault is Fault.NOT_SENT
                network = Network.NOT_SENT if unsent else Network.UNKNOWN
                failure = CallFailed(label, network=network, description=broken.name)
        raise failure

    def result_of(self, method: str, answer: Answer) -> object:
        """Return the result in a Bot API answer.

        Raises: CallFailed for anything but `{"ok": true, "result": …}`.
        """
        try:
            body = read_json(answer.body)
        except ValueError:
            body = None
        if isinstance(body, dict) and body.get("ok") is True and 200 <= answer.status < 300:
            return body.get("result")
        raise self._failure(method, answer, body)

    def _failure(self, method: str, answer: Answer, body: object) -> CallFailed:
        parameters: dict[str, object] = {}
        code: int | None = None
        description = ""
        if isinstance(body, dict):
            told = body.get("error_code")
            code = told if isinstance(told, int) and not isinstance(told, bool) else None
            description = str(body.get("description") or "")
            given = body.get("parameters")
            parameters = dict(given) if isinstance(given, dict) else {}
            if code is None and answer.status >= 400:
                code = answer.status
        wait = answer.headers.get("Retry-After", "")
        if "retry_after" not in parameters and wait.isdecimal():
            parameters["retry_after"] = int(wait)
        return CallFailed(
            method,
            status=answer.status,
            code=code,
            description=description.replace(self._token, "…")[:300],
            parameters=parameters,
        )


def _form(params: Mapping[str, object], files: Mapping[str, FilePart]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in params.items():
        form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
    for name, part in files.items():
        # A stream is written piece by piece; bytes would hold the loop.
        content = io.BytesIO(part.content)
        form.add_field(name, content, filename=part.name, content_type=part.mime)
    return form
