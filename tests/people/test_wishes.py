"""The wish changes only with its proof, and nothing makes a yes out of a no."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from people import wishes
from storage.database import Tx
from storage.people import consents, residents
from storage.people.consents import Answer, Evidence
from storage.people.residents import Resident, Wish
from storage.tables import resident
from tests.chat import Chat, Party, Takers, open_chat

SAID = Evidence("v", "vi", "telegram", "lời đã nói")


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


async def person_of(chat: Chat, wish: Wish) -> tuple[Party, Resident]:
    party = await chat.subscriber("1001", wish=wish)
    return party, await party.record()


async def test_a_resume_restores_a_recorded_yes(chat: Chat) -> None:
    party, person = await person_of(chat, Wish.YES)
    await chat.do(lambda tx: wishes.pause(tx, person, SAID))
    paused = await party.record()
    assert paused.wish is Wish.PAUSED
    assert await chat.do(lambda tx: wishes.resume(tx, paused, SAID)) is Wish.YES
    assert (await party.record()).wish is Wish.YES


@pytest.mark.parametrize("before", [Wish.NONE, Wish.NO])
async def test_pausing_again_and_again_never_makes_a_yes(chat: Chat, before: Wish) -> None:
    party, person = await person_of(chat, before)
    if before is Wish.NO:
        await chat.do(lambda tx: wishes.decline(tx, person, SAID))
    for _ in range(3):
        now = await party.record()
        await chat.do(lambda tx, now=now: wishes.pause(tx, now, SAID))  # type: ignore[misc]
        paused = await party.record()
        assert await chat.do(lambda tx, p=paused: wishes.resume(tx, p, SAID)) is before  # type: ignore[misc]
    assert (await party.record()).wish is before


async def test_silence_of_a_day_means_stopped_with_proof(chat: Chat) -> None:
    party, person = await person_of(chat, Wish.YES)
    await chat.do(lambda tx: wishes.pause(tx, person, SAID))
    chat.clock.forward(hours=23, minutes=59)
    assert await chat.do(wishes.settle_silence) == 0
    chat.clock.forward(minutes=1)
    assert await chat.do(wishes.settle_silence) == 1
    assert await chat.do(wishes.settle_silence) == 0
    assert (await party.record()).wish is Wish.STOPPED
    last = await chat.look(lambda tx: consents.last(tx, person.id))
    assert last is not None
    assert last.answer is Answer.STOP
    assert last.channel == "telegram"
    words = await chat.look(lambda tx: consents.exact_words(tx, last.id))
    assert words == wishes.NOBODY_ANSWERED


async def test_a_second_unclear_word_does_not_begin_the_day_anew(chat: Chat) -> None:
    party, person = await person_of(chat, Wish.YES)
    await chat.do(lambda tx: wishes.pause(tx, person, SAID))
    chat.clock.forward(hours=20)
    again = await party.record()
    await chat.do(lambda tx: wishes.pause(tx, again, SAID))
    chat.clock.forward(hours=4)
    assert await chat.do(wishes.settle_silence) == 1


async def test_a_stop_can_be_undone_for_a_day_and_only_once(chat: Chat) -> None:
    party, person = await person_of(chat, Wish.YES)
    proof = await chat.do(lambda tx: wishes.stop(tx, person, SAID))
    assert proof is not None
    stopped = await party.record()
    chat.clock.forward(hours=24, seconds=1)
    assert not await chat.do(lambda tx: wishes.undo_stop(tx, stopped, proof, SAID))
    chat.clock.forward(hours=-2)
    assert await chat.do(lambda tx: wishes.undo_stop(tx, stopped, proof, SAID))
    running = await party.record()
    assert running.wish is Wish.YES
    assert not await chat.do(lambda tx: wishes.undo_stop(tx, running, proof, SAID))


async def test_a_block_after_the_stop_cannot_be_undone_by_an_old_button(chat: Chat) -> None:
    party, person = await person_of(chat, Wish.YES)
    proof = await chat.do(lambda tx: wishes.stop(tx, person, SAID))
    assert proof is not None
    chat.clock.forward(minutes=1)
    await chat.do(lambda tx: residents.set_wish(tx, person.id, Wish.STOPPED))
    blocked = await party.record()
    assert not await chat.do(lambda tx: wishes.undo_stop(tx, blocked, proof, SAID))


async def test_the_same_yes_twice_is_recorded_once(chat: Chat) -> None:
    party, person = await person_of(chat, Wish.NONE)
    assert await chat.do(lambda tx: wishes.agree(tx, person, SAID))
    agreed = await party.record()
    assert not await chat.do(lambda tx: wishes.agree(tx, agreed, SAID))
    other = Evidence("newer words", "vi", "telegram", "đồng ý")
    assert await chat.do(lambda tx: wishes.agree(tx, agreed, other))
    assert len(await chat.look(lambda tx: consents.history(tx, person.id))) == 2


async def test_silence_is_settled_in_portions_and_one_spoiled_record_holds_back_no_other(
    chat: Chat,
) -> None:
    people = [await chat.subscriber(f"88001000{n:02}", wish=Wish.PAUSED) for n in range(5)]
    spoiled = await people[0].record()

    def spoil(tx: Tx) -> None:
        query = update(resident).where(resident.c.id == spoiled.id)
        tx.connection.execute(query.values(language="no language"))

    await chat.do(spoil)
    chat.clock.forward(hours=25)
    settled = [await chat.do(lambda tx: wishes.settle_silence(tx, 2)) for _ in range(3)]
    assert settled == [2, 2, 0]
    others = [await party.record() for party in people[1:]]
    assert {one.wish for one in others} == {Wish.STOPPED}
