"""Handing over campaigns and duty, told apart by what a successor may do, and undone when back."""

from collections.abc import AsyncIterator

import pytest

from broadcasts import expanding, finishing, firing
from broadcasts.desk import Desk
from domain.audit import Act
from domain.roles import Role
from handlers.staff import left_lying
from handlers.wiring import make_router
from storage.database import Tx
from storage.people import units
from storage.staff import audit, duty, setting_up, staff_links
from tests.chat import Chat, Heard, Party, open_chat
from tests.handlers.campaigns.world import TAKERS, submit


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, TAKERS) as opened:
        opened.router = make_router(opened.context)
        yield opened


async def _tick(chat: Chat) -> None:
    desk = Desk(chat.context.outbox, chat.context.catalogue)

    def work(tx: Tx) -> None:
        firing.fire_due(tx, desk)
        expanding.expand_due(tx, desk)
        finishing.finish_due(tx, desk)
        left_lying.tell_due(tx, chat.context)

    await chat.do(work)


async def _texts(party: Party) -> list[str]:
    return [heard.text for heard in await party.news()]


def _goes_at_once(summary: Heard) -> bool:
    """Tell whether there is nothing to choose; the longest action is a byte below what may be."""
    (go,) = summary.buttons
    # Who, whom, a digit of what is left out, and the eight letters of a seal.
    parts = [len(part) for part in (go.action or "").split(":")]
    return go.label == "Bàn giao" and parts == [6, 22, 22, 1, 8]


async def test_an_officer_on_leave_hands_over_campaigns_and_duty_to_whoever_may_have_them(
    chat: Chat,
) -> None:
    roles = (Role.OFFICER, Role.DUTY_OFFICER)
    an = await chat.staff("2001", *roles, name="An Vắng Mặt")
    binh = await chat.staff("2002", Role.REVIEWER, name="Bình Tiếp Nhận")
    cuc = await chat.staff("2003", Role.OFFICER, Role.DEPUTY, name="Cúc Thay Mặt")
    chief = await chat.staff("2004", Role.CHIEF, name="Dũng Chỉ Huy")
    await submit(chat, an, when="Ngay")
    await an.writes("/truc T3 7h-17h")
    await an.writes("/truc")

    # One summary; what is left out stays, what a successor may not do is asked for apart.
    await an.writes("/bangiao")
    await an.presses("Bình Tiếp Nhận")
    summary = await an.last()
    assert "✓ Ca trực hằng tuần: T3 07:00–17:00" in summary.text
    assert "✓ Ca đang trực, tới" in summary.text
    assert "không giao được chiến dịch số 1 (chờ duyệt)" in summary.text.lower()
    assert _goes_at_once(summary)
    await an.presses("Bàn giao")
    done, rest = (await an.heard())[-2:]
    assert "Đã bàn giao cho Bình Tiếp Nhận" in done.text
    assert "số 1 (chờ duyệt)" in rest.text
    assert rest.labels == ["Cúc Thay Mặt", "Dũng Chỉ Huy"]
    on_duty = await chat.look(lambda tx: duty.on_duty(tx, chat.unit.id))
    assert [one.name for one in on_duty] == ["Bình Tiếp Nhận"]
    assert "T3 07:00–17:00" in (await _texts(binh))[-1]

    # Neither who wrote it nor who has it now approves it.
    _, yes = await cuc.labelled("Duyệt")
    await an.presses("Cúc Thay Mặt")
    await an.presses("Bàn giao")
    (refused,) = await cuc.presses_action(yes.action or "")
    assert "của chính mình" in refused.text
    await an.news()
    await cuc.news()
    await chief.presses("Duyệt")
    await _tick(chat)
    await chat.deliver()
    await _tick(chat)
    told = await _texts(cuc)
    assert any("Dũng Chỉ Huy đã duyệt chiến dịch số 1" in text for text in told), told
    assert any("gửi xong" in text for text in told), told
    assert await _texts(an) == []
    acts = await chat.look(lambda tx: [one.act for one in audit.entries(tx)])
    assert acts.count(Act.CAMPAIGN_HANDED_OVER) == acts.count(Act.TURNS_HANDED_OVER) == 1

    # Back again: what is over stays over, the turns come back.
    await an.writes("/bangiao")
    assert len((await an.last()).labels) == 2
    await an.presses("Nhận lại về An Vắng Mặt (từ Bình Tiếp Nhận)")
    assert "T3 07:00–17:00" in (await an.last()).text
    on_duty = await chat.look(lambda tx: duty.on_duty(tx, chat.unit.id))
    assert [one.name for one in on_duty] == ["An Vắng Mặt"]
    assert any("đã trở lại" in text for text in await _texts(binh))
    await an.presses("Nhận lại về An Vắng Mặt (từ Cúc Thay Mặt)")
    assert "Không còn gì để An Vắng Mặt nhận lại" in (await an.last()).text
    await an.writes("/bangiao")
    assert "Ca trực hằng tuần" in (await an.last()).text


async def test_the_chief_hears_once_what_lies_with_who_was_cut_off_and_hands_it_over(
    chat: Chat,
) -> None:
    an = await chat.staff("2001", Role.OFFICER, name="An Vắng Mặt")
    cuc = await chat.staff("2003", Role.OFFICER, name="Cúc Thay Mặt")
    chief = await chat.staff("2004", Role.CHIEF, name="Dũng Chỉ Huy")
    deputy = await chat.staff("2005", Role.DEPUTY, name="Em Phó")
    await submit(chat, an)
    an_id = (await an.address()).staff_id
    assert an_id is not None

    def cut_off(tx: Tx) -> None:
        known = units.get_staff(tx, an_id)
        assert known is not None
        staff_links.unlink(tx, known)

    await _tick(chat)
    await chief.news()
    await chat.do(cut_off)
    for _ in range(2):
        await _tick(chat)
    (told,) = await chief.news()
    assert told.text.startswith("Tài khoản chat của An Vắng Mặt đã bị gỡ.")
    assert "số 1 (chờ duyệt)" in told.text

    # Where its author cannot be told, the chief and the deputies are.
    await deputy.presses("Duyệt")
    assert any("không nhận được tin nhắn" in text for text in await _texts(chief))

    await chief.presses("Bàn giao việc của người đó")
    assert set((await chief.last()).labels) == {"Cúc Thay Mặt", "Dũng Chỉ Huy"}
    await chief.presses("Cúc Thay Mặt")
    # Somebody who lost the right between the summary and the press is no receiver.
    cuc_id = (await cuc.address()).staff_id
    assert cuc_id is not None

    async def becomes(role: Role) -> None:
        await chat.do(
            lambda tx: setting_up.change_staff(tx, cuc_id, "Cúc Thay Mặt", {role}, active=True)
        )

    for role in (Role.AUDITOR, Role.OFFICER):
        await becomes(role)
        await chief.presses("Bàn giao")
    assert "số 1" in (await cuc.last()).text
    await cuc.writes("/bangiao")
    assert "Chiến dịch: số 1" in (await cuc.last()).text
    await _tick(chat)
    assert not any("đã bị gỡ" in text for text in await _texts(chief))
