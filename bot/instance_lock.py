"""One process per account and database, as SQLite and a single poller need it."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.outages import of_system
from domain.errors import Misconfigured
from storage.account_lock import AccountLock
from storage.database import sqlite_file

_PATIENCE_S = 5.0
"""How long to wait for PostgreSQL to notice that a killed process is gone."""

StillOurs = Callable[[], bool]
"""Tells whether the lock is still held; it may ask a server, and raise DatabaseAway."""


@contextmanager
def sole_instance(
    database_url: str, accounts: Sequence[str], patience_s: float = _PATIENCE_S
) -> Iterator[StillOurs]:
    """Hold the right to be the only service: of a SQLite file, or of each account on a server.

    The system or the server frees it even when the process is killed.

    Raises: Misconfigured when another process holds it, DatabaseAway.
    """
    file = sqlite_file(database_url)
    if file is not None:
        with _file_lock(file):
            yield lambda: True
        return
    deadline = time.monotonic() + patience_s
    with ExitStack() as held:
        locks = [AccountLock(database_url, account) for account in accounts]
        for lock in locks:
            _take(lock, deadline)
            held.callback(lock.let_go)
        yield lambda: all(lock.renew() for lock in locks)


def _take(lock: AccountLock, deadline: float) -> None:
    while not lock.take():
        if time.monotonic() > deadline:
            message = "Đã có một tiến trình khác đang chạy tài khoản này với cơ sở dữ liệu này."
            raise Misconfigured(message)
        time.sleep(0.2)


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
