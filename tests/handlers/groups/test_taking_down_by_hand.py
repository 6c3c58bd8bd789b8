"""Words in a group of a channel that takes nothing back are taken down by people."""

from dataclasses import replace

from delivery.outbox import Outbox
from handlers.wiring import make_router
from tests.chat import pretend_capabilities
from tests.handlers.groups.test_taking_down import (
    REMOVE,
    UNSAY,
    accuse,
    ids_kept,
    opened,
    platform,
    removed,
)


async def test_where_a_channel_takes_nothing_back_people_are_asked_at_once(
    migrated_database_url: str,
) -> None:
    async with opened(migrated_database_url) as world:
        chat = world.chat
        never = Outbox({chat.account.channel: replace(pretend_capabilities(), withdraws=False)})
        chat.context = replace(chat.context, outbox=never)
        chat.router = make_router(chat.context)
        await accuse(world)
        await world.tick(minutes=3)
        (answer,) = await world.reviewer.presses(REMOVE, of=world.desk)
        assert "máy không gỡ được" in answer.text
        asked = await world.chief.last()
        assert "không cho máy xóa" in asked.text
        assert "quyền" not in asked.text
        assert asked.labels == []
        (answer,) = await world.lan.presses(UNSAY)
        assert "nhờ người phụ trách" in answer.text
        assert removed(await platform(world)) == []
        assert await ids_kept(world) == 0
