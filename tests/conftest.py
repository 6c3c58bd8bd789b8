"""What every test may ask for: databases of both kinds, a browser."""

import gc
import itertools
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.async_api import Browser

from tests.browser import chromium
from tests.databases import (
    KINDS,
    MigratedPostgres,
    MigratedSqlite,
    fresh_postgres,
    sqlite_url,
)
from tests.postgres import PostgresServer, private_postgres
from tests.statements import Statements, share

# No test goes by the clock: how long an example takes says nothing on a busy machine.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

share(Statements())

_WAITING = ("tests/journeys/", "tests/bot/test_main.py")
"""What waits for a platform's pace, or for programs that start, more than it works."""
_SPREAD = 0.6


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread what waits over what works, so that the machine is never idle.

    It is over long before the end, so that no worker is left with it alone.
    """
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.split("::")[0], []).append(item)
    waiting = [tests for path, tests in modules.items() if path.startswith(_WAITING)]
    working = [tests for path, tests in modules.items() if not path.startswith(_WAITING)]
    each = _SPREAD * sum(map(len, working)) / max(len(waiting), 1)
    items.clear()
    started = done = 0
    for tests in working:
        while waiting and done >= started * each:
            items += waiting.pop(0)
            started += 1
        items += tests
        done += len(tests)
    items += itertools.chain.from_iterable(waiting)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector from looking at what lasts: every module and every test."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A private PostgreSQL, started when the first test asks for it."""
    with private_postgres() as server:
        yield server


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` and `postgresql` in turn: a test that uses it, even indirectly, runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh, empty database."""
    if database_kind == "sqlite":
        yield sqlite_url(tmp_path / "x.db")
        return
    with fresh_postgres(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MigratedSqlite]:
    """SQLite files migrated to head."""
    path = tmp_path_factory.mktemp("migrated") / "template.db"
    _upgrade()(sqlite_url(path))
    databases = MigratedSqlite(path)
    yield databases
    databases.end()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> Iterator[MigratedPostgres]:
    """PostgreSQL databases migrated to head."""
    url = postgres_server.create("migrated")
    _upgrade()(url)
    _bring_up()(url)
    databases = MigratedPostgres(postgres_server, "migrated")
    yield databases
    databases.end()


@pytest.fixture
def migrated_database_url(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh database with today's schema and no rows of ours."""
    if database_kind == "sqlite":
        files: MigratedSqlite = request.getfixturevalue("migrated_sqlite")
        with files.fresh(tmp_path / "x.db") as url:
            yield url
        return
    migrated: MigratedPostgres = request.getfixturevalue("migrated_postgres")
    with migrated.fresh() as url:
        yield url


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, driven by Playwright; mark the test `browser`."""
    async with chromium() as started:
        yield started


def _upgrade() -> Callable[[str], None]:
    # Imported late, so that a broken room breaks its own tests only.
    from storage.migrations_runner import upgrade

    return upgrade


def _bring_up() -> Callable[[str], None]:
    from bot.jobs_schema import bring_up

    return bring_up
