"""A folder to stand in, with no setting in the environment; a database that has its areas."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.seed import seed_areas
from bot.settings import Settings
from storage.database import Database
from storage.packaged import load_gazetteer
from storage.sealing import fresh_keyring
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
