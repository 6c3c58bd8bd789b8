"""`evidence`: the originals of a tip's files, by the chief's order."""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from bot.commands.terminal import err, say, settings_at_hand, with_database
from bot.outages import of_system
from bot.settings import Settings
from domain.clock import SystemClock, local, show_time
from domain.errors import Misconfigured
from domain.file_kind import FileKind
from storage.tips.media_folder import MediaFolder
from tips import evidence as orders
from tips.evidence import Evidence

_ENDS = MappingProxyType(
    {
        FileKind.PICTURE: "jpg",
        FileKind.VOICE: "ogg",
        FileKind.AUDIO: "mp3",
        FileKind.VIDEO: "mp4",
        FileKind.PDF: "pdf",
        FileKind.TEXT: "txt",
    }
)
"""Whatever may run or hold code gets an end that nothing opens by itself."""
_SUMS, _PROTOCOL = "SHA256SUMS", "BIEN-BAN.txt"
_WARNING = (
    "CẢNH BÁO: bản gốc có thể chứa vị trí, thời gian, tên máy, giọng nói, khuôn mặt và làm lộ "
    "người báo tin.\nKhông gửi qua mạng trò chuyện; không mở tệp .bin; xóa thư mục này khi đã bàn "
    "giao."
)


def evidence(
    tip: Annotated[str, typer.Argument(metavar="TIN", help="Mã tin, cả phần đơn vị hoặc chỉ số.")],
    code: Annotated[
        str | None,
        typer.Option(
            "--code", metavar="MÃ", help="Mã chỉ huy nhận qua /chungcu; không nêu thì được hỏi."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="THƯ-MỤC", help="Thư mục mới để ghi ra."),
    ] = None,
) -> None:
    """Mở bản gốc các tệp của một tin ra thư mục mới, theo lệnh của chỉ huy; được ghi vào nhật ký.

    Chỉ huy gõ /chungcu MÃ_TIN LÝ DO trong chat riêng để nhận mã dùng một lần trong 15 phút.
    """
    settings = settings_at_hand()
    folder = out or Path(f"chung-cu-{local(SystemClock().now()):%Y%m%d-%H%M%S}")
    typed = code if code is not None else typer.prompt("Mã của chỉ huy", err=True)
    _make(folder)
    try:
        found = with_database(settings, lambda tx: orders.take(tx, tip, typed), write=True)
        if found is None:
            raise Misconfigured(
                f"Mã sai, đã dùng, hết hạn, hoặc không phải cho tin {tip}. Chỉ huy gõ /chungcu "
                "trong chat riêng để lấy mã mới."
            )
        try:
            missing = _write(found, MediaFolder(settings.media), folder, SystemClock().now())
        except OSError as error:
            _take_back(settings, found, folder)
            raise Misconfigured(
                f"Không ghi được vào {folder} ({of_system(error)}). Chưa bản gốc nào được giữ lại "
                "ở đó; mã vẫn dùng được cho tới khi hết hạn."
            ) from error
    finally:
        if not any(folder.iterdir()):
            folder.rmdir()
    say(_WARNING, err)
    say(
        f"Đã ghi {len(found.originals) - missing} bản gốc của tin {found.tip.case_number}: {folder}"
    )
    if missing:
        say(f"{missing} tệp bị mất hoặc không còn nguyên; xem {_PROTOCOL}.", err)
        raise typer.Exit(1)


def _take_back(settings: Settings, found: Evidence, folder: Path) -> None:
    """Leave no half of the originals on a disk that is full, and let the code be used again."""
    for file in folder.iterdir():
        file.unlink()
    with_database(settings, lambda tx: orders.give_back(tx, found), write=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise Misconfigured(f"Đã có {folder}; hãy nêu một thư mục chưa có.") from None
    except OSError as error:
        raise Misconfigured(f"Không tạo được {folder} ({of_system(error)}).") from error


def _write(found: Evidence, kept: MediaFolder, folder: Path, now: datetime) -> int:
    """Write the originals, their sums and a protocol; return how many could not be opened."""
    lines, sums, missing = [], [], 0
    for number, original in enumerate(found.originals, 1):
        try:
            content = original.opened(kept)
        except LookupError:
            missing += 1
            lines.append(f"{number:02}  MẤT HOẶC KHÔNG CÒN NGUYÊN  {original.digest}")
            continue
        name = f"{number:02}.{_ENDS.get(original.kind, 'bin')}"
        _put(folder / name, content)
        digest = hashlib.sha256(content).hexdigest()
        sums.append(f"{digest}  {name}\n")
        lines.append(f"{name}  {original.kind.value}  {len(content)} byte  SHA-256 {digest}")
    told = [
        f"Tin: {found.tip.case_number}",
        f"Lấy ra lúc: {show_time(now)}",
        f"Theo lệnh của: {found.ordered_by}",
        f"Lý do: {' '.join(found.reason.split())}",
        "",
        *lines,
        *(_of_unfetched(found.unfetched)),
        "",
        _WARNING,
    ]
    _put(folder / _SUMS, "".join(sums).encode())
    _put(folder / _PROTOCOL, "\n".join(told).encode() + b"\n")
    return missing


def _of_unfetched(count: int) -> list[str]:
    return [f"{count} tệp khác của tin không lấy được nên không có bản gốc."] if count else []


def _put(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
