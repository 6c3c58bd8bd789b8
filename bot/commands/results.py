"""`reach` and `verify`: what happened, and whether the figures agree."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import figures
from bot.commands.terminal import err, say, settings_at_hand, the_unit, with_database
from bot.outages import of_system
from bot.settings import Settings
from broadcasts import checking
from domain.errors import Misconfigured
from domain.period import Period, read_date
from reports import period_report, run_report, text, tips
from reports import upward as upward_report
from reports.sheet import Report
from storage.campaigns import runs
from storage.database import Tx
from storage.tips.tip_figures import Division

_EARLIEST, _LATEST = 2000, 2100


def reach(
    run_code: Annotated[
        str | None, typer.Argument(metavar="ĐỢT", help="Mã đợt, như AN-7KQ2M; bỏ trống: cả kỳ.")
    ] = None,
    *,
    since: Annotated[
        str | None, typer.Option("--from", metavar="NGÀY", help="Ngày đầu kỳ, như 15/10/2026.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="NGÀY", help="Ngày cuối kỳ, tính cả ngày đó.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="MÃ", help="Mã đơn vị; chỉ cần khi có nhiều.")
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            metavar="DÒNG",
            help="Dòng của bảng tin báo: subject (chủ đề), area (địa bàn), channel (kênh); bỏ "
            "trống là cả ba.",
        ),
    ] = None,
    upward: Annotated[
        bool,
        typer.Option(
            "--upward",
            help="Bản gửi cấp trên: số từ 1 tới 4 có thể làm lộ người báo thì không ghi rõ.",
        ),
    ] = False,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="TỆP", help="Ghi thêm ra tệp Excel.")
    ] = None,
) -> None:
    """In kết quả một đợt gửi, hoặc của cả kỳ báo cáo: tiếp cận và tin báo, so với năm trước.

    Không nêu đợt thì in cả kỳ; không nêu ngày thì là kỳ đang chạy, từ ngày 15 tới ngày 14. Bản in
    ra là bản nội bộ, có cả số nhỏ; gửi lên trên thì dùng --upward.
    """
    settings = settings_at_hand()
    if run_code is None:
        wanted = _Wanted(since, until, unit, _divisions(rows), upward=upward)
        _period(settings, wanted, xlsx)
        return
    if since or until or unit or rows:
        raise Misconfigured("Một đợt gửi không có kỳ: bỏ mã đợt, hoặc bỏ các tùy chọn của kỳ.")
    _run(settings, run_code, xlsx, upward=upward)


def _run(settings: Settings, run_code: str, xlsx: Path | None, *, upward: bool) -> None:
    _check_free(xlsx)

    def work(tx: Tx) -> tuple[str, Report] | None:
        run = runs.find_run(tx, run_code)
        funnel = figures.reach(tx, run_code)
        if run is None or funnel is None:
            return None
        report = run_report.of_run(tx, run)
        return funnel, upward_report.for_upward(report) if upward else report

    found = with_database(settings, work)
    if found is None:
        raise Misconfigured(f"Không có đợt nào mang mã {run_code}.")
    funnel, report = found
    say(text.render(report) if upward else funnel)
    _write_down(report, xlsx)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was typed of a period's report."""

    since: str | None
    until: str | None
    unit: str | None
    rows: Collection[Division]
    upward: bool


def _period(settings: Settings, wanted: _Wanted, xlsx: Path | None) -> None:
    _check_free(xlsx)

    def work(tx: Tx) -> Report:
        period = read_period(wanted.since, wanted.until, tx.now)
        unit = the_unit(tx, wanted.unit)
        made = period_report.of_unit(tx, unit, period, rows=wanted.rows)
        return upward_report.for_upward(made) if wanted.upward else made

    with err.status("Đang tính số liệu…"):
        report = with_database(settings, work)
    say(text.render(report))
    _write_down(report, xlsx)


def _check_free(xlsx: Path | None) -> None:
    if xlsx is not None and xlsx.exists():
        raise Misconfigured(f"Đã có tệp {xlsx}; hãy nêu tên khác.")


def _write_down(report: Report, xlsx: Path | None) -> None:
    """Write the workbook, where one is asked for; leave with 1 where figures do not agree."""
    if xlsx is not None:
        try:
            # Few who look at figures want the file.
            from reports import workbook  # noqa: PLC0415

            xlsx.write_bytes(workbook.write(report))
        except OSError as error:
            raise Misconfigured(f"Không ghi được tệp {xlsx} ({of_system(error)}).") from error
        say(f"Đã ghi ra {xlsx}.", err)
    if not all(check.holds for sheet in report.sheets for check in sheet.checks):
        raise typer.Exit(1)


def _divisions(typed: str | None) -> Collection[Division]:
    if typed is None:
        return tips.DIVISIONS
    if typed not in set(tips.DIVISIONS):
        known = ", ".join(tips.DIVISIONS)
        raise Misconfigured(f"--rows: phải là một trong: {known}.")
    return (Division(typed),)


def read_period(since: str | None, until: str | None, now: datetime) -> Period:
    """Return the days that were typed; the reporting month that runs where none were.

    Raises: Misconfigured.
    """
    if since is None and until is None:
        return Period.month_of(now)
    if since is None or until is None:
        raise Misconfigured("Cần nêu cả hai ngày: --from 15/10/2026 --to 14/11/2026.")
    first, last = (_day(option, typed) for option, typed in (("--from", since), ("--to", until)))
    if last < first:
        raise Misconfigured("--to: ngày cuối kỳ phải từ ngày đầu kỳ trở đi.")
    return Period(first, last)


def _day(option: str, typed: str) -> date:
    day = read_date(typed)
    if day is None or not _EARLIEST <= day.year <= _LATEST:
        raise Misconfigured(f"{option}: phải là một ngày, như 15/10/2026.")
    return day


def verify(
    run_code: Annotated[
        str | None, typer.Argument(metavar="ĐỢT", help="Mã đợt; bỏ trống là mọi đợt.")
    ] = None,
    *,
    recount: Annotated[
        bool,
        typer.Option(
            "--recount",
            help="Ghi lại bộ đếm của một đợt theo từng dòng sổ, và ghi việc đó vào nhật ký.",
        ),
    ] = False,
) -> None:
    """Tính lại mọi con số từ từng dòng sổ và so với bộ đếm; sai thì thoát với mã 1.

    Dòng sổ là bằng chứng, bộ đếm chỉ để xem cho nhanh. Một đợt tạm dừng vì hai bên không khớp thì
    xem chỗ sai trước, rồi --recount; sau đó cán bộ gửi tiếp được.
    """
    if recount and run_code is None:
        raise Misconfigured("Nêu mã đợt cần tính lại: verify ĐỢT --recount.")
    settings = settings_at_hand()
    if recount:
        _recount(settings, run_code)
    report = with_database(settings, lambda tx: figures.verify(tx, run_code))
    if report is None:
        raise Misconfigured(f"Không có đợt nào mang mã {run_code}.")
    say(report.text)
    if report.problems:
        raise typer.Exit(1)


def _recount(settings: Settings, run_code: str | None) -> None:
    def work(tx: Tx) -> int | None:
        run = runs.find_run(tx, run_code or "")
        if run is None:
            raise Misconfigured(f"Không có đợt nào mang mã {run_code}.")
        return checking.recount(tx, run.id)

    wrong = with_database(settings, work, write=True)
    if wrong is None:
        say("Vừa có người tính lại đợt này; xem lại bên dưới.")
    elif wrong == 0:
        say("Bộ đếm đã đúng với từng dòng sổ; không sửa gì.")
    else:
        say(f"Đã sửa {wrong} con số theo từng dòng sổ, và ghi vào nhật ký.")
