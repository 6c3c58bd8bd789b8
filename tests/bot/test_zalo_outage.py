"""An Official Account that must be consented to anew: heard all the while, and back by itself."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.assembly import build
from bot.opening import open_database
from bot.service import Service
from bot.settings import Settings
from domain.account_tokens import TokenPair
from domain.clock import SystemClock
from simulator.app import Running, running
from storage.accounts.tokens import SealedTokens
from storage.people import addresses
from tests.bot.channels.telegram.pretend import until
from tests.ports import free_port

LANH = "2468000000000001001"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def simulator(port: int) -> AsyncIterator[Running]:
    async with running(zalo_webhook=f"http://127.0.0.1:{port}/zalo/oa") as made:
        yield made


@pytest.fixture
def settings(bare: Path, migrated_database_url: str, simulator: Running, port: int) -> Settings:
    oa = simulator.zalo.oa
    return Settings(
        zalo_oa_app_id=oa.app_id,
        zalo_oa_app_secret=SecretStr(oa.app_secret),
        zalo_oa_id=oa.id,
        zalo_oa_refresh_token=SecretStr("used-up-" * 8),
        zalo_oa_webhook_secret=SecretStr(simulator.zalo.settings.webhook_secret),
        zalo_oa_api_url=simulator.base_url,
        zalo_oa_oauth_url=simulator.base_url,
        database_url=migrated_database_url,
        var_dir=bare / "var",
        web_port=port,
    )


async def _post(simulator: Running, path: str, **body: Any) -> Any:
    url = simulator.base_url + path
    async with aiohttp.ClientSession() as http, http.post(url, json=body) as answer:
        said = await answer.json()
        assert answer.status == 200, said
        return said


async def _consent(settings: Settings, pair: TokenPair) -> None:
    database = open_database(settings, SystemClock(), bring_up_to_date=False)
    try:
        (account,) = await database.read(addresses.accounts)
        until_then = SystemClock().now() + timedelta(hours=20)
        await SealedTokens(database, account.id).put(pair, until_then)
    finally:
        await database.close()


async def test_an_account_refused_at_the_start_hears_people_and_comes_back_after_a_consent(
    settings: Settings, simulator: Running
) -> None:
    warned: list[str] = []
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    service = Service(await build(settings, demo=True))
    task = asyncio.create_task(service.run(port.set_result, warned.append))
    await asyncio.wait_for(asyncio.shield(port), 60)
    assert service.shown == "chưa tài khoản nào gửi được"
    (refused,) = warned
    assert ".venv/bin/python -m bot zalo consent" in refused
    assert "ZALO_OA_REFRESH_TOKEN" not in refused

    await _post(simulator, f"/phone/zalo/people/{LANH}/messages", text="xin chào")
    pair = await _post(simulator, "/sim/zalo/tokens")
    await _consent(settings, TokenPair(pair["access_token"], pair["refresh_token"]))
    await until(lambda: len(simulator.zalo.record.sends) > 0)
    assert warned[1:] == [f"Đã nối được với {service.shown}."]
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(task, 60)
