"""From updates to the inbox."""

import asyncio
import logging

import pytest
from hypothesis import given, settings

from bot.channels.telegram.group_filter import Me
from bot.channels.telegram.intake import Intake
from domain.clock import SystemClock
from domain.failures import Transient
from domain.messages import ChatMoved, ChatRef, Message, Room
from tests.bot.channels.telegram.pretend import BOT_ID, USERNAME, ListInbox
from tests.bot.channels.telegram.test_incoming_broken import JSON, mangled
from tests.bot.channels.telegram.updates import GROUP, Json, message, texts, update

ME = Me(BOT_ID, USERNAME, frozenset({"baotin"}))


def intake_into(inbox: ListInbox, secret: bytes = b"s") -> Intake:
    return Intake(ME, inbox, SystemClock(), secret)


async def test_keys_come_from_update_ids_and_order_from_chats(inbox: ListInbox) -> None:
    await intake_into(inbox).take(texts("một", "hai", first=41))
    assert [(item.key, item.order_key) for item in inbox.items] == [
        ("u41", "chat:1001"),
        ("u42", "chat:1001"),
    ]


async def test_an_update_that_comes_again_has_the_same_key(inbox: ListInbox) -> None:
    intake = intake_into(inbox)
    await intake.take(texts("một"))
    await intake.take(texts("một"))
    assert len(inbox.items) == 1


async def test_the_two_notices_of_a_move_have_one_key_that_tells_no_id(inbox: ListInbox) -> None:
    old = {"id": -77, "type": "group"}
    await intake_into(inbox).take(
        [
            update(1, message=message(old, migrate_to_chat_id=GROUP["id"])),
            update(2, message=message(GROUP, migrate_from_chat_id=-77)),
        ]
    )
    (item,) = inbox.items
    assert isinstance(item.incoming, ChatMoved)
    assert "77" not in item.key or item.key != f"m{-77}"
    other = intake_into(ListInbox(), b"another").receive(
        update(1, message=message(old, migrate_to_chat_id=GROUP["id"]))
    )
    assert other is not None
    assert other.key != item.key


async def test_only_the_command_that_connects_brings_a_chats_name_and_number(
    inbox: ListInbox,
) -> None:
    answers = iter([12])

    async def count(chat: ChatRef) -> int:
        for answer in answers:
            return answer
        reason = "away"
        raise Transient(reason)

    me = Me(BOT_ID, USERNAME, frozenset({"baotin", "ketnoi"}))
    intake = Intake(me, inbox, SystemClock(), b"s", count)
    village = {**GROUP, "title": "Xóm chợ"}
    for number, text in enumerate(("/ketnoi ABCDE-FGHJK", "/ketnoi ABCDE-FGHJK", "/baotin x"), 1):
        marked = [{"type": "bot_command", "offset": 0, "length": 7}]
        await intake.take([update(number, message=message(village, text=text, entities=marked))])
    rooms = [item.incoming.room for item in inbox.items if isinstance(item.incoming, Message)]
    assert rooms == [Room("Xóm chợ", 12), Room("Xóm chợ"), None]


async def test_many_who_type_the_command_at_once_hold_up_nobody(inbox: ListInbox) -> None:
    asked = []

    async def count(chat: ChatRef) -> int:
        asked.append(chat)
        reason = "broken"
        raise RuntimeError(reason)

    me = Me(BOT_ID, USERNAME, frozenset({"baotin", "ketnoi"}))
    intake = Intake(me, inbox, SystemClock(), b"s", count)
    marked = [{"type": "bot_command", "offset": 0, "length": 7}]
    village = {**GROUP, "title": "Xóm chợ"}
    texts = ["/ketnoi", "/ketnoi xin chào", *["/ketnoi ABCDE-FGHJK"] * 50]
    await intake.take(
        [
            update(number, message=message(village, text=text, entities=marked))
            for number, text in enumerate(texts)
        ]
    )
    assert len(inbox.items) == len(texts)
    assert len(asked) == 3


async def test_rooms_are_counted_side_by_side_so_that_one_wait_is_all_there_is(
    inbox: ListInbox,
) -> None:
    together = asyncio.Barrier(3)

    async def count(chat: ChatRef) -> int:
        await together.wait()
        return 7

    me = Me(BOT_ID, USERNAME, frozenset({"baotin", "ketnoi"}))
    intake = Intake(me, inbox, SystemClock(), b"s", count)
    marked = [{"type": "bot_command", "offset": 0, "length": 7}]
    village = {**GROUP, "title": "Xóm chợ"}
    text = "/ketnoi ABCDE-FGHJK"
    await intake.take(
        [
            update(number, message=message(village, text=text, entities=marked))
            for number in range(3)
        ]
    )
    rooms = [item.incoming.room for item in inbox.items if isinstance(item.incoming, Message)]
    assert rooms == [Room("Xóm chợ", 7)] * 3


async def test_an_update_without_id_is_known_by_its_content(inbox: ListInbox) -> None:
    nameless: Json = {"message": message(text="Có trộm")}
    intake = intake_into(inbox)
    await intake.take([nameless])
    await intake.take([dict(reversed(nameless.items()))])
    await intake.take([{"message": message(text="Có cháy")}])
    assert len(inbox.items) == 2


async def test_when_nothing_is_ours_the_inbox_is_not_woken(inbox: ListInbox) -> None:
    await intake_into(inbox).take([*texts("chuyện riêng", chat=GROUP), 5, None, "x"])
    assert inbox.tries == 0


async def test_one_unreadable_update_does_not_hold_up_the_others(
    inbox: ListInbox, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = texts("một", "bí mật hai", "ba")
    second["message"]["date"] = "?"
    intake = intake_into(inbox)
    with caplog.at_level(logging.DEBUG):
        await intake.take([first, second, third])
    assert [item.key for item in inbox.items] == ["u1", "u2", "u3"]
    assert intake.unreadable == 1
    assert "update 2 " in caplog.text
    assert "bí mật" not in caplog.text


async def test_a_message_signed_by_nobody_is_only_counted(inbox: ListInbox) -> None:
    group_bot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    raw = message(GROUP, group_bot, sender_chat=GROUP, text="/baotin x")
    intake = intake_into(inbox)
    await intake.take([update(message=raw)])
    assert (intake.anonymous, inbox.tries) == (1, 0)


async def test_an_inbox_that_fails_is_heard(inbox: ListInbox) -> None:
    inbox.failures = 1
    with pytest.raises(OSError, match="database"):
        await intake_into(inbox).take(texts("một"))


@settings(max_examples=300, deadline=None)
@given(raw=mangled())
def test_no_mangled_update_makes_the_intake_raise(raw: Json) -> None:
    received = intake_into(ListInbox()).receive(raw)
    assert received is None or received.key


@settings(deadline=None)
@given(anything=JSON)
async def test_anything_at_all_may_come(anything: object) -> None:
    inbox = ListInbox()
    await intake_into(inbox).take([anything, *texts("một")])
    assert [type(item.incoming) for item in inbox.items][-1:] == [Message]
