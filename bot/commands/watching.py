"""`top`: what is being sent right now, by which accounts, and how long it will still take."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bot import health
from bot.commands.scaling import span
from bot.commands.terminal import out, settings_at_hand, use
from bot.platforms import PLATFORMS
from broadcasts import reach
from broadcasts.reach import Reach
from domain.campaign import RunState
from domain.clock import show_time
from domain.delivery import Lane
from domain.figures import count, decimal
from storage.campaigns import runs
from storage.database import Database, DatabaseAway, Tx
from storage.people import addresses

_LIVE = (RunState.EXPANDING, RunState.SENDING, RunState.PAUSED)
_MOST = 20
_BETWEEN_S = 1.0
_LATELY_S = 30.0
_STATES = {
    RunState.EXPANDING: "đang lập danh sách",
    RunState.SENDING: "đang gửi",
    RunState.PAUSED: "tạm dừng",
}
_LANES = {
    Lane.URGENT: "khẩn cấp",
    Lane.TALK: "trả lời, phiếu tin",
    Lane.ROUTINE: "thường",
    Lane.BULK: "hàng loạt",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the database showed."""

    runs: Sequence[tuple[UUID, Reach]]
    more: int
    """Runs beside these that are not shown."""
    store: health.Stored
    accounts: Mapping[UUID, str]


def top(
    *,
    once: Annotated[bool, typer.Option("--once", help="In một lần rồi thôi.")] = False,
    every: Annotated[
        float, typer.Option(min=0.5, max=3600, help="Xem lại sau từng này giây.")
    ] = 2.0,
) -> None:
    """Xem các đợt đang gửi: tiến độ, còn bao lâu, việc chờ, tài khoản. Ctrl+C để thôi.

    Chỉ đọc cơ sở dữ liệu; xem được từ máy nào cũng được, khi dịch vụ chạy hay không.
    """
    settings = settings_at_hand()
    if once or not out.is_terminal:
        out.print(use(settings, _shown_once))
        return
    try:
        use(settings, lambda database: _watch(database, every))
    except KeyboardInterrupt:
        return


async def _shown_once(database: Database) -> RenderableType:
    paces = Paces()
    seen = await database.read(look)
    if seen.runs:
        # How fast it goes is seen between two looks alone.
        paces.of(seen, time.monotonic())
        await asyncio.sleep(_BETWEEN_S)
        seen = await database.read(look)
    return drawn(seen, paces.of(seen, time.monotonic()))


async def _watch(database: Database, every_s: float) -> None:
    paces = Paces()
    seen = await database.read(look)
    with Live(drawn(seen, paces.of(seen, time.monotonic())), console=out, screen=False) as live:
        while True:
            await asyncio.sleep(every_s)
            try:
                seen = await database.read(look)
            except DatabaseAway:
                live.update(Text("Cơ sở dữ liệu chưa trả lời; vẫn đang thử lại.", style="red"))
                continue
            live.update(drawn(seen, paces.of(seen, time.monotonic())))


def look(tx: Tx) -> Seen:
    """Read what is going on."""
    accounts = addresses.accounts(tx)
    ids = runs.ids_in(tx, _LIVE)
    known = [runs.get(tx, one) for one in ids[:_MOST]]
    return Seen(
        runs=[(one.id, reach.of_run(tx, one)) for one in known if one is not None],
        more=max(0, len(ids) - _MOST),
        store=health.stored(tx, [one.id for one in accounts]),
        accounts={one.id: PLATFORMS[one.channel].shown for one in accounts},
    )


class Paces:
    """How fast runs get on, by what the looks of the last half minute showed."""

    def __init__(self) -> None:
        self._looks: dict[UUID, deque[tuple[float, int]]] = {}

    def of(self, seen: Seen, at_s: float) -> dict[UUID, float]:
        """Return how many messages a second each run settled lately; nothing at the first look."""
        paces = {}
        for run_id, one in seen.runs:
            settled = one.private.targeted - one.private.pending
            looks = self._looks.setdefault(run_id, deque())
            looks.append((at_s, settled))
            while len(looks) > 2 and looks[1][0] <= at_s - _LATELY_S:
                looks.popleft()
            began, before = looks[0]
            if at_s > began:
                paces[run_id] = (settled - before) / (at_s - began)
        return paces


def drawn(seen: Seen, paces: Mapping[UUID, float]) -> RenderableType:
    """Draw what was seen; `paces` in messages a second by run, where they are known."""
    parts: list[RenderableType] = [_of_runs(seen, paces), _of_lanes(seen), _of_accounts(seen)]
    if seen.more:
        parts.insert(1, Text(f"… và {count(seen.more)} đợt nữa."))
    if seen.store.older_copy:
        warning = "Không gửi gì: cơ sở dữ liệu là bản sao cũ chưa được xác nhận."
        parts.insert(0, Text(warning, style="bold red"))
    return Group(*parts)


def _of_runs(seen: Seen, paces: Mapping[UUID, float]) -> RenderableType:
    if not seen.runs:
        return Text("Không có đợt nào đang gửi.")
    table = Table(title="Các đợt đang gửi", title_justify="left")
    for head in ("Đợt", "Trạng thái", "Tiến độ"):
        table.add_column(head)
    for head in ("Đã nhận chuyển", "Còn lại", "Chưa rõ", "Tin/giây", "Còn khoảng"):
        table.add_column(head, justify="right")
    for run_id, one in seen.runs:
        table.add_row(one.code, _state(one), *_progress(one, paces.get(run_id)))
    return table


def _state(one: Reach) -> str:
    if one.rests_until is not None and one.state is not RunState.PAUSED:
        return f"nghỉ tới {show_time(one.rests_until)}"
    return _STATES[one.state]


def _progress(one: Reach, pace: float | None) -> tuple[RenderableType, str, str, str, str, str]:
    private = one.private
    done = private.targeted - private.pending
    bar = ProgressBar(total=max(1, private.targeted), completed=done, width=24)
    if one.is_hidden:
        return bar, "–", "–", "–", "–", "–"
    left = "–"
    if pace and private.pending and one.state is RunState.SENDING:
        left = span(timedelta(seconds=private.pending / pace))
    return (
        bar,
        f"{count(private.taken)}/{count(private.targeted)}",
        count(private.pending),
        count(private.unsure),
        decimal(pace) if pace is not None else "–",
        left,
    )


def _of_lanes(seen: Seen) -> Table:
    table = Table(title="Việc chờ gửi", title_justify="left")
    table.add_column("Làn")
    table.add_column("Số tin", justify="right")
    table.add_column("Lâu nhất", justify="right")
    store = seen.store
    for lane in Lane:
        lag = store.lags.get(lane)
        waits = count(store.waiting.get(lane, 0))
        table.add_row(_LANES[lane], waits, span(lag) if lag is not None else "–")
    new = store.inbox.get("new", 0)
    age = span(store.inbox_age) if new else "–"
    table.add_row("hộp tin đến", count(new), age)
    if store.inbox.get("aside"):
        table.add_row("tin đến để riêng", count(store.inbox["aside"]), "")
    if store.unsure:
        table.add_row("đã gửi, chưa rõ tới chưa", count(store.unsure), "")
    return table


def _of_accounts(seen: Seen) -> Table:
    table = Table(title="Tài khoản", title_justify="left")
    for head in ("Kênh", "Trạng thái"):
        table.add_column(head)
    for account_id, shown in seen.accounts.items():
        own = seen.store.accounts.get(account_id, health.AccountStored())
        table.add_row(shown, _standing(own))
    return table


def _standing(own: health.AccountStored) -> str:
    if own.down:
        return "nền tảng không nhận; xem doctor"
    if not own.consent:
        return "cần quản trị viên cấp quyền lại"
    if own.paused:
        return f"tạm nghỉ {span(own.paused)}"
    if own.unheard:
        return "gửi được, nhưng không thấy nền tảng gọi tới"
    return "bình thường"
