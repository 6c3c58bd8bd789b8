"""`/ngatketnoi`: a chief lets a group go; the bot says goodbye, leaves, and is nobody's there."""

from collections.abc import AsyncIterator

import pytest

from domain.audit import Act
from domain.messages import Addressed, EffectKind, Membership, MembershipChange, Sender
from domain.roles import Role
from storage.groups.group_links import connected
from storage.people import units
from storage.staff import audit
from tests.chat import Chat
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
        yield opened


async def test_the_bot_says_goodbye_changes_what_is_pinned_and_leaves(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await joined(chat, officer, chief)
    await bring(chat)
    await tell(chat)
    group_id = (await group.address()).group_id
    assert group_id is not None
    await chief.writes("/ngatketnoi")
    await chief.presses("Nhóm Ví Dụ 2")
    assert "Muốn nối lại phải lấy mã mới" in (await chief.last()).text
    await chief.presses("Ngắt nhóm này")
    assert "Đã ngắt" in (await chief.last()).text
    sends = [send for send in await bring(chat) if send.chat.chat_id == GROUP_ID]
    assert [bool(send.outgoing.edits) for send in sends] == [True, False, False]
    assert sends[0].outgoing.text == sends[1].outgoing.text
    assert "rời khỏi đây" in sends[1].outgoing.text
    assert done(sends, EffectKind.LEAVE) == [GROUP_ID]
    assert (await group.address()).group_id is None
    assert (await chat.look(lambda tx: units.get_group(tx, group_id))).left_at is not None
    entries = await chat.look(lambda tx: [one.act for one in audit.entries(tx)])
    assert entries[-1] is Act.GROUP_LEFT


async def test_being_put_back_does_not_connect_it_again_but_a_new_code_does(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await joined(chat, officer, chief)
    await bring(chat)
    await tell(chat)
    await chief.writes("/ngatketnoi")
    await chief.presses("Nhóm Ví Dụ 2")
    await chief.presses("Ngắt nhóm này")
    await bring(chat)
    for change in (MembershipChange.REMOVED, MembershipChange.ADDED):
        await chat.handle(
            Membership(chat=group.ref, sender=Sender("2001"), at=chat.clock.now(), change=change)
        )
    assert await chat.look(lambda tx: connected(tx, chat.unit.id)) == []
    await types(officer, await asks_for_code(officer, "Nhóm mới"))
    await chief.presses("Đồng ý nối")
    await bring(chat)
    await tell(chat)
    assert "“Nhóm mới”: thông báo đã đăng và đã ghim" in (await chief.last()).text
    (again,) = await chat.look(lambda tx: connected(tx, chat.unit.id))
    assert again.label == "Nhóm mới"


async def test_twice_or_at_once_it_leaves_once(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    await joined(chat, officer, chief)
    await bring(chat)
    await chief.writes("/ngatketnoi")
    await chief.presses("Nhóm Ví Dụ 2")
    answers = await chief.presses_at_once("Ngắt nhóm này", chief)
    answers.append(await chief.presses("Ngắt nhóm này"))
    assert sorted(answer.alert for (answer,) in answers) == [False, True, True]
    assert done(await bring(chat), EffectKind.LEAVE) == [GROUP_ID]


async def test_in_the_group_the_command_asks_the_chief_in_private(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await joined(chat, officer, chief)
    await bring(chat)
    said = len(await group.heard())
    await chief.writes("/ngatketnoi", in_group=group, addressed=Addressed.COMMAND)
    assert "Ngắt “Nhóm Ví Dụ 2”?" in (await chief.last()).text
    resident = chat.resident("3999")
    await resident.writes("/ngatketnoi", in_group=group, addressed=Addressed.COMMAND)
    assert await resident.heard() == []
    assert len(await group.heard()) == said


async def test_only_chiefs_and_deputies_of_the_unit_let_go(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await joined(chat, officer, chief)
    await chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")
    foreign = await chat.staff("2010", Role.CHIEF, at="tam-thanh")
    await chief.writes("/ngatketnoi")
    await chief.presses("Nhóm Ví Dụ 2")
    ask = (await chief.labelled("Nhóm Ví Dụ 2"))[1].action or ""
    go = (await chief.labelled("Ngắt nhóm này"))[1].action or ""
    for other in (officer, foreign):
        for action in (ask, go):
            (answer,) = await other.presses_action(action)
            assert answer.alert
    await officer.writes("/ngatketnoi")
    assert (await officer.last()).buttons == ()
    await foreign.writes("/ngatketnoi")
    assert "Không có nhóm nào" in (await foreign.last()).text
    await officer.writes("/ngatketnoi", in_group=group, addressed=Addressed.COMMAND)
    assert (await group.address()).group_id is not None


async def test_a_list_is_narrowed_by_name_without_tones(chat: Chat) -> None:
    _, chief = await officer_and_chief(chat)
    await chat.group("-1", label="Nhóm Đồng Mỏ")
    await chat.group("-2", label="Nhóm Chợ Kỳ Lừa")
    await chief.writes("/ngatketnoi cho ky")
    assert (await chief.last()).labels == ["Nhóm Chợ Kỳ Lừa"]
    await chief.writes("/ngatketnoi không có")
    assert "Không có nhóm nào" in (await chief.last()).text


async def test_a_group_that_the_bot_was_taken_out_of_can_be_let_go_too(chat: Chat) -> None:
    officer, chief = await officer_and_chief(chat)
    group = await joined(chat, officer, chief)
    await bring(chat)
    await chat.handle(
        Membership(
            chat=group.ref,
            sender=Sender("2001"),
            at=chat.clock.now(),
            change=MembershipChange.REMOVED,
        )
    )
    await chief.writes("/ngatketnoi")
    await chief.presses("Nhóm Ví Dụ 2")
    await chief.presses("Ngắt nhóm này")
    assert (await group.address()).group_id is None
