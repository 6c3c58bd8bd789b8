"""Web, workers and schedulers as processes of their own on PostgreSQL, killed in turn."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.databases import fresh_postgres
from tests.journeys.phones import CHANNEL, GROUP, LANH, Phones
from tests.journeys.processes import TOKEN, Program, command, simulator
from tests.journeys.story import ADDED, ANSWERED, TOLD, Told, whole_journey
from tests.postgres import PostgresServer

ROLES = ("web", "web", "worker", "worker", "scheduler", "scheduler")
KILLS = 6


def _process(folder: Path, address: str, database_url: str, number: int) -> Program:
    env = {
        "TELEGRAM_API_URL": address,
        "TELEGRAM_TOKEN": TOKEN,
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": database_url,
        "WEB_PORT": "0",
        "BURST_S": "1",
        "SEND_TIMEOUT_S": "2",
        "LOG_FORMAT": "json",
    }
    role = ROLES[number]
    words = ["-m", "bot", "run", "--demo", "--role", role]
    return Program(words, env, folder / f"{role}-{number}.log")


@asynccontextmanager
async def _town(folder: Path, address: str, url: str) -> AsyncIterator[list[Program]]:
    """All processes of an installation, up."""
    programs = [_process(folder, address, url, number) for number in range(len(ROLES))]
    try:
        # The first makes the keys, which all share.
        await programs[0].start()
        await programs[0].until_said("/healthz")
        for program in programs[1:]:
            await program.start()
        for program in programs[1:]:
            await program.until_said("/healthz")
        yield programs
    finally:
        codes = await asyncio.gather(*(program.stop() for program in programs))
        assert codes == [0] * len(programs), [program.said()[-2000:] for program in programs]


@pytest.mark.crash
@pytest.mark.timeout(420)
async def test_processes_killed_in_turn_lose_nothing_and_repeat_no_routine_message(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    with fresh_postgres(postgres_server) as url:
        async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
            phones = Phones(address, session, patience_s=150)
            async with _town(tmp_path, address, url) as programs:
                killer = asyncio.create_task(_kill_in_turn(programs, chance))
                try:
                    told = await whole_journey(phones)
                    assert await killer == KILLS
                    await _all_quiet(programs[-1], session)
                    await _judge(phones, told)
                    await _each_tells_what_it_knows(programs, session)
                except Exception as error:
                    error.add_note(f"the kills were ordered by seed {seed}")
                    raise
                finally:
                    killer.cancel()
                    with suppress(asyncio.CancelledError):
                        await killer
            code, printed = await command(tmp_path, "verify", database_url=url)
            assert code == 0, printed
            code, printed = await command(tmp_path, "reach", told.code, database_url=url)
            assert code == 0, printed
            assert "Bấm “Đã đọc”: 1" in printed
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


async def _health(program: Program, session: aiohttp.ClientSession) -> Mapping[str, Any]:
    async with session.get(program.health_address()) as response:
        facts: Mapping[str, Any] = await response.json()
        return facts


async def _all_quiet(program: Program, session: aiohttp.ClientSession) -> None:
    """Wait until all that came in is handled and all that is to go out is settled."""
    facts: Mapping[str, Any] = {}
    for _ in range(240):
        with suppress(aiohttp.ClientError):
            facts = await _health(program, session)
            if not facts["inbox"].get("new") and not facts["waiting"]:
                assert not facts["inbox"].get("aside"), facts
                return
        await asyncio.sleep(0.25)
    raise AssertionError(f"never quiet: {facts}")


async def _judge(phones: Phones, told: Told) -> None:
    """Compare with what the platform really received."""
    sends = await phones.record()
    for place in (LANH, GROUP, CHANNEL):
        routine = [
            send
            for send in sends
            if send["chat"] == place and f"Mã bản tin: {told.code}" in send["text"]
        ]
        assert len(routine) == 1, f"{len(routine)} times in {place}"
    everything = "\n".join(send["text"].replace("\n│ ", " ") for send in sends)
    for words in (TOLD, ADDED, ANSWERED):
        assert words in everything


async def _each_tells_what_it_knows(
    programs: list[Program], session: aiohttp.ClientSession
) -> None:
    facts = [await _health(program, session) for program in programs]
    assert [one["roles"] for one in facts] == [[role] for role in ROLES]
    polling = [one["accounts"]["Telegram"].get("stands_by", False) for one in facts[:2]]
    assert sorted(polling) == [False, True], "one receives, the other would"
    for one in facts[2:4]:
        assert "photos" in one["ticks_age_s"]
        assert "fire" not in one["ticks_age_s"]
    for one in facts[4:]:
        assert one["accounts"] == {}
        assert {"fire", "cards", "expand", "stalled"} <= one["ticks_age_s"].keys()
