"""Tell systemd that the loop still turns: what hangs is ended and started anew (sd_notify(3))."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

_ALIVE = b"WATCHDOG=1"
_OFTEN = 3
"""How often within the time that systemd waits: one that comes late ends nothing."""


@asynccontextmanager
async def watched(environment: Mapping[str, str] = os.environ) -> AsyncIterator[None]:
    """Tell it as long as this lasts, where systemd asks for it (`WatchdogSec=`)."""
    place = environment.get("NOTIFY_SOCKET", "")
    wait_us = environment.get("WATCHDOG_USEC", "")
    for_us = environment.get("WATCHDOG_PID") in (None, "", str(os.getpid()))
    if not place or not wait_us.isdecimal() or not int(wait_us) or not for_us:
        yield
        return
    telling = asyncio.create_task(_tell(place, int(wait_us) / 1e6 / _OFTEN))
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def _tell(place: str, every_s: float) -> None:
    # A name that begins with @ is one of no file.
    address = f"\0{place[1:]}" if place.startswith("@") else place
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.settimeout(0)
        while True:
            with suppress(OSError):
                out.sendto(_ALIVE, address)
            await asyncio.sleep(every_s)
