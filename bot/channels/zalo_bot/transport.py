"""Calls of Zalo Bot methods: POST with JSON, faults sorted by certainty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import orjson

from bot.channels.exchange import Answer, Broken, Exchange, Fault
from bot.channels.raw import mapping, read_json, words
from bot.channels.zalo_oa.reading import number


class Network(StrEnum):
    """What a broken call leaves us knowing."""

    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(eq=False)
class CallFailed(Exception):
    """A call that did not give a result. Never holds the address, the token or our parameters.

    `code` is the platform's number: of the body, else of HTTP where a body of its kind came.
    """

    method: str
    status: int | None = None
    code: int | None = None
    said: str = field(default="", repr=False)
    retry_after_s: int | None = None
    network: Network | None = None

    def __str__(self) -> str:
        return f"{self.method}: {self.network or self.code or self.status}"


class Transport:
    """Call methods. A long poll needs an exchange with a longer patience of its own."""

    def __init__(self, api_url: str, token: str) -> None:
        self._root = api_url.rstrip("/")
        self._token = token

    def __repr__(self) -> str:
        return "Transport()"

    async def call(
        self, exchange: Exchange, method: str, params: Mapping[str, object] | None = None
    ) -> object:
        """Call a method and return its `result`; None where the answer has none.

        Raises: CallFailed.
        """
        failure: CallFailed
        try:
            answer = await exchange.do(
                "POST",
                f"{self._root}/bot{self._token}/{method}",
                data=orjson.dumps(dict(params or {})),
                headers={"Content-Type": "application/json"},
            )
        except Broken as broken:
            unsent = broken.fault is Fault.NOT_SENT
            network = Network.NOT_SENT if unsent else Network.UNKNOWN
            failure = CallFailed(method, said=broken.name, network=network)
        else:
            return self._result(method, answer)
        raise failure

    def _result(self, method: str, answer: Answer) -> object:
        """Return the result in an answer.

        Whether errors come with HTTP 200 or with their own number is not documented: both are
        read, and both names of the field.

        Raises: CallFailed.
        """
        try:
            body = read_json(answer.body)
        except ValueError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("ok"), bool):
            raise CallFailed(method, status=answer.status)
        if body["ok"] and 200 <= answer.status < 300:
            return body.get("result")
        code = number(body.get("error_code"))
        code = number(body.get("errorCode")) if code is None else code
        if code is None and answer.status >= 400:
            code = answer.status
        wait = number(mapping(body.get("parameters")).get("retry_after"))
        raise CallFailed(
            method,
            status=answer.status,
            code=code,
            said=words(body.get("description")).replace(self._token, "…")[:300],
            retry_after_s=wait if wait is not None and wait >= 0 else None,
        )
