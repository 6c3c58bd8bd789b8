"""What came in is handled in order, once, and no fault of one item stops another."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeVar, cast

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.inbox_worker import AccountInbox, InboxWorker
from delivery.bell import Bell
from delivery.outbox import Outbox
from domain.clock import Clock
from domain.messages import ChatKind, ChatRef, Message, Outgoing, Press, PressAnswer, Received
from domain.messages import Sender as Writer
from handlers.router import Router
from handlers.turn import Turn
from storage import sequences
from storage.database import Database, DatabaseAway, Tx
from storage.deliveries import inbox
from storage.people import addresses
from storage.sealing import Keyring
from storage.tables import inbox as inbox_table
from tests.chat import Chat, Takers, open_chat
from tests.databases import MigratedPostgres
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


class GatedDatabase(Database):
    """A database whose first transaction begins when it is let, and which counts them."""

    def __init__(self, url: str, keys: Keyring, clock: Clock) -> None:
        super().__init__(url, keys, clock)
        self.began, self.gate = asyncio.Event(), asyncio.Event()
        self.writes = 0

    async def write(self, work: Callable[[Tx], T]) -> T:
        self.writes += 1
        self.began.set()
        await self.gate.wait()
        return await super().write(work)


class HalfAwayDatabase(GatedDatabase):
    """A database that is away for the first to write, and which counts the reads."""

    def __init__(self, url: str, keys: Keyring, clock: Clock) -> None:
        super().__init__(url, keys, clock)
        self.reads = 0

    async def read(self, work: Callable[[Tx], T]) -> T:
        self.reads += 1
        return await super().read(work)

    async def write(self, work: Callable[[Tx], T]) -> T:
        if not self.writes:
            self.writes += 1
            raise DatabaseAway
        return await super().write(work)


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


async def test_of_many_chats_that_wait_one_that_fails_costs_no_other_its_answer(chat: Chat) -> None:
    people = [str(number) for number in range(1, 31)]
    words = {person: "hỏng" if person == "5" else person for person in people}
    waiting = [letter(chat, person, person, words[person]) for person in people]
    await chat.do(lambda tx: inbox.put(tx, chat.account.id, waiting))
    async with working(chat):
        await until(_reached(chat, new=1, done=29))
        await until(_tried(chat, 1))
    for person in people:
        heard = await _heard(chat, person)
        assert heard == ([] if person == "5" else [f"đã nghe {person}"])


async def test_what_crosses_another_transaction_lets_it_pass_and_is_handled_each_alone(
    migrated_postgres: MigratedPostgres,
) -> None:
    took: dict[str, Tx] = {}
    theirs, ours = threading.Event(), threading.Event()
    tries: list[Tx] = []

    def number(turn: Turn, message: Message) -> bool:
        took[message.text] = turn.tx
        sequences.next_number(turn.tx, message.text)
        if message.text == "1":
            ours.set()
        return True

    def crossing(tx: Tx) -> None:
        tries.append(tx)
        sequences.next_number(tx, "8")
        theirs.set()
        assert ours.wait(60)
        sequences.next_number(tx, "1")

    with migrated_postgres.fresh() as url:
        async with open_chat(url, Takers(private=(number,))) as chat:
            other = asyncio.create_task(chat.db.write(crossing))
            assert await asyncio.to_thread(theirs.wait, 60)
            letters = [letter(chat, f"{n}", f"{n}", f"{n}") for n in range(1, 17)]
            await chat.do(lambda tx: inbox.put(tx, chat.account.id, letters))
            async with working(chat):
                await until(_reached(chat, done=16))
            await other
    assert len(tries) == 1, "the server had to end a deadlock"
    assert len({id(took[f"{n}"]) for n in range(1, 9)}) == 8


async def test_what_is_brought_together_shares_a_transaction_whoever_is_given_up(
    chat: Chat,
) -> None:
    database = GatedDatabase(chat.db.url, chat.db._keys, chat.clock)
    box = AccountInbox(database, chat.account.id, Bell())
    calls = []
    for number in range(12):
        person = str(1 + number % 3)
        brought = [letter(chat, f"{number}", person, f"{number}")]
        calls.append(asyncio.create_task(box.put(brought)))
        await asyncio.sleep(0)
    await asyncio.wait_for(database.began.wait(), 60)
    for given_up in (calls[0], calls[7]):
        given_up.cancel()
    database.gate.set()
    told = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(one) for one in told if one is not None] == [asyncio.CancelledError] * 2
    assert database.writes == 2, "the first, and all that came while it was under way"
    async with working(chat):
        await until(_reached(chat, done=11))
    # What a caller did not wait for any more is brought again; what was under way is there.
    assert await _heard(chat, "1") == [f"đã nghe {n}" for n in (0, 3, 6, 9)]
    assert await _heard(chat, "2") == [f"đã nghe {n}" for n in (1, 4, 10)]
    await database.close()


async def test_a_caller_whose_items_cannot_be_stored_hears_it_alone(chat: Chat) -> None:
    database = GatedDatabase(chat.db.url, chat.db._keys, chat.clock)
    box = AccountInbox(database, chat.account.id, Bell())
    letters = [letter(chat, f"{number}", str(number), "x") for number in range(1, 6)]
    letters[3] = replace(letters[3], key=cast("str", None))
    calls = [asyncio.create_task(box.put([one])) for one in letters]
    await asyncio.wait_for(database.began.wait(), 60)
    database.gate.set()
    told = await asyncio.gather(*calls, return_exceptions=True)
    await box.put([letter(chat, "9", "9", "x")])
    await database.close()
    assert [type(one) for one in told] == [type(None)] * 3 + [IntegrityError, type(None)]
    assert await _counts(chat) == {"new": 5}


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


async def test_a_share_that_goes_on_when_another_found_no_database_is_waited_for(
    chat: Chat,
) -> None:
    people = [str(number) for number in range(1, 31)]
    waiting = [letter(chat, person, person, person) for person in people]
    await chat.do(lambda tx: inbox.put(tx, chat.account.id, waiting))
    database = HalfAwayDatabase(chat.db.url, chat.db._keys, chat.clock)
    async with working(chat, database=database):
        await asyncio.wait_for(database.began.wait(), 60)
        # Longer than the worker naps when the database is away.
        await asyncio.sleep(0.7)
        assert database.reads == 1
        database.gate.set()
        await until(_reached(chat, done=30))
    await database.close()
