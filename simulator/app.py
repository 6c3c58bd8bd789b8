"""The simulator put together: the worlds of its platforms behind one web application."""

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
from simulator.zalo_oa import ZaloSpec, ZaloWorld
from simulator.zalo_oa.door import OaServer
from simulator.zalo_oa.phone_server import ZaloPhoneServer
from simulator.zalo_oa.sim_server import ZaloSimServer


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that runs: `base_url` without a slash at the end, and its worlds."""

    base_url: str
    port: int
    world: World
    zalo: ZaloWorld
    _runner: web.AppRunner

    @property
    def connections(self) -> int:
        """Count who is connected: what a caller that died had sent is heard when it is not."""
        return len(self._runner.server.connections) if self._runner.server is not None else 0

    @property
    def token(self) -> str:
        """Give the token of the first bot."""
        return self.world.bot.token


def create_app(world: World, zalo: ZaloWorld | None = None) -> web.Application:
    """Build the web application that serves a world; the Zalo OA has nobody when not given."""
    zalo = zalo or ZaloWorld.from_spec(ZaloSpec(), world.clock)
    bots = BotServer(world, {})
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.add_routes(bots.routes())
    app.add_routes(PhoneServer(world).routes())
    app.add_routes(SimServer(world, zalo).routes())
    app.add_routes(OaServer(zalo).routes())
    app.add_routes(ZaloPhoneServer(zalo).routes())
    app.add_routes(ZaloSimServer(zalo).routes())
    world.webhook_changed = bots.webhook_changed
    courier = BotCourier(world.zalo_bot)
    app.add_routes(ZaloBotServer(world.zalo_bot, courier).routes())
    app.add_routes(ZaloBotPhones(world.zalo_bot).routes())
    app.add_routes(ZaloBotControl(world.zalo_bot).routes())
    world.zalo_bot.webhook_changed = courier.changed

    async def stop(_: web.Application) -> None:
        world.faults.clear()
        world.live.end()
        world.zalo_bot.live.end()
        zalo.live.end()
        await bots.stop()
        await courier.stop()
        await zalo.post.stop()

    app.on_shutdown.append(stop)
    return app


@asynccontextmanager
async def running(
    world: World | WorldSpec | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    zalo_webhook: str | None = None,
) -> AsyncIterator[Running]:
    """Run a simulator in this event loop; port 0 takes a free one, no world the shipped one.

    `zalo_webhook` is where the service takes the Zalo OA's events; without it none are sent. A
    `World` that is given ready-made comes with an OA that has nobody.

    Raises:
        OSError: the port is taken.
    """
    if world is None:
        world = read_world()
    zalo_spec = (world.zalo if isinstance(world, WorldSpec) else None) or ZaloSpec()
    if isinstance(world, WorldSpec):
        world = World.from_spec(world)
    zalo = ZaloWorld.from_spec(zalo_spec, world.clock, zalo_webhook)
    runner = web.AppRunner(create_app(world, zalo), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        taken = runner.addresses[0][1]
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
        zalo.base_url = f"http://{shown}:{taken}"
        yield Running(zalo.base_url, taken, world, zalo, runner)
    finally:
        await asyncio.shield(runner.cleanup())
