"""`simulate-scale`: what so many residents need, worked out without touching anything."""

import json as json_text
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.commands.terminal import out, say
from domain.figures import count, decimal
from domain.scale import SIZES, Assumptions, Need, table

_ZALO_OA_PER_S = 1.5
"""90 calls a minute, as the small package allows."""
_GIB = 1024**3
_ROOM = 200
_STANDARD = Assumptions()

Residents = Annotated[
    list[int] | None,
    typer.Argument(min=1, max=1_000_000_000, metavar="[SỐ]…", help="Số bà con; nêu được nhiều."),
]


def simulate_scale(
    residents: Residents = None,
    *,
    pace: Annotated[
        float | None,
        typer.Option(
            min=0.01, max=10_000, help="Số tin mỗi giây mà nền tảng cho một tài khoản gửi."
        ),
    ] = None,
    per_unit: Annotated[
        int, typer.Option(min=1, max=1_000_000_000, help="Số bà con đồng ý của một đơn vị.")
    ] = _STANDARD.per_unit,
    broadcasts: Annotated[
        float, typer.Option(min=0, max=1000, help="Số đợt gửi mỗi người nhận trong một tháng.")
    ] = _STANDARD.broadcasts_a_month,
    within_hours: Annotated[
        float, typer.Option(min=0.1, max=168, help="Một đợt phải gửi xong trong số giờ này.")
    ] = _STANDARD.within.total_seconds() / 3600,
    kept_months: Annotated[
        int, typer.Option(min=1, max=120, help="Giữ từng dòng gửi trong số tháng này.")
    ] = _STANDARD.kept_months,
    json: Annotated[bool, typer.Option("--json", help="In cho máy đọc.")] = False,
) -> None:
    """Tính trước: bao nhiêu bà con thì cần bao nhiêu tài khoản, tiến trình, chỗ chứa.

    Chỉ là phép tính, không đọc hay ghi cơ sở dữ liệu; từng con số giả định ở docs/scaling.md.
    """
    given = replace(
        _STANDARD,
        per_unit=per_unit,
        broadcasts_a_month=broadcasts,
        within=timedelta(hours=within_hours),
        kept_months=kept_months,
    )
    paces = {"": pace} if pace else {"Telegram": given.pace_per_s, "Zalo OA": _ZALO_OA_PER_S}
    sizes = tuple(residents or SIZES)
    worked = {
        name: (per_s, table(replace(given, pace_per_s=per_s), sizes))
        for name, per_s in paces.items()
    }
    if json:
        data = {name or "account": _as_data(*one) for name, one in worked.items()}
        say(json_text.dumps(data, ensure_ascii=False, indent=2))
        return
    # A number cut short would be another one; elsewhere than in a terminal there is room.
    console = out if out.is_terminal else Console(width=_ROOM)
    for name, (per_s, needs) in worked.items():
        console.print(_drawn(name, per_s, needs))
    say(
        f"Mỗi đơn vị tối đa {count(given.per_unit)} bà con, mỗi người {given.broadcasts_a_month:g} "
        f"đợt một tháng, một phần năm số đơn vị gửi cùng lúc, giữ từng dòng {given.kept_months} "
        "tháng rồi chỉ còn số tổng. Mỗi bản cài phục vụ một đơn vị, mỗi nền tảng một tài khoản: "
        "bao nhiêu tài khoản là bấy nhiêu bản cài, mỗi bản có cơ sở dữ liệu và tệp khóa riêng. Bản "
        "nào cũng chạy được riêng một máy với SQLite; dòng PostgreSQL là số máy chủ nếu đặt chung."
    )


def _drawn(name: str, per_s: float, needs: tuple[Need, ...]) -> Table:
    pace = f"{decimal(per_s)} tin/giây một tài khoản"
    drawn = Table(title=f"{name}: {pace}" if name else pace, title_justify="left")
    drawn.add_column("Bà con", no_wrap=True)
    for one in needs:
        drawn.add_column(count(one.residents), justify="right", no_wrap=True)
    for head, told in _LINES:
        drawn.add_row(head, *map(told, needs))
    return drawn


def _peak(one: Need) -> str:
    return count(round(one.peak_per_s)) if one.peak_per_s >= 10 else decimal(one.peak_per_s)


def span(takes: timedelta) -> str:
    """Return a length of time in minutes or hours, rounded up."""
    minutes = -(-int(takes.total_seconds()) // 60)
    return f"{minutes} phút" if minutes < 100 else f"{decimal(minutes / 60)} giờ"


def room(size: int) -> str:
    """Return a number of bytes in GiB or TiB."""
    gib = size / _GIB
    return f"{decimal(gib)} GiB" if gib < 1000 else f"{decimal(gib / 1024)} TiB"


_LINES: Sequence[tuple[str, Callable[[Need], str]]] = (
    ("Đơn vị", lambda one: count(one.units)),
    ("Tài khoản", lambda one: count(one.accounts)),
    ("Một đợt mất", lambda one: span(one.campaign_takes)),
    ("Tin một tháng", lambda one: count(one.messages_a_month)),
    ("Cao điểm tin/giây", _peak),
    ("Tiến trình gửi", lambda one: count(one.workers)),
    ("Bộ nhớ tiến trình", lambda one: room(one.memory_bytes)),
    ("PostgreSQL", lambda one: count(one.databases)),
    ("Dòng đang giữ", lambda one: count(one.rows)),
    ("Dung lượng", lambda one: room(one.disk_bytes)),
    ("Cất đi một năm", lambda one: count(one.archived_a_year)),
)


def _as_data(per_s: float, needs: tuple[Need, ...]) -> dict[str, Any]:
    rows = []
    for one in needs:
        row = asdict(one)
        row["campaign_takes_s"] = round(row.pop("campaign_takes").total_seconds())
        rows.append(row)
    return {"pace_per_s": per_s, "needs": rows}
