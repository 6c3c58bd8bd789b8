"""One command per row of the table by which delivery is measured, and the table itself."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from bench.command_line import Api, AsJson, DatabaseUrl, Patience, app, plan_of, report, run
from bench.door import Answered, door
from bench.engine import Progress as Told
from bench.kills import Killed, killed
from bench.memory import Memory, memory
from bench.platform import DEMO_TOKEN, platform
from bench.postgres import private_postgres
from bench.reach import Reach, reach
from bench.snapshot import Snapshot, snapshot
from bench.table import table
from bench.tally import Tally
from bench.throughput import LIFTED_PER_S, Throughput, fast_api, throughput

_OTHERS = 20
"""A contestant that is that much slower sends that many times fewer."""


class On(StrEnum):
    """Which database a row is measured on."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


Where = Annotated[
    On, typer.Option("--on", help="postgresql không nêu --database: tự chạy một máy chủ riêng.")
]


@app.command("kills")
def kills_command(
    *,
    recipients: Annotated[int, typer.Option(min=100, max=1_000_000)] = 100_000,
    kills: Annotated[int, typer.Option(min=1, max=1000, help="Số lần SIGKILL.")] = 20,
    faults: Annotated[float, typer.Option(min=0, max=0.5, help="Phần lượt gửi bị lỗi.")] = 0.001,
    seed: int = 1,
    api: Api = None,
    on: Where = On.SQLITE,
    database: DatabaseUrl = "",
    patience: Patience = 60,
    as_json: AsJson = False,
) -> None:
    """Giết và dừng tiến trình giữa một đợt gửi lớn, rồi đếm ai không nhận được, ai nhận hai lần."""

    async def measure(told: Told) -> Killed:
        async with fast_api(api, faults=faults) as server:
            made = plan_of(server, DEMO_TOKEN, url, LIFTED_PER_S, patience)
            return await killed(made, recipients, kills, seed, told)

    with _database(on, database) as url:
        report(run(measure, api, url, Tally(), quiet=as_json))


@app.command("throughput")
def throughput_command(
    *,
    recipients: Annotated[int, typer.Option(min=100, max=1_000_000)] = 20_000,
    rounds: Annotated[int, typer.Option(min=1, max=99)] = 3,
    latency_ms: Annotated[float, typer.Option(min=0, max=10_000)] = 0,
    frameworks: Annotated[bool, typer.Option(help="So cả với PTB và aiogram.")] = False,
    aiogram_python: Annotated[
        str, typer.Option(help="Python có aiogram (requirements/bench.txt).")
    ] = sys.executable,
    api: Api = None,
    on: Where = On.SQLITE,
    database: DatabaseUrl = "",
    patience: Patience = 60,
    as_json: AsJson = False,
) -> None:
    """So tốc độ gửi (ghi bền từng bước) với vòng lặp chỉ gửi, xen kẽ nhau trong một lần chạy."""
    opponents = {"plain": recipients}
    if frameworks:
        few = max(100, recipients // _OTHERS)
        opponents |= {"ptb": few, "aiogram": few}

    async def measure(told: Told) -> Throughput:
        async with fast_api(api, latency_ms) as server:
            return await throughput(
                plan_of(server, DEMO_TOKEN, url, LIFTED_PER_S, patience),
                recipients,
                rounds=rounds,
                latency_ms=latency_ms,
                opponents=opponents,
                pythons={"aiogram": aiogram_python},
                progress=told,
            )

    with _database(on, database) as url:
        report(run(measure, api, url, Tally(), quiet=as_json))


@app.command("memory")
def memory_command(
    *,
    few: Annotated[int, typer.Option(min=10, max=100_000, help="Số bà con lần đầu.")] = 10_000,
    recipients: Annotated[int, typer.Option(min=10, max=2_000_000)] = 1_000_000,
    api: Api = None,
    on: Where = On.SQLITE,
    database: DatabaseUrl = "",
    patience: Patience = 60,
    as_json: AsJson = False,
) -> None:
    """Gửi cho ít bà con rồi cho N bà con, đo bộ nhớ lớn nhất của tiến trình tăng thêm bao nhiêu."""

    async def measure(told: Told) -> Memory:
        async with fast_api(api) as server:
            made = plan_of(server, DEMO_TOKEN, url, LIFTED_PER_S, patience)
            return await memory(made, few, recipients, told)

    with _database(on, database) as url:
        report(run(measure, api, url, Tally(), quiet=as_json))


@app.command("snapshot")
def snapshot_command(
    *,
    recipients: Annotated[int, typer.Option(min=10, max=2_000_000)] = 1_000_000,
    on: Where = On.SQLITE,
    database: DatabaseUrl = "",
    as_json: AsJson = False,
) -> None:
    """Ghi danh sách người nhận của một đợt, so với một lệnh INSERT … SELECT trần."""

    async def measure(told: Told) -> Snapshot:
        made = plan_of("http://127.0.0.1:9", DEMO_TOKEN, url, LIFTED_PER_S, 60)
        return await snapshot(made, recipients, told)

    with _database(on, database) as url:
        report(run(measure, None, url, Tally(), quiet=as_json))


@app.command("reach")
def reach_command(
    *,
    deliveries: Annotated[int, typer.Option(min=10, max=20_000_000)] = 10_000_000,
    on: Where = On.SQLITE,
    database: DatabaseUrl = "",
    as_json: AsJson = False,
) -> None:
    """Đọc con số của một đợt N tin, so với COUNT … GROUP BY trên từng dòng."""

    async def measure(told: Told) -> Reach:
        made = plan_of("http://127.0.0.1:9", DEMO_TOKEN, url, LIFTED_PER_S, 60)
        return await reach(made, deliveries, told)

    with _database(on, database) as url:
        report(run(measure, None, url, Tally(), quiet=as_json))


@app.command("door")
def door_command(
    *,
    calls: Annotated[int, typer.Option(min=10, max=100_000, help="Số lần gọi mỗi vòng.")] = 3000,
    connections: Annotated[int, typer.Option(min=1, max=1000, help="Số kết nối cùng lúc.")] = 64,
    rounds: Annotated[int, typer.Option(min=1, max=99)] = 3,
    on: Where = On.SQLITE,
    database: DatabaseUrl = "",
    as_json: AsJson = False,
) -> None:
    """So cửa nhận tin của Zalo OA (ghi bền rồi mới trả lời) với một cửa chỉ đọc rồi trả lời."""

    async def measure(told: Told) -> Answered:
        async with platform(None, lifted=True) as server:
            made = plan_of(server.url, DEMO_TOKEN, url, LIFTED_PER_S, 60)
            return await door(made, calls, connections, rounds, told)

    with _database(on, database) as url:
        report(run(measure, None, url, Tally(), quiet=as_json))


@app.command("table")
def table_command(
    *,
    full: Annotated[
        bool, typer.Option(help="Cỡ đầy đủ như trong bảng: nhiều giờ, nhiều chục GB đĩa.")
    ] = False,
    aiogram_python: Annotated[str, typer.Option(help="Python có aiogram.")] = sys.executable,
    as_json: AsJson = False,
) -> None:
    """Chạy mọi dòng và in cả bảng: mục tiêu, đạt được, có đạt không.

    Mã kết thúc: 0 mọi mục tiêu đều đạt; 1 có tin bị mất, bị gửi hai lần hoặc đếm sai; 2 gọi sai;
    3 có dòng không đo được; 4 đo được hết nhưng có mục tiêu chưa đạt.
    """
    raise typer.Exit(int(table(full=full, aiogram_python=aiogram_python, as_json=as_json)))


@contextmanager
def _database(on: On, given: str) -> Iterator[str]:
    if given or on is On.SQLITE:
        yield given
        return
    with private_postgres() as url:
        yield url
