"""The service's process: put together, told of, run until it is stopped."""

import asyncio
from collections.abc import Callable

import uvloop

from bot.assembly import build
from bot.instance_lock import sole_instance
from bot.invocation import typed
from bot.opening import account_key
from bot.service import Service
from bot.settings import Settings


def serve(settings: Settings, say: Callable[[str], None], *, demo: bool) -> None:
    """Run the service until SIGINT or SIGTERM; `say` tells people how it stands.

    Raises: Misconfigured, DatabaseAway.
    """
    with sole_instance(settings.database, account_key(settings)) as still_ours:

        async def work() -> None:
            house = await build(settings, demo=demo)

            def announce(port: int) -> None:
                name = house.channel.username
                shown = f"@{name}" if name else f"tài khoản số {house.channel.bot_id}"
                host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
                say(f"Dịch vụ đã chạy: {shown}, sức khỏe http://{host}:{port}/healthz")
                say(f"Xem tình trạng, ở một cửa sổ lệnh khác: {typed('doctor')}")

            await Service(house, still_ours).run(announce, say)

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work())
