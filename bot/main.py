"""The command line.

Exit codes: 0 done, 1 something is wrong and was said, 2 wrong usage or settings, 3 a fault of the
program itself, 130 stopped by Ctrl+C.
"""

import asyncio
import io
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
import uvloop
from rich.console import Console
from rich.text import Text

from bot import aside, figures
from bot.assembly import account_key, build, open_database, refuse_demo, register
from bot.doctor import examine
from bot.folders import check_folder, keep_private, prepare
from bot.instance_lock import StillOurs, sole_instance
from bot.invocation import typed
from bot.keys import check_keys
from bot.logs import set_up_logs
from bot.seed import Plan, Update, read_plan, seed_areas, seed_plan, update_plan
from bot.service import Service
from bot.settings import Settings, at_hand, load_settings
from bot.usage import Command, Group, told
from domain.clock import SystemClock
from domain.errors import Misconfigured
from storage import inbox as stored_inbox
from storage.database import Database, DatabaseAway, Tx
from storage.migrations_runner import is_current, revision, upgrade
from storage.packaged import load_gazetteer
from storage.trouble import in_words

T = TypeVar("T")

_STOPPED = 130

app = typer.Typer(
    cls=Group,
    help="Zalo an ninh: kênh an toàn cộng đồng. Gõ LỆNH --help để xem từng lệnh; không nêu lệnh "
    "nào thì chạy dịch vụ.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
db = typer.Typer(cls=Group, help="Cơ sở dữ liệu.", no_args_is_help=True, rich_markup_mode=None)
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


@app.command(cls=Command)
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
            _say(f"Dịch vụ đã chạy: {shown}, sức khỏe http://{host}:{port}/healthz", _err)
            _say(f"Xem tình trạng, ở một cửa sổ lệnh khác: {typed('doctor')}", _err)

        await Service(house, still_ours).run(announce, lambda sentence: _say(sentence, _err))

    with sole_instance(settings.database, key) as still_ours:
        _in_loop(lambda: serve(still_ours))


@app.command(cls=Command)
def seed(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="TỆP",
            help="Tệp TOML của đơn vị, thôn, cán bộ, nhóm. Bỏ trống: đơn vị ví dụ, để chạy thử.",
        ),
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
    settings = _settings()
    if update and file is None:
        raise Misconfigured(f"Cần nêu tệp để cập nhật: {typed('seed TỆP.toml --update')}")
    plan = read_plan(file)
    if file is None:
        refuse_demo(settings)
    check_folder(settings)
    if revision(settings.database) is None:
        # Without a token there is nobody to seed for; then nothing is to be left behind either.
        account_key(settings)
    if update:
        _update(settings, plan)
        return

    def work(tx: Tx) -> bool:
        check_keys(tx)
        seed_areas(tx, load_gazetteer())
        return seed_plan(tx, register(tx, settings).id, plan)

    if _with_database(settings, work, write=True):
        _say(f"Đã ghi đơn vị {plan.unit.name['vi']}.")
    else:
        _say(
            "Đã có đơn vị trong cơ sở dữ liệu; không ghi gì thêm. "
            f"Muốn sửa theo tệp: {typed('seed TỆP.toml --update')}"
        )


def _update(settings: Settings, plan: Plan) -> None:
    def work(tx: Tx) -> Update:
        check_keys(tx)
        seed_areas(tx, load_gazetteer())
        return update_plan(tx, plan)

    done = _with_database(settings, work, write=True)
    if not (done.unit_changed or done.added or done.changed or done.villages):
        _say("Mọi thứ đã đúng như tệp; không sửa gì.")
        return
    changed = "đã sửa" if done.unit_changed else "không đổi"
    _say(f"Đơn vị: {changed}. Cán bộ và nhóm: thêm {done.added}, sửa {done.changed}.")
    if done.villages:
        _say(
            f"Thôn, khối phố: {done.villages} mới hoặc đổi tên. Nếu dịch vụ đang chạy, hãy khởi "
            "động lại để bà con chọn được."
        )


@app.command(cls=Command)
def reach(
    run_code: Annotated[str, typer.Argument(metavar="ĐỢT", help="Mã đợt, như AN-7KQ2M.")],
) -> None:
    """In kết quả một đợt gửi: gửi cho ai, tới đâu, ai trả lời."""
    settings = _settings()
    text = _with_database(settings, lambda tx: figures.reach(tx, run_code))
    if text is None:
        raise Misconfigured(f"Không có đợt nào mang mã {run_code}.")
    _say(text)


@app.command(cls=Command)
def verify(
    run_code: Annotated[
        str | None, typer.Argument(metavar="ĐỢT", help="Mã đợt; bỏ trống là mọi đợt.")
    ] = None,
) -> None:
    """Tính lại mọi con số từ từng dòng sổ và so với bộ đếm; sai thì thoát với mã 1."""
    settings = _settings()
    report = _with_database(settings, lambda tx: figures.verify(tx, run_code))
    if report is None:
        raise Misconfigured(f"Không có đợt nào mang mã {run_code}.")
    _say(report.text)
    if report.problems:
        raise typer.Exit(1)


@app.command(cls=Command)
def doctor() -> None:
    """Xem còn thiếu gì, sai gì, và nói bằng lời; có điều sai thì thoát với mã 1."""
    findings = asyncio.run(examine())
    for finding in findings:
        sign, colour = {"good": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✗", "red")}[
            finding.level
        ]
        _out.print(Text.assemble((sign, colour), " ", finding.text), soft_wrap=True)
    if any(finding.level == "bad" for finding in findings):
        raise typer.Exit(1)


@app.command("inbox", cls=Command)
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
    settings = _settings()
    if ids and not retry:
        raise Misconfigured(f"Muốn thử lại tin này: {typed(f'inbox --retry {ids[0]}')}")
    if not retry:
        _use(settings, _list_aside)
        return
    wanted, done = _use(settings, lambda database: _retry_aside(database, ids))
    if not wanted:
        _say("Không có tin nào để riêng.")
        return
    if done:
        _say(
            f"Đã đưa {done} tin trở lại hàng chờ; dịch vụ đang chạy sẽ tự xử lý. "
            f"Lát nữa xem kết quả bằng: {typed('inbox')}"
        )
    if done < wanted:
        _say(f"{wanted - done} tin không còn để riêng, hoặc không có mã đó.", _err)
        raise typer.Exit(1)


async def _list_aside(database: Database) -> None:
    count = 0
    async for page in aside.pages(database):
        for item in page:
            _say(aside.line(item))
        count += len(page)
    if count:
        _say(f"{count} tin để riêng. Thử lại tất cả: {typed('inbox --retry')}", _err)
    else:
        _say("Không có tin nào để riêng.", _err)


async def _retry_aside(database: Database, ids: list[UUID] | None) -> tuple[int, int]:
    """Return how many were to be tried again and how many are."""
    wanted = sorted(set(ids)) if ids else await database.read(stored_inbox.aside_ids)
    done = seen = 0
    with _err.status("Đang đưa trở lại hàng chờ…") as status:
        async for lot, size in aside.retry(database, wanted):
            done, seen = done + lot, seen + size
            status.update(f"Đang đưa trở lại hàng chờ… {seen}/{len(wanted)}")
    return len(wanted), done


@db.command("upgrade", cls=Command)
def db_upgrade() -> None:
    """Tạo cơ sở dữ liệu nếu chưa có, đưa nó lên phiên bản mới nhất."""
    settings = _settings()
    prepare(settings)
    if is_current(settings.database):
        _say("Cơ sở dữ liệu đã ở phiên bản mới nhất.")
        return
    with _err.status("Đang nâng cấp cơ sở dữ liệu…"):
        upgrade(settings.database)
    _say("Đã nâng cấp cơ sở dữ liệu.")


def main() -> None:
    """Run the command line; whatever goes wrong is said in a sentence, without a traceback."""
    keep_private()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter must not end a command.
            stream.reconfigure(errors="replace")
    raise SystemExit(_exit_code())


def _exit_code() -> int:
    try:
        code = app(standalone_mode=False, prog_name="python -m bot")
    except Misconfigured as error:
        _complain(str(error))
        return 2
    except DatabaseAway as error:
        _complain(f"Không dùng được cơ sở dữ liệu: {in_words(error)}.")
        return 1
    except KeyboardInterrupt:
        code = _STOPPED
    except Exception as error:  # noqa: BLE001 - the last door: people get a sentence
        if getattr(error, "exit_code", None) == 2:
            _complain(told(error))
            return 2
        _complain(_own_fault(error))
        return 3
    if code == _STOPPED:
        _complain("Đã dừng theo Ctrl+C; chạy lại lệnh vừa rồi không hại gì.")
    return code if isinstance(code, int) else 0


def _own_fault(error: Exception) -> str:
    # The text of an exception may hold what a person wrote: only its type and place are told.
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_qualname}:{where.tb_lineno}" if where else "?"
    return f"Lỗi của chương trình ({type(error).__name__}, {place}); xin báo cho người phát triển."


def _say(text: str, console: Console = _out) -> None:
    # Never wrapped: what is printed may be copied.
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _complain(text: str) -> None:
    _err.print(text, style="red", highlight=False, markup=False, soft_wrap=True)


def _settings() -> Settings:
    """Return the settings of a command that looks at, or changes, what is there."""
    settings = load_settings()
    there = at_hand(settings)
    if there != settings:
        _say(f"Chưa có TELEGRAM_TOKEN: dùng dữ liệu chạy thử trong {there.var_dir}.", _err)
    return there


def _with_database(settings: Settings, work: Callable[[Tx], T], *, write: bool = False) -> T:
    async def use(database: Database) -> T:
        return await (database.write(work) if write else database.read(work))

    return _use(settings, use, make=write)


def _use(
    settings: Settings, work: Callable[[Database], Coroutine[Any, Any, T]], *, make: bool = False
) -> T:
    """Open the database, made or upgraded when `make`, and let `work` use it."""

    async def use() -> T:
        database = open_database(settings, SystemClock(), bring_up_to_date=make)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(use())


def _in_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())
