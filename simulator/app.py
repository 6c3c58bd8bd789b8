"""The simulator put together: one world behind one web application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from simulator.bot_server import MAX_BODY_BYTES, BotServer
from simulator.phone_server import PhoneServer
from simulator.sim_server import SimServer
from simulator.spec import WorldSpec, read_world
from simulator.world import World
from simulator.zalo_bot.control import ZaloBotControl
from simulator.zalo_bot.phones import ZaloBotPhones
from simulator.zalo_bot.probe import BotCourier
from simulator.zalo_bot.server import ZaloBotServer


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that runs: `base_url` without a slash at the end, and its world."""

    base_url: str
    port: int
    world: World

    @property
    def token(self) -> str:
        """Give the token of the first bot."""
        return self.world.bot.token


def create_app(world: World) -> web.Application:
    """Build the web application that serves a world."""
    bots = BotServer(world, {})
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.add_routes(bots.routes())
    app.add_routes(PhoneServer(world).routes())
    app.add_routes(SimServer(world).routes())
    world.webhook_changed = bots.webhook_changed
    courier = BotCourier(world.zalo_bot)
    app.add_routes(ZaloBotServer(world.zalo_bot, courier).routes())
    app.add_routes(ZaloBotPhones(world.zalo_bot).routes())
    app.add_routes(ZaloBotControl(world.zalo_bot).routes())
    world.zalo_bot.webhook_changed = courier.changed

    async def stop(_: web.Application) -> None:
        world.live.end()
        world.zalo_bot.live.end()
        await bots.stop()
        await courier.stop()

    app.on_shutdown.append(stop)
    return app


@asynccontextmanager
async def running(
    world: World | WorldSpec | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Running]:
    """Run a simulator in this event loop; port 0 takes a free one, no world the shipped one.

    Raises:
        OSError: the port is taken.
    """
    if world is None:
        world = read_world()
    if isinstance(world, WorldSpec):
        world = World.from_spec(world)
    runner = web.AppRunner(create_app(world), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        taken = runner.addresses[0][1]
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
        yield Running(f"http://{shown}:{taken}", taken, world)
    finally:
        await asyncio.shield(runner.cleanup())
