"""Who looks after the groups hears when the bot is put out of one, or comes back."""

import pytest

from domain.messages import ChatKind, ChatRef, Membership, MembershipChange, Sender
from domain.roles import Role
from handlers.wiring import make_router
from tests.chat import Chat, GroupParty
from tests.handlers.groups.joining import open_joining


async def becomes(chat: Chat, group: GroupParty, change: MembershipChange) -> None:
    ref = ChatRef(group.platform_id, ChatKind.GROUP)
    now = chat.clock.now()
    await chat.handle(Membership(chat=ref, sender=Sender("77"), at=now, change=change))


@pytest.mark.parametrize("purpose", ["neighbourhood", "review"])
async def test_the_chief_hears_of_a_removal_and_of_a_return_once_each(
    migrated_database_url: str, purpose: str
) -> None:
    async with open_joining(migrated_database_url) as chat:
        chat.router = make_router(chat.context)
        chief = await chat.staff("2002", Role.CHIEF)
        officer = await chat.staff("2001", Role.OFFICER)
        group = await chat.group("-1009990000002", purpose=purpose, label="Nhóm Hai")
        for change, told in (
            (MembershipChange.REMOVED, "bị đưa ra khỏi"),
            (MembershipChange.ADDED, "được thêm lại"),
        ):
            for _ in range(2):
                await becomes(chat, group, change)
            (said,) = await chief.news()
            assert told in said.text
            assert "Nhóm Hai" in said.text
        strange = GroupParty(chat, "-1009990000055")
        await becomes(chat, strange, MembershipChange.REMOVED)
        assert await chief.news() == []
        assert await officer.heard() == await group.heard() == []
