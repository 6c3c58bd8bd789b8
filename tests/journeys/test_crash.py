"""SIGKILL at random moments of the journey: nothing is lost, no routine message goes out twice."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.journeys.phones import CHANNEL, GROUP, LANH, Phones
from tests.journeys.processes import Program, command, service, simulator
from tests.journeys.story import ADDED, ANSWERED, TOLD, Told, whole_journey

KILLS = 10


@pytest.mark.crash
@pytest.mark.timeout(420)
async def test_ten_kills_at_random_moments_of_the_journey_lose_nothing(
    tmp_path: Path, database_url: str
) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        phones = Phones(address, session, patience_s=150)
        program = service(tmp_path, address, database_url)
        await program.start()
        killer = asyncio.create_task(kill_and_restart(program, chance, KILLS))
        try:
            told = await whole_journey(phones)
            kills = await killer
            assert kills == KILLS, f"seed {seed}"
            await all_quiet(program, session)
            await _judge(phones, told)
        except Exception as error:
            error.add_note(f"the kills were ordered by seed {seed}")
            raise
        finally:
            killer.cancel()
            with suppress(asyncio.CancelledError):
                await killer
            assert await program.stop() == 0
        code, printed = await command(tmp_path, "verify", database_url=database_url)
        assert code == 0, printed
        code, printed = await command(tmp_path, "reach", told.code, database_url=database_url)
        assert code == 0, printed
        assert "Bấm “Đã đọc”: 1" in printed
    assert "handler_fault" not in program.said()


async def kill_and_restart(program: Program, chance: random.Random, kills: int) -> int:
    """Kill it so many times, at moments of chance; return how often."""
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.3, 3.5))
        await program.kill()
        await asyncio.sleep(chance.uniform(0, 0.3))
        await program.start()
    return kills


async def all_quiet(program: Program, session: aiohttp.ClientSession) -> None:
    """Wait until all that came in is handled and all that is to go out is settled."""
    facts: Mapping[str, Any] = {}
    for _ in range(120):
        with suppress(aiohttp.ClientError):
            async with session.get(program.health_address()) as response:
                facts = await response.json()
            if not facts["inbox"].get("new") and not facts["waiting"]:
                assert not facts["inbox"].get("aside"), facts
                return
        await asyncio.sleep(0.5)
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
