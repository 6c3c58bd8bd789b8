"""An account that may send only so much a month: its admins are told at 80 and at 100 percent."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcasts import months, reach
from broadcasts.desk import Desk
from delivery.outbox import Outbox
from domain.roles import Role
from domain.texts.catalogue import catalogue
from storage.accounts import traits
from storage.campaigns import runs
from storage.deliveries import use
from tests.chat import Chat, Takers, open_chat, pretend_capabilities
from tests.storage.deliveries.two_channels import OA, TELEGRAM, two_channels
from tests.storage.ledger_world import ledger_world


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


async def test_admins_are_told_twice_a_month_and_nobody_else(chat: Chat) -> None:
    admin = await chat.staff("2001", Role.ADMIN)
    officer = await chat.staff("2002", Role.OFFICER)
    able = replace(pretend_capabilities(), most_a_month=1000)
    desk = Desk(Outbox({"telegram": able}), chat.context.catalogue)
    account_id = chat.account.id

    async def sends(number: int) -> list[str]:
        await chat.do(lambda tx: use.add(tx, account_id, number, 0))
        await chat.do(lambda tx: months.warn_due(tx, desk))
        await chat.do(lambda tx: months.warn_due(tx, desk))
        return [heard.text for heard in await admin.news()]

    assert await sends(799) == []
    [nearly] = await sends(1)
    assert "Telegram" in nearly
    assert "800/1.000" in nearly
    assert await sends(100) == []
    [over] = await sends(100)
    assert "1.000/1.000" in over
    assert "/huy" in over
    assert await officer.heard() == []
    chat.clock.forward(days=31)
    assert len(await sends(900)) == 1


async def test_where_there_is_no_admin_the_chief_is_told(chat: Chat) -> None:
    chief = await chat.staff("2001", Role.CHIEF)
    desk = Desk(
        Outbox({"telegram": replace(pretend_capabilities(), most_a_month=10)}),
        chat.context.catalogue,
    )
    account_id = chat.account.id
    await chat.do(lambda tx: use.add(tx, account_id, 10, 0))
    assert await chat.do(lambda tx: months.warn_due(tx, desk)) == 1
    assert "10/10" in (await chief.last()).text
    await chat.do(lambda tx: use.stop_paid(tx, account_id))
    assert await chat.do(lambda tx: months.warn_due(tx, desk)) == 1
    assert "tính phí" in (await chief.last()).text
    assert await chat.do(lambda tx: months.warn_due(tx, desk)) == 0


async def test_what_waits_at_a_used_up_month_goes_to_the_other_channel_or_is_told_in_reach(
    migrated_database_url: str,
) -> None:
    async with ledger_world(migrated_database_url) as world:
        two = await two_channels(world)
        able = pretend_capabilities()
        desk = Desk(
            Outbox({OA: replace(able, most_a_month=10), TELEGRAM: able}),
            catalogue(),
        )
        both = await two.resident(timedelta(hours=1), OA, TELEGRAM)
        alone = await two.resident()
        run_id = await two.run([(both, OA), (alone, OA)])
        assert await world.do(lambda tx: months.pass_on_due(tx, desk)) == 0
        oa = two.accounts[OA].id
        await world.do(lambda tx: use.add(tx, oa, 9, 0))
        assert await world.do(lambda tx: months.pass_on_due(tx, desk)) == 1
        assert await world.do(lambda tx: months.pass_on_due(tx, desk)) == 0
        row = await two.row_of(run_id, both)
        assert (row.channel, row.state.value) == (TELEGRAM, "pending")
        assert (await two.row_of(run_id, alone)).channel == OA

        async def hindrances() -> list[tuple[str, str]]:
            run = await world.do(lambda tx: runs.get(tx, run_id))
            assert run is not None
            found = await world.do(lambda tx: reach.of_run(tx, run))
            return [(one.key, one.channel) for one in found.hindrances]

        assert await hindrances() == [("reach.still_month", OA)]
        await two.settle(await two.opened(TELEGRAM), channel=TELEGRAM)
        assert await world.problems(run_id) == []
        world.clock.forward(days=31)
        assert await hindrances() == []
        assert await world.do(lambda tx: months.pass_on_due(tx, desk)) == 0
        assert await world.do(lambda tx: traits.value(tx, oa, traits.MONTH_OVER)) is None


async def test_where_every_channel_is_used_up_nothing_is_passed_around(
    migrated_database_url: str,
) -> None:
    async with ledger_world(migrated_database_url) as world:
        two = await two_channels(world)
        able = replace(pretend_capabilities(), most_a_month=10)
        desk = Desk(Outbox({OA: able, TELEGRAM: able}), catalogue())
        both = await two.resident(timedelta(hours=1), OA, TELEGRAM)
        run_id = await two.run([(both, OA)])
        for one in two.accounts.values():
            await world.do(lambda tx, of=one.id: use.add(tx, of, 10, 0))  # type: ignore[misc]
        assert await world.do(lambda tx: months.pass_on_due(tx, desk)) == 0
        assert (await two.row_of(run_id, both)).channel == OA
