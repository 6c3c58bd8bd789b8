"""A simulator with its Zalo bot, phones to play people with, and the channel under test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.channels.zalo_bot.channel import ZaloBotChannel
from bot.channels.zalo_bot.settings import ZaloBotSettings
from domain.messages import Message
from simulator.app import Running, running
from simulator.zalo_bot.world import ZaloBotWorld
from tests.bot.channels.telegram.pretend import ListInbox, until
from tests.chat import MovingClock

THAO, MAI = "6ede9afa66b88fe6d603", "6ede9afa66b88fe6d602"
GROUP = "9a0b4c2d55e17f30aa01"
SECRET = "s" * 16


@dataclass
class Town:
    """The simulator, its phones, and what a started channel heard."""

    simulator: Running
    phones: aiohttp.ClientSession
    clock: MovingClock
    inbox: ListInbox
    channel: ZaloBotChannel | None = None

    @property
    def world(self) -> ZaloBotWorld:
        return self.simulator.world.zalo_bot

    def settings(self, **changes: Any) -> ZaloBotSettings:
        usual: dict[str, Any] = {
            "token": self.world.token,
            "api_url": f"{self.simulator.base_url}/zalo-bot",
            "mention": self.world.display_name,
            "poll_timeout_s": 1,
            "poll_pause_s": 0,
            "connect_timeout_s": 5,
            "send_timeout_s": 5,
        }
        return ZaloBotSettings(**(usual | changes))

    def made(self, **changes: Any) -> ZaloBotChannel:
        self.channel = ZaloBotChannel(self.settings(**changes), self.clock)
        return self.channel

    async def started(self, **changes: Any) -> ZaloBotChannel:
        channel = self.made(**changes)
        await channel.start(self.inbox)
        return channel

    async def post(self, path: str, **body: Any) -> Any:
        async with self.phones.post(self.simulator.base_url + path, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def says(self, person: str, text: str, **more: Any) -> None:
        await self.post(f"/phone/zalo-bot/people/{person}/messages", text=text, **more)

    async def messages(self, count: int) -> list[Message]:
        """Wait until so many messages came in, and return them."""
        await until(lambda: len(self.inbox.items) >= count)
        found = [item.incoming for item in self.inbox.items]
        assert len(found) == count
        return [one for one in found if isinstance(one, Message)]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with running() as simulator, aiohttp.ClientSession() as phones:
        simulator.world.zalo_bot.rules.replay_chance = 0
        made = Town(simulator, phones, MovingClock(), ListInbox())
        yield made
        if made.channel is not None:
            await made.channel.stop()
