"""Every hour what is kept for a time only is forgotten, each kind whatever befalls the others."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Executable, select

from bot import forgetting
from domain.messages import ChatKind, ChatRef, Message, Received, Sender
from domain.roles import Role
from handlers.staff import slips
from handlers.tips import entering, revealing, ties
from storage.database import Tx
from storage.deliveries import inbox
from storage.people import dialogues, words_aside
from storage.staff import one_time_codes, setting_up
from storage.staff.one_time_codes import CodePurpose
from storage.tables import dialogue, one_time_code, resident, wrong_code
from storage.tables import inbox as inbox_rows
from tests.chat import Chat, Takers, open_chat

DAY = timedelta(days=1)
LEFT: Mapping[str, Executable] = {
    "keys": select(inbox_rows.c.id),
    "words": select(resident.c.id).where(resident.c.words_aside.is_not(None)),
    "slips": select(dialogue.c.name).where(dialogue.c.name == slips.MAYBE_TIP),
    "codes": select(one_time_code.c.id).union_all(select(wrong_code.c.id)),
}


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


async def _fill(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    person, where = await lan.record(), await lan.address()
    officer = await (await chat.staff("2001", Role.OFFICER)).address()
    sender = Sender("1001", None)
    came = ChatRef("1001", ChatKind.PRIVATE)
    words = Message(chat=came, sender=sender, at=chat.clock.now(), message_id="1", text="x")

    def write(tx: Tx) -> None:
        inbox.put(tx, chat.account.id, [Received(key="u", order_key="chat:1001", incoming=words)])
        inbox.take(tx, tx.connection.execute(select(inbox_rows.c.id)).scalar_one())
        words_aside.keep(tx, person.id, "t", "lời")
        dialogues.keep(tx, officer.id, slips.MAYBE_TIP, {"messages": "[]", "token": "t"})
        dialogues.keep(tx, where.id, "consent", {})
        who = setting_up.create_staff(tx, chat.unit.id, "Cán bộ Ví Dụ", [Role.OFFICER])
        one_time_codes.issue(tx, CodePurpose.STAFF, chat.unit.id, who.id, DAY)
        one_time_codes.redeem(tx, CodePurpose.STAFF, "AAAAA-AAAAA", where.id)

    await chat.do(write)


async def _left(chat: Chat) -> dict[str, int]:
    def count(tx: Tx) -> dict[str, int]:
        return {name: len(tx.connection.execute(query).all()) for name, query in LEFT.items()}

    return await chat.look(count)


async def test_what_is_too_old_goes_and_nothing_before_its_time(chat: Chat) -> None:
    await _fill(chat)
    assert await _left(chat) == {"keys": 1, "words": 1, "slips": 1, "codes": 2}
    chat.clock.forward(days=6)
    for work in forgetting.HOURLY.values():
        assert not await chat.do(work)
    assert await _left(chat) == {"keys": 1, "words": 1, "slips": 1, "codes": 2}
    chat.clock.forward(days=4)
    for name in LEFT:
        assert await chat.do(forgetting.HOURLY[name]), name
        assert not await chat.do(forgetting.HOURLY[name]), name
    assert await _left(chat) == dict.fromkeys(LEFT, 0)
    [kept] = await chat.look(lambda tx: tx.connection.execute(select(dialogue.c.name)).all())
    assert kept.name == "consent"


def test_everything_with_a_clock_is_among_the_hourly_work() -> None:
    tried_elsewhere = {"reactions", "public_words", "stop_codes", "calls"}
    tried_elsewhere |= {"prepared", "typed_under", "receipts", "heard", "link_codes"}
    assert {*LEFT, *tried_elsewhere, "half_told"} == set(forgetting.HOURLY)


async def test_a_fault_in_one_kind_is_told_and_keeps_none_of_the_others() -> None:
    done: list[Callable[[Tx], int]] = []

    async def steps(work: Callable[[Tx], int]) -> None:
        if work in (forgetting.HOURLY["keys"], forgetting.HOURLY["words"]):
            message = "spoiled"
            raise ValueError(message)
        done.append(work)

    with pytest.raises(ValueError, match="spoiled"):
        await forgetting.forget(steps)
    spared = [name for name in forgetting.HOURLY if name not in ("keys", "words")]
    assert done == [forgetting.HOURLY[name] for name in spared]


async def test_what_was_only_begun_is_forgotten_in_two_hours_a_contact_asked_for_in_a_day(
    chat: Chat,
) -> None:
    duty = await (await chat.staff("2001", Role.DUTY_OFFICER)).address()
    chief = await (await chat.staff("2002", Role.CHIEF)).address()
    lan = await (await chat.subscriber("1001")).address()
    begun = {duty.id: entering.DIALOGUE, chief.id: revealing.DIALOGUE, lan.id: ties.CONTACT}

    def begin(tx: Tx) -> None:
        for address_id, name in begun.items():
            dialogues.keep(tx, address_id, name, {"what": "lời"})
        # Another question over it makes no word of it last longer.
        dialogues.lay_over(tx, duty.id, "tip", {})

    await chat.do(begin)
    work = forgetting.HOURLY["half_told"]
    assert await chat.do(work) == 0
    chat.clock.forward(hours=2, minutes=1)
    assert await chat.do(work) == 2
    above = await chat.look(lambda tx: dialogues.current(tx, duty.id))
    assert above is not None
    assert (above.name, above.below) == ("tip", None)
    chat.clock.forward(hours=22)
    assert await chat.do(work) == 1
    assert await chat.do(work) == 0
