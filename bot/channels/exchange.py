"""One HTTP exchange on one aiohttp session, its faults sorted by what they leave us knowing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import aiohttp

from domain.patience import Patience

ANSWER_LIMIT = 16 * 1024 * 1024
SLOWEST_BYTES_S = 96 * 1024
"""An office's slow line: a file may take as long as by it, while pieces keep coming."""
_NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    aiohttp.ServerFingerprintMismatch,
)
"""Raised before the first byte of a request is written: name, connection, TLS, proxy."""


class Fault(StrEnum):
    """What a broken exchange leaves us knowing."""

    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    TOO_BIG = "too_big"


class Broken(Exception):
    """There was no whole answer. Holds no address, no header and nothing that was sent."""

    def __init__(self, fault: Fault, name: str, status: int | None = None) -> None:
        super().__init__(f"{fault}: {name}")
        self.fault = fault
        self.name = name
        self.status = status
        """Of an answer that was too big."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Exchange:
    """The way out. Opened and closed with the channel; safe for concurrent calls.

    What must not happen twice goes by POST: aiohttp silently repeats idempotent methods on a
    broken connection.
    """

    def __init__(
        self, *, connect_timeout_s: float, read_timeout_s: float, proxy_url: str | None = None
    ) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._proxy_url = proxy_url
        self._session: aiohttp.ClientSession | None = None
        self._usual = self._times(read_timeout_s)

    def __repr__(self) -> str:
        return "Exchange()"

    @property
    def read_timeout_s(self) -> float:
        """How long an answer may take when a call does not say."""
        return self._read_timeout_s

    def open(self) -> None:
        """Make the session; needs a running loop. Doing it twice does nothing."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=256),
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def close(self) -> None:
        """Close all connections; later calls fail as certainly not sent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do(
        self,
        verb: str,
        url: str,
        *,
        data: bytes | aiohttp.FormData | Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        read_timeout_s: float | None = None,
        limit: int = ANSWER_LIMIT,
        longest_s: float = 0.0,
    ) -> Answer:
        """Do one exchange; redirects are answers, not followed.

        `read_timeout_s` is its own time for an answer. It may take `longest_s` in all, if that is
        more.

        Raises: Broken.
        """
        session = self._session
        if session is None or session.closed:
            raise Broken(Fault.NOT_SENT, "closed")
        read_s = self._read_timeout_s if read_timeout_s is None else read_timeout_s
        timeout = self._usual if read_timeout_s is None else self._times(read_s)
        heard = False
        # Raised after the handlers: aiohttp's exception may hold the address and what it carries.
        try:
            async with (
                Patience(self._connect_timeout_s + max(read_s, longest_s)),
                session.request(
                    verb,
                    url,
                    data=data,
                    params=params,
                    headers=headers,
                    timeout=timeout,
                    allow_redirects=False,
                    proxy=self._proxy_url,
                ) as response,
            ):
                heard = True
                body = await _read(response, limit)
                if body is not None:
                    return Answer(response.status, response.headers, body)
                failure = Broken(Fault.TOO_BIG, "answer", response.status)
        except _NEVER_LEFT as error:
            failure = Broken(Fault.NOT_SENT, type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = Broken(Fault.UNKNOWN, type(error).__name__)
        except ValueError as error:
            # A host's name that cannot be encoded, a header that cannot be written.
            fault = Fault.UNKNOWN if heard else Fault.NOT_SENT
            failure = Broken(fault, type(error).__name__)
        raise failure

    def _times(self, read_s: float) -> aiohttp.ClientTimeout:
        # All of it has a limit of ours: aiohttp's own forgets an answer that is already there.
        return aiohttp.ClientTimeout(
            total=None,
            connect=self._connect_timeout_s,
            sock_connect=self._connect_timeout_s,
            sock_read=read_s,
        )


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes | None:
    body, arriving = bytearray(), response.content
    while not arriving.at_eof():
        body += await arriving.read(64 * 1024)
        if len(body) > limit:
            return None
    return bytes(body)
