"""Residents and the proof of their consent, as they lie in the database."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.language import Language
from storage.database import Tx
from storage.people import consents, residents
from storage.people.consents import Answer, Evidence
from storage.people.residents import Resident, Wish
from storage.sealing import KeysUnusable, Place
from storage.tables import consent
from tests.chat import DONG_KINH, NINE, Chat, Takers, open_chat


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


async def someone(chat: Chat) -> UUID:
    made = await chat.do(lambda tx: residents.create(tx, chat.unit.id, Language.ZH))
    return made.id


async def read(chat: Chat, resident_id: UUID) -> Resident:
    return await chat.look(lambda tx: residents.get(tx, resident_id))


async def test_a_new_resident_has_said_nothing(chat: Chat) -> None:
    person = await read(chat, await someone(chat))
    assert person.wish is Wish.NONE
    assert person.language is Language.ZH
    assert person.created_at == NINE
    assert (person.area_code, person.wish_at, person.invited_by) == (None, None, None)


async def test_what_a_resident_chooses_is_kept(chat: Chat) -> None:
    resident_id = await someone(chat)

    def choose(tx: Tx) -> None:
        residents.set_area(tx, resident_id, chat.unit.id, DONG_KINH)
        residents.set_language(tx, resident_id, Language.EN)
        residents.set_invited_by(tx, resident_id, "kp-vi-du-2")
        residents.set_wish(tx, resident_id, Wish.YES)

    await chat.do(choose)
    person = await read(chat, resident_id)
    assert person.area_code == DONG_KINH
    assert person.language is Language.EN
    assert person.invited_by == "kp-vi-du-2"
    assert (person.wish, person.wish_at) == (Wish.YES, NINE)


async def test_only_the_paused_of_long_enough_ago_are_found(chat: Chat) -> None:
    old, fresh, running = [await someone(chat) for _ in range(3)]
    await chat.do(lambda tx: residents.set_wish(tx, old, Wish.PAUSED))
    await chat.do(lambda tx: residents.set_wish(tx, running, Wish.YES))
    chat.clock.forward(hours=1)
    await chat.do(lambda tx: residents.set_wish(tx, fresh, Wish.PAUSED))
    limit = NINE + timedelta(minutes=1)
    assert await chat.do(lambda tx: residents.paused_before(tx, limit, 10)) == [old]
    assert await chat.do(lambda tx: residents.paused_before(tx, limit, 10, old)) == []
    assert await chat.do(lambda tx: residents.paused_before(tx, limit, 0)) == []


async def test_the_last_thing_said_to_a_resident_is_known(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    person = await lan.record()
    assert await chat.look(lambda tx: residents.last_said(tx, person.id)) is None


async def test_answers_are_kept_in_order_and_a_pause_decides_nothing(chat: Chat) -> None:
    resident_id = await someone(chat)
    assert await chat.look(lambda tx: consents.last(tx, resident_id)) is None

    def answer(tx: Tx) -> None:
        for said in (Answer.YES, Answer.PAUSE, Answer.CLEARED):
            consents.note(tx, resident_id, said, Evidence("v1", "vi", "telegram", said.value))

    await chat.do(answer)
    kept = await chat.look(lambda tx: consents.history(tx, resident_id))
    assert [one.answer for one in kept] == [Answer.YES, Answer.PAUSE, Answer.CLEARED]
    last = await chat.look(lambda tx: consents.last(tx, resident_id))
    stands = await chat.look(lambda tx: consents.standing(tx, resident_id))
    assert (last, stands) == (kept[2], kept[0])


async def test_the_exact_words_are_sealed_and_bound_to_their_row(chat: Chat) -> None:
    resident_id = await someone(chat)
    shown = Evidence("v1", "vi", "telegram", "Đồng ý nhé các chú")
    proof = await chat.do(lambda tx: consents.note(tx, resident_id, Answer.YES, shown))
    other = await chat.do(lambda tx: consents.note(tx, resident_id, Answer.NO, shown))
    assert await chat.look(lambda tx: consents.exact_words(tx, proof)) == "Đồng ý nhé các chú"

    def moved(tx: Tx) -> None:
        query = select(consent.c.exact_words).where(consent.c.id == proof)
        sealed = tx.connection.execute(query).scalar_one()
        assert "chú".encode() not in sealed
        with pytest.raises(KeysUnusable):
            tx.keys.unseal(sealed, Place("consent", "exact_words", other))

    await chat.look(moved)
