"""The platform to send to: a Bot API server at a URL, or a simulator that we start and end."""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bench.filling import FIRST_CHAT

DEMO_TOKEN = "700000001:SIMULATOR-demo-token-not-a-secret"  # noqa: S105 - the shipped simulator's
_BASE = re.compile(r"http://127\.0\.0\.1:\d+")
_PATIENCE_S = 30.0
_AT_ONCE = 50


class NoPlatform(Exception):
    """There is no server to send to; the message says why."""


@dataclass(frozen=True, slots=True)
class Platform:
    """A Bot API server, and whether it is a simulator, whose people can be made and played."""

    url: str
    is_simulator: bool

    async def people(self, count: int) -> None:
        """Let the residents exist and have started the bot; another server knows its own."""
        if self.is_simulator:
            async with aiohttp.ClientSession() as session:
                body = {"count": count, "from": FIRST_CHAT}
                await _post(session, f"{self.url}/sim/users", body)

    async def lift_pace(self) -> None:
        """Let the simulator take whatever comes."""
        async with aiohttp.ClientSession() as session:
            await _post(session, f"{self.url}/sim/rates", {"enforce": False})

    async def be_strict(self, per_s: int) -> None:
        """Let the simulator refuse whatever comes faster, in any sliding second, and to any chat.

        Raises: NoPlatform when the server is no simulator: nobody else tells what it refused.
        """
        if not self.is_simulator:
            message = f"Máy chủ {self.url} không phải trình mô phỏng, nên không đếm được lỗi 429."
            raise NoPlatform(message)
        async with aiohttp.ClientSession() as session:
            body = {"enforce": True, "per_second": per_s, "per_chat_burst": 1}
            await _post(session, f"{self.url}/sim/rates", body)
            await _post(session, f"{self.url}/sim/record/clear", {})

    async def record(self) -> Any:
        """Return what the simulator accepted and refused."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.url}/sim/record") as response,
        ):
            return await response.json()

    async def write(self, texts: Sequence[str]) -> None:
        """Let each resident write one text to the bot.

        Raises: NoPlatform when the server has no phones to write with.
        """
        if not self.is_simulator:
            message = (
                f"Máy chủ {self.url} không phải trình mô phỏng, nên không có điện thoại để viết."
            )
            raise NoPlatform(message)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(session: aiohttp.ClientSession, chat: int, text: str) -> None:
            async with gate:
                path = f"/phone/users/{chat}/chats/{chat}/messages"
                await _post(session, self.url + path, {"text": text})

        async with aiohttp.ClientSession() as session:
            await asyncio.gather(
                *(one(session, FIRST_CHAT + at, text) for at, text in enumerate(texts))
            )


@asynccontextmanager
async def platform(url: str | None, *, lifted: bool) -> AsyncIterator[Platform]:
    """Yield the server at the URL, or a simulator of our own on a free port.

    `lifted`: our own takes whatever comes; else it refuses what Telegram would.

    Raises: NoPlatform.
    """
    if url is not None:
        yield Platform(url.rstrip("/"), await _is_simulator(url.rstrip("/")))
        return
    async with _own_simulator() as base:
        own = Platform(base, is_simulator=True)
        if lifted:
            await own.lift_pace()
        yield own


def is_real(url: str) -> bool:
    """Tell whether the URL is Telegram's own: made-up chats have no business there."""
    host = urlsplit(url).hostname or ""
    return host == "telegram.org" or host.endswith(".telegram.org")


async def _is_simulator(base: str) -> bool:
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{base}/sim/health") as response,
        ):
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError) as error:
        message = f"Không có máy chủ nào trả lời ở {base}."
        raise NoPlatform(message) from error


@asynccontextmanager
async def _own_simulator() -> AsyncIterator[str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        "--port",
        "0",
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield await asyncio.wait_for(_told_address(child), _PATIENCE_S)
    except TimeoutError as error:
        message = "Trình mô phỏng không chạy lên được."
        raise NoPlatform(message) from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


async def _told_address(child: asyncio.subprocess.Process) -> str:
    assert child.stdout is not None, "asked for when it was started"
    async for line in child.stdout:
        found = _BASE.search(line.decode())
        if found is not None:
            return found[0]
    message = "Trình mô phỏng không chạy lên được."
    raise NoPlatform(message)


async def _post(session: aiohttp.ClientSession, url: str, body: Mapping[str, object]) -> None:
    async with session.post(url, json=body) as response:
        if response.status >= 400:
            message = f"Trình mô phỏng không nhận {urlsplit(url).path}: {await response.text()}"
            raise NoPlatform(message)
