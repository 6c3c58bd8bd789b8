"""A private PostgreSQL, for one benchmark or one session of tests: no TCP, its own folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from domain.errors import Misconfigured

SUPERUSER = "postgres"
_START_S = 60.0
_SAID = 2000
# Durable as one is installed.
_SETTINGS = {
    "max_connections": "60",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
}


@contextmanager
def private_postgres() -> Iterator[str]:
    """Start a server for a benchmark; yields the URL of an empty database in it.

    Raises: Misconfigured when there are no programs, or they do not start.
    """
    with server("an-ninh-pg-", tempfile.gettempdir(), _SETTINGS) as folder:
        yield url_of(folder, "postgres")


@contextmanager
def server(prefix: str, root: str, settings: Mapping[str, str]) -> Iterator[Path]:
    """Start a server with Debian's programs in a new folder; yields the folder once it answers.

    Raises: Misconfigured when there are no programs, or they do not start.
    """
    programs = _programs()
    owner = _owner()
    # Short, because the path of a UNIX socket may have 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=root))
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        _initialise(programs, folder, owner)
        with _running(programs, folder, owner, settings) as process:
            _wait_until_ready(folder, process)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def url_of(folder: Path, name: str) -> str:
    """Return the URL of a database of the server in that folder."""
    return f"postgresql+psycopg:///{name}?host={folder}&user={SUPERUSER}"


def _programs() -> Path:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        message = "Chưa cài PostgreSQL (gói postgresql của Debian), hoặc xin nêu --database."
        raise Misconfigured(message)
    return max(found, key=lambda path: int(path.parent.name))


def _owner() -> pwd.struct_passwd | None:
    """Return whom the server runs as, or None for the current user: it refuses to run as root."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam(SUPERUSER)
    except KeyError:
        message = "PostgreSQL không chạy bằng root được, mà máy không có người dùng postgres."
        raise Misconfigured(message) from None


def _initialise(programs: Path, folder: Path, owner: pwd.struct_passwd | None) -> None:
    words = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(  # noqa: S603 - Debian's own program
        [programs / "initdb", *words, f"--username={SUPERUSER}", "-D", folder / "data"],
        check=False,
        capture_output=True,
        cwd=folder,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        message = f"PostgreSQL riêng không khởi tạo được: {said[-_SAID:]}"
        raise Misconfigured(message)


@contextmanager
def _running(
    programs: Path,
    folder: Path,
    owner: pwd.struct_passwd | None,
    settings: Mapping[str, str],
) -> Iterator[subprocess.Popen[bytes]]:
    ours = {"listen_addresses": "", "unix_socket_directories": str(folder)}
    given = {**settings, **ours}.items()
    words = [word for name, value in given for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - Debian's own program
            [programs / "postgres", "-D", folder / "data", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            # A Ctrl-C in the terminal is for whoever started it, who then stops the server.
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
            psycopg.connect(host=str(folder), user=SUPERUSER, dbname="postgres").close()
            return
        time.sleep(0.02)
    log = (folder / "log").read_text(errors="replace")
    message = f"PostgreSQL riêng không chạy lên được: {log[-_SAID:]}"
    raise Misconfigured(message)
