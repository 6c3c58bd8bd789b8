"""`/ketnoi` in private: a few buttons and a name lead to a code, and to nothing else."""

from collections.abc import AsyncIterator

import pytest

from domain.roles import Role
from handlers.campaigns import drafts
from handlers.staff import slips
from storage.people import dialogues
from storage.tables import group_chat, group_request, one_time_code
from tests.chat import Chat
from tests.handlers.groups.joining import (
    asks_for_code,
    officer_and_chief,
    open_joining,
    rows,
)


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_joining(migrated_database_url) as opened:
        yield opened


async def test_an_officer_gets_a_code_and_is_told_what_to_do_with_it(chat: Chat) -> None:
    officer, _ = await officer_and_chief(chat)
    code = await asks_for_code(officer, "Nhóm  khối\n2")
    said = (await officer.last()).text
    assert f"/ketnoi {code}" in said
    assert "“Nhóm khối 2”" in said
    assert "@vi_du_bot" in said
    assert "30 phút" in said
    assert await rows(chat, group_chat) == await rows(chat, group_request) == 0


async def test_a_review_group_is_of_the_whole_unit_and_a_channel_is_told_its_rights(
    chat: Chat,
) -> None:
    officer, _ = await officer_and_chief(chat)
    await asks_for_code(officer, use="Tổ tiếp nhận tin báo")
    assert "chỉ được có cán bộ tiếp nhận" in (await officer.last()).text
    await asks_for_code(officer, use="Kênh tin")
    assert "quyền đăng bài" in (await officer.last()).text
    assert await rows(chat, one_time_code) == 1, "the newer code takes the older one's place"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DUTY_OFFICER, Role.DEPUTY, Role.ADMIN])
async def test_others_may_not(chat: Chat, role: Role) -> None:
    await officer_and_chief(chat)
    other = await chat.staff("2009", role)
    await other.writes("/ketnoi")
    assert (await other.last()).buttons == ()
    assert await rows(chat, one_time_code) == 0


async def test_without_a_chief_who_can_be_asked_there_is_no_code(chat: Chat) -> None:
    officer = await chat.staff("2001", Role.OFFICER)
    await officer.writes("/ketnoi")
    assert "Chưa có chỉ huy" in (await officer.last()).text


@pytest.mark.parametrize("label", ["x", "x" * 61, "…", "Nhóm\u202e2", "", "   "])
async def test_a_name_that_is_none_is_asked_for_again(chat: Chat, label: str) -> None:
    officer, _ = await officer_and_chief(chat)
    await officer.writes("/ketnoi")
    await officer.presses("Tổ tiếp nhận tin báo")
    await officer.writes(label)
    assert "từ 2 đến 60 chữ" in (await officer.last()).text
    await officer.writes("Tổ tiếp nhận")
    assert "Mã nối “Tổ tiếp nhận”" in (await officer.last()).text


async def test_words_before_their_time_and_old_buttons_do_nothing(chat: Chat) -> None:
    officer, _ = await officer_and_chief(chat)
    await officer.writes("/ketnoi")
    _, first = await officer.labelled("Kênh tin")
    await officer.writes("Nhóm 2")
    assert "bấm một nút" in (await officer.last()).text
    await officer.presses("Nhóm dân cư")
    assert first.action is not None
    (answer,) = await officer.presses_action(first.action)
    assert answer.alert
    for action in ("connect", "connect:x:purpose:channel", "connect:x", "connect:a:b:c:d"):
        (answer,) = await officer.presses_action(action)
        assert answer.alert
    await officer.presses("Thôi")
    assert "chưa nối gì" in (await officer.last()).text
    (answer,) = await officer.presses("Thôi")
    assert answer.alert
    assert await rows(chat, one_time_code) == 0


async def test_an_open_question_lapses_after_two_hours(chat: Chat) -> None:
    officer, _ = await officer_and_chief(chat)
    await officer.writes("/ketnoi")
    await officer.presses("Tổ tiếp nhận tin báo")
    chat.clock.forward(hours=3)
    before = len(await officer.heard())
    await officer.writes("Tổ tiếp nhận")
    assert len(await officer.heard()) == before
    assert await rows(chat, one_time_code) == 0


@pytest.mark.parametrize(
    ("name", "told"), [(drafts.DIALOGUE, "soạn dở"), (slips.MAYBE_TIP, "Lời vừa viết")]
)
async def test_what_is_being_written_is_not_lost_to_it(chat: Chat, name: str, told: str) -> None:
    officer, _ = await officer_and_chief(chat)
    me = await officer.address()
    await chat.do(lambda tx: dialogues.keep(tx, me.id, name, {"token": "x"}))
    await officer.writes("/ketnoi")
    assert told in (await officer.last()).text
    kept = await chat.look(lambda tx: dialogues.current(tx, me.id))
    assert kept is not None
    assert kept.name == name


async def test_many_areas_are_turned_like_pages(chat: Chat) -> None:
    officer, _ = await officer_and_chief(chat)
    await officer.writes("/ketnoi")
    await officer.presses("Nhóm dân cư")
    labels = (await officer.last()).labels
    assert labels[-1] == "Thôi"
    if "Xem tiếp" in labels:
        await officer.presses("Xem tiếp")
        assert (await officer.last()).labels != labels
    action = (await officer.labelled("Thôi"))[1].action or ""
    (answer,) = await officer.presses_action(f"connect:{action.split(':')[1]}:page:999")
    assert answer.alert
