"""The menu of commands: what Telegram takes, and what residents may do."""

import re

from bot.menu import menus
from domain.language import Language
from domain.texts.catalogue import catalogue
from handlers.residents import commands
from tests.chat import Takers, open_chat


def test_every_language_has_the_same_commands_and_strangers_get_a_menu_too() -> None:
    found = menus(catalogue())
    assert set(found) == {*(language.value for language in Language), ""}
    names = [[name for name, _ in commands] for commands in found.values()]
    assert len(names[0]) >= 5
    assert all(each == names[0] for each in names)


def test_every_command_is_what_telegram_takes() -> None:
    # Bot API, BotCommand: name of 1-32 lower-case letters, digits, underscores; 1-256 characters.
    for menu in menus(catalogue()).values():
        for name, does in menu:
            assert re.fullmatch("[a-z0-9_]{1,32}", name)
            assert 1 <= len(does) <= 256
            assert does == does.strip()


async def test_every_command_of_the_menu_is_understood(migrated_database_url: str) -> None:
    async with open_chat(migrated_database_url, Takers(private=(commands.command,))) as chat:
        lan = chat.resident("3001")
        for name, _ in menus(catalogue())[""]:
            await lan.writes(f"/{name}")
            assert f"Không có lệnh /{name}" not in (await lan.last()).text
