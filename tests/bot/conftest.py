"""A folder to stand in with nothing set, a database with its areas, a unit, a pretend platform."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.seed import seed_areas
from bot.settings import Settings
from storage.database import Database
from storage.packaged import load_gazetteer
from storage.sealing import fresh_keyring
from tests.bot.channels.telegram.pretend import TOKEN, PretendTelegram
from tests.broadcasts.station import Station, open_station
from tests.chat import MovingClock


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with nothing set."""
    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    """A database with the areas and nothing else."""
    made = Database(migrated_database_url, fresh_keyring(), MovingClock())
    gazetteer = load_gazetteer(demo_villages=True)
    await made.write(lambda tx: seed_areas(tx, gazetteer))
    yield made
    await made.close()


@pytest.fixture
async def telegram() -> AsyncIterator[PretendTelegram]:
    """A Bot API server that misbehaves on request."""
    pretend = PretendTelegram()
    await pretend.open()
    yield pretend
    await pretend.close()


def settings_on(database_url: str, folder: Path, telegram: PretendTelegram) -> Settings:
    """Return those of a service of one account on that server, with its files in a folder."""
    return Settings(
        telegram_token=SecretStr(TOKEN),
        telegram_api_url=telegram.url,
        database_url=database_url,
        var_dir=folder / "var",
        web_port=0,
    )


@pytest.fixture
def settings(bare: Path, migrated_database_url: str, telegram: PretendTelegram) -> Settings:
    """A service of one account on that server, on each database."""
    return settings_on(migrated_database_url, bare, telegram)


@pytest.fixture
async def station(migrated_database_url: str) -> AsyncIterator[Station]:
    """A unit with an officer, a chief and three subscribers."""
    async with open_station(migrated_database_url) as opened:
        for name in ("3001", "3002", "3003"):
            await opened.chat.subscriber(name)
        yield opened
