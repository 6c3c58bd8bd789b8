"""A running simulator, a real client of its Bot API, and phones."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from simulator import Running, running

RESIDENT, NEIGHBOUR, OFFICER, CHIEF, REVIEWER = 1001, 1002, 2001, 2002, 2003
GROUP, REVIEW, CHANNEL = -1001000000001, -1001000000002, -1001000000003
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x06@\0\0\x04\xb0\x08\x02\0\0\0\0\0\0\0"
    b"\0\0\0\0IEND\xaeB`\x82"
)


@dataclass(frozen=True, slots=True)
class Phones:
    """Everybody's phones, over HTTP."""

    base_url: str
    http: aiohttp.ClientSession

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        """Act, and check how it went."""
        async with self.http.post(f"{self.base_url}{path}", json=body) as response:
            said = await response.json()
            assert response.status == status, said
            return said

    async def get(self, path: str) -> Any:
        async with self.http.get(f"{self.base_url}{path}") as response:
            return await response.json()

    async def act(self, user: int, deed: str, status: int = 200, **body: Any) -> Any:
        return await self.post(f"/phone/users/{user}/{deed}", status, **body)

    async def start(self, user: int, payload: str = "") -> Any:
        return await self.act(user, "start", payload=payload)

    async def say(self, user: int, chat: int, text: str, **more: Any) -> Any:
        return await self.act(user, f"chats/{chat}/messages", text=text, **more)

    async def send_file(
        self, user: int, chat: int, kind: str, *files: bytes, mime: str = "", **fields: str
    ) -> Any:
        form = aiohttp.FormData()
        form.add_field("kind", kind)
        for name, value in fields.items():
            form.add_field(name, value)
        for number, data in enumerate(files):
            form.add_field(
                "file", data, filename=f"tep{number}.bin", content_type=mime or "image/png"
            )
        path = f"{self.base_url}/phone/users/{user}/chats/{chat}/messages"
        async with self.http.post(path, data=form) as response:
            said = await response.json()
            return said | {"status": response.status}


@dataclass(frozen=True, slots=True)
class Raw:
    """The Bot API without any client library in between."""

    base_url: str
    token: str
    http: aiohttp.ClientSession

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        url = f"{self.base_url}/bot{self.token}/{method}"
        async with self.http.post(url, json=parameters) as response:
            said: dict[str, Any] = await response.json()
            assert said["ok"] == (response.status == 200)
            assert said["ok"] or said["error_code"] == response.status
            return said

    async def refusal(self, method: str, **parameters: Any) -> str:
        said = await self.call(method, **parameters)
        assert not said["ok"], said
        return f"{said['error_code']} {said['description']}"

    async def result(self, method: str, **parameters: Any) -> Any:
        said = await self.call(method, **parameters)
        assert said["ok"], said
        return said["result"]

    async def updates(self) -> list[dict[str, Any]]:
        """Fetch and confirm everything that waits."""
        updates: list[dict[str, Any]] = await self.result("getUpdates")
        if updates:
            await self.result("getUpdates", offset=updates[-1]["update_id"] + 1)
        return updates


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait until something holds, at most a minute."""
    async with asyncio.timeout(60):
        for _ in itertools.count():
            if await holds():
                return
            await asyncio.sleep(0.01)


async def polled(sim: Running) -> None:
    """Wait until somebody's getUpdates waits in the simulator."""

    async def is_polled() -> bool:
        return sim.world.queues[sim.world.bot.id].polled

    await until(is_polled)


@pytest.fixture
async def sim() -> AsyncIterator[Running]:
    """A simulator with the shipped world and rates that are not enforced."""
    async with running() as simulator, aiohttp.ClientSession() as http:
        async with http.post(f"{simulator.base_url}/sim/rates", json={"enforce": False}):
            pass
        yield simulator


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def phones(sim: Running, http: aiohttp.ClientSession) -> Phones:
    return Phones(sim.base_url, http)


@pytest.fixture
def raw(sim: Running, http: aiohttp.ClientSession) -> Raw:
    return Raw(sim.base_url, sim.token, http)


@pytest.fixture
async def bot(sim: Running) -> AsyncIterator[Bot]:
    """python-telegram-bot's own client."""
    client = Bot(
        sim.token, base_url=f"{sim.base_url}/bot", base_file_url=f"{sim.base_url}/file/bot"
    )
    async with client:
        yield client
