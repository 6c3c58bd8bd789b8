"""An answer is waited for so long, and one that came while we stood still counts."""

import asyncio
import socket
import time

import pytest

from domain.patience import Patience


async def test_what_takes_too_long_is_not_waited_for() -> None:
    with pytest.raises(TimeoutError):
        async with Patience(0.05):
            await asyncio.sleep(30)


async def test_what_comes_in_time_is_left_alone() -> None:
    async with Patience(0.05):
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)


async def test_what_arrived_while_we_stood_still_is_read() -> None:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)

    def stand_still() -> None:
        theirs.sendall(b"ok")
        time.sleep(0.6)

    asyncio.get_running_loop().call_later(0.05, stand_still)
    try:
        async with Patience(0.2):
            assert await reader.readexactly(2) == b"ok"
    finally:
        writer.close()
        theirs.close()


async def test_who_stood_still_for_nothing_waits_only_a_little_longer() -> None:
    asyncio.get_running_loop().call_later(0.01, time.sleep, 0.5)
    with pytest.raises(TimeoutError):
        async with Patience(0.05):
            await asyncio.sleep(30)


async def test_who_is_stopped_meanwhile_is_not_told_of_a_limit() -> None:
    begun = asyncio.Event()

    async def wait() -> None:
        async with Patience(30):
            begun.set()
            await asyncio.sleep(30)

    waiting = asyncio.create_task(wait())
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
