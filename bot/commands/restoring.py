"""`db confirm`: an admin decides what becomes of an older copy of the database."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

import typer

from bot import copy_told
from bot.abilities import all_capabilities
from bot.commands.setting_up import db_upgrade
from bot.commands.terminal import err, say, settings_at_hand, use
from bot.settings import Settings
from broadcasts import restored
from broadcasts.desk import Desk
from broadcasts.restored import Copy
from delivery.high_water import notice
from delivery.mark_file import UnreadableMark, all_marks
from delivery.outbox import Outbox
from domain.errors import Misconfigured
from domain.texts.catalogue import catalogue
from storage.database import Database
from storage.deliveries import marks


def confirm(
    *,
    hold: Annotated[
        bool, typer.Option("--hold", help="Không gửi lại những gì đang dở lúc sao lưu.")
    ] = False,
    go_on: Annotated[
        bool, typer.Option("--go-on", help="Gửi tiếp như thường, kể cả những gì đang dở.")
    ] = False,
) -> None:
    """Xem và quyết định khi cơ sở dữ liệu là bản sao cũ: mọi tin gửi đi dừng cho tới lúc đó.

    Không nêu gì thì chỉ xem, và thoát với mã 1 khi còn phải quyết định. Quyết định một lần là cho
    mọi tiến trình đang chạy.
    """
    if hold and go_on:
        raise Misconfigured("Chỉ chọn một: --hold hoặc --go-on.")
    settings = settings_at_hand()
    known = use(settings, lambda database: _look(database, settings))
    if known is None:
        say("Không có gì phải quyết định: cơ sở dữ liệu không thiếu gì so với những gì đã gửi.")
        return
    if not (hold or go_on):
        for line in copy_told.lines(known):
            say(line)
        raise typer.Exit(1)
    if use(settings, lambda database: _decide(database, settings, hold=hold)):
        say("Đã ghi quyết định; các tiến trình đang chạy tự gửi tiếp trong vài giây.")
    else:
        say("Vừa có người quyết định trước rồi; không làm gì thêm.")


async def _look(database: Database, settings: Settings) -> Copy | None:
    """Return what there is to decide, also where no process has begun since the copy was put in."""
    installation_id = await database.read(marks.known_installation_id)
    if installation_id is not None:
        try:
            files = all_marks(settings.marks, installation_id)
        except UnreadableMark as error:
            raise Misconfigured(f"Không đọc được tệp {error}: sửa hoặc dời tệp đi.") from error
        await database.write(lambda tx: notice(tx, files))
    return await database.read(restored.look)


async def _decide(database: Database, settings: Settings, *, hold: bool) -> bool:
    desk = Desk(Outbox(all_capabilities(settings)), catalogue())
    known = await database.read(restored.look)
    if known is None:
        return False
    with err.status("Đang ghi quyết định…"):
        while hold and await database.write(lambda tx: restored.hold_step(tx, desk, known)):
            pass
        return await database.write(lambda tx: restored.confirm(tx, desk, known, hold=hold))


COMMANDS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"upgrade": db_upgrade, "confirm": confirm}
)
