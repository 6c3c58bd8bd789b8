"""Who answers a message before we know that it arrived is understood all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.inbox_worker import AccountInbox, InboxWorker
from delivery.bell import Bell
from domain.delivery import Accepted, DeliveryKind, Lane
from domain.messages import ChatKind, ChatRef, Message, Outgoing, Received, Sender
from handlers.turn import Turn
from storage.deliveries import ledger
from storage.deliveries.settling import Settled, settle
from storage.deliveries.windows import Claim, Window, open_window
from storage.people import addresses
from storage.tables import inbox
from tests.chat import Chat, Takers, open_chat
from tests.delivery.post_office import Platform, until
from tests.storage.deliveries.test_inbox import by_state


def say_whether_known(turn: Turn, message: Message) -> bool:
    row = ledger.by_message(turn.tx, turn.me.id, message.reply_to or "")
    turn.tell(Outgoing(text="đã biết" if row is not None else "không biết"))
    return True


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers(private=(say_whether_known,))) as world:
        yield world


@asynccontextmanager
async def working(chat: Chat) -> AsyncIterator[AccountInbox]:
    bell = Bell()
    accounts = {chat.account.id: (chat.account, Platform())}
    worker = InboxWorker(chat.db, chat.router, accounts, bell, Bell())
    task = asyncio.create_task(worker.run())
    try:
        yield AccountInbox(chat.db, chat.account.id, bell)
    finally:
        worker.stop()
        await asyncio.wait_for(task, 60)


async def being_sent(chat: Chat) -> Window:
    """Let a message be on its way to person 1."""
    claim = Claim(chat.account.id, "tests", timedelta(minutes=1))
    account_id = chat.account.id
    where = await chat.do(lambda tx: addresses.ensure(tx, account_id, ChatKind.PRIVATE, "1"))
    await chat.do(
        lambda tx: chat.context.outbox.put(
            tx,
            where.id,
            Outgoing(text="Bà con chọn"),
            kind=DeliveryKind.REPLY,
            lane=Lane.TALK,
            language="vi",
        )
    )
    window = await chat.do(lambda tx: open_window(tx, claim, tuple(Lane), 8))
    assert window is not None
    return window


def reply(chat: Chat, key: str, to: str) -> Received:
    message = Message(
        chat=ChatRef("1", ChatKind.PRIVATE),
        sender=Sender("1"),
        at=chat.clock.now(),
        message_id=key,
        text="vâng",
        reply_to=to,
    )
    return Received(key, "1", message)


async def put_off(chat: Chat) -> bool:
    query = select(inbox.c.id).where(inbox.c.state == "new", inbox.c.not_before.is_not(None))
    return await chat.look(lambda tx: tx.connection.execute(query).first() is not None)


async def handled(chat: Chat) -> bool:
    return await chat.look(by_state) == {"done": 1}


async def heard(chat: Chat) -> list[str]:
    return [one.text for one in await chat.resident("1").heard()]


async def test_a_reply_waits_for_what_is_just_being_sent_and_is_about_it(chat: Chat) -> None:
    window = await being_sent(chat)
    (send,) = window.sends
    async with working(chat) as box:
        await box.put([reply(chat, "r1", "m7")])
        await until(lambda: put_off(chat))

        result = Settled(send.delivery_id, send.attempt_id, Accepted("m7", chat.clock.now()))
        await chat.do(lambda tx: settle(tx, window.id, [result]))
        chat.clock.forward(seconds=1)
        await until(lambda: handled(chat))

    assert "đã biết" in await heard(chat)
    tries = await chat.look(lambda tx: tx.connection.scalar(select(inbox.c.tries)))
    assert tries == 0, "it was nobody's fault"


async def test_a_reply_does_not_wait_for_ever(chat: Chat) -> None:
    await being_sent(chat)
    async with working(chat) as box:
        await box.put([reply(chat, "r1", "m7")])
        await until(lambda: put_off(chat))
        chat.clock.forward(seconds=4)
        await until(lambda: handled(chat))

    assert "không biết" in await heard(chat)


async def test_a_reply_while_nothing_is_being_sent_is_heard_at_once(chat: Chat) -> None:
    async with working(chat) as box:
        await box.put([reply(chat, "r1", "m7")])
        await until(lambda: handled(chat))

    assert await heard(chat) == ["không biết"]
