"""A private PostgreSQL for one benchmark, durable as one is installed: no TCP, its own folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from domain.errors import Misconfigured

_SUPERUSER = "postgres"
_START_S = 60.0
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
}


@contextmanager
def private_postgres() -> Iterator[str]:
    """Start a server with Debian's programs; yields the URL of an empty database in it.

    Raises: Misconfigured when there are no programs, or they do not start.
    """
    programs = _programs()
    owner = _owner()
    # Short, because the path of a UNIX socket may have 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="an-ninh-pg-", dir=tempfile.gettempdir()))
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    try:
        _initialise(programs, folder, owner)
        with _running(programs, folder, owner) as process:
            _wait_until_ready(folder, process)
            yield f"postgresql+psycopg:///postgres?host={folder}&user={_SUPERUSER}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        message = "Chưa cài PostgreSQL (gói postgresql của Debian), hoặc xin nêu --database."
        raise Misconfigured(message)
    return max(found, key=lambda path: int(path.parent.name))


def _owner() -> pwd.struct_passwd | None:
    """Return whom the server runs as, or None for the current user: it refuses to run as root."""
    return pwd.getpwnam("postgres") if os.getuid() == 0 else None


def _initialise(programs: Path, folder: Path, owner: pwd.struct_passwd | None) -> None:
    words = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(  # noqa: S603 - Debian's own program
        [programs / "initdb", *words, f"--username={_SUPERUSER}", "-D", folder / "data"],
        check=False,
        capture_output=True,
        cwd=folder,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    if done.returncode:
        message = "PostgreSQL riêng của bài đo không khởi tạo được."
        raise Misconfigured(message)


@contextmanager
def _running(
    programs: Path, folder: Path, owner: pwd.struct_passwd | None
) -> Iterator[subprocess.Popen[bytes]]:
    settings = {**_SETTINGS, "unix_socket_directories": str(folder)}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - Debian's own program
            [programs / "postgres", "-D", folder / "data", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGQUIT)
        process.wait(timeout=30)


def _wait_until_ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(psycopg.OperationalError):
            psycopg.connect(host=str(folder), user=_SUPERUSER, dbname="postgres").close()
            return
        time.sleep(0.05)
    message = "PostgreSQL riêng của bài đo không chạy lên được."
    raise Misconfigured(message)
