"""Where a conversation stands is kept, sealed, one per address."""

from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from storage.database import Tx
from storage.people import dialogues
from storage.tables import dialogue as dialogue_table
from tests.cellar import Cellar, furnished
from tests.chat import MovingClock

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.fixture
async def cellar(migrated_database_url: str) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url) as made:
        yield made


async def test_nobody_stands_anywhere_at_first(cellar: Cellar) -> None:
    lan = await cellar.private("1001")
    assert await cellar.look(lambda tx: dialogues.current(tx, lan.id)) is None
    await cellar.do(lambda tx: dialogues.end(tx, lan.id))


async def test_opening_a_dialogue_takes_the_place_of_the_one_before(cellar: Cellar) -> None:
    lan, minh = await cellar.private("1001"), await cellar.private("1002")
    await cellar.do(lambda tx: dialogues.keep(tx, minh.id, "other"))
    await cellar.do(lambda tx: dialogues.keep(tx, lan.id, "village", {"commune": "Ví Dụ"}))
    await cellar.do(lambda tx: dialogues.keep(tx, lan.id, "consent"))
    here = await cellar.look(lambda tx: dialogues.current(tx, lan.id))
    assert here == dialogues.Dialogue("consent", {}, MovingClock().now())
    other = await cellar.look(lambda tx: dialogues.current(tx, minh.id))
    assert other is not None
    assert other.name == "other"


async def test_an_ended_dialogue_is_gone(cellar: Cellar) -> None:
    lan = await cellar.private("1001")
    await cellar.do(lambda tx: dialogues.keep(tx, lan.id, "village"))
    await cellar.do(lambda tx: dialogues.end(tx, lan.id))
    assert await cellar.look(lambda tx: dialogues.current(tx, lan.id)) is None


async def test_what_an_undone_savepoint_said_of_a_dialogue_is_forgotten(cellar: Cellar) -> None:
    chat = (await cellar.private("1001")).id

    def asked_twice(tx: Tx) -> list[str | None]:
        dialogues.keep(tx, chat, "first")
        names = [_name(tx, chat)]
        with suppress(LookupError), tx.savepoint():
            dialogues.keep(tx, chat, "second")
            names.append(_name(tx, chat))
            raise LookupError
        names.append(_name(tx, chat))
        dialogues.end(tx, chat)
        return [*names, _name(tx, chat)]

    assert await cellar.do(asked_twice) == ["first", "second", "first", None]


def _name(tx: Tx, chat: UUID) -> str | None:
    known = dialogues.current(tx, chat)
    return known.name if known is not None else None


async def test_what_was_said_in_it_is_sealed(cellar: Cellar) -> None:
    lan = await cellar.private("1001")
    await cellar.do(lambda tx: dialogues.keep(tx, lan.id, "tip", {"where": "số 5 ngõ Ví Dụ"}))
    sealed = await cellar.look(
        lambda tx: tx.connection.execute(select(dialogue_table.c.data)).scalar_one()
    )
    assert "ngõ Ví Dụ".encode() not in sealed
    assert b"where" not in sealed


@given(data=st.dictionaries(words, words, max_size=4))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_words_come_back_as_they_were(cellar: Cellar, data: dict[str, str]) -> None:
    lan = await cellar.private("1001")
    await cellar.do(lambda tx: dialogues.keep(tx, lan.id, "any", data))
    here = await cellar.look(lambda tx: dialogues.current(tx, lan.id))
    assert here is not None
    assert here.data == data
