"""One process per SQLite file; on a server any number of them share the work."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.outages import of_system
from domain.errors import Misconfigured
from storage.database import sqlite_file


@contextmanager
def sole_instance(database_url: str) -> Iterator[None]:
    """Hold the right to be the only service of a SQLite file; of a server nobody needs it.

    The system frees it even when the process is killed.

    Raises: Misconfigured when another process holds it.
    """
    file = sqlite_file(database_url)
    if file is None:
        yield
        return
    with _file_lock(file):
        yield


@contextmanager
def _file_lock(file: Path) -> Iterator[None]:
    # Beside the file itself: whoever comes to the same file by another setting finds it.
    place = file.with_name(f"{file.name}.lock")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"Không ghi được vào thư mục {place.parent} ({of_system(error)})."
        raise Misconfigured(message) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Đã có một tiến trình khác đang chạy với cơ sở dữ liệu {file}."
            raise Misconfigured(message) from None
        yield
    finally:
        os.close(handle)
