"""Several workers at one inbox: each item handled once, those of one chat in order."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from bot.inbox_worker import AccountInbox, InboxWorker
from delivery.bell import Bell
from domain.clock import SystemClock
from domain.messages import ChatKind, ChatRef, Message, Outgoing, Received
from domain.messages import Sender as Writer
from handlers.turn import Turn
from storage.database import Database, Tx
from storage.deliveries import inbox
from tests.chat import Chat, Takers, open_chat
from tests.databases import MigratedPostgres
from tests.delivery.post_office import Platform, until
from tests.storage.deliveries.test_inbox import by_state

WORKERS, CHATS, EACH = 3, 7, 9


def echo(turn: Turn, message: Message) -> bool:
    """Answer with the same words."""
    turn.tell(Outgoing(text=message.text))
    return True


@pytest.fixture
async def chat(migrated_postgres: MigratedPostgres) -> AsyncIterator[Chat]:
    with migrated_postgres.fresh() as url:
        async with open_chat(url, Takers(private=(echo,))) as world:
            yield world


def letter(chat: Chat, person: str, number: int) -> Received:
    ref = ChatRef(person, ChatKind.PRIVATE)
    message = Message(
        chat=ref,
        sender=Writer(person),
        at=chat.clock.now(),
        message_id=f"{person}-{number}",
        text=str(number),
    )
    return Received(message.message_id, person, message)


async def test_workers_side_by_side_handle_each_item_once_and_each_chat_in_order(
    chat: Chat,
) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    people = [str(1 + at) for at in range(CHATS)]
    left = {person: [letter(chat, person, n) for n in range(EACH)] for person in people}
    # By a clock that moves: what is written later must lie behind, whoever writes it.
    databases = [Database(chat.db.url, chat.db._keys, SystemClock()) for _ in range(WORKERS)]
    bell = Bell()
    workers = [
        InboxWorker(
            database, chat.router, {chat.account.id: (chat.account, Platform())}, bell, Bell()
        )
        for database in databases
    ]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    box = AccountInbox(chat.db, chat.account.id, bell)
    while any(left.values()):
        # Bursts of several chats, some items twice as a platform does that got no answer.
        lot = [left[person].pop(0) for person in chance.sample(people, 3) if left[person]]
        await box.put(lot)
        if chance.random() < 0.3:
            await box.put(lot)

    async def all_done() -> bool:
        return await chat.look(by_state) == {"done": CHATS * EACH}

    await until(all_done)
    for worker in workers:
        worker.stop()
    await asyncio.wait_for(asyncio.gather(*tasks), 60)
    for database in databases:
        await database.close()
    for person in people:
        heard = [one.text for one in await chat.resident(person).heard()]
        assert heard == [str(n) for n in range(EACH)], f"seed {seed}"


async def test_an_item_that_another_worker_holds_is_not_waited_for_and_is_new_when_that_one_dies(
    chat: Chat,
) -> None:
    other = Database(chat.db.url, chat.db._keys, chat.clock)
    both = [letter(chat, "1", 0), letter(chat, "1", 1)]
    await chat.do(lambda tx: inbox.put(tx, chat.account.id, both))
    (head,) = await chat.look(lambda tx: inbox.next_items(tx, 9, [chat.account.id]))
    held, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold_and_die(tx: Tx) -> None:
        assert inbox.take(tx, head.id) == {head.id}
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(60)
        raise LookupError

    dying = asyncio.create_task(other.write(hold_and_die))
    await asyncio.wait_for(held.wait(), 60)
    assert await chat.do(lambda tx: inbox.take(tx, head.id)) == set()
    still = await chat.look(lambda tx: inbox.next_items(tx, 9, [chat.account.id]))
    assert [one.id for one in still] == [head.id], "its chat's next item waits behind it"
    go_on.set()
    with pytest.raises(LookupError):
        await dying
    assert await chat.do(lambda tx: inbox.take(tx, head.id)) == {head.id}
    await other.close()
