"""Help pages and usage errors of the command line, in Vietnamese.

Typer's own are English; its formatter is overridden where it writes words, nowhere else.
"""

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_HELP = "In phần giúp đỡ này rồi thoát."
_WORDS = (("[required]", "[bắt buộc]"), ("[default: ", "[mặc định: "))
_QUOTED = re.compile(r"'(.*?)'")
_BRACKETED = re.compile(r"\(([^()]*)\)$")
_TYPE = re.compile(r" <[^>]*>$")


class Command(TyperCommand):
    """A command whose help page is Vietnamese."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Name the parts of the line to type."""
        return _pieces(super().collect_usage_pieces(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write how the line is typed."""
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options."""
        _write_options(self, ctx, formatter)


class Group(TyperGroup):
    """A group of commands whose help page is Vietnamese."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Name the parts of the line to type."""
        return _pieces(super().collect_usage_pieces(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write how the line is typed."""
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write options and commands."""
        _write_options(self, ctx, formatter)
        rows = [
            (name, command.get_short_help_str(limit=200))
            for name, command in self.commands.items()
            if not command.hidden
        ]
        with formatter.section("Lệnh"):
            formatter.write_dl(rows)


def told(error: Exception) -> str:
    """Return what was typed wrong, in sentences, and where the help is."""
    context = getattr(error, "ctx", None)
    kind, message = type(error).__name__, str(getattr(error, "message", ""))
    if kind == "NoArgsIsHelpError":
        return message
    said = _said(kind, message, error)
    path = context.command_path if context is not None else "python -m bot"
    return f"{said} Xem cách dùng: {path} --help"


def _said(kind: str, message: str, error: Exception) -> str:
    quoted = _QUOTED.search(message)
    if kind == "NoSuchOption":
        return f"Không có tùy chọn {getattr(error, 'option_name', '')}."
    name = getattr(getattr(error, "param", None), "metavar", None) or "một tham số"
    if kind == "MissingParameter":
        return f"Còn thiếu {name}."
    if kind == "BadParameter":
        return f"Giá trị của {name} không đúng dạng."
    if message.startswith("No such command") and quoted:
        return f"Không có lệnh {quoted[1]}."
    extra = _BRACKETED.search(message)
    if message.startswith("Got unexpected extra") and extra:
        return f"Thừa tham số: {extra[1]}."
    if kind == "BadOptionUsage":
        return f"Tùy chọn {getattr(error, 'option_name', '')} dùng chưa đúng."
    return "Dòng lệnh chưa đúng."


def _pieces(pieces: list[str]) -> list[str]:
    words = {"[OPTIONS]": "[TÙY CHỌN]", "COMMAND [ARGS]...": "LỆNH [THAM SỐ]…"}
    return [words.get(piece, piece) for piece in pieces]


def _write_usage(command: Command | Group, ctx: Any, formatter: Any) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix="Cách dùng: ")


def _write_options(command: Command | Group, ctx: Any, formatter: Any) -> None:
    rows: dict[str, list[tuple[str, str]]] = {"Tham số": [], "Tùy chọn": []}
    for param in command.get_params(ctx):
        row = param.get_help_record(ctx)
        if row is None:
            continue
        name, text = _TYPE.sub("", row[0]), row[1]
        if param.name == "help":
            text = _HELP
        for english, vietnamese in _WORDS:
            text = text.replace(english, vietnamese)
        rows["Tham số" if param.param_type_name == "argument" else "Tùy chọn"].append((name, text))
    for title, found in rows.items():
        if found:
            with formatter.section(title):
                formatter.write_dl(found)
