"""An account that may send only so much a month: its admins are told at 80 and at 100 percent."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from broadcasts import months
from broadcasts.desk import Desk
from delivery.outbox import Outbox
from domain.roles import Role
from storage.deliveries import use
from tests.chat import Chat, Takers, open_chat, pretend_capabilities


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
