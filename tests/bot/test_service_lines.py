"""Two accounts in one service: what befalls one leaves the other at work."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.assembly import build
from bot.doctor import examine
from bot.opening import open_database
from bot.service import Service
from bot.settings import Settings
from domain.clock import SystemClock
from domain.errors import Misconfigured
from storage.people import addresses
from storage.people.addresses import Account
from tests.bot.channels.telegram.pretend import TOKEN, PretendTelegram, error, until

# A Zalo bot is spoken to by the same addresses and envelopes as a Telegram bot.
Platforms = tuple[PretendTelegram, PretendTelegram]


@pytest.fixture
async def platforms() -> AsyncIterator[Platforms]:
    telegram, zalo = PretendTelegram(), PretendTelegram()
    await telegram.open()
    await zalo.open()
    yield telegram, zalo
    await telegram.close()
    await zalo.close()


@pytest.fixture
def settings(bare: Path, migrated_database_url: str, platforms: Platforms) -> Settings:
    telegram, zalo = platforms
    return Settings(
        telegram_token=SecretStr(TOKEN),
        telegram_api_url=telegram.url,
        zalo_bot_token=SecretStr(TOKEN),
        zalo_bot_api_url=zalo.url,
        database_url=migrated_database_url,
        var_dir=bare / "var",
        web_port=0,
    )


@dataclass
class Running:
    """A service of this process, and what it said."""

    settings: Settings
    warned: list[str] = field(default_factory=list)
    port: asyncio.Future[int] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    task: asyncio.Task[None] | None = None
    service: Service | None = None

    async def begin(self) -> None:
        self.service = Service(await build(self.settings, demo=True))
        self.task = asyncio.create_task(self.service.run(self.port.set_result, self.warned.append))

    async def announced(self) -> str:
        await asyncio.wait_for(asyncio.shield(self.port), 60)
        assert self.service is not None
        return self.service.shown

    async def health(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port.result()}/healthz"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            facts: dict[str, Any] = await answer.json()
            return facts

    async def accounts(self) -> dict[str, Account]:
        database = open_database(self.settings, SystemClock(), bring_up_to_date=False)
        try:
            return {one.channel: one for one in await database.read(addresses.accounts)}
        finally:
            await database.close()

    async def end(self) -> None:
        assert self.task is not None
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(self.task, 60)


def update(number: int, words: str) -> dict[str, object]:
    who = {"id": 1001, "is_bot": False, "first_name": "Lành"}
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": 1001, "type": "private"},
        "from": who,
        "text": words,
    }
    return {"update_id": number, "message": message}


def zalo_update(number: int, words: str) -> dict[str, object]:
    message = {
        "message_id": f"z{number}",
        "date": 1,
        "text": words,
        "from": {"id": "6ede", "is_bot": False},
        "chat": {"id": "6ede", "chat_type": "PRIVATE"},
    }
    # What the pretend server needs to know which updates were taken; the adapter passes it over.
    return {"event_name": "message.text.received", "update_id": number, "message": message}


def sent(platform: PretendTelegram) -> Callable[[], bool]:
    return lambda: bool(platform.named("sendMessage"))


async def test_zalo_away_keeps_telegram_at_work_and_comes_back_by_itself(
    settings: Settings, platforms: Platforms
) -> None:
    telegram, zalo = platforms
    zalo.standing["getMe"] = error(502, "Bad Gateway")
    running = Running(settings)
    await running.begin()
    assert (await running.announced()).startswith("Telegram @")
    await until(lambda: bool(running.warned))
    (away,) = running.warned
    assert away.startswith("Chưa liên lạc được với Zalo Bot: ")
    assert "elegram" not in away
    telegram.updates.append(update(1, "xin chào"))
    await until(sent(telegram))
    assert zalo.named("sendMessage") == []

    zalo.updates.append(zalo_update(2, "xin chào"))
    del zalo.standing["getMe"]
    await until(sent(zalo))
    assert running.warned[1:] == ["Đã nối được với Zalo Bot 700000001."]
    facts = await running.health()
    assert set(facts["accounts"]) == {"Telegram", "Zalo Bot"}
    assert facts["problems"] == []
    await running.end()


async def test_telegram_away_keeps_zalo_at_work(settings: Settings, platforms: Platforms) -> None:
    telegram, zalo = platforms
    telegram.standing["getMe"] = error(502, "Bad Gateway")
    zalo.updates.append(zalo_update(1, "xin chào"))
    running = Running(settings)
    await running.begin()
    assert await running.announced() == "Zalo Bot 700000001"
    await until(sent(zalo))
    assert telegram.named("sendMessage") == []
    await until(lambda: bool(running.warned))
    assert running.warned[0].startswith("Chưa liên lạc được với Telegram: ")
    await running.end()


async def test_a_refused_account_stops_only_its_own_line_is_told_everywhere_and_comes_back(
    settings: Settings,
    platforms: Platforms,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    telegram, zalo = platforms
    zalo.standing["getMe"] = error(401, "Unauthorized")
    running = Running(settings)
    await running.begin()
    await running.announced()
    # A line that knocked in vain before may be told of as well.
    await until(lambda: any(told.startswith("ZALO_BOT_TOKEN: ") for told in running.warned))
    (refused,) = [told for told in running.warned if told.startswith("ZALO_BOT_TOKEN: ")]
    assert "elegram" not in refused
    telegram.updates.append(update(1, "xin chào"))
    await until(sent(telegram))
    facts = await running.health()
    assert facts["problems"] == ["account_down"]
    assert facts["accounts"]["Zalo Bot"]["problems"] == ["account_down"]
    assert facts["accounts"]["Telegram"]["problems"] == []
    assert (await running.accounts())["zalo_bot"].down_reason == "token: 401"
    assert (await running.accounts())["telegram"].down_reason is None
    _as_environment(monkeypatch, settings)
    bad = [found.text for found in await examine() if found.level == "bad"]
    assert any("Tài khoản Zalo Bot đang dừng gửi: token" in text for text in bad)
    assert any(text.startswith("Zalo Bot không nhận kết nối: token") for text in bad)
    assert not any("Telegram" in text for text in bad)

    zalo.updates.append(zalo_update(2, "xin chào"))
    del zalo.standing["getMe"]
    await until(sent(zalo))
    since = running.warned[running.warned.index(refused) + 1 :]
    assert since == ["Đã nối được với Zalo Bot 700000001."]
    assert (await running.accounts())["zalo_bot"].down_reason is None
    await running.end()


async def test_accounts_that_are_all_refused_end_the_service_with_a_sentence_for_each(
    settings: Settings, platforms: Platforms
) -> None:
    for platform in platforms:
        platform.standing["getMe"] = error(401, "Unauthorized")
    with pytest.raises(Misconfigured) as caught:
        await Service(await build(settings, demo=True)).run(lambda _: None)
    one, other = str(caught.value).splitlines()
    assert (one.split(":")[0], other.split(":")[0]) == ("TELEGRAM_TOKEN", "ZALO_BOT_TOKEN")


async def test_an_account_that_is_set_later_serves_the_unit_that_is_there(
    settings: Settings, platforms: Platforms
) -> None:
    first = await build(settings.model_copy(update={"zalo_bot_token": SecretStr("")}), demo=True)
    await first.database.close()
    assert [line.platform.channel for line in first.lines] == ["telegram"]
    house = await build(settings, demo=False)
    await house.database.close()
    units = {line.account.unit_id for line in house.lines}
    assert len(house.lines) == 2
    assert len(units) == 1
    assert None not in units


def _as_environment(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Let a command find the same settings."""
    for name, value in {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": settings.telegram_api_url,
        "ZALO_BOT_TOKEN": TOKEN,
        "ZALO_BOT_API_URL": settings.zalo_bot_api_url,
        "DATABASE_URL": settings.database_url,
        "VAR_DIR": str(settings.var_dir),
        "WEB_PORT": "0",
    }.items():
        monkeypatch.setenv(name, value)
