"""What a line tells of itself, and when."""

import asyncio
from collections.abc import Callable

import pytest

from bot.allowance_look import AllowanceLook
from bot.assembly import House, build
from bot.keys import find_keys
from bot.line_files import LineFiles
from bot.line_work import LineWork, Part
from bot.listening import Listening
from bot.revival import Revival
from bot.settings import Settings
from storage.database import Database, T, Tx
from tests.bot.channels.telegram.pretend import PretendTelegram, error


class Waiting(Database):
    """A database at which what is written waits until it may go."""

    def __init__(self, house: House) -> None:
        settings = house.settings
        keys = find_keys(settings.keys, fresh_database=False)
        super().__init__(settings.database, keys, house.clock)
        self.asked = asyncio.Event()
        self.let_go = asyncio.Event()

    async def write(self, work: Callable[[Tx], T]) -> T:
        self.asked.set()
        await self.let_go.wait()
        return await super().write(work)


def line_work(house: House, database: Database) -> LineWork:
    (line,) = house.lines
    account, clock = line.account.id, house.clock
    return LineWork(
        line,
        database,
        house.inbox_bell,
        house.context.catalogue,
        part=Part(),
        files=LineFiles(line, database, house.media_folder, house.context, clock),
        revival=Revival(database, account, line.channel, house.outbox_bell, clock),
        listening=Listening(database, account, line.channel, is_called=False),
        allowance=AllowanceLook(database, account, line.channel, clock),
        know=house.worker.know,
        warn=pytest.fail,
    )


async def test_who_looks_while_a_refusal_is_being_noted_does_not_hear_of_it_before_it_is_told(
    settings: Settings, telegram: PretendTelegram
) -> None:
    telegram.standing["getMe"] = error(401, "Unauthorized")
    house = await build(settings, demo=True)
    database = Waiting(house)
    work = line_work(house, database)
    told: list[str] = []
    news = asyncio.Event()

    def hear(one: LineWork) -> None:
        told.append(one.refusal)
        news.set()

    running = asyncio.create_task(work.run(hear))
    await asyncio.wait_for(database.asked.wait(), 60)
    assert (work.refusal, told) == ("", [])
    database.let_go.set()
    await asyncio.wait_for(news.wait(), 60)
    assert told == [work.refusal]
    assert work.refusal.startswith("TELEGRAM_TOKEN: ")
    work.stop()
    await running
    await work.close()
    await database.close()
    await house.database.close()
