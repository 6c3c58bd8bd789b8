"""Two hundred neighbours talk around the bot, which is let read everything: no trace is left."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.assembly import House, build
from bot.channels.telegram.channel import TelegramChannel
from bot.inbox_worker import AccountInbox
from bot.settings import Settings
from domain.clock import SystemClock
from domain.messages import ChatKind, ChatRef, Outgoing
from simulator import WorldSpec, acts, read_world, running
from simulator.app import Running
from simulator.wording import plain_text
from storage.database import Tx
from storage.tables import address, inbox, tip
from tests.kept import found_in, logging_into

GROUP, LANH = -1001000000001, 1001
MEMBERS, MESSAGES = 200, 1000
FIRST = 880_660_001
CANARY = "chuyenriengcuaxom"
NAME = "Tengoicanari"
TOLD = "cuoixomcokelarinhco"


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    """Write all that is logged, by the product's own rules, into a file of the test's folder."""
    with logging_into(tmp_path / "service.log") as path:
        yield path


def crowded() -> WorldSpec:
    """Return the shipped world with a crowd in the group, in which the bot sees everything."""
    spec = read_world().model_dump()
    ids = range(FIRST, FIRST + MEMBERS)
    spec["users"] += [
        {"id": one, "name": f"{NAME}{one}", "username": f"{NAME}_{one}"} for one in ids
    ]
    spec["chats"][0] |= {"bot": "administrator", "members": [LANH, *ids]}
    return WorldSpec.model_validate(spec)


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[None]:
    """Let the house listen and handle what it hears."""
    (line,) = house.lines
    box = AccountInbox(house.database, line.account.id, house.inbox_bell)
    await line.channel.start(box)
    worker = asyncio.create_task(house.worker.run())
    yield
    house.worker.stop()
    await worker
    await line.channel.stop()
    await house.database.close()


def talk(sim: Running, post_id: int) -> None:
    """Let everybody talk: to each other, to other bots, of fires and of us, but not to us."""
    random = Random(20)
    group = sim.world.chats[GROUP]
    said: list[int] = []
    for number in range(MESSAGES):
        who = sim.world.person(FIRST + number % MEMBERS)
        words = random.choice(
            (
                f"{CANARY} {number}",
                f"{CANARY} cháy nhà rồi cứu với",
                f"{CANARY} hỏi @bot_khac xem",
                f"/start {CANARY}",
                f"/baotin@bot_khac {CANARY}",
                f"anninh_demo_bot {CANARY}",
            )
        )
        reply_to = random.choice(said) if said and number % 3 == 0 else None
        message = acts.say(sim.world, who, group, plain_text(words), reply_to=reply_to)
        said.append(message.id)
        if number % 10 == 0:
            acts.edit(sim.world, who, group, message.id, f"{CANARY} sửa {number}")
    resident = sim.world.person(LANH)
    acts.say(sim.world, resident, group, plain_text(f"{TOLD} tối qua"), reply_to=post_id)


async def test_two_hundred_neighbours_who_talk_around_us_leave_no_trace(
    bare: Path, migrated_database_url: str, logged: Path
) -> None:
    async with running(crowded()) as sim:
        settings = Settings(
            telegram_token=SecretStr(sim.token),
            telegram_api_url=sim.base_url,
            database_url=migrated_database_url,
            var_dir=bare / "var",
            web_port=0,
        )
        house = await build(settings, demo=True, clock=SystemClock())
        database = house.database

        def count(tx: Tx) -> tuple[int, int, int]:
            found = [
                tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (inbox, tip, address)
            ]
            return found[0], found[1], found[2]

        async with at_work(house):
            before = await database.read(count)
            here = ChatRef(str(GROUP), ChatKind.GROUP)
            post = await house.lines[0].channel.send(here, Outgoing(text="Bà con đội mũ bảo hiểm."))
            talk(sim, int(post.message_id))
            for _ in range(1200):
                if (await database.read(count))[1]:
                    break
                await asyncio.sleep(0.05)
            after = await database.read(count)
        assert after[1] - before[1] == 1
        assert after[0] - before[0] == 1, "only what was said to us came in"
        assert after[2] - before[2] == 1, "only who spoke to us became known"
        channel = house.lines[0].channel
        assert isinstance(channel, TelegramChannel)
        assert channel.anonymous == channel.unreadable == 0
    secrets = [CANARY, NAME, TOLD, *(str(FIRST + n) for n in (0, 7, MEMBERS - 1))]
    assert found_in(bare, migrated_database_url, "piece_taken"), "the search finds what is there"
    assert logged.is_relative_to(bare), "and in the log"
    assert found_in(bare, migrated_database_url, *secrets) == []
