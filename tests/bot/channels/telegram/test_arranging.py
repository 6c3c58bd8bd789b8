"""Topics and menus, against the pretend Bot API server."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from domain.failures import Refused
from domain.messages import ChatKind, ChatRef, Effect, EffectKind, Outgoing
from simulator.app import Running, running
from tests.bot.channels.telegram.pretend import ListInbox

CHIEF = 2001


class Desk:
    """A forum in which we are, and the channel under test."""

    def __init__(self, simulator: Running, phones: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.phones = phones
        self.chat = ChatRef("", ChatKind.GROUP)

    async def act(self, what: str, **body: Any) -> Any:
        url = f"{self.simulator.base_url}/phone/users/{CHIEF}/{what}"
        async with self.phones.post(url, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    async def topics(self) -> list[dict[str, Any]]:
        async with self.phones.get(f"{self.simulator.base_url}/phone/state") as answer:
            state = await answer.json()
        (found,) = (one for one in state["chats"] if str(one["id"]) == self.chat.chat_id)
        topics: list[dict[str, Any]] = found["topics"]
        return topics


@pytest.fixture
async def desk(inbox: ListInbox) -> AsyncIterator[tuple[Desk, TelegramChannel]]:
    async with running() as simulator, aiohttp.ClientSession() as phones:
        settings = TelegramSettings(token=simulator.token, api_url=simulator.base_url)
        channel = TelegramChannel(settings)
        await channel.start(inbox)
        made = Desk(simulator, phones)
        chat = await made.act("chats", kind="supergroup", title="Tổ (ví dụ)", forum=True)
        made.chat = ChatRef(str(chat["id"]), ChatKind.GROUP)
        await made.act(f"chats/{chat['id']}/bot", action="add")
        yield made, channel
        await channel.stop()


async def test_a_topic_is_opened_closed_reopened_renamed_and_deleted_each_twice_without_harm(
    desk: tuple[Desk, TelegramChannel],
) -> None:
    forum, channel = desk
    with pytest.raises(Refused, match=r"rights: .*topic"):
        await channel.arrange(forum.chat, Effect(EffectKind.OPEN_TOPIC), "Tin 1")
    await forum.act(f"chats/{forum.chat.chat_id}/bot", action="promote")
    name = "Tin vi-du-260001 – Ma túy " + "x" * 200
    thread = await channel.arrange(forum.chat, Effect(EffectKind.OPEN_TOPIC), name)
    assert await forum.topics() == [{"thread": int(thread), "name": name[:128], "closed": False}]
    for kind, closed in ((EffectKind.CLOSE_TOPIC, True), (EffectKind.REOPEN_TOPIC, False)):
        for _ in range(2):
            assert await channel.arrange(forum.chat, Effect(kind, thread), "") == ""
            assert [one["closed"] for one in await forum.topics()] == [closed]
    for _ in range(2):
        await channel.arrange(forum.chat, Effect(EffectKind.RENAME_TOPIC, thread), "vi-du-260001")
        assert [one["name"] for one in await forum.topics()] == ["vi-du-260001"]
    for _ in range(2):
        await channel.arrange(forum.chat, Effect(EffectKind.DELETE_TOPIC, thread), "")
    assert await forum.topics() == []
    # What was meant for it is said to the whole group, not lost.
    assert (await channel.send(forum.chat, Outgoing(text="Thẻ", thread=thread))).message_id


async def test_a_group_without_topics_refuses_one(desk: tuple[Desk, TelegramChannel]) -> None:
    _, channel = desk
    plain = ChatRef("-1001000000001", ChatKind.GROUP)
    with pytest.raises(Refused, match="no_forum"):
        await channel.arrange(plain, Effect(EffectKind.OPEN_TOPIC), "Tin 1")


async def test_a_menu_is_put_into_one_chat_and_taken_away(
    desk: tuple[Desk, TelegramChannel],
) -> None:
    forum, channel = desk
    await forum.act("start", payload="")
    person = ChatRef(str(CHIEF), ChatKind.PRIVATE)
    menu = "/truc – vào ca trực\n/hettruc – hết ca trực"
    scope = f"chat:{CHIEF}"
    assert await channel.arrange(person, Effect(EffectKind.MENU), menu) == ""
    commands = _menus(forum)
    assert [one["command"] for one in commands[scope, ""]] == ["truc", "hettruc"]
    await channel.arrange(person, Effect(EffectKind.MENU), "")
    assert (scope, "") not in _menus(forum)


def _menus(forum: Desk) -> dict[tuple[str, str], list[dict[str, str]]]:
    (bot,) = forum.simulator.world.bots.values()
    return bot.commands
