"""Tell systemd that the service runs, and that its loop still turns (sd_notify(3)).

What hangs is ended and started anew. It is waited for only from the start on: what comes before,
a large database brought up to date, may take its time.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial

_READY, _ALIVE = b"READY=1", b"WATCHDOG=1"
_OFTEN = 3
"""How often within the time that systemd waits: one that comes late ends nothing."""


@asynccontextmanager
async def watched(environment: Mapping[str, str] = os.environ) -> AsyncIterator[None]:
    """Tell it that we are ready, then as long as this lasts, where it asks (`WatchdogSec=`)."""
    place = environment.get("NOTIFY_SOCKET", "")
    if not place:
        yield
        return
    wait_us = environment.get("WATCHDOG_USEC", "")
    for_us = environment.get("WATCHDOG_PID") in (None, "", str(os.getpid()))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.settimeout(0)
        # A name that begins with @ is one of no file.
        say = partial(_say, out, f"\0{place[1:]}" if place.startswith("@") else place)
        say(_READY)
        if not wait_us.isdecimal() or not int(wait_us) or not for_us:
            yield
            return
        telling = asyncio.create_task(_tell(say, int(wait_us) / 1e6 / _OFTEN))
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


def _say(out: socket.socket, address: str, words: bytes) -> None:
    with suppress(OSError):
        out.sendto(words, address)


async def _tell(say: Callable[[bytes], None], every_s: float) -> None:
    while True:
        say(_ALIVE)
        await asyncio.sleep(every_s)
