"""`run`: the service itself."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
import uvloop

from bot.assembly import account_key, build, refuse_demo
from bot.commands.terminal import err, say
from bot.folders import prepare
from bot.instance_lock import StillOurs, sole_instance
from bot.invocation import typed
from bot.logs import set_up_logs
from bot.service import Service
from bot.settings import load_settings

Demo = Annotated[
    bool, typer.Option("--demo", help="Dựng đơn vị ví dụ nếu cơ sở dữ liệu còn trống.")
]


def run(*, demo: Demo = False) -> None:
    """Chạy dịch vụ: nhận tin, gửi tin, lịch phát. Dừng bằng Ctrl+C."""
    settings = load_settings()
    set_up_logs(settings.log_level, settings.log_format)
    key = account_key(settings)
    if demo:
        refuse_demo(settings)
    prepare(settings)

    async def serve(still_ours: StillOurs) -> None:
        house = await build(settings, demo=demo)

        def announce(port: int) -> None:
            name = house.channel.username
            shown = f"@{name}" if name else f"tài khoản số {house.channel.bot_id}"
            host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
            say(f"Dịch vụ đã chạy: {shown}, sức khỏe http://{host}:{port}/healthz", err)
            say(f"Xem tình trạng, ở một cửa sổ lệnh khác: {typed('doctor')}", err)

        await Service(house, still_ours).run(announce, lambda sentence: say(sentence, err))

    with sole_instance(settings.database, key) as still_ours:
        _in_loop(lambda: serve(still_ours))


def _in_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())
