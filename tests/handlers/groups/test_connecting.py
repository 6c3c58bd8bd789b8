"""Staff learn the id of a group that is not connected; nobody else does, and nothing is kept."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from domain.messages import Addressed
from domain.roles import Role
from handlers.groups import connecting
from storage.database import Tx
from storage.tables import address
from tests.chat import Chat, GroupParty, Takers, open_chat


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers(group=(connecting.take,))) as opened:
        yield opened


async def test_staff_are_told_the_id_in_private_and_nothing_is_kept_of_the_group(
    chat: Chat,
) -> None:
    officer = await chat.staff("2001", Role.OFFICER)
    strange = GroupParty(chat, "-1009990000001")
    await officer.writes("/ketnoi", in_group=strange, addressed=Addressed.COMMAND)

    assert "-1009990000001" in (await officer.last()).text
    assert len(await chat.said()) == 1

    def count(tx: Tx) -> int:
        return int(tx.connection.execute(select(func.count()).select_from(address)).scalar_one())

    assert await chat.look(count) == 1


async def test_a_resident_is_told_nothing(chat: Chat) -> None:
    lan = await chat.subscriber("3001")
    strange = GroupParty(chat, "-1009990000001")
    await lan.writes("/ketnoi", in_group=strange, addressed=Addressed.COMMAND)
    assert await chat.said() == []


async def test_a_connected_group_is_called_by_its_label(chat: Chat) -> None:
    officer = await chat.staff("2001", Role.OFFICER)
    known = await chat.group("-1009990000002", label="Nhóm Hai")
    await officer.writes("/KETNOI", in_group=known, addressed=Addressed.COMMAND)
    assert "Nhóm Hai" in (await officer.last()).text


async def test_other_words_are_left_to_others(chat: Chat) -> None:
    officer = await chat.staff("2001", Role.OFFICER)
    await officer.writes("/ketnoilai", in_group=GroupParty(chat, "-1009990000001"))
    assert await chat.said() == []
