"""Approving in chat: never one's own, exactly one version, in time."""

from datetime import timedelta

from sqlalchemy import select

from domain.campaign import CampaignState, RunState
from domain.roles import Role
from storage.campaigns import campaigns, runs
from storage.tables import campaign
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import (
    first,
    newest_run,
    submit,
    tick,
    write,
)


async def test_a_chief_cannot_approve_what_the_chief_wrote(chat: Chat, chief: Party) -> None:
    await chat.subscriber("3001")
    deputy = await chat.staff("2003", Role.DEPUTY, name="Phó Chỉ Huy")
    await write(chief)
    await chief.presses("Gửi duyệt")
    assert "Phó Chỉ Huy" in (await chief.last()).text
    _, button = await deputy.labelled("Duyệt")
    assert button.action is not None

    [answer] = await chief.presses_action(button.action)

    assert "Không tự duyệt" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_without_another_approver_nothing_is_submitted(chat: Chat, chief: Party) -> None:
    await chat.subscriber("3001")
    await write(chief)

    [answer] = await chief.presses("Gửi duyệt")

    assert "chưa có ai duyệt được" in answer.text
    assert await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 1)) is None


async def test_an_audience_of_nobody_is_not_submitted(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await write(officer)
    [answer] = await officer.presses("Gửi duyệt")
    assert "Chưa có ai đồng ý nhận tin" in answer.text


async def test_two_chiefs_at_once_decide_once(chat: Chat, officer: Party, chief: Party) -> None:
    other = await chat.staff("2004", Role.CHIEF, name="Chỉ Huy Khác")
    await submit(chat, officer)

    await chief.presses("Duyệt")
    [late] = await other.presses("Duyệt")
    [double] = await chief.presses("Duyệt")

    assert "đã được quyết định" in late.text
    assert "đã được quyết định" in double.text
    for _ in range(3):
        await tick(chat)
    assert len(await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 9))) == 1


async def test_a_changed_campaign_is_not_approved_by_the_old_button(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    _, button = await chief.labelled("Duyệt")
    assert button.action is not None
    verb, short_id, start = button.action.split(":")
    other = f"{verb}:{short_id}:{'0' * 8 if start != '0' * 8 else 'f' * 8}"

    [answer] = await chief.presses_action(other)

    assert "đã thay đổi" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_turning_down_asks_for_a_reason_and_tells_the_author(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)

    await chief.presses("Không duyệt")
    await chief.writes("Cần thêm địa điểm cụ thể")

    assert "Lý do: Cần thêm địa điểm cụ thể" in (await officer.last()).text
    assert (await first(chat)).state is CampaignState.REJECTED
    [answer] = await chief.presses("Duyệt")
    assert "đã được quyết định" in answer.text


async def test_a_reason_that_comes_too_late_is_said_to_be_void_once(
    chat: Chat, officer: Party, chief: Party
) -> None:
    other = await chat.staff("2004", Role.DEPUTY, name="Phó Chỉ Huy")
    await submit(chat, officer)
    await chief.presses("Không duyệt")
    await other.presses("Duyệt")

    await chief.writes("Chưa ổn")
    assert "đã được quyết định" in (await chief.last()).text
    before = len(await chief.heard())
    await chief.writes("Lời khác")

    assert len(await chief.heard()) == before, "the void question was still open"


async def test_approval_after_the_time_asks_the_author_for_a_new_one(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, when="Sau 1 giờ")
    chat.clock.forward(hours=1, minutes=31)

    [answer] = await chief.presses("Duyệt")

    assert "Đã quá giờ" in answer.text
    assert (await first(chat)).state is CampaignState.DRAFT
    await officer.presses("Giờ khác")
    await officer.writes("08:00")
    assert (await officer.last()).text == "Giờ này đã qua. Xin chọn giờ khác, ví dụ: 8h tối mai."
    await officer.writes("19:30")
    assert (await first(chat)).state is CampaignState.SUBMITTED
    assert "19:30 ngày 23/11/2026" in (await chief.last()).text
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED


async def test_a_little_late_an_approval_still_counts(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, when="Sau 1 giờ")
    chat.clock.forward(hours=1, minutes=29)

    await chief.presses("Duyệt")
    await tick(chat)

    assert (await newest_run(chat)).state is RunState.SENDING


async def test_the_old_button_does_not_approve_the_new_time(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, when="Sau 1 giờ")
    _, old = await chief.labelled("Duyệt")
    assert old.action is not None
    chat.clock.forward(hours=2)
    await chief.presses("Duyệt")
    await officer.presses("Sau 1 phút")

    [answer] = await chief.presses_action(old.action)

    assert "đã thay đổi" in answer.text


async def test_approving_now_is_valid_for_a_day(chat: Chat, officer: Party, chief: Party) -> None:
    await submit(chat, officer)
    chat.clock.forward(seconds=timedelta(hours=25).total_seconds())
    [answer] = await chief.presses("Duyệt")
    assert "Đã quá giờ" in answer.text


async def test_the_reason_of_a_refusal_lies_sealed(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await chief.presses("Không duyệt")
    await chief.writes("Chờ ý kiến của cấp trên")

    assert (await first(chat)).decision_note == "Chờ ý kiến của cấp trên"
    query = select(campaign.c.decision_note)
    lying = await chat.look(lambda tx: tx.connection.execute(query).scalar_one())
    assert isinstance(lying, bytes)
    assert "Chờ ý kiến".encode() not in lying
