"""Our commands as somebody types them: in a folder of their own, with few settings."""

import asyncio
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bot.channels.telegram.pretend import TOKEN
from tests.bot.kitchen import Kitchen
from tests.house.tree import ROOT


@dataclass(frozen=True, slots=True)
class Said:
    """What a command wrote, and how it ended."""

    code: int | None
    out: str
    err: str

    @property
    def all(self) -> str:
        assert "Traceback" not in self.out + self.err
        assert TOKEN.split(":")[1] not in self.out + self.err
        return self.out + self.err


def environment(**values: str) -> dict[str, str]:
    """Return the environment of a process that knows these settings and no others."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    plain = {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "LANG": "C.UTF-8"}
    # Nobody listens there; the invented unit is refused on Telegram's own server.
    plain["TELEGRAM_API_URL"] = "http://127.0.0.1:9"
    return {**kept, **plain, **values}


@cache
def kitchen() -> Kitchen:
    """Return where commands are made quickly; one for all tests of a worker."""
    return Kitchen()


async def bot(folder: Path, *words: str, **settings: str) -> Said:
    """Run a command in a folder and return what it said; it ends within a minute."""
    work = kitchen().command(folder, "bot", words, environment(**settings))
    code, out, err = await asyncio.wait_for(work, 90)
    return Said(code, out.decode(), err.decode())


def entries(folder: Path) -> list[str]:
    """Return the names of what lies in a folder."""
    return [entry.name for entry in folder.iterdir()]
