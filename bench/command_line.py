"""The command line of the benchmarks.

Exit codes: 0 everything arrived, 1 something did not, 2 wrong usage.
"""

import json
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, NoReturn, Protocol, TypeVar

import typer
import uvloop

from bench.deliver import Delivered, deliver
from bench.engine import PLATFORM_PER_S, Plan
from bench.engine import Progress as Told
from bench.inbound import Received, inbound
from bench.pace import Paced, paced
from bench.platform import DEMO_TOKEN, NoPlatform, is_real, platform
from bench.progress_bar import progress_bar
from bench.tally import Tally
from bench.urgent import Urgent, urgent
from bench.webhooks import Called, webhooks
from bot.channels.telegram.settings import DEFAULT_PACE
from domain.errors import Misconfigured
from domain.failures import SendFailure
from storage.database import DatabaseAway, names_a_database

T = TypeVar("T")

app = typer.Typer(
    help="Đo tốc độ của dịch vụ thật trên bà con giả. Mỗi lệnh in một dòng JSON.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Api = Annotated[
    str | None,
    typer.Option(
        help="Địa chỉ một máy chủ Bot API (không phải của Telegram). "
        "Không nêu: tự chạy một trình mô phỏng; --pace trên 30 thì nó không giới hạn tốc độ, "
        "không thì giới hạn như Telegram.",
        metavar="URL",
    ),
]
Token = Annotated[str, typer.Option(help="Token giả mà máy chủ ấy nhận.", metavar="TOKEN")]
DatabaseUrl = Annotated[
    str,
    typer.Option(
        "--database",
        help="Cơ sở dữ liệu trống, như postgresql://… Không nêu: một tệp SQLite tạm.",
        metavar="URL",
    ),
]
Patience = Annotated[
    float, typer.Option(min=1, help="Thôi chờ khi không có gì nhúc nhích trong số giây này.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Chỉ in dòng JSON, không vẽ thanh tiến độ.")]


@app.command("deliver")
def deliver_command(
    *,
    recipients: Annotated[int, typer.Option(min=1, max=1_000_000, help="Số bà con nhận tin.")],
    api: Api = None,
    pace: Annotated[
        float,
        typer.Option(min=0.1, max=1000, help="Số tin mỗi giây mà tài khoản được gửi."),
    ] = DEFAULT_PACE.account_per_s,
    database: DatabaseUrl = "",
    token: Token = DEMO_TOKEN,
    patience: Patience = 60,
    as_json: AsJson = False,
) -> None:
    """Gửi một chiến dịch cho N bà con qua đúng đường gửi thật, đo số tin được nhận mỗi giây."""
    tally = Tally()

    async def measure(told: Told) -> Delivered:
        async with platform(api, lifted=pace > PLATFORM_PER_S) as server:
            await server.people(recipients)
            return await deliver(
                plan_of(server.url, token, database, pace, patience), recipients, told, tally
            )

    report(run(measure, api, database, tally, quiet=as_json))


@app.command("inbound")
def inbound_command(
    *,
    senders: Annotated[int, typer.Option(min=1, max=100_000, help="Số bà con cùng báo tin.")],
    api: Api = None,
    pace: Annotated[
        float,
        typer.Option(min=0.1, max=1000, help="Số tin mỗi giây mà tài khoản được gửi."),
    ] = 1000,
    database: DatabaseUrl = "",
    token: Token = DEMO_TOKEN,
    workers: Annotated[
        int,
        typer.Option(
            min=0,
            max=16,
            help="Số tiến trình worker riêng, với PostgreSQL; 0: cùng một tiến trình.",
        ),
    ] = 0,
    patience: Patience = 60,
    as_json: AsJson = False,
) -> None:
    """Cho N bà con báo tin trong cùng một giây, đo đến khi biên nhận của mỗi người được ghi và gửi.

    --pace 28: xem bao lâu thì Telegram nhận biên nhận cuối cùng (last_handed_over_s).

    Máy chủ ở --api phải là trình mô phỏng, vì cần điện thoại để viết.
    """
    tally = Tally()

    async def measure(told: Told) -> Received:
        async with platform(api, lifted=pace > PLATFORM_PER_S) as server:
            await server.people(senders)
            made = plan_of(server.url, token, database, pace, patience)
            return await inbound(made, server, senders, told, workers)

    report(run(measure, api, database, tally, quiet=as_json))


@app.command("webhooks")
def webhooks_command(
    *,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="Số sự kiện khác nhau.")] = 1000,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Rải các lần gọi trong số giây này.")
    ] = 10,
    database: DatabaseUrl = "",
    patience: Patience = 60,
    as_json: AsJson = False,
) -> None:
    """Gọi cửa nhận tin của Zalo OA bằng N sự kiện có chữ ký, mỗi sự kiện hai lần và lộn xộn.

    Đo bao lâu thì mỗi lần gọi được trả lời (Zalo đợi 2 giây) và mỗi sự kiện có được xử lý đúng
    một lần không.
    """
    tally = Tally()

    async def measure(told: Told) -> Called:
        async with platform(None, lifted=True) as server:
            made = plan_of(server.url, DEMO_TOKEN, database, DEFAULT_PACE.account_per_s, patience)
            return await webhooks(made, count, seconds, told)

    report(run(measure, None, database, tally, quiet=as_json))


@app.command("pace")
def pace_command(
    *,
    recipients: Annotated[int, typer.Option(min=50, max=100_000, help="Số bà con.")] = 600,
    processes: Annotated[
        int, typer.Option(min=1, max=16, help="Số tiến trình cùng gửi; trên 1 cần PostgreSQL.")
    ] = 1,
    api: Api = None,
    pace: Annotated[
        int, typer.Option(min=1, max=1000, help="Số tin mỗi giây mà máy chủ cho, không hơn.")
    ] = 30,
    database: DatabaseUrl = "",
    token: Token = DEMO_TOKEN,
    patience: Patience = 60,
    as_json: AsJson = False,
) -> None:
    """Gửi qua một máy chủ đếm từng giây trượt, đo phần tốc độ dùng được và số lần bị từ chối."""
    tally = Tally()

    async def measure(told: Told) -> Paced:
        async with platform(api, lifted=False) as server:
            await server.people(recipients)
            made = plan_of(server.url, token, database, pace, patience)
            return await paced(made, server, recipients, processes, told)

    report(run(measure, api, database, tally, quiet=as_json))


@app.command("urgent")
def urgent_command(
    *,
    recipients: Annotated[int, typer.Option(min=100, max=100_000, help="Số bà con.")] = 600,
    alarmed: Annotated[int, typer.Option(min=1, max=90, help="Số bà con nhận tin khẩn.")] = 30,
    api: Api = None,
    pace: Annotated[
        float, typer.Option(min=1, max=1000, help="Số tin mỗi giây mà tài khoản được gửi.")
    ] = 30,
    database: DatabaseUrl = "",
    token: Token = DEMO_TOKEN,
    patience: Patience = 60,
    as_json: AsJson = False,
) -> None:
    """Cho tin khẩn chen vào giữa một đợt gửi lớn, đo bao lâu thì tin đầu và tin cuối tới nơi."""
    tally = Tally()

    async def measure(told: Told) -> Urgent:
        async with platform(api, lifted=pace > PLATFORM_PER_S) as server:
            await server.people(recipients)
            made = plan_of(server.url, token, database, pace, patience)
            return await urgent(made, recipients, alarmed, told, tally)

    report(run(measure, api, database, tally, quiet=as_json))


def main() -> None:
    """Run the command line."""
    # Ignored where a shell starts it in the background; but there are servers to end with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    app(prog_name="python -m bench")


def plan_of(url: str, token: str, database: str, pace: float, patience: float) -> Plan:
    """Return what a benchmark is told."""
    return Plan(
        api=url,
        token=token,
        database_url=database.replace("postgresql://", "postgresql+psycopg://", 1),
        pace_per_s=pace,
        patience_s=patience,
    )


def run(
    measure: Callable[[Told], Coroutine[Any, Any, T]],
    api: str | None,
    database: str,
    tally: Tally,
    *,
    quiet: bool,
) -> T:
    """Measure, with a bar of progress; what cannot be measured is refused with a sentence."""
    if api is not None and is_real(api):
        _refuse("Không đo tốc độ trên Telegram thật: bà con ở đây là giả. Xin nêu máy chủ khác.")
    if database and not names_a_database(database):
        _refuse("Không đọc được địa chỉ cơ sở dữ liệu ở --database.")
    tally.put_in_place()
    try:
        with _progress(quiet=quiet) as told:
            return uvloop.run(measure(told))
    except (NoPlatform, Misconfigured) as fault:
        _refuse(str(fault))
    except DatabaseAway as fault:
        _refuse(f"Cơ sở dữ liệu không dùng được: {fault}")
    except SendFailure as failure:
        _refuse(f"Máy chủ Bot API không nhận tài khoản này: {type(failure).__name__}.")
    finally:
        for name, count in tally.faults().items():
            typer.echo(f"{name}: {count}", err=True)


def _refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


class Result(Protocol):
    """What a benchmark found."""

    @property
    def complete(self) -> bool:
        """Whether nothing was lost."""
        ...


def report(result: Result) -> None:
    """Print the figures as one line of JSON; something lost ends with 1."""
    figures = asdict(result)  # type: ignore[call-overload]
    typer.echo(json.dumps(figures, ensure_ascii=False))
    if not result.complete:
        raise typer.Exit(1)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Told]:
    bar = progress_bar(quiet=quiet)
    tasks: dict[str, Any] = {}

    def told(what: str, done: int, of: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=of)
        bar.update(tasks[what], completed=done)

    with bar:
        yield told
