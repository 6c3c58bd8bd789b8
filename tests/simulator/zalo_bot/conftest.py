"""The pretend Zalo Bot Platform, asked over HTTP as the bot and as its people."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from simulator import Running, running

OFFICER, REVIEWER, RESIDENT = (f"6ede9afa66b88fe6d60{number}" for number in (1, 2, 3))
GROUP = "9a0b4c2d55e17f30aa01"


@dataclass(frozen=True, slots=True)
class Platform:
    """Both sides of the bot."""

    sim: Running
    http: aiohttp.ClientSession

    async def call(self, method: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
        """Call a method; gives the HTTP status and the body."""
        token = self.sim.world.zalo_bot.token
        url = f"{self.sim.base_url}/zalo-bot/bot{token}/{method}"
        async with self.http.post(url, json=arguments) as response:
            return response.status, await response.json()

    async def result(self, method: str, **arguments: Any) -> Any:
        """Call a method that must work."""
        status, body = await self.call(method, **arguments)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def code(self, method: str, **arguments: Any) -> int:
        """Call a method that must be refused; gives the number of the error."""
        status, body = await self.call(method, **arguments)
        assert not body["ok"]
        assert status == body["error_code"]
        return status

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        """Post JSON to the phones or the switches."""
        async with self.http.post(f"{self.sim.base_url}{path}", json=body) as response:
            said = await response.json()
            assert response.status == status, said
            return said

    async def get(self, path: str) -> Any:
        async with self.http.get(f"{self.sim.base_url}{path}") as response:
            return await response.json()

    async def say(self, person: str, text: str, **more: Any) -> Any:
        """Write as a person."""
        return await self.post(f"/phone/zalo-bot/people/{person}/messages", text=text, **more)

    async def rule(self, **rules: Any) -> None:
        """Turn switches."""
        await self.post("/sim/zalo-bot/rules", **rules)

    async def updates(self) -> list[dict[str, Any]]:
        """Fetch until nothing waits."""
        got: list[dict[str, Any]] = []
        while True:
            status, body = await self.call("getUpdates", timeout=0)
            if status == 408:
                return got
            got.append(body["result"])


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    """A simulator with the shipped world, that gives no update twice unless told."""
    async with running() as sim, aiohttp.ClientSession() as http:
        made = Platform(sim, http)
        await made.rule(replay_chance=0)
        yield made
