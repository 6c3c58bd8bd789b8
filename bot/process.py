"""The service's process: put together, told of, run until it is stopped."""

import asyncio
from collections.abc import Callable

import uvloop

from bot.assembly import build
from bot.copy_told import copy_held
from bot.garbage import search_little
from bot.instance_lock import sole_instance
from bot.invocation import typed
from bot.last_resort import LastResort
from bot.roles import Role
from bot.service import Service
from bot.settings import Settings
from bot.watchdog import watched

_BESIDES_A_SEND_S = 15.0
"""What ending takes beside the longest answer of a platform: ticks, jobs, settling."""


def serve(
    settings: Settings, roles: frozenset[Role], say: Callable[[str], None], *, demo: bool
) -> None:
    """Run these roles until SIGINT or SIGTERM; `say` tells people how it stands.

    Raises: Misconfigured, DatabaseAway.
    """
    ending = LastResort(settings.send_timeout_s + _BESIDES_A_SEND_S)
    with sole_instance(settings.database):

        async def work() -> None:
            house = await build(settings, demo=demo)
            service = Service(house, roles)
            search_little()

            def announce(port: int) -> None:
                host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
                who = service.shown
                say(f"Dịch vụ đã chạy: {who}, sức khỏe http://{host}:{port}/healthz")
                say(f"Xem tình trạng, ở một cửa sổ lệnh khác: {typed('doctor')}")

            if house.water.held:
                say(copy_held())
            try:
                async with watched():
                    await service.run(announce, say, told_to_stop=ending.begin)
            finally:
                await house.water.close()

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work())
