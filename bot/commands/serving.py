"""`run`: the service itself."""

from typing import Annotated

import typer

from bot.accounts import some_configured
from bot.commands.terminal import err, say
from bot.folders import prepare
from bot.logs import set_up_logs
from bot.opening import refuse_demo
from bot.roles import Role, roles_of
from bot.settings import load_settings

Demo = Annotated[
    bool, typer.Option("--demo", help="Dựng đơn vị ví dụ nếu cơ sở dữ liệu còn trống.")
]
Roles = Annotated[
    list[Role] | None,
    typer.Option(
        "--role",
        help="Chỉ làm phần này, với PostgreSQL: web nhận tin, worker xử lý và gửi, scheduler giữ "
        "giờ. Nêu được nhiều lần; không nêu thì làm tất cả.",
    ),
]


def run(*, demo: Demo = False, role: Roles = None) -> None:
    """Chạy dịch vụ: nhận tin, gửi tin, lịch phát. Dừng bằng Ctrl+C."""
    settings = load_settings()
    roles = roles_of(role or (), settings.database)
    set_up_logs(settings.log_level, settings.log_format)
    some_configured(settings)
    if demo:
        refuse_demo(settings)
    prepare(settings)
    # The other commands need none of the service's packages, which take a second to load.
    from bot.process import serve  # noqa: PLC0415

    serve(settings, roles, lambda sentence: say(sentence, err), demo=demo)
