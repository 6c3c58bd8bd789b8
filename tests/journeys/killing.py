"""Kill the real service while people live their journey, and judge what is left of it."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from tests.journeys.processes import Program, command
from tests.journeys.story import ADDED, ANSWERED, TOLD


@asynccontextmanager
async def killing(
    kill: Callable[[random.Random], Coroutine[Any, Any, int]],
) -> AsyncIterator[asyncio.Task[int]]:
    """Kill beside what is done inside; a failure there names the seed of the kills."""
    seed = random.randrange(1 << 32)
    killer = asyncio.create_task(kill(random.Random(seed)))
    try:
        yield killer
    except Exception as error:
        error.add_note(f"the kills were ordered by seed {seed}")
        raise
    finally:
        killer.cancel()
        with suppress(asyncio.CancelledError):
            await killer


async def kill_and_restart(program: Program, chance: random.Random, kills: int) -> int:
    """Kill it so many times, at moments of chance; return how often."""
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.3, 3.5))
        await program.kill()
        await asyncio.sleep(chance.uniform(0, 0.3))
        await program.start()
    return kills


async def health(program: Program, session: aiohttp.ClientSession) -> Mapping[str, Any]:
    """Return what its newest start tells of its health, once it is up."""
    async with session.get(await program.health_address()) as response:
        facts: Mapping[str, Any] = await response.json()
        return facts


async def all_quiet(program: Program, session: aiohttp.ClientSession) -> None:
    """Wait until all that came in is handled and all that is to go out is settled."""
    facts: Mapping[str, Any] = {}
    for _ in range(240):
        with suppress(aiohttp.ClientError):
            facts = await health(program, session)
            if not facts["inbox"].get("new") and not facts["waiting"]:
                assert not facts["inbox"].get("aside"), facts
                return
        await asyncio.sleep(0.25)
    raise AssertionError(f"never quiet: {facts}")


def judge(sends: Sequence[Mapping[str, Any]], code: str, places: Sequence[object]) -> None:
    """See that what a platform took holds the broadcast once in each place, and every answer."""
    marked = f"Mã bản tin: {code}"
    for place in places:
        routine = [one for one in sends if one["chat"] == place and marked in one["text"]]
        assert len(routine) == 1, f"{len(routine)} times in {place}"
    everything = "\n".join(send["text"].replace("\n│ ", " ") for send in sends)
    for words in (TOLD, ADDED, ANSWERED):
        assert words in everything


async def books(folder: Path, database_url: str, code: str) -> str:
    """See that the books hold, and return what `reach` prints of the run."""
    for words in (("verify",), ("verify", code, "--recount"), ("reach", code)):
        exit_code, printed = await command(folder, *words, database_url=database_url)
        assert exit_code == 0, printed
    return printed
