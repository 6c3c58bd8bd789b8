"""The command line.

Exit codes: 0 done, 1 something is wrong and was said, 2 wrong usage or settings, 3 a fault of the
program itself, 130 stopped by Ctrl+C.
"""

import io
import sys

import typer

from bot.commands import (
    auditing,
    campaigning,
    evidence,
    grouping,
    library,
    linking,
    looking_after,
    planning,
    restoring,
    results,
    scaling,
    serving,
    setting_up,
    staffing,
    watching,
    zalo,
)
from bot.commands.terminal import complain
from bot.folders import keep_private
from bot.usage import Command, Group, told
from domain.errors import Misconfigured
from storage.database import DatabaseAway
from storage.trouble import in_words

_STOPPED = 130


def _group(help_text: str) -> typer.Typer:
    return typer.Typer(cls=Group, help=help_text, no_args_is_help=True, rich_markup_mode=None)


def _app() -> typer.Typer:
    """Return the command line with all its commands."""
    app = typer.Typer(
        cls=Group,
        help="Zalo an ninh: kênh an toàn cộng đồng. Gõ LỆNH --help để xem từng lệnh; không nêu "
        "lệnh nào thì chạy dịch vụ.",
        no_args_is_help=False,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_start)
    for name, command in (
        ("run", serving.run),
        ("seed", setting_up.seed),
        ("plan", planning.plan),
        ("reach", results.reach),
        ("verify", results.verify),
        ("top", watching.top),
        ("link", linking.link),
        ("doctor", looking_after.doctor),
        ("evidence", evidence.evidence),
        ("inbox", looking_after.show_inbox),
        ("simulate-scale", scaling.simulate_scale),
    ):
        app.command(name, cls=Command)(command)
    staff = _group("Cán bộ: ai làm việc gì, liên kết tài khoản trò chuyện.")
    for name, command in staffing.COMMANDS.items():
        staff.command(name, cls=Command)(command)
    app.add_typer(staff, name="staff")
    audit = _group("Nhật ký: ai đã làm gì, và sổ có bị sửa không.")
    for name, command in auditing.COMMANDS.items():
        audit.command(name, cls=Command)(command)
    app.add_typer(audit, name="audit")
    campaign = _group("Chiến dịch: xem, và chuẩn bị bản nháp cho cán bộ; không duyệt được từ đây.")
    for name, command in campaigning.COMMANDS.items():
        campaign.command(name, cls=Command)(command)
    app.add_typer(campaign, name="campaign")
    texts = _group("Thư viện bài soạn sẵn: xem, in A4, thẻ ảnh, bản loa.")
    for name, command in library.COMMANDS.items():
        texts.command(name, cls=Command)(command)
    app.add_typer(texts, name="library")
    groups = _group("Nhóm: xin tạo ở kênh tự tạo được nhóm, và đường dẫn mời.")
    for name, command in grouping.COMMANDS.items():
        groups.command(name, cls=Command)(command)
    app.add_typer(groups, name="group")
    oa = _group("Zalo OA: cấp quyền cho ứng dụng.")
    oa.command("consent", cls=Command)(zalo.consent)
    app.add_typer(oa, name="zalo")
    db = _group("Cơ sở dữ liệu.")
    db.command("upgrade", cls=Command)(setting_up.db_upgrade)
    db.command("confirm", cls=Command)(restoring.confirm)
    app.add_typer(db, name="db")
    return app


def _start(context: typer.Context) -> None:
    """Chạy dịch vụ khi không nêu lệnh nào."""
    if context.invoked_subcommand is None:
        serving.run(demo=False)


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
        code = _app()(standalone_mode=False, prog_name="python -m bot")
    except Misconfigured as error:
        complain(str(error))
        return 2
    except DatabaseAway as error:
        complain(f"Không dùng được cơ sở dữ liệu: {in_words(error)}.")
        return 1
    except KeyboardInterrupt:
        code = _STOPPED
    except Exception as error:  # noqa: BLE001 - the last door: people get a sentence
        if getattr(error, "exit_code", None) == 2:
            complain(told(error))
            return 2
        complain(_own_fault(error))
        return 3
    if code == _STOPPED:
        complain("Đã dừng theo Ctrl+C; chạy lại lệnh vừa rồi không hại gì.")
    return code if isinstance(code, int) else 0


def _own_fault(error: Exception) -> str:
    # The text of an exception may hold what a person wrote: only its type and place are told.
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_qualname}:{where.tb_lineno}" if where else "?"
    return f"Lỗi của chương trình ({type(error).__name__}, {place}); xin báo cho người phát triển."
