"""Words set aside are kept for a week, of each resident by itself, and no longer."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from storage.database import Tx
from storage.people import words_aside
from storage.tables import resident
from tests.chat import Chat, Takers, open_chat


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


async def _sealed(chat: Chat) -> int:
    query = select(resident.c.id).where(resident.c.words_aside.is_not(None))
    return await chat.look(lambda tx: len(tx.connection.execute(query).all()))


async def test_words_are_forgotten_after_a_week_and_newer_ones_stay(chat: Chat) -> None:
    lan = await (await chat.subscriber("1001")).record()
    await chat.do(lambda tx: words_aside.keep(tx, lan.id, "old", "lời cũ"))
    chat.clock.forward(days=6)
    await chat.do(lambda tx: words_aside.keep(tx, lan.id, "new", "lời mới"))
    assert await chat.do(words_aside.forget_old) == 0
    chat.clock.forward(days=1)
    assert await chat.do(words_aside.forget_old) == 1
    assert await chat.do(words_aside.forget_old) == 0
    assert await chat.look(lambda tx: words_aside.find(tx, lan.id, "old")) is None
    kept = await chat.look(lambda tx: words_aside.find(tx, lan.id, "new"))
    assert kept is not None
    assert kept.incoming == "lời mới"
    chat.clock.forward(days=6)
    assert await chat.do(words_aside.forget_old) == 1
    assert await _sealed(chat) == 0


async def test_what_became_a_tip_is_forgotten_as_well(chat: Chat) -> None:
    lan = await (await chat.subscriber("1001")).record()
    await chat.do(lambda tx: words_aside.keep(tx, lan.id, "t", "lời"))
    await chat.do(lambda tx: words_aside.note_taken(tx, lan.id, "t"))
    chat.clock.forward(days=7)
    assert await chat.do(words_aside.forget_old) == 1
    assert await _sealed(chat) == 0


async def test_words_that_cannot_be_opened_go_in_their_time_and_hold_back_nobodys(
    chat: Chat,
) -> None:
    for n in range(3):
        one = await (await chat.subscriber(f"100{n}")).record()
        await chat.do(lambda tx, who=one.id: words_aside.keep(tx, who, "t", "lời"))  # type: ignore[misc]
        chat.clock.forward(minutes=1)

    def spoil(tx: Tx) -> None:
        first = select(resident.c.id).order_by(resident.c.words_aside_at).limit(1)
        query = update(resident).where(resident.c.id == first.scalar_subquery())
        tx.connection.execute(query.values(words_aside=b"spoiled"))

    await chat.do(spoil)
    chat.clock.forward(days=7, hours=1)
    assert await chat.do(lambda tx: words_aside.forget_old(tx, 2)) == 2
    assert await chat.do(lambda tx: words_aside.forget_old(tx, 2)) == 1
    assert await _sealed(chat) == 0


async def test_the_oldest_words_tell_when_something_is_to_be_forgotten(chat: Chat) -> None:
    lan = await (await chat.subscriber("1001")).record()
    began = chat.clock.now()
    for n in range(words_aside.MOST + 2):
        await chat.do(lambda tx, t=str(n): words_aside.keep(tx, lan.id, t, "lời"))  # type: ignore[misc]
        chat.clock.forward(hours=1)

    def due(tx: Tx) -> object:
        return tx.connection.execute(
            select(resident.c.words_aside_at).where(resident.c.id == lan.id)
        ).scalar_one()

    assert await chat.look(due) == began + timedelta(hours=2)
