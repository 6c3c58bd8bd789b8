"""The running service on both databases: alone at its account, told when it is not."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.assembly import build
from bot.service import Service
from bot.settings import Settings
from domain.errors import Misconfigured
from tests.bot.channels.telegram.pretend import TOKEN, PretendTelegram, error


@pytest.fixture
async def telegram() -> AsyncIterator[PretendTelegram]:
    pretend = PretendTelegram()
    await pretend.open()
    yield pretend
    await pretend.close()


@pytest.fixture
def settings(bare: Path, migrated_database_url: str, telegram: PretendTelegram) -> Settings:
    return Settings(
        telegram_token=SecretStr(TOKEN),
        telegram_api_url=telegram.url,
        database_url=migrated_database_url,
        var_dir=bare / "var",
        web_port=0,
    )


class Running:
    """A service of this process, and its health."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ours = True
        self.port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        house = await build(self.settings, demo=True)
        service = Service(house, lambda: self.ours)
        self.task = asyncio.create_task(service.run(self.port.set_result))
        await asyncio.wait_for(asyncio.shield(self.port), 30)

    async def health(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port.result()}/healthz"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            facts: dict[str, Any] = await answer.json()
            assert (answer.status == 200) == facts["ok"]
            return facts


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[Running]:
    made = Running(settings)
    await made.start()
    yield made
    if made.task is not None and not made.task.done():
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(made.task, 30)


async def test_a_service_that_hears_and_ticks_is_well(running: Running) -> None:
    facts = await running.health()
    assert facts["problems"] == []
    assert facts["poll_age_s"] < 60
    assert {"fire", "expand", "cards", "expire", "revive", "alone"} <= facts["ticks_age_s"].keys()


async def test_a_service_that_another_process_replaced_ends_and_says_so(
    running: Running,
) -> None:
    assert running.task is not None
    running.ours = False
    with pytest.raises(Misconfigured, match="tiến trình khác"):
        await asyncio.wait_for(running.task, 40)


async def test_one_stray_refusal_of_a_poll_is_told_and_does_not_end_the_service(
    running: Running, telegram: PretendTelegram
) -> None:
    telegram.next("getUpdates", error(401, "Unauthorized"))
    for _ in range(400):
        if "account_down" in (await running.health())["problems"]:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("never told")
    assert running.task is not None
    assert not running.task.done()
