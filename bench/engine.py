"""The real service on a fresh database, with residents in it, for as long as a benchmark lasts."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bench.filling import fill
from bench.workers import Crew, workers
from bot.assembly import House, build
from bot.garbage import search_little
from bot.inbox_worker import AccountInbox
from bot.line import Line
from bot.settings import Settings
from domain.errors import Misconfigured
from storage.database import Tx, is_sqlite
from storage.migrations_runner import is_untouched
from storage.people import units
from storage.people.units import Unit

PLATFORM_PER_S = 30.0
"""What Telegram takes of an account in all (its bot FAQ)."""

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every benchmark is told."""

    api: str
    token: str
    database_url: str
    """Empty: a SQLite file in a folder that is removed afterwards."""
    pace_per_s: float
    patience_s: float
    """Give up when nothing has moved for so long."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of the service, and the unit it works for."""

    house: House
    unit: Unit

    @property
    def database_kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return "sqlite" if is_sqlite(self.house.settings.database) else "postgresql"

    @property
    def line(self) -> Line:
        """The one account that is measured."""
        (only,) = self.house.lines
        return only

    async def listen(self) -> None:
        """Begin to receive."""
        house, line = self.house, self.line
        await line.channel.start(AccountInbox(house.database, line.account.id, house.inbox_bell))

    @asynccontextmanager
    async def at_work(
        self, *, sends: bool = True, processes: int = 0
    ) -> AsyncIterator[Crew | None]:
        """Handle what comes in and send what is due; what is under way then is finished.

        With `processes` so many workers of their own do that, and this one only receives; yields
        them.
        """
        if processes:
            async with self._by_others(processes) as crew:
                yield crew
            return
        house, line = self.house, self.line
        jobs = [asyncio.create_task(house.worker.run())]
        if sends:
            jobs.append(asyncio.create_task(line.sender.run()))
        try:
            yield None
        finally:
            house.worker.stop()
            line.sender.stop()
            await asyncio.gather(*jobs)
            await line.channel.stop()

    @asynccontextmanager
    async def _by_others(self, processes: int) -> AsyncIterator[Crew]:
        async with workers(self.house.settings, processes) as crew:
            wire = self.house.wire
            assert wire is not None, "several processes meet on a server only"
            ringing = asyncio.create_task(wire.run(listens=False))
            try:
                yield crew
            finally:
                await self.line.channel.stop()
                wire.stop()
                await ringing


@asynccontextmanager
async def engine(
    plan: Plan,
    residents: int,
    progress: Progress,
    settings: Callable[[Plan, Path], Settings] | None = None,
) -> AsyncIterator[Engine]:
    """Set the service up on a fresh database with so many residents who said yes.

    It serves a Telegram bot, unless other `settings` are made of the plan.

    Raises: Misconfigured when the database is not empty, DatabaseAway.
    """
    with tempfile.TemporaryDirectory(prefix="an-ninh-bench-") as folder:
        house = await build((settings or _settings)(plan, Path(folder)), demo=True)
        try:
            unit = await house.database.read(_unit)
            account_id = house.lines[0].account.id
            filled = fill(house.database, account_id, unit.id, residents)
            async for done in filled:
                progress("Ghi bà con", done, residents)
            # As the service does when it is put together.
            search_little()
            yield Engine(house, unit)
        finally:
            await house.database.close()


def empty_database(plan: Plan) -> str:
    """Return the URL of the database to measure on.

    Raises: Misconfigured when it is not empty.
    """
    if plan.database_url and not is_untouched(plan.database_url):
        message = "Cơ sở dữ liệu không trống: đo tốc độ chỉ dùng một cơ sở dữ liệu mới tạo."
        raise Misconfigured(message)
    return plan.database_url


def _settings(plan: Plan, folder: Path) -> Settings:
    return Settings(
        telegram_token=SecretStr(plan.token),
        telegram_api_url=plan.api,
        telegram_mode="polling",
        telegram_pace_per_s=plan.pace_per_s,
        # What the environment says of other platforms is not measured.
        zalo_oa_id="",
        zalo_oa_app_id="",
        zalo_oa_app_secret=SecretStr(""),
        zalo_bot_token=SecretStr(""),
        database_url=empty_database(plan),
        var_dir=folder / "var",
        key_file=folder / "keyring.json",
    )


def _unit(tx: Tx) -> Unit:
    found = units.first_unit(tx)
    assert found is not None, "the demo installation has one"
    return found
