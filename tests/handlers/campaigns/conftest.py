"""A chat with an officer who writes and a chief who approves."""

from collections.abc import AsyncIterator

import pytest

from domain.roles import Role
from tests.chat import Chat, Party, open_chat
from tests.handlers.campaigns.world import TAKERS


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, TAKERS) as opened:
        yield opened


@pytest.fixture
async def officer(chat: Chat) -> Party:
    return await chat.staff("2001", Role.OFFICER, name="Lê Cán Bộ")


@pytest.fixture
async def chief(chat: Chat) -> Party:
    return await chat.staff("2002", Role.CHIEF, name="Trần Chỉ Huy")
