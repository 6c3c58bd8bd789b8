"""systemd hears that the service runs, and that its loop turns for as long as it does."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.watchdog import watched


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(60)
        yield heard


def _asked(ear: socket.socket, wait_s: float, **more: str) -> dict[str, str]:
    wait_us = str(int(wait_s * 1e6))
    return {"NOTIFY_SOCKET": ear.getsockname(), "WATCHDOG_USEC": wait_us, **more}


async def test_it_is_told_again_and_again_in_good_time(ear: socket.socket) -> None:
    async with watched(_asked(ear, 0.3, WATCHDOG_PID=str(os.getpid()))):
        said = [await asyncio.to_thread(ear.recv, 100) for _ in range(4)]
    assert said == [b"READY=1", *[b"WATCHDOG=1"] * 3]


@pytest.mark.parametrize("missing", ["WATCHDOG_USEC", "another"])
async def test_who_only_waits_for_the_start_hears_of_that_alone(
    ear: socket.socket, missing: str
) -> None:
    asked = _asked(ear, 0.03, **({"WATCHDOG_PID": "1"} if missing == "another" else {}))
    asked.pop(missing, None)
    async with watched(asked):
        await asyncio.sleep(0.1)
    assert ear.recv(100) == b"READY=1"
    assert _drained(ear) == 0


async def test_of_a_loop_that_hangs_nothing_is_heard(ear: socket.socket) -> None:
    async with watched(_asked(ear, 0.03)):
        await asyncio.to_thread(ear.recv, 100)
        _drained(ear)
        time.sleep(0.2)  # noqa: ASYNC251 - the loop is to hang
        assert _drained(ear) == 0


async def test_who_is_not_asked_says_nothing(ear: socket.socket) -> None:
    asked = _asked(ear, 0.03)
    del asked["NOTIFY_SOCKET"]
    async with watched(asked):
        await asyncio.sleep(0.1)
    assert _drained(ear) == 0


async def test_an_ear_that_is_gone_stops_nothing(ear: socket.socket) -> None:
    asked = _asked(ear, 0.03)
    async with watched(asked | {"NOTIFY_SOCKET": f"{asked['NOTIFY_SOCKET']}-gone"}):
        await asyncio.sleep(0.1)
    assert _drained(ear) == 0


def _drained(ear: socket.socket) -> int:
    ear.settimeout(0)
    count = 0
    try:
        while True:
            ear.recv(100)
            count += 1
    except BlockingIOError:
        return count
    finally:
        ear.settimeout(60)
