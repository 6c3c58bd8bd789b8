"""What is known of who writes from one question is what each shelf would tell by itself."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.delivery import DeliveryKind, Lane
from domain.messages import Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import mutes, words_aside, writers
from storage.tips import tips
from tests.chat import Chat, Takers, open_chat

_WEEK = timedelta(days=7)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


def _answer(tx: Tx, writer: writers.Writer) -> None:
    ledger.put(
        tx,
        ledger.NewDelivery(
            kind=DeliveryKind.REPLY,
            lane=Lane.TALK,
            address_id=writer.address.id,
            language="vi",
            outgoing=Outgoing(text="Đã nhận (ví dụ)"),
        ),
    )


def _answer_in_vain(tx: Tx, writer: writers.Writer) -> None:
    with tx.savepoint():
        _answer(tx, writer)
        raise LookupError


async def test_answers_are_counted_also_those_given_since_somebody_wrote(chat: Chat) -> None:
    await chat.subscriber("1001")

    def count(tx: Tx) -> tuple[int, int, int]:
        found = writers.find(tx, chat.account.id, "1001")
        assert found is not None
        before = mutes.answers(tx, found.address.id)
        _answer(tx, found)
        after = mutes.answers(tx, found.address.id)
        return before, after, mutes.told_since(tx, found.address.id, tx.now - mutes.ANSWERS_WITHIN)

    before, after, asked = await chat.do(count)
    assert after == asked == before + 1
    assert (await chat.do(count))[0] == after
    chat.clock.forward(minutes=11)
    assert (await chat.do(count))[0] == 0


async def test_words_are_found_aside_also_when_set_there_since_somebody_wrote(chat: Chat) -> None:
    await chat.subscriber("1001")

    def aside(tx: Tx) -> list[str]:
        found = writers.find(tx, chat.account.id, "1001")
        assert found is not None
        assert found.resident is not None
        who = found.resident.id
        before = [one.token for one in words_aside.marked(tx, who, "n", _WEEK)]
        words_aside.keep(tx, who, f"n{len(before)}", "lời ví dụ")
        after = [one.token for one in words_aside.marked(tx, who, "n", _WEEK)]
        assert after == [*before, f"n{len(before)}"]
        return before

    assert await chat.do(aside) == []
    assert await chat.do(aside) == ["n0"]


async def test_a_fault_undone_is_asked_for_again(chat: Chat) -> None:
    await chat.subscriber("1001")

    def undone(tx: Tx) -> tuple[int, int]:
        found = writers.find(tx, chat.account.id, "1001")
        assert found is not None
        before = mutes.answers(tx, found.address.id)
        with pytest.raises(LookupError):
            _answer_in_vain(tx, found)
        assert tips.recent_of(tx, found.address.id, tx.now - _WEEK) == []
        return before, mutes.answers(tx, found.address.id)

    before, after = await chat.do(undone)
    assert after == before
