"""A world with two platforms, so that one person can write by both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from delivery.outbox import Outbox
from handlers.wiring import make_router
from storage.people import addresses
from tests.chat import Chat, Party, Takers, open_chat, pretend_capabilities


@dataclass(slots=True)
class Two:
    """`here` is a chat world by Telegram, `there` the same world by Zalo."""

    here: Chat
    there: Chat

    def on_telegram(self, platform_id: str) -> Party:
        """Return a person with a Telegram phone."""
        return Party(self.here, platform_id, None)

    def on_zalo(self, platform_id: str) -> Party:
        """Return a person with a Zalo phone."""
        return Party(self.there, platform_id, None)

    async def bot(self, channel: str, platform_id: str) -> Party:
        """Return a person's phone on a third platform."""
        account = await self.here.do(
            lambda tx: addresses.register_account(tx, channel, "9001", "Vi Du Bot")
        )
        world = self.here
        third = Chat(world.db, world.clock, account, world.unit, world.context, world.router)
        third._numbers = world._numbers
        return Party(third, platform_id, None)


@asynccontextmanager
async def open_two(url: str) -> AsyncIterator[Two]:
    """Open a world whose unit has an account on each of two platforms."""
    async with open_chat(url, Takers()) as here:
        outbox = Outbox(
            {
                "telegram": pretend_capabilities(),
                "zalo_oa": pretend_capabilities(),
                "zalo_bot": pretend_capabilities(),
            }
        )
        here.context = replace(here.context, outbox=outbox)
        here.router = make_router(here.context)
        account = await here.do(
            lambda tx: addresses.register_account(
                tx, "zalo_oa", "8001", "Vi Du OA", "https://zalo.me/8001?text=%23{payload}"
            )
        )
        there = Chat(here.db, here.clock, account, here.unit, here.context, here.router)
        there._numbers = here._numbers
        yield Two(here, there)
