"""Items set aside are told of without their words, and tried again while the service runs."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import get_args
from uuid import UUID

import pytest

from bot import aside
from domain.clock import local
from domain.messages import Incoming, Message, Outgoing
from handlers.turn import Turn
from storage.deliveries import inbox
from storage.deliveries.inbox import AsideItem
from tests.bot.test_inbox_worker import CANARY, letter, working
from tests.chat import Chat, Takers, open_chat
from tests.delivery.post_office import until
from tests.storage.deliveries.test_inbox import by_state


def _answer(turn: Turn, message: Message) -> bool:
    turn.tell(Outgoing(text=f"đã nghe {message.text}"))
    return True


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers(private=(_answer,))) as world:
        yield world


async def _set_aside(chat: Chat, count: int) -> None:
    letters = [letter(chat, f"k{n}", f"{n}", f"{CANARY} {n}") for n in range(count)]
    await chat.db.write(lambda tx: inbox.put(tx, chat.account.id, letters))
    due = await chat.db.read(lambda tx: inbox.next_items(tx, count, [chat.account.id]))
    for item in due:
        note = partial(inbox.failed, item_id=item.id, problem="Fault at x:1", most_tries=1)
        await chat.db.write(note)


async def _listed(chat: Chat) -> list[AsideItem]:
    return [item async for page in aside.pages(chat.db) for item in page]


async def _retried(chat: Chat, ids: Sequence[UUID]) -> list[tuple[int, int]]:
    return [lot async for lot in aside.retry(chat.db, ids)]


async def test_a_line_says_which_when_what_how_often_and_why_but_no_words(chat: Chat) -> None:
    await _set_aside(chat, 1)
    (item,) = await _listed(chat)
    line = aside.line(item)
    when = local(chat.clock.now()).strftime("%H:%M:%S %d/%m/%Y")
    assert line == f"{item.id}  {when}  tin nhắn  đã thử 1 lần  Fault at x:1"


@pytest.mark.parametrize("count", [0, 1, 450])
async def test_many_are_listed_and_retried_in_lots(chat: Chat, count: int) -> None:
    await _set_aside(chat, count)
    listed = await _listed(chat)
    assert len(listed) == count
    lots = await _retried(chat, [item.id for item in listed])
    assert [sum(column) for column in zip(*lots, strict=True)] == ([count, count] if count else [])
    assert await _listed(chat) == []
    again = await _retried(chat, [item.id for item in listed][:3])
    assert again == ([(0, min(count, 3))] if count else [])


async def test_a_running_service_handles_what_is_retried(chat: Chat) -> None:
    await _set_aside(chat, 3)
    async with working(chat):
        listed = await _listed(chat)
        assert await _retried(chat, [item.id for item in listed]) == [(3, 3)]

        async def handled() -> bool:
            return await chat.look(by_state) == {"done": 3}

        await until(handled)
    said = [heard.text for heard in await chat.resident("1").heard()]
    assert said == [f"đã nghe {CANARY} 1"]


def test_every_kind_of_item_has_a_vietnamese_name() -> None:
    for kind in get_args(Incoming):
        item = AsideItem(UUID(int=1), kind.__name__, datetime.now(UTC), 1, "x")
        assert "không mở được" not in aside.line(item)
    unreadable = AsideItem(UUID(int=1), None, datetime.now(UTC), 1, "x")
    assert "không mở được" in aside.line(unreadable)
