"""A process with our packages read, which becomes one command after the other by forking.

Reading the packages takes a second of each command, and the tests type hundreds. Each command
still is a process of its own, with its own folder, environment, output and exit code; only what
signals, terminals and encodings do to a start is for a real start to show. So it is with services
that are killed and started again and again.
"""

import asyncio
import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import commands

_STEP = 65536


class Running:
    """A process that goes on by itself, as `asyncio` shows its own."""

    def __init__(self, pid: int, ending: asyncio.Task[Any]) -> None:
        self.pid = pid
        self._ending = ending

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._ending.result()["code"] if self._ending.done() else None

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait for its end; returns the exit code."""
        code: int = (await asyncio.shield(self._ending))["code"]
        return code


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

        `python` is what it believes to run under. Cancelled, it is killed.
        """
        place = {"folder": str(folder), "python": str(python), "env": environment}
        _, ending = await self._ordered({**place, "module": module, "words": words, "log": None})
        answer = await ending
        out, err = (Path(self._folder.name) / answer[name] for name in ("out", "err"))
        said = out.read_bytes(), err.read_bytes()
        out.unlink()
        err.unlink()
        return answer["code"], *said

    async def start(
        self,
        folder: Path,
        module: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
    ) -> Running:
        """Start `python -m MODULE WORDS` in a folder; what it writes is added to the log."""
        place = {"folder": str(folder), "python": sys.executable, "env": environment}
        order = {**place, "module": module, "words": words, "log": str(log)}
        pid, ending = await self._ordered(order)
        return Running(pid, asyncio.create_task(ending))

    async def _ordered(
        self, order: Mapping[str, Any]
    ) -> tuple[int, Coroutine[Any, Any, Mapping[str, Any]]]:
        """Return the number of the process, and what waits for its end."""
        if self._process is None:
            self._start()
        reader, writer = await asyncio.open_unix_connection(str(self._door))
        try:
            writer.write(json.dumps(order).encode() + b"\n")
            pid = json.loads(await reader.readline())["pid"]
        except BaseException:
            writer.close()
            raise

        async def end() -> Mapping[str, Any]:
            try:
                answer: Mapping[str, Any] = json.loads(await reader.readline())
                return answer
            finally:
                writer.close()
                await writer.wait_closed()

        return pid, end()

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
            assert self._process.stdin is not None, "by its end the process knows that we are gone"
            self._process.stdin.close()
        self._folder.cleanup()


def serve(listening: socket.socket) -> None:
    """Read the packages, then fork for each order that comes in, until the parent is gone."""
    for module in ("bot.process", "alembic.command", "simulator.cli", *_commands()):
        importlib.import_module(module)
    gc.freeze()
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


def _commands() -> list[str]:
    return [found.name for found in pkgutil.iter_modules(commands.__path__, "bot.commands.")]


def _wait_on(connection: socket.socket) -> None:
    """Cook one order and bring it, together with what it wrote."""
    with connection, connection.makefile("rb") as orders:
        order = json.loads(orders.readline())
        folder = Path(connection.getsockname()).parent
        names = {name: order["log"] or f"{os.getpid()}-{name}" for name in ("out", "err")}
        child = os.fork()
        if child == 0:
            for number, name in ((1, "out"), (2, "err")):
                how = os.O_WRONLY | os.O_CREAT | os.O_APPEND
                os.dup2(os.open(folder / names[name], how, 0o600), number)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            connection.close()
            _become(order)
        connection.sendall(json.dumps({"pid": child}).encode() + b"\n")
        ended = os.pidfd_open(child)
        # Where nobody waits for it any more, nothing may go on behind the test that began it.
        ready, _, _ = select.select([ended, connection.fileno()], [], [])
        if ended not in ready:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if ended in ready:
            connection.sendall(json.dumps({"code": code, **names}).encode() + b"\n")
            return
        if order["log"] is None:
            for name in names.values():
                (folder / name).unlink(missing_ok=True)


def _become(order: Mapping[str, Any]) -> None:
    code: object = 3
    try:
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["env"])
        sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115
        by_line = "PYTHONUNBUFFERED" in os.environ
        sys.stdout = open(1, "w", encoding="utf-8", buffering=1 if by_line else -1)  # noqa: SIM115
        sys.stderr = open(2, "w", 1, "utf-8", "backslashreplace")  # noqa: SIM115
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
