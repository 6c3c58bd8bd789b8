"""The command line.

Exit codes: 0 done, 1 something is wrong and was said, 2 wrong usage or settings.
"""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop
from rich.console import Console

from bot import figures
from bot.assembly import account_key, build, open_database, register
from bot.doctor import examine
from bot.instance_lock import StillOurs, sole_instance
from bot.keys import check_keys
from bot.logs import set_up_logs
from bot.seed import Plan, Update, read_plan, seed_areas, seed_plan, update_plan
from bot.service import Service
from bot.settings import Settings, load_settings
from domain.clock import SystemClock
from domain.errors import Misconfigured
from storage.database import DatabaseAway, Tx
from storage.migrations_runner import is_current, upgrade
from storage.packaged import load_gazetteer

T = TypeVar("T")

app = typer.Typer(
    help="Zalo an ninh: kênh an toàn cộng đồng. Gõ LỆNH --help để xem từng lệnh.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
db = typer.Typer(help="Cơ sở dữ liệu.", no_args_is_help=True)
app.add_typer(db, name="db")

_out = Console()
_err = Console(stderr=True)

Demo = Annotated[
    bool, typer.Option("--demo", help="Dựng đơn vị ví dụ nếu cơ sở dữ liệu còn trống.")
]


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Chạy dịch vụ khi không nêu lệnh nào."""
    if context.invoked_subcommand is None:
        run(demo=False)


@app.command()
def run(*, demo: Demo = False) -> None:
    """Chạy dịch vụ: nhận tin, gửi tin, lịch phát. Dừng bằng Ctrl+C."""
    settings = load_settings()
    set_up_logs(settings.log_level, settings.log_format)

    async def serve(still_ours: StillOurs) -> None:
        house = await build(settings, demo=demo)

        def announce(port: int) -> None:
            _err.print(
                f"Dịch vụ đã chạy: @{house.channel.username}, "
                f"sức khỏe http://{settings.web_host}:{port}/healthz",
                highlight=False,
            )

        await Service(house, still_ours).run(announce)

    with sole_instance(settings.database, account_key(settings)) as still_ours:
        _in_loop(lambda: serve(still_ours))


@app.command()
def seed(
    file: Annotated[
        Path | None,
        typer.Argument(help="Tệp TOML mô tả đơn vị, cán bộ, nhóm. Bỏ trống: đơn vị ví dụ."),
    ] = None,
    *,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Sửa đơn vị đã có theo tệp: tên, số trực, cán bộ (thêm, sửa, cho nghỉ), nhóm.",
        ),
    ] = False,
) -> None:
    """Ghi địa bàn, đơn vị, cán bộ và nhóm vào cơ sở dữ liệu, hoặc sửa theo tệp (--update)."""
    settings = load_settings()
    if update and file is None:
        raise Misconfigured("Cần nêu tệp để cập nhật: python -m bot seed TỆP.toml --update")
    plan = read_plan(file)
    if update:
        _update(settings, plan)
        return

    def work(tx: Tx) -> bool:
        check_keys(tx)
        seed_areas(tx, load_gazetteer(demo_villages=file is None))
        return seed_plan(tx, register(tx, settings).id, plan)

    if _with_database(settings, work, write=True):
        _out.print(f"Đã ghi đơn vị {plan.unit.name['vi']}.", highlight=False)
    else:
        _out.print(
            "Đã có đơn vị trong cơ sở dữ liệu; không ghi gì thêm. "
            "Muốn sửa theo tệp: python -m bot seed TỆP.toml --update",
            highlight=False,
        )


def _update(settings: Settings, plan: Plan) -> None:
    def work(tx: Tx) -> Update:
        check_keys(tx)
        seed_areas(tx, load_gazetteer(demo_villages=False))
        return update_plan(tx, plan)

    done = _with_database(settings, work, write=True)
    if not (done.unit_changed or done.added or done.changed):
        _out.print("Mọi thứ đã đúng như tệp; không sửa gì.")
        return
    changed = "đã sửa" if done.unit_changed else "không đổi"
    _out.print(
        f"Đơn vị: {changed}. Cán bộ và nhóm: thêm {done.added}, sửa {done.changed}.",
        highlight=False,
    )


@app.command()
def reach(
    run_code: Annotated[str, typer.Argument(metavar="ĐỢT", help="Mã đợt, như AN-7KQ2M.")],
) -> None:
    """In kết quả một đợt gửi: gửi cho ai, tới đâu, ai trả lời."""
    settings = load_settings()
    text = _with_database(settings, lambda tx: figures.reach(tx, run_code))
    if text is None:
        raise Misconfigured(f"Không có đợt nào mang mã {run_code}.")
    _out.print(text, highlight=False, markup=False)


@app.command()
def verify(
    run_code: Annotated[
        str | None, typer.Argument(metavar="[ĐỢT]", help="Mã đợt; bỏ trống là mọi đợt.")
    ] = None,
) -> None:
    """Tính lại mọi con số từ từng dòng sổ và so với bộ đếm; sai thì thoát với mã 1."""
    settings = load_settings()
    report = _with_database(settings, lambda tx: figures.verify(tx, run_code))
    if report is None:
        raise Misconfigured(f"Không có đợt nào mang mã {run_code}.")
    _out.print(report.text, highlight=False, markup=False)
    if report.problems:
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """Xem còn thiếu gì, sai gì, và nói bằng lời; có điều sai thì thoát với mã 1."""
    findings = asyncio.run(examine())
    for finding in findings:
        mark = {"good": "[green]✓[/]", "warn": "[yellow]![/]", "bad": "[red]✗[/]"}[finding.level]
        _out.print(f"{mark} {finding.text}", highlight=False)
    if any(finding.level == "bad" for finding in findings):
        raise typer.Exit(1)


@db.command("upgrade")
def db_upgrade() -> None:
    """Đưa cơ sở dữ liệu lên phiên bản mới nhất."""
    settings = load_settings()
    if is_current(settings.database):
        _out.print("Cơ sở dữ liệu đã ở phiên bản mới nhất.")
        return
    with _err.status("Đang nâng cấp cơ sở dữ liệu…"):
        upgrade(settings.database)
    _out.print("Đã nâng cấp cơ sở dữ liệu.")


def main() -> None:
    """Run the command line; what a person can mend is said in a sentence, without a traceback."""
    try:
        app()
    except Misconfigured as error:
        _err.print(str(error), style="red", highlight=False, markup=False)
        raise SystemExit(2) from None
    except DatabaseAway as error:
        text = f"Không dùng được cơ sở dữ liệu: {error}."
        _err.print(text, style="red", highlight=False, markup=False)
        raise SystemExit(1) from None


def _with_database(settings: Settings, work: Callable[[Tx], T], *, write: bool = False) -> T:
    async def use() -> T:
        database = open_database(settings, SystemClock(), bring_up_to_date=write)
        try:
            return await (database.write(work) if write else database.read(work))
        finally:
            await database.close()

    return asyncio.run(use())


def _in_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())
