"""Start the real programs as a newcomer would, and end exactly those again."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from simulator.spec import read_world
from tests.bot.commands import kitchen
from tests.bot.kitchen import Running

ROOT = Path(__file__).parents[2]
TOKEN = "700000001:SIMULATOR-demo-token-not-a-secret"
SOON_OVER = MappingProxyType({"SEND_TIMEOUT_S": "2"})
"""Settings of who will be killed: what they held is soon another's. Of others a simulator that
stands still for a while leaves nothing in doubt."""
_HEALTH = re.compile(r"http://127\.0\.0\.1:\d+/healthz")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Program:
    """One child process and what it said; with `cold` it reads its packages itself."""

    def __init__(
        self,
        module: str,
        words: list[str],
        env: Mapping[str, str],
        log: Path,
        *,
        cold: bool = False,
    ) -> None:
        self._module = module
        self._words = words
        self._cold = cold
        self._env = {**os.environ, **env, "PYTHONUNBUFFERED": "1"}
        self.log = log
        self._process: asyncio.subprocess.Process | Running | None = None
        self._said_before = 0

    async def start(self) -> None:
        """Start it; what it prints is added to the log file."""
        self._said_before = len(self._bytes())
        if not self._cold:
            self._process = await kitchen().start(
                ROOT, self._module, self._words, self._env, self.log
            )
            return
        words = [sys.executable, "-m", self._module, *self._words]
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *words, cwd=ROOT, env=self._env, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """SIGKILL: it gets no chance to tidy up."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM, and wait; returns the exit code."""
        return await self._end(signal.SIGTERM)

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process is not None and self._process.returncode is not None

    def said(self) -> str:
        """Return all it printed, by all its starts."""
        return self._bytes().decode("utf-8", "replace")

    async def health_address(self) -> str:
        """Return where the newest start answers about its health, once it does."""
        await self.until_said("/healthz")
        found: list[str] = _HEALTH.findall(self._said_now())
        return found[-1]

    async def until_said(self, words: str, patience_s: float = 90) -> None:
        """Wait until its newest start has printed the words."""
        for _ in range(int(patience_s * 20)):
            if words in self._said_now():
                return
            if self.ended:
                break
            await asyncio.sleep(0.05)
        raise AssertionError(f"never printed {words!r}:\n{self.said()[-3000:]}")

    def _said_now(self) -> str:
        return self._bytes()[self._said_before :].decode("utf-8", "replace")

    def _bytes(self) -> bytes:
        return self.log.read_bytes() if self.log.exists() else b""

    async def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        return await asyncio.wait_for(process.wait(), 90)


@asynccontextmanager
async def simulator(folder: Path) -> AsyncIterator[str]:
    """A simulator of its own on a free port; yields its address."""
    program = Program("simulator", ["--port", "0"], {}, folder / "simulator.log")
    await program.start()
    try:
        await program.until_said("http://127.0.0.1:")
        found = _ADDRESS.search(program.said())
        assert found is not None
        yield found[0]
    finally:
        await program.stop()


def service(
    folder: Path,
    simulator_address: str,
    database_url: str = "",
    *,
    zalo: bool = False,
    telegram: bool = True,
    settings: Mapping[str, str] = MappingProxyType({}),
    role: str = "",
    name: str = "service",
    cold: bool = False,
) -> Program:
    """The service on the demo installation, not yet started, in a folder of its own.

    With `zalo` it has the shipped world's accounts there, without `telegram` only those; `settings`
    are further lines of its `.env`. With `role` it is one process of several, and logs by `name`.
    With `cold` it starts as on any machine, else from a process that has read the packages.
    """
    env = (
        (_on_zalo(simulator_address) if zalo else {})
        | {
            "TELEGRAM_API_URL": simulator_address if telegram else "",
            "TELEGRAM_TOKEN": TOKEN if telegram else "",
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": database_url,
            "WEB_PORT": "0",
            "BURST_S": "1",
            "SEND_TIMEOUT_S": "20",
            "LOG_FORMAT": "json",
        }
        | dict(settings)
    )
    part = ["--role", role] if role else []
    return Program("bot", ["run", "--demo", *part], env, folder / f"{name}.log", cold=cold)


def _on_zalo(simulator_address: str) -> dict[str, str]:
    world = read_world()
    assert world.zalo is not None
    assert world.zalo_bot is not None
    return {
        "ZALO_OA_API_URL": simulator_address,
        "ZALO_OA_OAUTH_URL": simulator_address,
        "ZALO_OA_APP_ID": world.zalo.oa.app_id,
        "ZALO_OA_APP_SECRET": world.zalo.oa.app_secret,
        "ZALO_OA_ID": world.zalo.oa.id,
        "ZALO_OA_NAME": world.zalo.oa.name,
        "ZALO_OA_REFRESH_TOKEN": world.zalo.oa.refresh_token,
        "ZALO_OA_WEBHOOK_SECRET": world.zalo.oa.webhook_secret,
        "ZALO_BOT_API_URL": f"{simulator_address}/zalo-bot",
        "ZALO_BOT_TOKEN": world.zalo_bot.token,
        "ZALO_BOT_NAME": world.zalo_bot.display_name,
    }


async def command(folder: Path, *words: str, database_url: str = "", **env: str) -> tuple[int, str]:
    """Run a command of the service in the same folder; returns exit code and all it printed."""
    around = {
        **os.environ,
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": database_url,
        "TELEGRAM_TOKEN": TOKEN,
        **env,
    }
    work = kitchen().command(ROOT, "bot", words, around)
    code, out, err = await asyncio.wait_for(work, 90)
    return code, (out + err).decode()
