"""The doctor tells of each account by its name, and of the tokens of those that keep any."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.doctor import examine
from bot.keys import check_keys
from bot.opening import open_database, register
from bot.plan import read_plan
from bot.seed import seed_areas, seed_plan
from bot.settings import load_settings
from domain.clock import SystemClock
from storage.database import Database, Tx
from storage.packaged import load_gazetteer
from storage.tables import account_token
from tests.bot.channels.zalo_oa.pretend import APP_ID, APP_SECRET, FIRST, OA_ID, PretendZalo


@pytest.fixture
async def zalo() -> AsyncIterator[PretendZalo]:
    pretend = PretendZalo()
    await pretend.open()
    yield pretend
    await pretend.close()


@pytest.fixture
def configured(bare: Path, monkeypatch: pytest.MonkeyPatch, zalo: PretendZalo) -> Path:
    """An Official Account alone is set; nothing was ever run."""
    for name, value in {
        "ZALO_OA_ID": OA_ID,
        "ZALO_OA_APP_ID": APP_ID,
        "ZALO_OA_APP_SECRET": APP_SECRET,
        "ZALO_OA_REFRESH_TOKEN": FIRST,
        "ZALO_OA_API_URL": zalo.url,
        "ZALO_OA_OAUTH_URL": zalo.url,
        "WEB_PORT": "0",
    }.items():
        monkeypatch.setenv(name, value)
    return bare


async def _changed(work: Callable[[Database], Awaitable[object]]) -> None:
    database = open_database(load_settings(), SystemClock(), bring_up_to_date=True)
    try:
        await work(database)
    finally:
        await database.close()


async def _filled(database: Database) -> None:
    def fill(tx: Tx) -> None:
        check_keys(tx)
        seed_areas(tx, load_gazetteer(demo_villages=True))
        seed_plan(tx, register(tx, load_settings()), read_plan(None))

    await database.write(fill)


async def _said(level: str) -> str:
    return "\n".join(found.text for found in await examine() if found.level == level)


async def _token(database: Database, **values: object) -> None:
    def change(tx: Tx) -> None:
        since = tx.now - timedelta(days=80)
        tx.connection.execute(update(account_token).values({"refresh_since": since, **values}))

    await database.write(change)


async def test_an_account_that_keeps_tokens_is_asked_once_the_service_knows_it(
    configured: Path, zalo: PretendZalo
) -> None:
    await _changed(lambda database: database.write(check_keys))
    assert "Zalo OA chưa được hỏi: hãy chạy dịch vụ một lần" in await _said("warn")
    await _changed(_filled)
    good = await _said("good")
    assert "Zalo OA nhận token: Zalo OA " in good
    assert "Zalo OA: mã gia hạn được đổi cách đây 0 ngày." in good
    assert "elegram" not in await _said("bad")


async def test_old_and_refused_tokens_are_told_with_the_remedy(configured: Path) -> None:
    await _changed(_filled)
    assert "mã gia hạn" in await _said("good")
    await _changed(_token)
    assert "Zalo OA: mã gia hạn đã 80 ngày chưa đổi" in await _said("bad")
    await _changed(lambda database: _token(database, refused="used"))
    bad = await _said("bad")
    assert (
        "quản trị viên OA hãy cấp quyền lại bằng lệnh `.venv/bin/python -m bot zalo consent`" in bad
    )
    assert FIRST not in bad
