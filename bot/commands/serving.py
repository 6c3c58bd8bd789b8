"""`run`: the service itself."""

from typing import Annotated

import typer

from bot.accounts import some_configured
from bot.commands.terminal import err, say
from bot.folders import prepare
from bot.logs import set_up_logs
from bot.opening import refuse_demo
from bot.settings import load_settings

Demo = Annotated[
    bool, typer.Option("--demo", help="Dựng đơn vị ví dụ nếu cơ sở dữ liệu còn trống.")
]


def run(*, demo: Demo = False) -> None:
    """Chạy dịch vụ: nhận tin, gửi tin, lịch phát. Dừng bằng Ctrl+C."""
    settings = load_settings()
    set_up_logs(settings.log_level, settings.log_format)
    some_configured(settings)
    if demo:
        refuse_demo(settings)
    prepare(settings)
    # The other commands need none of the service's packages, which take a second to load.
    from bot.process import serve  # noqa: PLC0415

    serve(settings, lambda sentence: say(sentence, err), demo=demo)
