"""Worker processes beside the one that measures, as an office with PostgreSQL would run them."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.settings import Settings
from domain.errors import Misconfigured
from storage.database import is_sqlite

_ROOT = Path(__file__).parents[1]
_UP = re.compile(r"/healthz")
_PATIENCE_S = 120.0
_NEEDS_SERVER = "--workers cần --database postgresql://…: trên SQLite chỉ có một tiến trình."


class Crew:
    """Workers that are up."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._begun: list[asyncio.subprocess.Process] = []
        self._drains: list[asyncio.Task[None]] = []

    async def begin(self, count: int) -> None:
        """Start so many more, and return once they are up.

        Raises: Misconfigured when one does not come up.
        """
        begun = [await _begun(self._settings) for _ in range(count)]
        self._begun += begun
        async with asyncio.timeout(_PATIENCE_S):
            await asyncio.gather(*(_up(process) for process in begun))
        self._drains += [asyncio.create_task(_drained(process)) for process in begun]

    async def replace_one(self) -> None:
        """Kill the one that has been here longest, as a fault would, and let another come."""
        one = self._begun.pop(0)
        one.kill()
        await one.wait()
        await self.begin(1)

    async def end(self) -> None:
        """Tell all to end, and wait until they have."""
        for process in self._begun:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self._begun))
        await asyncio.gather(*self._drains)


@asynccontextmanager
async def workers(settings: Settings, count: int) -> AsyncIterator[Crew]:
    """Run so many workers on the same installation; they are up when this yields.

    Raises: Misconfigured on SQLite, or when one does not come up.
    """
    if is_sqlite(settings.database):
        raise Misconfigured(_NEEDS_SERVER)
    crew = Crew(settings)
    try:
        await crew.begin(count)
        yield crew
    finally:
        await crew.end()


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which a process works on the same installation."""
    return {
        **os.environ,
        "TELEGRAM_TOKEN": settings.telegram_token.get_secret_value(),
        "TELEGRAM_API_URL": settings.telegram_api_url,
        "TELEGRAM_PACE_PER_S": str(settings.telegram_pace_per_s),
        "TELEGRAM_MODE": "polling",
        "ZALO_OA_ID": "",
        "ZALO_OA_APP_ID": "",
        "ZALO_OA_APP_SECRET": "",
        "ZALO_BOT_TOKEN": "",
        "DATABASE_URL": settings.database if not is_sqlite(settings.database) else "",
        "VAR_DIR": str(settings.var_dir),
        "KEY_FILE": str(settings.keys),
        "WEB_PORT": "0",
    }


async def _begun(settings: Settings) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--role", "worker"),
        cwd=_ROOT,
        env={**environment(settings), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def _up(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    said = ""
    while line := (await process.stdout.readline()).decode("utf-8", "replace"):
        said += line
        if _UP.search(line):
            return
    message = f"Một tiến trình worker không chạy được: {said[-500:]}"
    raise Misconfigured(message)


async def _drained(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while await process.stdout.readline():
        pass
