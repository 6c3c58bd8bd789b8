"""SIGKILL at random moments of the journey: nothing is lost, no routine message goes out twice."""

from pathlib import Path

import aiohttp
import pytest

from tests.journeys.killing import all_quiet, books, judge, kill_and_restart, killing
from tests.journeys.phones import CHANNEL, GROUP, LANH, Phones
from tests.journeys.processes import SOON_OVER, service, simulator
from tests.journeys.story import whole_journey

KILLS = 10


@pytest.mark.crash
@pytest.mark.timeout(420)
async def test_ten_kills_at_random_moments_of_the_journey_lose_nothing(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        phones = Phones(address, session, patience_s=150)
        program = service(tmp_path, address, migrated_database_url, settings=SOON_OVER)
        await program.start()
        try:
            async with killing(lambda chance: kill_and_restart(program, chance, KILLS)) as killer:
                told = await whole_journey(phones)
                assert await killer == KILLS
                await all_quiet(program, session)
                judge(await phones.record(), told.code, (LANH, GROUP, CHANNEL))
        finally:
            assert await program.stop() == 0
        printed = await books(tmp_path, migrated_database_url, told.code)
        assert "Bấm “Đã đọc”: 1" in printed
    assert "handler_fault" not in program.said()
