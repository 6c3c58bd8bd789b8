"""Make calls over so many connections and time the answers: `python -m bench.callers`.

A process of its own, so that it takes no turn from the server that is measured, and lean enough
never to be what is measured: requests are written out before the start, of an answer only its end
and its status are looked for.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import uvloop

_WELL = b"HTTP/1.1 200 "
_NOTHING = b"\r\ncontent-length: 0\r\n"


class Caller(asyncio.Protocol):
    """One connection: it asks, waits for the answer, and asks again while there is something."""

    def __init__(self, requests: Iterator[bytes], waits: list[float]) -> None:
        self._requests = requests
        self._waits = waits
        self._answer = b""
        self._asked_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.well = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to ask."""
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the port's
        """Nothing more comes; what was asked last has no answer."""
        self._end()

    def ask(self) -> None:
        """Send the next request, or end."""
        request = next(self._requests, None)
        if request is None or self._transport is None:
            self._end()
            return
        self._asked_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Note an answer that is whole; ours and the other's have no body."""
        self._answer += data
        if not self._answer.endswith(b"\r\n\r\n"):
            return
        self._waits.append((time.perf_counter() - self._asked_at) * 1000)
        self.well += self._answer.startswith(_WELL) and _NOTHING in self._answer.lower()
        self._answer = b""
        self.ask()

    def _end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)


async def call(port: int, requests: Sequence[bytes], connections: int) -> dict[str, object]:
    """Make all calls; return how many were told 200, in how many seconds, and all waits in ms."""
    left, waits = iter(requests), list[float]()
    loop = asyncio.get_running_loop()
    callers = []
    for _ in range(connections):
        _, caller = await loop.create_connection(lambda: Caller(left, waits), "127.0.0.1", port)
        callers.append(caller)
    began = time.perf_counter()
    for caller in callers:
        caller.ask()
    await asyncio.gather(*(caller.over for caller in callers))
    seconds = time.perf_counter() - began
    well = sum(caller.well for caller in callers)
    return {"well": well, "seconds": seconds, "waits_ms": sorted(waits)}


def request(path: str, header: str, signature: str, body: str) -> bytes:
    """Write a call out as it goes over the wire."""
    sent = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{header}: {signature}\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    return head.encode() + sent


def main() -> None:
    """Read the words and the calls (a JSON list of signature and body), call, print the figures."""
    words = argparse.ArgumentParser(prog="python -m bench.callers", description=__doc__)
    words.add_argument("--port", type=int, required=True)
    words.add_argument("--path", required=True)
    words.add_argument("--header", required=True)
    words.add_argument("--calls", type=Path, required=True)
    words.add_argument("--connections", type=int, required=True)
    given = words.parse_args()
    calls: list[tuple[str, str]] = json.loads(given.calls.read_text("utf-8"))
    requests = [request(given.path, given.header, *one) for one in calls]
    sys.stdout.write(json.dumps(uvloop.run(call(given.port, requests, given.connections))) + "\n")


if __name__ == "__main__":
    main()
