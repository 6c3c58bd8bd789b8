"""An officer and a chief who look through the library."""

from collections.abc import AsyncIterator

import pytest

from domain.roles import Role
from handlers.campaigns import dialogue as campaigns
from handlers.library import browsing
from handlers.staff import commands
from tests.chat import Chat, Party, Takers, open_chat

TAKERS = Takers(
    private=(campaigns.staff_dialogue, commands.command),
    presses={**campaigns.PRESSES, **browsing.PRESSES},
)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, TAKERS) as world:
        yield world


@pytest.fixture
async def officer(chat: Chat) -> Party:
    return await chat.staff("2001", Role.OFFICER, name="Cán bộ Ví Dụ")


@pytest.fixture
async def chief(chat: Chat) -> Party:
    return await chat.staff("2002", Role.CHIEF, name="Trần Chỉ Huy")
