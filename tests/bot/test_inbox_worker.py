"""What came in is handled in order, once, and no fault of one item stops another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from bot.inbox_worker import AccountInbox, InboxWorker
from delivery.bell import Bell
from delivery.outbox import Outbox
from domain.messages import ChatKind, ChatRef, Message, Outgoing, Press, PressAnswer, Received
from domain.messages import Sender as Writer
from handlers.router import Router
from handlers.turn import Turn
from storage.database import Database, DatabaseAway, Tx
from storage.deliveries import inbox
from storage.people import addresses
from storage.tables import inbox as inbox_table
from tests.chat import Chat, Takers, open_chat
from tests.delivery.post_office import FlakyDatabase, Platform, until
from tests.storage.deliveries.test_inbox import by_state

T = TypeVar("T")
CANARY = "canary: số 5 ngõ Ví Dụ"


class AnsweringPlatform(Platform):
    """A platform whose presses can be answered."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[PressAnswer] = []

    async def answer_press(self, answer: PressAnswer) -> None:
        self.answers.append(answer)


def echo(turn: Turn, message: Message) -> bool:
    """Answer with the same words; fail where they ask for it."""
    if message.text.startswith("hỏng"):
        raise LookupError(message.text)
    turn.tell(Outgoing(text=f"đã nghe {message.text}"))
    return True


TAKERS = Takers(private=(echo,), presses={"ok": lambda turn, press, args: None})


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, TAKERS) as world:
        yield world


@asynccontextmanager
async def working(
    chat: Chat,
    platform: Platform | None = None,
    database: Database | None = None,
    router: Router | None = None,
) -> AsyncIterator[AccountInbox]:
    bell = Bell()
    database = database or chat.db
    worker = InboxWorker(
        database,
        router or chat.router,
        {chat.account.id: (chat.account, platform or Platform())},
        bell,
        Bell(),
    )
    task = asyncio.create_task(worker.run())
    try:
        yield AccountInbox(database, chat.account.id, bell)
    finally:
        worker.stop()
        await asyncio.wait_for(task, 60)


def letter(chat: Chat, key: str, person: str, text: str) -> Received:
    ref = ChatRef(person, ChatKind.PRIVATE)
    message = Message(
        chat=ref, sender=Writer(person), at=chat.clock.now(), message_id=key, text=text
    )
    return Received(key, person, message)


async def _counts(chat: Chat) -> dict[str, int]:
    return await chat.look(by_state)


def _tried(chat: Chat, tries: int) -> Callable[[], Awaitable[bool]]:
    """Return a question: has the most often tried item been tried so many times?"""

    async def tried() -> bool:
        most = select(func.max(inbox_table.c.tries))
        return await chat.look(lambda tx: tx.connection.execute(most).scalar_one() == tries)

    return tried


def _reached(chat: Chat, **wanted: int) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return await _counts(chat) == wanted

    return reached


async def _heard(chat: Chat, person: str) -> list[str]:
    return [heard.text for heard in await chat.resident(person).heard()]


async def test_what_came_in_is_handled_in_each_chats_order_and_answered(chat: Chat) -> None:
    letters = [
        letter(chat, f"{person}-{n}", person, f"{n}") for n in range(5) for person in ("1", "2")
    ]
    async with working(chat) as box:
        await box.put(letters)
        await box.put(letters)
        await until(_reached(chat, done=10))
    for person in ("1", "2"):
        assert await _heard(chat, person) == [f"đã nghe {n}" for n in range(5)]


async def test_handlers_see_the_account_as_it_is_known_last(migrated_database_url: str) -> None:
    def name(turn: Turn, message: Message) -> bool:
        turn.tell(Outgoing(text=turn.account.username))
        return True

    async with open_chat(migrated_database_url, Takers(private=(name,))) as chat:
        accounts = {chat.account.id: (chat.account, Platform())}
        worker = InboxWorker(chat.db, chat.router, accounts, Bell(), Bell())
        worker.know(replace(chat.account, username="ten_moi_bot"))
        written = [letter(chat, "a", "1", "x")]
        await chat.db.write(lambda tx: inbox.put(tx, chat.account.id, written))
        task = asyncio.create_task(worker.run())
        await until(_reached(chat, done=1))
        worker.stop()
        await asyncio.wait_for(task, 60)
        assert await _heard(chat, "1") == ["ten_moi_bot"]


async def test_a_failing_item_is_tried_again_set_aside_and_told_while_others_go_on(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    async with working(chat) as box:
        await box.put([letter(chat, "a", "1", f"hỏng {CANARY}"), letter(chat, "b", "1", "sau")])
        await box.put([letter(chat, "c", "2", "khác")])
        for tries in range(1, 6):
            await until(_tried(chat, tries))
            await until(_reached(chat, new=2, done=1))
            assert await _heard(chat, "1") == []
            chat.clock.forward(seconds=40)
        await until(_reached(chat, aside=1, done=2))
    assert await _heard(chat, "2") == ["đã nghe khác"]
    apology, later = await _heard(chat, "1")
    assert "trục trặc" in apology
    assert later == "đã nghe sau"
    logged = "".join(capsys.readouterr())
    assert logged.count("handler_fault") == 6
    assert "LookupError" in logged
    assert CANARY not in logged


async def test_an_item_that_cannot_be_opened_is_set_aside_and_nothing_else_stops(
    chat: Chat,
) -> None:
    await chat.do(lambda tx: inbox.put(tx, chat.account.id, [letter(chat, "a", "1", "mất")]))
    await chat.do(
        lambda tx: tx.connection.execute(inbox_table.update().values(body=b"\x01broken", tries=5))
    )
    async with working(chat) as box:
        await box.put([letter(chat, "b", "2", "khác")])
        await until(_reached(chat, aside=1, done=1))
    assert await _heard(chat, "2") == ["đã nghe khác"]


async def test_an_apology_that_fails_too_leaves_the_item_aside(chat: Chat) -> None:
    speechless = Router(
        replace(chat.context, outbox=Outbox({})),
        private=(echo,),
        group=(),
        presses={},
        edited=TAKERS.edited,
    )
    await chat.do(lambda tx: inbox.put(tx, chat.account.id, [letter(chat, "a", "1", "hỏng")]))
    await chat.do(lambda tx: tx.connection.execute(inbox_table.update().values(tries=5)))
    async with working(chat, router=speechless):
        await until(_reached(chat, aside=1))


async def test_what_came_in_by_an_account_we_no_longer_run_waits_untouched(chat: Chat) -> None:
    def old_item(tx: Tx) -> None:
        old = addresses.register_account(tx, "telegram", "6999", "cu_bot")
        inbox.put(tx, old.id, [letter(chat, "a", "1", "cũ")])

    await chat.do(old_item)
    async with working(chat) as box:
        await box.put([letter(chat, "b", "1", "mới")])
        await until(_reached(chat, new=1, done=1))
    assert await _heard(chat, "1") == ["đã nghe mới"]


async def test_a_press_is_answered_after_the_commit(chat: Chat) -> None:
    platform = AnsweringPlatform()

    def press(number: int, action: str) -> Received:
        ref = ChatRef("1", ChatKind.PRIVATE)
        item = Press(
            chat=ref,
            sender=Writer("1"),
            at=chat.clock.now(),
            message_id="m",
            action=action,
            press_id=f"p{number}",
        )
        return Received(f"p{number}", "1", item)

    async with working(chat, platform) as box:
        await box.put([press(1, "ok:x"), press(2, "gone:x")])
        await until(lambda: len(platform.answers) == 2)
    known, stale = platform.answers
    assert known == PressAnswer("p1")
    assert stale.press_id == "p2"
    assert stale.alert
    assert stale.text


async def test_a_database_away_for_a_moment_loses_nothing(chat: Chat) -> None:
    keys = chat.db._keys
    database = FlakyDatabase(chat.db.url, keys, chat.clock)
    async with working(chat, database=database) as box:
        await box.put([letter(chat, "a", "1", "trước")])
        await until(_reached(chat, done=1))
        database.away = True
        with pytest.raises(DatabaseAway):
            await box.put([letter(chat, "b", "1", "không nhận")])
        await asyncio.sleep(0.1)
        database.away = False
        await box.put([letter(chat, "b", "1", "không nhận"), letter(chat, "c", "1", "sau")])
        await until(_reached(chat, done=3))
    await database.close()
    assert await _heard(chat, "1") == ["đã nghe trước", "đã nghe không nhận", "đã nghe sau"]
