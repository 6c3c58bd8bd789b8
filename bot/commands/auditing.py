"""`audit`: read the log of acts, and prove that nobody changed it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer

from bot.commands.terminal import err, say, settings_at_hand, with_database
from bot.outages import of_system
from domain.audit import Act, Thing
from domain.clock import show_time
from domain.errors import Misconfigured
from storage.database import Tx
from storage.people import units
from storage.staff import audit
from storage.staff.audit import ChainCheck, Entry

_SHOWN = 50
_NOBODY: Mapping[Act, str] = MappingProxyType(
    {
        Act.RESIDENT_ERASED: "chính người dân",
        Act.RUN_PAUSED: "máy",
        Act.CAMPAIGN_CANCELLED: "máy",
        Act.CAMPAIGN_REPLANNED: "máy",
    }
)
"""Who did what no member of staff did; anything else was done on the command line."""


def verify(
    noted: Annotated[
        str | None,
        typer.Option("--noted", metavar="DẤU", help="Dấu cuối sổ đã ghi lại lần trước."),
    ] = None,
) -> None:
    """Đi hết sổ nhật ký xem có dòng nào bị sửa, bớt, chèn; sai thì thoát với mã 1.

    In dấu cuối sổ. Ghi lại dấu đó ở nơi khác: lần sau nêu bằng --noted thì thấy được cả việc sổ
    bị cắt bớt ở cuối.
    """
    link = _read_link(noted)
    with err.status("Đang kiểm tra nhật ký…"):
        check = with_database(settings_at_hand(), lambda tx: audit.verify(tx, link))
    for line in _told(check):
        say(line)
    if not check.sound:
        raise typer.Exit(1)


def show(
    count: Annotated[
        int, typer.Option("--count", metavar="SỐ", min=1, help="Bao nhiêu dòng cuối.")
    ] = _SHOWN,
) -> None:
    """In những việc gần đây nhất: ai, lúc nào, việc gì, với cái gì, lý do."""

    lines = with_database(settings_at_hand(), lambda tx: shown(tx, count))
    say("\n".join(lines) if lines else "Nhật ký còn trống.")


def export(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp JSON Lines để ghi ra.")],
) -> None:
    """Ghi cả nhật ký ra tệp, mỗi việc một dòng JSON; việc xuất này cũng được ghi vào nhật ký."""

    def work(tx: Tx) -> list[str]:
        lines = [json.dumps(_plain(entry), ensure_ascii=False) for entry in audit.entries(tx)]
        audit.append(
            tx,
            Act.AUDIT_EXPORTED,
            Thing.AUDIT,
            None,
            unit_id=None,
            staff_id=None,
            entries=len(lines),
        )
        return lines

    if file.exists():
        raise Misconfigured(f"Đã có tệp {file}; hãy nêu tên khác.")
    try:
        # Made before the export is written down as done, and never over another file.
        with file.open("x", encoding="utf-8") as target:
            lines = with_database(settings_at_hand(), work, write=True)
            target.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise Misconfigured(f"Không ghi được tệp {file} ({of_system(error)}).") from error
    say(f"Đã ghi {len(lines)} việc ra {file}.")


def _read_link(noted: str | None) -> bytes | None:
    if noted is None:
        return None
    try:
        return bytes.fromhex(noted.strip())
    except ValueError:
        raise Misconfigured("--noted: phải là dấu cuối sổ mà lệnh này in ra.") from None


def _told(check: ChainCheck) -> list[str]:
    if check.broken_at is not None:
        return [f"Nhật ký KHÔNG còn nguyên: sai từ dòng {check.broken_at}."]
    lines = [f"Nhật ký còn nguyên: {check.entries} việc."]
    if check.cut_through:
        lines.append(f"Các dòng 1–{check.cut_through} đã hết hạn lưu và được xóa, có ghi trong sổ.")
    if check.anchored is False and check.cut_through:
        lines.append(
            "Không thấy dấu đã ghi lại. Nếu dấu đó ghi trước khi các dòng cũ hết hạn lưu thì không "
            "kiểm được nữa; nếu ghi sau thì sổ đã bị cắt bớt."
        )
    elif check.anchored is False:
        lines = ["Nhật ký KHÔNG còn nguyên: không thấy dấu đã ghi lại; sổ có thể đã bị cắt bớt."]
    elif check.anchored:
        lines.append("Dấu đã ghi lại vẫn nằm trong sổ.")
    if check.head:
        lines.append(f"Dấu cuối sổ: {check.head.hex()}")
    return lines


def shown(tx: Tx, count: int) -> list[str]:
    """Return the newest acts in words, oldest first, naming whoever did them though they left."""
    names: dict[Any, str] = {}
    return [_line(tx, entry, names) for entry in audit.entries(tx, newest=count)]


def _line(tx: Tx, entry: Entry, names: dict[Any, str]) -> str:
    who = _NOBODY.get(entry.act, "dòng lệnh")
    if entry.staff_id is not None:
        if entry.staff_id not in names:
            known = units.staff_name(tx, entry.staff_id)
            name, active = known or ("cán bộ không còn trong sổ", True)
            names[entry.staff_id] = name if active else f"{name} (đã nghỉ)"
        who = names[entry.staff_id]
    facts = " ".join(f"{name}={value}" for name, value in entry.facts.items())
    line = f"{entry.number}  {show_time(entry.at)}  {who}  {entry.act.value}  {facts}".rstrip()
    # On one line, whatever was typed.
    return f"{line}  lý do: {' '.join(entry.reason.split())}" if entry.reason else line


def _plain(entry: Entry) -> Mapping[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "unit": str(entry.unit_id) if entry.unit_id else None,
        "staff": str(entry.staff_id) if entry.staff_id else None,
        "act": entry.act.value,
        "thing": entry.thing.value,
        "thing_id": str(entry.thing_id) if entry.thing_id else None,
        "facts": entry.facts,
        "reason": entry.reason,
        "link": entry.link.hex(),
    }


COMMANDS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"verify": verify, "show": show, "export": export}
)
