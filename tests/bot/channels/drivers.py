"""The three platforms of the simulator, driven alike: who writes, what arrived, what goes wrong."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.zalo_bot.channel import ZaloBotChannel
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.line import Served
from domain.clock import SystemClock
from domain.messages import ChatKind, ChatRef
from simulator.app import Running
from tests.bot.channels.telegram.pretend import ListInbox
from tests.bot.channels.zalo_oa.pretend import KnownMessages, MemoryShelf

OA_PERSON = "2468000000000001001"
BOT_PERSON = "6ede9afa66b88fe6d603"


@dataclass(slots=True)
class Driver:
    """One platform, and the channel that talks to it."""

    sim: Running
    phones: aiohttp.ClientSession
    channel: Served
    person: ChatRef
    writing: str
    """Where their phone posts a text."""
    blocking: str | None
    """Where their phone blocks us, if the platform refuses to send then."""
    ordering: str
    """Where faults are ordered."""
    faults: Mapping[str, Mapping[str, Any]]
    """By what they mean: what is ordered for a send."""
    orders: Callable[[], Sequence[object]]
    """The faults that were not met yet."""
    sends: Callable[[], Sequence[Any]]
    """What the platform accepted, oldest first."""
    opening: tuple[str, Mapping[str, Any]] | None = None
    """How their phone opens our chat, where the platform tells us so."""
    inbox: ListInbox = field(default_factory=ListInbox)
    door: TestServer | None = None

    async def post(self, path: str, body: Mapping[str, Any]) -> None:
        async with self.phones.post(self.sim.base_url + path, json=dict(body)) as answer:
            assert answer.status < 300, await answer.text()

    async def says(self, text: str) -> None:
        """Let the person write to us."""
        await self.post(self.writing, {"text": text})

    async def order(self, meaning: str) -> None:
        """Let the next send meet a fault."""
        await self.post(self.ordering, self.faults[meaning])

    def texts(self) -> list[str]:
        """Return the texts that the platform accepted for the person, in order."""
        return [one.text for one in self.sends()]

    async def close(self) -> None:
        """End what is ours."""
        with suppress(Exception):
            await self.channel.stop()
        if self.door is not None:
            await self.door.close()


def _common(method: str) -> dict[str, Mapping[str, Any]]:
    return {
        name: {"fault": name, "method": method}
        for name in ("401", "429", "500", "502-html", "cut", "lost-answer", "slow")
    }


async def telegram(sim: Running, phones: aiohttp.ClientSession) -> Driver:
    """A Telegram bot that polls."""
    sim.world.rates.limits = replace(sim.world.rates.limits, enforce=False)
    settings = TelegramSettings(
        token=sim.token,
        api_url=sim.base_url,
        poll_timeout_s=1,
        connect_timeout_s=5,
        send_timeout_s=10,
    )
    user = "/phone/users/1001"
    faults = _common("sendMessage")
    return Driver(
        sim,
        phones,
        TelegramChannel(settings, SystemClock()),
        ChatRef("1001", ChatKind.PRIVATE),
        writing=f"{user}/chats/1001/messages",
        blocking=f"{user}/block",
        ordering="/sim/faults",
        faults=faults,
        orders=lambda: sim.world.faults.orders,
        sends=lambda: [one for one in sim.world.record.sends if one.chat_id == 1001],
    )


async def zalo_bot(sim: Running, phones: aiohttp.ClientSession) -> Driver:
    """A Zalo bot that polls."""
    world = sim.world.zalo_bot
    settings = ZaloBotSettings(
        token=world.token,
        api_url=f"{sim.base_url}/zalo-bot",
        poll_timeout_s=1,
        poll_pause_s=0,
        mention=world.display_name,
        connect_timeout_s=5,
        send_timeout_s=10,
    )
    person = f"/phone/zalo-bot/people/{BOT_PERSON}"
    return Driver(
        sim,
        phones,
        ZaloBotChannel(settings, SystemClock()),
        ChatRef(BOT_PERSON, ChatKind.PRIVATE),
        writing=f"{person}/messages",
        blocking=f"{person}/block",
        ordering="/sim/zalo-bot/faults",
        faults=_common("sendMessage"),
        orders=lambda: world.faults.orders,
        sends=lambda: [one for one in world.record.sends if one.chat == BOT_PERSON],
    )


async def zalo_oa(sim: Running, phones: aiohttp.ClientSession) -> Driver:
    """An Official Account that is called at a door of its own."""
    oa, path = sim.zalo.oa, "/v3.0/oa/message/cs"
    settings = ZaloOaSettings(
        app_id=oa.app_id,
        app_secret=oa.app_secret,
        oa_id=oa.id,
        refresh_token=oa.refresh_token,
        webhook_secrets=(oa.webhook_secret,),
        api_url=sim.base_url,
        oauth_url=sim.base_url,
        connect_timeout_s=5,
        send_timeout_s=10,
    )
    clock = SystemClock()
    channel = ZaloOaChannel(settings, clock, MemoryShelf(clock), KnownMessages())
    app = web.Application()
    app.add_routes(channel.routes())
    door = TestServer(app)
    await door.start_server(shutdown_timeout=0.1, access_log=None)
    sim.zalo.settings = replace(
        sim.zalo.settings,
        webhook_url=str(door.make_url(settings.webhook_path)),
        enforce_rates=False,
    )
    person = f"/phone/zalo/people/{OA_PERSON}"
    plain = {
        name: {"fault": name, "path": path}
        for name in ("500", "502-html", "cut", "lost-answer", "slow")
    }
    told = {"401": -204, "429": -32, "blocked": -227}
    return Driver(
        sim,
        phones,
        channel,
        ChatRef(OA_PERSON, ChatKind.PRIVATE),
        writing=f"{person}/messages",
        blocking=None,
        ordering="/sim/zalo/faults",
        faults={
            **plain,
            **{
                name: {"fault": "error", "path": path, "error": error}
                for name, error in told.items()
            },
        },
        orders=lambda: sim.zalo.faults.orders,
        sends=lambda: [one for one in sim.zalo.record.sends if one.chat == OA_PERSON],
        opening=(f"{person}/open", {}),
        door=door,
    )


DRIVERS = {"telegram": telegram, "zalo_oa": zalo_oa, "zalo_bot": zalo_bot}
