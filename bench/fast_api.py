"""A pretend Bot API that is never the bottleneck: `python -m bench.fast_api`, a process of its own.

It takes what comes, keeps count of what each chat got, and may be told to be slow or faulty. It
speaks just enough HTTP/1.1 for the clients that are measured: keep-alive, bodies with a length.
"""

import argparse
import asyncio
import json
import random
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import uvloop

_CHAT = re.compile(rb"chat_id\D{1,8}?(-?\d+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_METHOD = re.compile(rb"[A-Z]+ /(?:bot[^/ ]*/)?([A-Za-z/]+)")
_ME = b'{"ok":true,"result":{"id":700000001,"is_bot":true,"first_name":"B","username":"bench_bot"}}'
_TRUE = b'{"ok":true,"result":true}'
_NONE = b'{"ok":true,"result":[]}'
_TROUBLE = b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'
_SLOWER = (
    b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1",'
    b'"parameters":{"retry_after":1}}'
)
_POLL_S = 25.0


@dataclass(slots=True)
class Record:
    """What was received since the start."""

    latency_s: float = 0.0
    faults: float = 0.0
    """Share of sends that go wrong: taken and answered 500, broken off before or after, or 429."""
    chances: random.Random = field(default_factory=random.Random)
    chats: Counter[bytes] = field(default_factory=Counter)
    sends: int = 0
    in_doubt: set[bytes] = field(default_factory=set)
    """Chats of which a fault left the sender without knowing."""


class Connection(asyncio.Protocol):
    """One client's connection; what it asks is answered in order."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the port's
        """Answer no more."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come whole."""
        data = self._buffer + data if self._buffer else data
        while data:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                break
            head = data[:end]
            found = _LENGTH.search(head)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(data) < whole:
                break
            self._take(head, data[end + 4 : whole])
            data = data[whole:]
        self._buffer = data

    def _take(self, head: bytes, body: bytes) -> None:
        asked = _METHOD.match(head)
        method = asked[1] if asked else b""
        if method == b"sendMessage":
            self._send(body)
        elif method == b"getMe":
            self._answer(_ME)
        elif method == b"getUpdates":
            asyncio.get_running_loop().call_later(_POLL_S, self._answer, _NONE)
        elif method == b"record":
            self._answer(self._told())
        elif method == b"forget":
            self._record.chats.clear()
            self._record.in_doubt.clear()
            self._record.sends = 0
            self._answer(_TRUE)
        else:
            self._answer(_NONE if method.startswith(b"getMy") else _TRUE)

    def _send(self, body: bytes) -> None:
        record = self._record
        if record.faults and record.chances.random() < record.faults and self._went_wrong(body):
            return
        answer = self._accepted(body)
        if record.latency_s:
            asyncio.get_running_loop().call_later(record.latency_s, self._answer, answer)
        else:
            self._answer(answer)

    def _accepted(self, body: bytes) -> bytes:
        record = self._record
        chat = _chat(body)
        record.chats[chat] += 1
        record.sends += 1
        return (
            b'{"ok":true,"result":{"message_id":%d,"date":1767225600,'
            b'"chat":{"id":%b,"type":"private"}}}' % (record.sends, chat)
        )

    def _went_wrong(self, body: bytes) -> bool:
        record = self._record
        kind = record.chances.randrange(4)
        if kind == 0:
            self._answer(_SLOWER, b"429 Too Many Requests")
            return True
        record.in_doubt.add(_chat(body))
        if kind == 1:
            self._accepted(body)
            self._answer(_TROUBLE, b"500 Internal Server Error")
        elif self._transport is not None:
            if kind == 2:
                self._accepted(body)
            self._transport.abort()
        return True

    def _told(self) -> bytes:
        record = self._record
        got = {chat.decode(): count for chat, count in record.chats.items()}
        in_doubt = sorted(chat.decode() for chat in record.in_doubt)
        return json.dumps({"sends": record.sends, "in_doubt": in_doubt, "got": got}).encode()

    def _answer(self, body: bytes, status: bytes = b"200 OK") -> None:
        if self._transport is not None:
            self._transport.write(
                b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (status, len(body), body)
            )


def _chat(body: bytes) -> bytes:
    found = _CHAT.search(body)
    return found[1] if found else b"0"


async def serve(port: int, record: Record) -> None:
    """Serve on loopback until cancelled; the address is printed first."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(record), "127.0.0.1", port)
    bound = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"http://127.0.0.1:{bound}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Read the words and serve."""
    words = argparse.ArgumentParser(prog="python -m bench.fast_api", description=__doc__)
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--latency-ms", type=float, default=0.0)
    words.add_argument("--faults", type=float, default=0.0)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    record = Record(given.latency_ms / 1000, given.faults, random.Random(given.seed))  # noqa: S311
    uvloop.run(serve(given.port, record))


if __name__ == "__main__":
    main()
