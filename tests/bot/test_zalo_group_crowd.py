"""Two hundred neighbours talk in a Zalo group, and Zalo tells us all of it: no trace is left."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.assembly import House, build
from bot.inbox_worker import AccountInbox
from bot.settings import Settings
from domain.clock import SystemClock
from simulator import WorldSpec, read_world, running
from simulator.zalo_oa import ZaloWorld, acts
from simulator.zalo_oa.things import Content
from storage.database import Tx
from storage.tables import address, inbox, tip
from tests.kept import found_in, logging_into

GROUP, LANH = "0a1b2c3d4e5f60718293", "2468000000000001001"
MEMBERS, MESSAGES = 200, 600
FIRST = 8_806_600_000_000_000_001
CANARY = "chuyenriengcuaxom"
NAME = "Tengoicanari"
TOLD = "cuoixomcokelarinhco"
OA = "Công an phường (ví dụ)"


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    """Write all that is logged, by the product's own rules, into a file of the test's folder."""
    with logging_into(tmp_path / "service.log") as path:
        yield path


def crowded() -> WorldSpec:
    """Return the shipped world with a crowd in the account's group."""
    spec = read_world().model_dump()
    zalo = spec["zalo"]
    ids = [str(one) for one in range(FIRST, FIRST + MEMBERS)]
    zalo["people"] += [{"id": one, "name": f"{NAME}{one}"} for one in ids]
    zalo["assets"][1]["size"] = 1000
    zalo["groups"][0]["members"] += ids
    return WorldSpec.model_validate(spec)


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[str]:
    """Let the house listen and handle what it hears; gives the address of its door."""
    (line,) = house.lines
    app = web.Application()
    app.add_routes(line.channel.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await line.channel.start(AccountInbox(house.database, line.account.id, house.inbox_bell))
    worker = asyncio.create_task(house.worker.run())
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/zalo/oa"
    house.worker.stop()
    await worker
    await line.channel.stop()
    await runner.cleanup()
    await house.database.close()


def talk(zalo: ZaloWorld) -> None:
    """Let everybody talk: to each other, of fires and of us, by others' commands; not to us."""
    random = Random(20)
    said: list[str] = []
    for number in range(MESSAGES):
        who = zalo.people[str(FIRST + number % MEMBERS)]
        words = random.choice(
            (
                f"{CANARY} {number}",
                f"{CANARY} cháy nhà rồi cứu với",
                f"{CANARY} hỏi @Bác Thành (ví dụ) xem",
                f"/start {CANARY}",
                f"#{CANARY}",
                f"{OA} {CANARY}",
                str(number % 9),
            )
        )
        quote = random.choice(said) if said and number % 3 == 0 else None
        message = acts.write(zalo, who, Content(text=words, quote=quote), group_id=GROUP)
        said.append(message.id)
    told = Content(text=f"@{OA} {TOLD} tối qua")
    acts.write(zalo, zalo.people[LANH], told, group_id=GROUP)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_two_hundred_neighbours_in_a_zalo_group_leave_no_trace(
    bare: Path, migrated_database_url: str, logged: Path
) -> None:
    async with running(crowded()) as sim:
        zalo = sim.zalo
        settings = Settings(
            zalo_oa_app_id=zalo.oa.app_id,
            zalo_oa_app_secret=SecretStr(zalo.oa.app_secret),
            zalo_oa_id=zalo.oa.id,
            zalo_oa_name=zalo.oa.name,
            zalo_oa_refresh_token=SecretStr(zalo.oa.refresh_token),
            zalo_oa_webhook_secret=SecretStr(zalo.oa.webhook_secret),
            zalo_oa_api_url=sim.base_url,
            zalo_oa_oauth_url=sim.base_url,
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

        async with at_work(house) as door:
            zalo.settings = replace(zalo.settings, webhook_url=door, deadline_s=30)
            before = await database.read(count)
            talk(zalo)
            for _ in range(2400):
                if (await database.read(count))[1] and zalo.post.waiting == 0:
                    break
                await asyncio.sleep(0.05)
            after = await database.read(count)
        assert zalo.post.sent > MESSAGES, "all of it was told to us"
        assert after[1] - before[1] == 1
        assert after[0] - before[0] == 1, "only what was said to us came in"
        assert after[2] - before[2] == 1, "only who spoke to us became known"
    secrets = [CANARY, NAME, TOLD, *(str(FIRST + n) for n in (0, 7, MEMBERS - 1))]
    assert found_in(bare, migrated_database_url, "piece_taken"), "the search finds what is there"
    assert logged.is_relative_to(bare), "and in the log"
    assert found_in(bare, migrated_database_url, *secrets) == []
