"""`doctor` and `inbox`: what is missing or wrong, and what could not be handled."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer
from rich.text import Text

from bot import aside
from bot.commands.terminal import err, out, say, settings_at_hand, use
from bot.invocation import typed
from domain.errors import Misconfigured
from storage.database import Database
from storage.deliveries import inbox as stored_inbox


def doctor() -> None:
    """Xem còn thiếu gì, sai gì, và nói bằng lời; có điều sai thì thoát với mã 1."""
    # It asks the platform, whose packages no other command here needs.
    from bot.doctor import examine  # noqa: PLC0415

    findings = asyncio.run(examine())
    for finding in findings:
        sign, colour = {"good": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✗", "red")}[
            finding.level
        ]
        out.print(Text.assemble((sign, colour), " ", finding.text), soft_wrap=True)
    if any(finding.level == "bad" for finding in findings):
        raise typer.Exit(1)


def show_inbox(
    ids: Annotated[
        list[UUID] | None,
        typer.Argument(metavar="MÃ", help="Mã các tin; bỏ trống là mọi tin để riêng."),
    ] = None,
    *,
    retry: Annotated[
        bool, typer.Option("--retry", help="Đưa tin trở lại hàng chờ để dịch vụ xử lý lại.")
    ] = False,
) -> None:
    """Xem những tin đến không xử lý được, đang để riêng; --retry để thử lại.

    Chỉ in mã, loại, giờ đến, số lần đã thử và lỗi; không in nội dung hay người gửi. Dùng được
    khi dịch vụ đang chạy.
    """
    settings = settings_at_hand()
    if ids and not retry:
        raise Misconfigured(f"Muốn thử lại tin này: {typed(f'inbox --retry {ids[0]}')}")
    if not retry:
        use(settings, _list_aside)
        return
    wanted, done = use(settings, lambda database: _retry_aside(database, ids))
    if not wanted:
        say("Không có tin nào để riêng.")
        return
    if done:
        say(
            f"Đã đưa {done} tin trở lại hàng chờ; dịch vụ đang chạy sẽ tự xử lý. "
            f"Lát nữa xem kết quả bằng: {typed('inbox')}"
        )
    if done < wanted:
        say(f"{wanted - done} tin không còn để riêng, hoặc không có mã đó.", err)
        raise typer.Exit(1)


async def _list_aside(database: Database) -> None:
    count = 0
    async for page in aside.pages(database):
        for item in page:
            say(aside.line(item))
        count += len(page)
    if count:
        say(f"{count} tin để riêng. Thử lại tất cả: {typed('inbox --retry')}", err)
    else:
        say("Không có tin nào để riêng.", err)


async def _retry_aside(database: Database, ids: list[UUID] | None) -> tuple[int, int]:
    """Return how many were to be tried again and how many are."""
    wanted = sorted(set(ids)) if ids else await database.read(stored_inbox.aside_ids)
    done = seen = 0
    with err.status("Đang đưa trở lại hàng chờ…") as status:
        async for lot, size in aside.retry(database, wanted):
            done, seen = done + lot, seen + size
            status.update(f"Đang đưa trở lại hàng chờ… {seen}/{len(wanted)}")
    return len(wanted), done
