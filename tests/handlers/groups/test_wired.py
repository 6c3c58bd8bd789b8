"""Groups among the other handlers, in the router's real order."""

from collections.abc import AsyncIterator

import pytest

from domain.messages import Addressed, EffectKind, Message, Quoted, Sender
from domain.roles import Role
from handlers.wiring import make_router
from tests.chat import Chat, GroupParty
from tests.handlers.groups.joining import (
    GROUP_ID,
    asks_for_code,
    bring,
    done,
    joined,
    officer_and_chief,
    open_joining,
    tell,
    types,
)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_joining(migrated_database_url) as opened:
        opened.router = make_router(opened.context)
        yield opened


async def test_from_the_code_to_the_tip_and_back_out_of_the_group(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await joined(chat, officer, chief)
    assert done(await bring(chat), EffectKind.PIN) == [GROUP_ID]
    await tell(chat)
    assert "đã ghim" in (await officer.last()).text

    lan = chat.resident("3999")
    await lan.writes("/baotin đầu ngõ có người bán pháo", in_group=group)
    assert "Báo tin riêng" in (await group.last()).text
    await chat.handle(
        Message(
            chat=group.ref,
            sender=Sender(officer.platform_id),
            at=chat.clock.now(),
            message_id=chat.next_id(),
            text="/chuyentin",
            addressed=Addressed.COMMAND,
            reply_to="4711",
            quoted=Quoted("xe lạ đỗ trước trường từ sáng"),
        )
    )
    assert "Đã chuyển tin trong nhóm" in (await officer.last()).text

    await chief.writes("/ngatketnoi")
    await chief.presses("Nhóm Ví Dụ 2")
    await chief.presses("Ngắt nhóm này")
    assert done(await bring(chat), EffectKind.LEAVE) == [GROUP_ID]
    said = len(await group.heard())
    await lan.writes("/baotin đầu ngõ có người bán pháo", in_group=group)
    assert len(await group.heard()) == said


async def test_a_review_group_is_connected_by_its_code_too(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    desk = await types(officer, await asks_for_code(officer, use="Tổ tiếp nhận tin báo"))
    await chief.presses("Đồng ý nối")
    assert "Thẻ không bao giờ ghi ai đã báo" in (await desk.last()).text
    await chief.writes("/ngatketnoi", in_group=desk, addressed=Addressed.COMMAND)
    assert "Ngắt “Nhóm Ví Dụ 2”, một tổ tiếp nhận" in (await chief.last()).text


async def test_the_name_typed_for_a_group_is_no_tip(chat: Chat) -> None:
    officer = await chat.staff("2001", Role.OFFICER)
    await chat.staff("2002", Role.CHIEF)
    await asks_for_code(officer, "đầu ngõ có người bán pháo")
    assert "Mã nối “đầu ngõ có người bán pháo”" in (await officer.last()).text
    strange = GroupParty(chat, "-77")
    await officer.writes("chào", in_group=strange)
    assert await strange.heard() == []
