"""The command line.

Exit codes: 0 done, 1 something is wrong and was said, 2 wrong usage or settings, 3 a fault of the
program itself, 130 stopped by Ctrl+C.
"""

import importlib
import io
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import typer

from bot.commands.terminal import complain
from bot.folders import keep_private
from bot.logs import set_up_logs
from bot.usage import Command, Group, told
from domain.errors import Misconfigured
from storage.database import DatabaseAway
from storage.trouble import in_words

_STOPPED = 130
_RUN = "run"

# By the module below `bot.commands` and the function in it. Only the module of the command that
# is typed is loaded: together they load most of the house, which takes longer than most commands.
_ALONE: Mapping[str, str] = MappingProxyType(
    {
        _RUN: "serving:run",
        "seed": "setting_up:seed",
        "plan": "planning:plan",
        "reach": "results:reach",
        "verify": "results:verify",
        "top": "watching:top",
        "link": "linking:link",
        "doctor": "looking_after:doctor",
        "evidence": "evidence:evidence",
        "inbox": "looking_after:show_inbox",
        "simulate-scale": "scaling:simulate_scale",
    }
)
_GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "staff": ("staffing:COMMANDS", "Cán bộ: ai làm việc gì, liên kết tài khoản trò chuyện."),
        "audit": ("auditing:COMMANDS", "Nhật ký: ai đã làm gì, và sổ có bị sửa không."),
        "campaign": (
            "campaigning:COMMANDS",
            "Chiến dịch: xem, và chuẩn bị bản nháp cho cán bộ; không duyệt được từ đây.",
        ),
        "library": ("library:COMMANDS", "Thư viện bài soạn sẵn: xem, in A4, thẻ ảnh, bản loa."),
        "group": (
            "grouping:COMMANDS",
            "Nhóm: xin tạo ở kênh tự tạo được nhóm, và đường dẫn mời.",
        ),
        "zalo": ("zalo:COMMANDS", "Zalo OA: cấp quyền cho ứng dụng."),
        "db": ("restoring:COMMANDS", "Cơ sở dữ liệu."),
    }
)


def _found(place: str) -> Any:
    module, name = place.split(":")
    return getattr(importlib.import_module(f"bot.commands.{module}"), name)


def _app(typed: str) -> typer.Typer:
    """Return the command line: all of it, or of its commands the one typed where there is one."""
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
    every = typed not in {*_ALONE, *_GROUPS}
    for name, place in _ALONE.items():
        if every or name == typed:
            app.command(name, cls=Command)(_found(place))
    for name, (place, help_text) in _GROUPS.items():
        if every or name == typed:
            group = typer.Typer(
                cls=Group, help=help_text, no_args_is_help=True, rich_markup_mode=None
            )
            commands: Mapping[str, Callable[..., Any]] = _found(place)
            for inner, command in commands.items():
                group.command(inner, cls=Command)(command)
            app.add_typer(group, name=name)
    return app


def _start(context: typer.Context) -> None:
    """Chạy dịch vụ khi không nêu lệnh nào."""
    if context.invoked_subcommand is None:
        _found(_ALONE[_RUN])(demo=False)


def main() -> None:
    """Run the command line; whatever goes wrong is said in a sentence, without a traceback."""
    keep_private()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter must not end a command.
            stream.reconfigure(errors="replace")
    # What runs for long says by its settings what it logs; a command, only what went wrong.
    set_up_logs("WARNING", "console")
    raise SystemExit(_exit_code())


def _exit_code() -> int:
    try:
        typed = sys.argv[1] if len(sys.argv) > 1 else _RUN
        code = _app(typed)(standalone_mode=False, prog_name="python -m bot")
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
