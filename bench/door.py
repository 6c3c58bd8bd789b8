"""How many signed calls our door answers a second, each committed, beside one that only reads.

The door is that of Zalo's Official Account, in a process that does what one of the role `web` does:
it answers calls and puts them into the inbox. The other is what aiohttp does at least: it takes the
same bodies over as many connections, in the same process and in turns with ours.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from aiohttp import web
from sqlalchemy import func, select

from bench.engine import Engine, Plan, Progress, engine
from bench.inbound import percentile
from bench.platform import NoPlatform
from bench.webhooks import nobody_asks, oa_settings, signed
from bot.channels.zalo_oa.signature import HEADER
from bot.web import WebDoor, create_app
from storage.database import Tx
from storage.tables import inbox

_BARE = "/bare"
_WARMING = 400
"""Calls before the first round, of which nothing is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of it; ratios are ours to the bare handler's, of one round each."""

    database: str
    calls: int
    """In all rounds, at our door; as many at the other."""
    connections: int
    answered: int
    """Calls that were told 200."""
    kept: int
    """Events in the inbox afterwards."""
    ratio: float
    """The median of ratios."""
    ratios: tuple[float, ...]
    ours_per_s: float
    bare_per_s: float
    ours_p99_ms: float
    bare_p99_ms: float

    @property
    def complete(self) -> bool:
        """Whether everything that was told 200 is there, and every call was told so."""
        return self.answered == self.kept == self.calls


@dataclass(frozen=True, slots=True)
class _Took:
    well: int
    per_s: float
    p99_ms: float


async def door(
    plan: Plan, calls: int, connections: int, rounds: int, progress: Progress
) -> Answered:
    """Call the bare handler and our door in turns, each so often in a round, with the same events.

    Raises: NoPlatform, Misconfigured, DatabaseAway.
    """
    async with engine(plan, 1, progress, oa_settings) as made:
        line = made.line
        app = create_app([*line.channel.routes(), web.post(_BARE, _bare)], nobody_asks())
        opened = WebDoor(app, "127.0.0.1", 0)
        port = await opened.open()
        path = made.house.settings.zalo_oa_webhook_path
        ours: list[_Took] = []
        bare: list[_Took] = []
        try:
            await made.listen()
            warm = signed(0, _WARMING)
            for one in (_BARE, path):
                await _call(port, one, warm, connections)
            for number in range(rounds):
                lot = signed(_WARMING + number * calls, calls)
                bare.append(await _call(port, _BARE, lot, connections))
                ours.append(await _call(port, path, lot, connections))
                progress("Vòng", number + 1, rounds)
            kept = await made.house.database.read(_kept)
        finally:
            await opened.close()
            await line.channel.stop()
        return _told(made, calls * rounds, connections, ours, bare, kept - _WARMING)


async def _bare(request: web.Request) -> web.Response:
    """Read the body and answer; that is all."""
    await request.read()
    return web.Response()


def _told(
    made: Engine,
    calls: int,
    connections: int,
    ours: Sequence[_Took],
    bare: Sequence[_Took],
    kept: int,
) -> Answered:
    ratios = tuple(round(mine.per_s / its.per_s, 3) for mine, its in zip(ours, bare, strict=True))
    return Answered(
        database=made.database_kind,
        calls=calls,
        connections=connections,
        answered=sum(took.well for took in ours),
        kept=kept,
        ratio=round(median(ratios), 3),
        ratios=ratios,
        ours_per_s=round(median(took.per_s for took in ours), 1),
        bare_per_s=round(median(took.per_s for took in bare), 1),
        ours_p99_ms=round(median(took.p99_ms for took in ours), 1),
        bare_p99_ms=round(median(took.p99_ms for took in bare), 1),
    )


async def _call(port: int, path: str, lot: Sequence[tuple[str, str]], connections: int) -> _Took:
    """Let another process make the calls."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as written:
        json.dump(lot, written, ensure_ascii=False)
        written.flush()
        words = ("--port", str(port), "--path", path, "--header", HEADER)
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.callers", *words),
            *("--calls", written.name, "--connections", str(connections)),
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[1],
        )
        printed, _ = await child.communicate()
    if child.returncode:
        message = "Tiến trình gọi cửa nhận tin không chạy được."
        raise NoPlatform(message)
    found = json.loads(printed)
    return _Took(found["well"], found["well"] / found["seconds"], percentile(found["waits_ms"], 99))


def _kept(tx: Tx) -> int:
    count: int = tx.connection.execute(select(func.count()).select_from(inbox)).scalar_one()
    return count
