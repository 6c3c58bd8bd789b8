"""The one way out to the OA Open API: the token in a header, errors by their number."""

import hashlib
import hmac
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import aiohttp
import orjson

from bot.channels.exchange import SLOWEST_BYTES_S, Answer, Broken, Exchange, Fault
from bot.channels.raw import mapping, read_json, words
from bot.channels.zalo_oa.reading import number
from bot.channels.zalo_oa.tokens import Tokens

STALE = frozenset({-216, -220})
"""The access token is invalid or too old: the only answers that are worth a refresh."""


class Network(StrEnum):
    """What a broken call leaves us knowing."""

    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class CallFailed(Exception):
    """A call that did not give data. Never holds the token, an id or a parameter of ours."""

    def __init__(
        self,
        path: str,
        *,
        status: int | None = None,
        code: int | None = None,
        network: Network | None = None,
        said: str = "",
    ) -> None:
        super().__init__(f"{path}: {network or code or status}")
        self.path = path
        self.status = status
        self.code = code
        self.network = network
        self.said = said
        """The platform's words; they may quote what we sent, so no log has them."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that travels with a call."""

    name: str
    mime: str
    content: bytes = field(repr=False)


class Transport:
    """Call the Open API as the account."""

    def __init__(
        self, api_url: str, exchange: Exchange, tokens: Tokens, proof_secret: str = ""
    ) -> None:
        self._root = api_url.rstrip("/")
        self._exchange = exchange
        self._tokens = tokens
        self._proof_secret = proof_secret.encode()

    def __repr__(self) -> str:
        return "Transport()"

    async def post(self, path: str, body: Mapping[str, object]) -> object:
        """Call with a JSON body and return the answer's `data`.

        Raises: CallFailed, AccountDown or Transient when there is no token.
        """
        data = orjson.dumps(body)
        headers = {"Content-Type": "application/json"}

        async def do(shown: Mapping[str, str]) -> Answer:
            return await self._exchange.do(
                "POST", self._root + path, data=data, headers={**headers, **shown}
            )

        return await self._as_account(path, do)

    async def upload(self, path: str, part: FilePart) -> object:
        """Give a file to the platform and return the answer's `data`.

        Raises: as `post`.
        """

        async def do(shown: Mapping[str, str]) -> Answer:
            form = aiohttp.FormData()
            # A stream is written piece by piece; bytes would hold the loop.
            content = io.BytesIO(part.content)
            form.add_field("file", content, filename=part.name, content_type=part.mime)
            longest_s = len(part.content) / SLOWEST_BYTES_S
            return await self._exchange.do(
                "POST", self._root + path, data=form, headers=shown, longest_s=longest_s
            )

        return await self._as_account(path, do)

    async def get(self, path: str, query: Mapping[str, str]) -> object:
        """Look something up and return the answer's `data`; it may be asked twice.

        Raises: as `post`.
        """

        async def do(shown: Mapping[str, str]) -> Answer:
            return await self._exchange.do("GET", self._root + path, params=query, headers=shown)

        return await self._as_account(path, do)

    async def _as_account(
        self, path: str, do: Callable[[Mapping[str, str]], Awaitable[Answer]]
    ) -> object:
        token = await self._tokens.access()
        try:
            return await self._once(path, do, token)
        except CallFailed as failure:
            if failure.code not in STALE:
                raise
        # Once only: a token that is refused when it is new says that something else is wrong.
        return await self._once(path, do, await self._tokens.instead_of(token))

    async def _once(
        self, path: str, do: Callable[[Mapping[str, str]], Awaitable[Answer]], token: str
    ) -> object:
        headers = {"access_token": token}
        if self._proof_secret:
            proof = hmac.new(self._proof_secret, token.encode(), hashlib.sha256)
            headers["appsecret_proof"] = proof.hexdigest()
        try:
            answer = await do(headers)
        except Broken as fault:
            certain = fault.fault is Fault.NOT_SENT
            failure = CallFailed(path, network=Network.NOT_SENT if certain else Network.UNKNOWN)
        else:
            return data_of(path, answer)
        raise failure


def data_of(path: str, answer: Answer) -> object:
    """Return the `data` of an answer without error.

    Raises: CallFailed; without `code` when no Open API server wrote the answer.
    """
    try:
        body = mapping(read_json(answer.body))
    except ValueError:
        body = {}
    code = number(body.get("error"))
    if answer.status >= 500 or code is None:
        raise CallFailed(path, status=answer.status)
    if code != 0:
        raise CallFailed(path, status=answer.status, code=code, said=words(body.get("message")))
    return body.get("data")
