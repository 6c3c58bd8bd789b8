"""Where run-time files lie, and that nobody but their owner reads them."""

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.outages import of_system
from bot.settings import Settings
from domain.errors import Misconfigured
from storage.database import sqlite_file

_OTHERS = 0o077
_BESIDE = ("", "-wal", "-shm", "-journal", ".lock")
"""What SQLite and our lock put beside a database file, by the end of the name."""


def keep_private() -> None:
    """Let every file that this process makes be its owner's alone."""
    os.umask(_OTHERS)


def check_folder(settings: Settings) -> None:
    """See that the folder of run-time files is one, or is not there yet.

    Raises: Misconfigured.
    """
    folder = settings.var_dir
    try:
        is_other = folder.exists() and not folder.is_dir()
    except OSError as error:
        message = f"VAR_DIR: không dùng được {folder} ({of_system(error)})."
        raise Misconfigured(message) from error
    if is_other:
        message = f"VAR_DIR: {folder} là một tệp; cần một thư mục, hoặc một tên chưa có."
        raise Misconfigured(message)


def prepare(settings: Settings) -> None:
    """Make the folders that are missing, for the owner alone.

    Raises: Misconfigured, naming the setting.
    """
    check_folder(settings)
    _make(settings.var_dir, "VAR_DIR")
    file = sqlite_file(settings.database)
    if file is not None:
        _make(file.parent, "DATABASE_URL" if settings.database_url else "VAR_DIR")


def close_to_others(settings: Settings) -> None:
    """Take away what others may do with our files; only for a database known to be ours."""
    for path in ours(settings):
        # A journal may go away while we look; what is another's is left to the doctor to name.
        with suppress(FileNotFoundError, PermissionError):
            if _is_loose(path):
                path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_OTHERS)


def ours(settings: Settings) -> Iterator[Path]:
    """Yield what is there of the database's files, and the folder where only our things lie.

    A folder that holds anything else, such as a home, is not ours to close.
    """
    file = sqlite_file(settings.database)
    names = {f"{file.name}{end}" for end in _BESIDE} if file is not None else set()
    if file is not None:
        for name in sorted(names):
            path = file.with_name(name)
            if path.is_file():
                yield path
    folder = settings.var_dir
    if settings.keys.parent.parent == folder and settings.keys.parent.is_dir():
        yield settings.keys.parent
    # What lies in a folder that was named for the marks alone may be others' as well.
    for place in (settings.media, *([] if settings.marks_dir else [settings.marks])):
        if place.is_dir():
            yield place
    if folder.is_dir() and all(
        one.name in names
        or one in {settings.keys, settings.keys.parent, settings.media, settings.marks}
        for one in folder.iterdir()
    ):
        yield folder


def loose(settings: Settings) -> list[tuple[Path, str]]:
    """Return what others can read, each with the command that closes it; the keys apart."""
    suspects = {*ours(settings)}
    if settings.var_dir.is_dir():
        suspects.add(settings.var_dir)
    return [
        (path, f"chmod {700 if path.is_dir() else 600} {shlex.quote(str(path))}")
        for path in sorted(suspects)
        if _is_loose(path)
    ]


def closing_keys(keys: Path) -> str | None:
    """Return the command that closes the key file to others; None when it is closed."""
    return f"chmod 600 {shlex.quote(str(keys))}" if keys.is_file() and _is_loose(keys) else None


def _is_loose(path: Path) -> bool:
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)
    except FileNotFoundError:
        return False


def _make(folder: Path, setting: str) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"{setting}: không tạo được thư mục {folder} ({of_system(error)})."
        raise Misconfigured(message) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        message = f"{setting}: không ghi được vào thư mục {folder} (không có quyền)."
        raise Misconfigured(message)
