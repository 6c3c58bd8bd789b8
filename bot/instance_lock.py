"""One process per folder of run-time files, as SQLite and one poller need it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import Misconfigured


@contextmanager
def sole_instance(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system frees it even when the process is killed.

    Raises: Misconfigured when another process holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "running.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"Không ghi được vào thư mục {folder}: {error.strerror}."
        raise Misconfigured(message) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Đã có một tiến trình khác đang chạy với thư mục {folder}."
            raise Misconfigured(message) from None
        yield
    finally:
        os.close(handle)
