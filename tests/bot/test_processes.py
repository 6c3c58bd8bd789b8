"""Web, workers and schedulers as processes of their own on PostgreSQL, killed in turn."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.databases import fresh_postgres
from tests.journeys.killing import all_quiet, books, health, judge, killing
from tests.journeys.phones import CHANNEL, GROUP, LANH, Phones
from tests.journeys.processes import SOON_OVER, Program, service, simulator
from tests.journeys.story import whole_journey
from tests.postgres import PostgresServer

ROLES = ("web", "web", "worker", "worker", "scheduler", "scheduler")
KILLS = 6
TICKS: Mapping[str, set[str]] = {
    "web": set(),
    "worker": {"photos"},
    "scheduler": {"fire", "cards", "expand", "stalled"},
}


@asynccontextmanager
async def _town(folder: Path, address: str, url: str) -> AsyncIterator[list[Program]]:
    """All processes of an installation, up."""
    programs = [
        service(folder, address, url, settings=SOON_OVER, role=role, name=f"{role}-{number}")
        for number, role in enumerate(ROLES)
    ]
    try:
        # The first makes the keys, which all share.
        await programs[0].start()
        await programs[0].health_address()
        for program in programs[1:]:
            await program.start()
        for program in programs[1:]:
            await program.health_address()
        yield programs
    finally:
        codes = await asyncio.gather(*(program.stop() for program in programs))
        assert codes == [0] * len(programs), [program.said()[-2000:] for program in programs]


@pytest.mark.crash
@pytest.mark.timeout(420)
async def test_processes_killed_in_turn_lose_nothing_and_repeat_no_routine_message(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    with fresh_postgres(postgres_server) as url:
        async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
            phones = Phones(address, session, patience_s=150)
            async with (
                _town(tmp_path, address, url) as programs,
                killing(lambda chance: _kill_in_turn(programs, chance)) as killer,
            ):
                told = await whole_journey(phones)
                assert await killer == KILLS
                await all_quiet(programs[-1], session)
                judge(await phones.record(), told.code, (LANH, GROUP, CHANNEL))
                await _each_tells_what_it_knows(programs, session)
            assert "Bấm “Đã đọc”: 1" in await books(tmp_path, url, told.code)
        assert not any("handler_fault" in program.said() for program in programs)
        assert not any("tick_fault" in program.said() for program in programs)


async def _kill_in_turn(programs: list[Program], chance: random.Random) -> int:
    """Kill one after the other, webs and workers more often; each comes back after a while."""
    for kill in range(KILLS):
        await asyncio.sleep(chance.uniform(0.3, 3.5))
        victim = programs[kill % 4] if kill < KILLS - 2 else chance.choice(programs[4:])
        await victim.kill()
        await asyncio.sleep(chance.uniform(0, 2))
        await victim.start()
    return KILLS


async def _each_tells_what_it_knows(
    programs: list[Program], session: aiohttp.ClientSession
) -> None:
    pairs = zip(programs, ROLES, strict=True)
    facts = [await _knowing(program, session, role) for program, role in pairs]
    assert [one["roles"] for one in facts] == [[role] for role in ROLES]
    await _one_of_two_receives(programs[:2], session)
    assert all("fire" not in one["ticks_age_s"] for one in facts[2:4])
    assert all(one["accounts"] == {} for one in facts[4:])


async def _one_of_two_receives(webs: list[Program], session: aiohttp.ClientSession) -> None:
    """Wait until one does and the other would: who was killed last may have received."""
    for _ in range(360):
        facts = [await health(web, session) for web in webs]
        standing_by = [one["accounts"]["Telegram"].get("stands_by", False) for one in facts]
        if sorted(standing_by) == [False, True]:
            return
        await asyncio.sleep(0.25)
    raise AssertionError(f"they never agreed: {standing_by}")


async def _knowing(
    program: Program, session: aiohttp.ClientSession, role: str
) -> Mapping[str, Any]:
    """Return what it tells once it does what its role is for; it may have been killed just now."""
    facts: Mapping[str, Any] = {}
    for _ in range(360):
        facts = await health(program, session)
        if TICKS[role] <= facts["ticks_age_s"].keys():
            return facts
        await asyncio.sleep(0.25)
    raise AssertionError(f"a {role} that never ticked: {facts}")
