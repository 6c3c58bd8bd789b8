"""A group that waits for the chief stands in one sealed row, which goes with the answer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from domain.messages import ChatKind, ChatRef
from domain.roles import Role
from storage.database import Tx
from storage.groups import group_requests
from storage.groups.group_requests import ANSWERED_WITHIN, Wanted
from storage.staff import setting_up
from storage.tables import address, group_request
from tests.cellar import VILLAGE, Cellar, furnished
from tests.chat import MovingClock

OLD = ChatRef("-990010030001", ChatKind.GROUP)
NEW = ChatRef("-1009900100300", ChatKind.GROUP)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def cellar(migrated_database_url: str, clock: MovingClock) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url, clock=clock) as made:
        yield made


async def wanted(cellar: Cellar) -> Wanted:
    made = await cellar.do(
        lambda tx: setting_up.create_staff(tx, cellar.unit_id, "Cán bộ Ví Dụ", [Role.OFFICER])
    )
    return Wanted(cellar.unit_id, made.id, "neighbourhood", VILLAGE, "Nhóm Ví Dụ")


async def ask(cellar: Cellar, what: Wanted, chat: ChatRef = OLD) -> UUID | None:
    return await cellar.do(lambda tx: group_requests.ask(tx, what, cellar.account_id, chat))


async def count(cellar: Cellar) -> int:
    def rows(tx: Tx) -> int:
        query = select(func.count()).select_from(group_request)
        return int(tx.connection.execute(query).scalar_one())

    return await cellar.look(rows)


async def test_what_waits_can_be_read_again_and_is_no_address(cellar: Cellar) -> None:
    what = await wanted(cellar)
    made = await ask(cellar, what)
    assert made is not None
    found = await cellar.do(lambda tx: group_requests.get(tx, made))
    assert found is not None
    assert (found.wanted, found.chat, found.account_id) == (what, OLD, cellar.account_id)
    assert OLD.chat_id not in repr(found)
    assert await cellar.look(lambda tx: tx.connection.execute(select(address)).all()) == []


async def test_the_chat_is_sealed(cellar: Cellar) -> None:
    await ask(cellar, await wanted(cellar))
    raw = await cellar.look(
        lambda tx: tx.connection.execute(text("select * from group_request")).all()
    )
    assert OLD.chat_id not in repr(raw)
    assert OLD.chat_id.encode() not in bytes(raw[0].platform_id)


async def test_a_chat_waits_once_also_when_two_ask_at_once(cellar: Cellar) -> None:
    what = await wanted(cellar)
    made = await asyncio.gather(*(ask(cellar, what) for _ in range(3)))
    assert sum(one is not None for one in made) == 1
    assert await ask(cellar, what, NEW) is not None
    assert await count(cellar) == 2


async def test_a_chat_that_moved_is_found_under_its_new_id(cellar: Cellar) -> None:
    what = await wanted(cellar)
    made = await ask(cellar, what)
    assert made is not None
    for _ in range(2):
        await cellar.do(
            lambda tx: group_requests.moved(tx, cellar.account_id, OLD.chat_id, NEW.chat_id)
        )
    found = await cellar.do(lambda tx: group_requests.get(tx, made))
    assert found is not None
    assert found.chat == NEW
    assert await ask(cellar, what, NEW) is None


async def test_of_two_requests_for_one_chat_the_newer_stays_when_it_moves(cellar: Cellar) -> None:
    what = await wanted(cellar)
    older, newer = await ask(cellar, what), await ask(cellar, what, NEW)
    assert older is not None
    assert newer is not None
    await cellar.do(
        lambda tx: group_requests.moved(tx, cellar.account_id, OLD.chat_id, NEW.chat_id)
    )
    assert await cellar.do(lambda tx: group_requests.get(tx, older)) is None
    assert await cellar.do(lambda tx: group_requests.get(tx, newer)) is not None


async def test_silence_of_a_day_makes_it_overdue(cellar: Cellar, clock: MovingClock) -> None:
    what = await wanted(cellar)
    made = await ask(cellar, what)
    clock.forward(seconds=(ANSWERED_WITHIN - timedelta(seconds=1)).total_seconds())
    assert await cellar.do(group_requests.overdue) == []
    clock.forward(seconds=1)
    assert await cellar.do(group_requests.overdue) == [(made, what)]
    assert made is not None
    await cellar.do(lambda tx: group_requests.forget(tx, made))
    assert await count(cellar) == 0
