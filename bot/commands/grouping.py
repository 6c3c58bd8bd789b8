"""`group`: prepare a group that an account makes itself; show how people join a group."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from bot.abilities import all_capabilities
from bot.commands.drawing import check_file, draw
from bot.commands.linking import area_named
from bot.commands.terminal import err, say, settings_at_hand, the_unit, with_database
from broadcasts.desk import Desk
from delivery.outbox import Outbox
from domain.errors import Misconfigured
from domain.texts.catalogue import catalogue
from domain.toneless import fold
from handlers.groups import making
from storage.database import Tx
from storage.groups import group_links, group_makings

_LONGEST = 60

_Unit = Annotated[
    str | None, typer.Option("--unit", metavar="MÃ", help="Mã đơn vị; chỉ cần khi có nhiều.")
]


def make(
    name: Annotated[
        str, typer.Option("--name", metavar="TÊN", help="Tên nhóm; ai trong nhóm cũng thấy.")
    ],
    area: Annotated[
        str, typer.Option("--area", metavar="ĐỊA_BÀN", help="Mã hoặc tên thôn, xã, phường.")
    ],
    unit: _Unit = None,
) -> None:
    """Xin chỉ huy cho tạo một nhóm dân cư mới, ở kênh tự tạo được nhóm (Zalo OA)."""
    settings = settings_at_hand()
    label = " ".join(name.split())
    if not 2 <= len(label) <= _LONGEST:
        raise Misconfigured(f"Tên nhóm cần từ 2 đến {_LONGEST} chữ.")
    desk = Desk(Outbox(all_capabilities(settings)), catalogue())

    def work(tx: Tx) -> int:
        ours = the_unit(tx, unit)
        code = area_named(tx, ours, area)
        able = making.able_accounts(tx, desk, ours.id)
        if not able:
            raise Misconfigured(
                "Chưa có kênh nào tự tạo được nhóm. Nhóm có sẵn thì cán bộ nhắn /ketnoi cho máy."
            )
        if group_makings.has_twin(tx, ours.id, label):
            raise Misconfigured(f"Nhóm “{label}” đã được xin tạo hoặc đang được tạo.")
        account_id = able[0].id
        asked = group_makings.ask(tx, ours.id, account_id, None, "neighbourhood", code, label)
        known = group_makings.get(tx, asked)
        asked_of = making.ask_chiefs(tx, desk, known) if known is not None else 0
        if not asked_of:
            raise Misconfigured(
                "Chưa có chỉ huy hay phó chỉ huy nào nối chat nên chưa ai duyệt được việc tạo nhóm."
            )
        return asked_of

    number = with_database(settings, work, write=True)
    say(f"Đã hỏi {number} chỉ huy trong chat. Đồng ý thì nhóm “{label}” được tạo và nối ngay.")


def show(
    label: Annotated[str, typer.Argument(metavar="NHÓM", help="Tên nhóm đã kết nối.")],
    *,
    file: Annotated[
        Path | None, typer.Option("--qr", metavar="TỆP", help="Vẽ mã QR ra tệp .svg hoặc .png.")
    ] = None,
    unit: _Unit = None,
) -> None:
    """In đường dẫn mời vào một nhóm mà kênh đã tạo; vẽ mã QR."""
    if file is not None:
        check_file(file)

    def work(tx: Tx) -> str | None:
        ours = the_unit(tx, unit)
        known = group_links.connected(tx, ours.id)
        found = [one for one in known if fold(one.label) == fold(label)]
        if len(found) != 1:
            names = ", ".join(one.label for one in known) or "chưa có nhóm nào"
            raise Misconfigured(f"Không có đúng một nhóm tên {label}. Nhóm đã kết nối: {names}.")
        if found[0].purpose == group_makings.REVIEW:
            raise Misconfigured(
                f"Nhóm {label} là nhóm kín của cán bộ, không có đường dẫn mời: "
                "quản trị viên mời từng người trong phần quản lý nhóm."
            )
        return group_makings.invitation(tx, found[0].id)

    url = with_database(settings_at_hand(), work)
    if url is None:
        raise Misconfigured(
            f"Chưa biết đường dẫn mời của nhóm {label}: xin lấy trong phần quản lý nhóm."
        )
    say(url)
    if file is not None:
        draw(file, url)
        say(f"Đã vẽ mã QR ra {file}.", err)


COMMANDS: Mapping[str, Callable[..., Any]] = MappingProxyType({"make": make, "show": show})
