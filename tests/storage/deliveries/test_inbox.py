"""The inbox: once, in order, and emptied afterwards."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from domain.messages import ChatKind, ChatRef, Message, Received, Sender
from storage.database import Database, Tx
from storage.deliveries import inbox
from storage.people import addresses
from storage.sealing import KeysUnusable, fresh_keyring
from storage.tables import inbox as inbox_table
from tests.chat import MovingClock

CANARY = "Nhà số 5 ngõ Ví Dụ bán hàng cấm"


class Hall(NamedTuple):
    """A database with one account, and the clock it goes by."""

    db: Database
    clock: MovingClock
    account_id: UUID

    async def put(self, *items: Received) -> int:
        return await self.db.write(lambda tx: inbox.put(tx, self.account_id, items))

    async def due(self, limit: int = 50) -> list[inbox.InboxItem]:
        return await self.db.read(lambda tx: inbox.next_items(tx, limit, [self.account_id]))

    async def texts(self) -> list[str]:
        def look(tx: Tx) -> list[str]:
            items = inbox.next_items(tx, 50, [self.account_id])
            return [_text(tx, item) for item in items]

        return await self.db.read(look)

    async def done(self, item: inbox.InboxItem) -> None:
        await self.db.write(lambda tx: inbox.take(tx, item.id))

    async def fail(self, item: inbox.InboxItem, most: int = 6) -> bool:
        return await self.db.write(lambda tx: inbox.failed(tx, item.id, "Fault at x:1", most))

    async def counts(self) -> dict[str, int]:
        return await self.db.read(by_state)


def by_state(tx: Tx) -> dict[str, int]:
    """Count the items in each state, the slow and certain way."""
    query = select(inbox_table.c.state, func.count()).group_by(inbox_table.c.state)
    return {row.state: row[1] for row in tx.connection.execute(query)}


def _text(tx: Tx, item: inbox.InboxItem) -> str:
    incoming = inbox.opened(tx, item)
    assert isinstance(incoming, Message)
    return incoming.text


@pytest.fixture
async def hall(migrated_database_url: str) -> AsyncIterator[Hall]:
    clock = MovingClock()
    db = Database(migrated_database_url, fresh_keyring(), clock)
    account = await db.write(lambda tx: addresses.register_account(tx, "telegram", "7", "vi_du"))
    yield Hall(db, clock, account.id)
    await db.close()


def letter(key: str, chat: str, text: str = "", clock: MovingClock | None = None) -> Received:
    at = (clock or MovingClock()).now()
    ref = ChatRef(chat, ChatKind.PRIVATE)
    message = Message(chat=ref, sender=Sender(chat), at=at, message_id=key, text=text or key)
    return Received(key, chat, message)


async def test_the_same_key_is_stored_once_also_within_one_batch(hall: Hall) -> None:
    assert await hall.put(letter("1", "a"), letter("1", "a"), letter("2", "a")) == 2
    assert await hall.put(letter("2", "a"), letter("3", "a")) == 1
    assert await hall.counts() == {"new": 3}


async def test_a_key_that_was_handled_is_still_known(hall: Hall) -> None:
    await hall.put(letter("1", "a"))
    await hall.done((await hall.due())[0])
    assert await hall.put(letter("1", "a")) == 0
    assert await hall.due() == []
    assert await hall.counts() == {"done": 1}


async def test_the_same_key_in_another_account_is_another_item(hall: Hall) -> None:
    other = await hall.db.write(lambda tx: addresses.register_account(tx, "telegram", "8", "hai"))
    await hall.put(letter("1", "a"))
    assert await hall.db.write(lambda tx: inbox.put(tx, other.id, [letter("1", "a")])) == 1
    both = await hall.db.read(lambda tx: inbox.next_items(tx, 9, [hall.account_id, other.id]))
    assert {item.account_id for item in both} == {hall.account_id, other.id}
    assert [item.account_id for item in await hall.due()] == [hall.account_id]


async def test_of_each_chat_only_the_oldest_item_is_due(hall: Hall) -> None:
    await hall.put(letter("1", "a"), letter("2", "b"), letter("3", "a"), letter("4", "b"))
    assert await hall.texts() == ["1", "2"]
    await hall.done((await hall.due())[0])
    assert await hall.texts() == ["2", "3"]


async def test_no_more_than_the_limit_is_given_the_oldest_first(hall: Hall) -> None:
    await hall.put(*(letter(str(n), f"chat{n}") for n in range(9)))
    assert len(await hall.due(4)) == 4
    assert [item.id for item in await hall.due(4)] == [item.id for item in await hall.due()][:4]


async def test_a_failing_item_holds_back_only_its_chat_with_growing_waits(hall: Hall) -> None:
    await hall.put(letter("1", "a"), letter("2", "a"), letter("3", "b"))
    for wait_s in (1, 2, 4, 8, 16):
        item = (await hall.due())[0]
        assert await hall.fail(item) is False
        assert await hall.texts() == ["3"]
        hall.clock.forward(seconds=wait_s - 0.5)
        assert await hall.texts() == ["3"]
        hall.clock.forward(seconds=0.6)
        assert await hall.texts() == ["1", "3"]
    assert (await hall.due())[0].tries == 5
    assert await hall.fail((await hall.due())[0]) is True
    assert await hall.texts() == ["2", "3"]
    assert await hall.counts() == {"new": 2, "aside": 1}


async def test_an_item_set_aside_keeps_its_sealed_words(hall: Hall) -> None:
    await hall.put(letter("1", "a", CANARY))
    item = (await hall.due())[0]
    assert await hall.fail(item, most=1) is True
    row = await _row(hall, item.id)
    assert row["state"] == "aside"
    assert row["body"] == item.body
    assert CANARY.encode() not in row["body"]
    assert await hall.db.read(lambda tx: _text(tx, item)) == CANARY
    assert row["problem"] == "Fault at x:1"


async def test_after_handling_only_the_key_stays(hall: Hall) -> None:
    await hall.put(letter("1", "a", CANARY))
    item = (await hall.due())[0]
    await hall.done(item)
    row = await _row(hall, item.id)
    assert row["body"] is None
    assert (row["state"], row["key"], row["handled_at"]) == ("done", "1", hall.clock.now())


async def test_an_item_is_taken_once_and_not_failed_back(hall: Hall) -> None:
    await hall.put(letter("1", "a"))
    item = (await hall.due())[0]
    assert await hall.db.write(lambda tx: inbox.take(tx, item.id)) == {item.id}
    assert await hall.db.write(lambda tx: inbox.take(tx, item.id)) == set()
    assert await hall.fail(item) is False
    assert await hall.counts() == {"done": 1}


async def test_one_item_that_cannot_be_opened_does_not_hide_the_others(hall: Hall) -> None:
    await hall.put(letter("1", "a"), letter("2", "b"))
    bad = (await hall.due())[0]
    await hall.db.write(
        lambda tx: tx.connection.execute(
            inbox_table.update().where(inbox_table.c.id == bad.id).values(body=b"\x01broken")
        )
    )
    items = await hall.due()
    assert len(items) == 2
    with pytest.raises(KeysUnusable):
        await hall.db.read(lambda tx: inbox.opened(tx, items[0]))
    assert await hall.db.read(lambda tx: _text(tx, items[1])) == "2"


async def test_the_age_of_the_oldest_waiting_item_is_told(hall: Hall) -> None:
    assert await hall.db.read(inbox.oldest_waiting) is None
    came = hall.clock.now()
    await hall.put(letter("1", "a"))
    hall.clock.forward(minutes=3)
    await hall.put(letter("2", "a"))
    assert await hall.db.read(inbox.oldest_waiting) == came
    await hall.done((await hall.due())[0])
    assert await hall.db.read(inbox.oldest_waiting) == came + timedelta(minutes=3)


async def test_new_items_and_those_set_aside_are_counted_and_the_handled_are_not(
    hall: Hall,
) -> None:
    assert await hall.db.read(inbox.counts) == {"new": 0, "aside": 0}
    await hall.put(letter("1", "a"), letter("2", "b"), letter("3", "c"), letter("4", "d"))
    first, second, *_ = await hall.due()
    await hall.done(first)
    assert await hall.fail(second, most=1)
    assert await hall.db.read(inbox.counts) == {"new": 2, "aside": 1}


async def test_keys_of_what_was_handled_long_ago_are_forgotten_and_nothing_else(
    hall: Hall,
) -> None:
    await hall.put(*(letter(str(n), f"chat {n}") for n in range(5)))
    first, second, third, *_ = await hall.due()
    for item in (first, second):
        await hall.done(item)
    assert await hall.fail(third, most=1)
    hall.clock.forward(days=9)
    await hall.put(letter("new", "chat 0"))
    await hall.done((await hall.due())[0])
    week_ago = hall.clock.now() - timedelta(days=8)

    assert await hall.db.write(lambda tx: inbox.forget_done(tx, week_ago, limit=1)) == 1
    assert await hall.db.write(lambda tx: inbox.forget_done(tx, week_ago)) == 1
    assert await hall.db.write(lambda tx: inbox.forget_done(tx, week_ago)) == 0

    assert await hall.counts() == {"new": 2, "done": 1, "aside": 1}
    assert await hall.put(letter("0", "chat 0")) == 1, "its number was given to something new"


async def test_an_item_does_not_show_its_words_when_printed(hall: Hall) -> None:
    received = letter("1", "a", CANARY)
    await hall.put(received)
    assert CANARY not in repr(received)
    assert repr((await hall.due())[0].body) not in repr((await hall.due())[0])


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_neither_words_nor_chat_ids_lie_in_the_file_in_clear(
    hall: Hall, tmp_path: Path
) -> None:
    await hall.put(letter("key-1", "900123456789", CANARY))
    during = _bytes_below(tmp_path)
    await hall.done((await hall.due())[0])
    for raw in (during, _bytes_below(tmp_path)):
        assert b"key-1" in raw
        assert CANARY.encode() not in raw
        assert b"900123456789" not in raw


def _bytes_below(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("x.db*"))


class _Plan(NamedTuple):
    """What happens next: who writes, or which of the due items is handled, fails, or goes twice."""

    act: str
    which: int


steps = st.lists(
    st.builds(
        _Plan,
        st.sampled_from(["write", "repeat", "handle", "fail", "wait"]),
        st.integers(0, 2),
    ),
    max_size=30,
)


@given(plan=steps)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_whatever_happens_each_item_is_handled_once_and_in_its_chats_order(
    hall: Hall, plan: list[_Plan]
) -> None:
    await hall.db.write(lambda tx: tx.connection.execute(inbox_table.delete()))
    written: dict[str, list[str]] = {"a": [], "b": [], "c": []}
    handled: dict[str, list[str]] = {"a": [], "b": [], "c": []}
    number = 0
    for step in plan:
        chat = "abc"[step.which]
        if step.act == "write":
            number += 1
            written[chat].append(f"{chat}{number}")
            assert await hall.put(letter(f"{chat}{number}", chat)) == 1
        elif step.act == "repeat" and written[chat]:
            assert await hall.put(letter(written[chat][-1], chat)) == 0
        elif step.act == "wait":
            hall.clock.forward(seconds=3)
        else:
            await _one(hall, step, handled)
    hall.clock.forward(hours=1)
    while items := await hall.due():
        for item in items:
            await _handle(hall, item, handled)
    assert handled == written
    assert (await hall.counts()).get("new", 0) == 0


async def _one(hall: Hall, step: _Plan, handled: dict[str, list[str]]) -> None:
    items = await hall.due()
    if not items:
        return
    item = items[step.which % len(items)]
    if step.act == "fail":
        await hall.fail(item, most=1000)
    else:
        await _handle(hall, item, handled)


async def _handle(hall: Hall, item: inbox.InboxItem, handled: dict[str, list[str]]) -> None:
    def work(tx: Tx) -> str:
        assert inbox.take(tx, item.id) == {item.id}
        return _text(tx, item)

    text = await hall.db.write(work)
    handled[text[0]].append(text)


async def _row(hall: Hall, item_id: UUID) -> dict[str, object]:
    def look(tx: Tx) -> dict[str, object]:
        query = select(inbox_table).where(inbox_table.c.id == item_id)
        return dict(tx.connection.execute(query).one()._mapping)

    return await hall.db.read(look)


async def _set_aside(hall: Hall, *keys: str) -> None:
    await hall.put(*(letter(key, key, CANARY) for key in keys))
    for item in await hall.due():
        await hall.fail(item, most=1)


async def test_items_set_aside_are_listed_page_by_page_without_their_words(hall: Hall) -> None:
    await _set_aside(hall, "1", "2", "3")
    await hall.put(letter("4", "4"))
    first = await hall.db.read(lambda tx: inbox.aside(tx, None, 2))
    rest = await hall.db.read(lambda tx: inbox.aside(tx, first[-1].id, 2))
    assert [item.id for item in [*first, *rest]] == await hall.db.read(inbox.aside_ids)
    assert {(item.kind, item.tries, item.problem) for item in first} == {
        ("Message", 1, "Fault at x:1")
    }
    assert CANARY not in repr([*first, *rest])


async def test_an_item_that_cannot_be_opened_is_listed_all_the_same(hall: Hall) -> None:
    await _set_aside(hall, "1")
    await hall.db.write(lambda tx: tx.connection.execute(inbox_table.update().values(body=b"x")))
    (item,) = await hall.db.read(lambda tx: inbox.aside(tx, None, 9))
    assert item.kind is None


async def test_retried_items_are_new_again_once_and_before_what_came_later(hall: Hall) -> None:
    await _set_aside(hall, "1", "2")
    await hall.put(letter("3", "1", "later"))
    assert await hall.texts() == ["later"]
    first, second = await hall.db.read(inbox.aside_ids)
    assert await hall.db.write(lambda tx: inbox.retry(tx, [first])) == 1
    assert await hall.db.write(lambda tx: inbox.retry(tx, [first])) == 0
    assert await hall.texts() == [CANARY]
    assert [item.tries for item in await hall.due()] == [0]
    assert await hall.db.read(inbox.aside_ids) == [second]


async def test_neither_new_nor_handled_items_are_retried(hall: Hall) -> None:
    await hall.put(letter("1", "a"), letter("2", "b"))
    new, handled = await hall.due()
    await hall.done(handled)
    assert await hall.db.write(lambda tx: inbox.retry(tx, [new.id, handled.id])) == 0
    assert await hall.counts() == {"new": 1, "done": 1}


async def test_who_writes_once_is_not_held_up_by_many_who_flood(hall: Hall) -> None:
    for number in range(3):
        await hall.put(*(letter(f"{chat}-{number}", f"flood{chat}") for chat in range(12)))
    await hall.put(letter("one", "calm"))
    turns: dict[bytes, int] = {}
    seen: list[list[str]] = []
    for turn in range(1, 8):

        def look(tx: Tx) -> tuple[list[inbox.InboxItem], list[str]]:
            found = inbox.next_items(tx, 6, [hall.account_id], turns)
            return found, [_text(tx, item) for item in found]

        items, texts = await hall.db.read(look)
        turns.update((item.order, turn) for item in items)
        seen.append(texts)
        for item in items:
            await hall.done(item)
    assert "one" in seen[2]
    flat = [text for texts in seen for text in texts]
    for chat in range(12):
        own = [text for text in flat if text.startswith(f"{chat}-")]
        assert own == sorted(own)
        assert len(own) == 3


async def test_only_what_nobody_tried_yet_is_fresh(hall: Hall) -> None:
    await hall.put(letter("1", "a"))
    item = (await hall.due())[0]
    await hall.fail(item, most=1)
    assert await hall.db.write(lambda tx: inbox.retry(tx, [item.id]))
    assert [item.fresh, *(again.fresh for again in await hall.due())] == [True, False]
