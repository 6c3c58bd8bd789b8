"""A process with our packages read, which becomes one command after the other by forking.

Reading the packages takes a second of each command, and the tests type hundreds. Each command
still is a process of its own, with its own folder, environment, output and exit code; only what
signals, terminals and encodings do to a start is for a real start to show.
"""

import asyncio
import atexit
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_STEP = 65536


class Kitchen:
    """The parent's end. Starts the process at the first command; it ends with this one."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="an-ninh-kitchen-")
        self._door = Path(self._folder.name) / "door"
        self._process: subprocess.Popen[bytes] | None = None

    async def command(
        self,
        folder: Path,
        module: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        python: Path = Path(sys.executable),
    ) -> tuple[int, bytes, bytes]:
        """Run `python -m MODULE WORDS` in a folder; return its exit code and what it wrote.

        `python` is what it believes to run under.
        """
        if self._process is None:
            self._start()
        reader, writer = await asyncio.open_unix_connection(str(self._door))
        order = {"folder": str(folder), "module": module, "words": words, "env": environment}
        order["python"] = str(python)
        writer.write(json.dumps(order).encode() + b"\n")
        answer = json.loads(await reader.readline())
        out, err = (Path(self._folder.name) / answer[name] for name in ("out", "err"))
        said = out.read_bytes(), err.read_bytes()
        out.unlink()
        err.unlink()
        writer.close()
        await writer.wait_closed()
        return answer["code"], *said

    def _start(self) -> None:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self._door))
        listening.listen(16)
        here = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.kitchen", str(listening.fileno())],
            cwd=here,
            stdin=subprocess.PIPE,
            pass_fds=[listening.fileno()],
            env={**os.environ, "PYTHONPATH": str(here)},
        )
        listening.close()
        atexit.register(self._end)

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
        self._folder.cleanup()


def serve(listening: socket.socket) -> None:
    """Read the packages, then fork for each order that comes in, until the parent is gone."""
    importlib.import_module("bot.main")
    assert threading.active_count() == 1, "a process with threads cannot be forked safely"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listening, sys.stdin.fileno()], [], [])
        if listening not in ready:
            # Who started us is gone without having been able to clear away.
            shutil.rmtree(Path(listening.getsockname()).parent, ignore_errors=True)
            return
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _wait_on(connection)
            os._exit(0)
        connection.close()


def _wait_on(connection: socket.socket) -> None:
    """Cook one order and bring it, together with what it wrote."""
    with connection, connection.makefile("rb") as orders:
        order = json.loads(orders.readline())
        folder = Path(connection.getsockname()).parent
        names = {name: f"{os.getpid()}-{name}" for name in ("out", "err")}
        child = os.fork()
        if child == 0:
            for number, name in ((1, "out"), (2, "err")):
                written = os.open(folder / names[name], os.O_WRONLY | os.O_CREAT, 0o600)
                os.dup2(written, number)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            connection.close()
            _become(order)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        connection.sendall(json.dumps({"code": code, **names}).encode() + b"\n")


def _become(order: Mapping[str, Any]) -> None:
    code: object = 3
    try:
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["env"])
        sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
        sys.executable = order["python"]
        sys.argv = [order["module"], *order["words"]]
        runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
