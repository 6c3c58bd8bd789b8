"""Another plan for a campaign: approved by a second person, while the old one goes on."""

import asyncio
from datetime import UTC, datetime

import pytest

from domain.audit import Act
from domain.campaign import CampaignState, RunState
from domain.roles import Role
from storage.campaigns import campaigns
from storage.staff import audit
from tests.chat import Chat, Party
from tests.handlers.campaigns.sent_runs import settle_all
from tests.handlers.campaigns.test_repeating import all_runs, repeated
from tests.handlers.campaigns.world import ALCOHOL, first, submit, tick

WEEKLY = "hằng tuần thứ 5 lúc 8h"


async def test_a_new_plan_holds_once_the_second_person_agrees_and_nothing_goes_out_twice(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await repeated(chat, officer, chief)
    chat.clock.forward(hours=1)
    await settle_all(chat)
    await officer.writes(f"/doilich 1 {WEEKLY}")
    assert "nội dung và nơi nhận không đổi" in (await officer.last()).text
    assert "hằng tuần vào thứ Năm lúc 08:00, không hẹn ngày dừng" in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    assert "Cho tới lúc đó lịch cũ vẫn chạy" in (await officer.last()).text
    asked = (await chief.last()).text
    assert "Lịch cũ: hằng ngày lúc 10:00" in asked
    assert "hằng tuần vào thứ Năm lúc 08:00" in asked
    await officer.writes("/cacdot")
    assert "lịch mới chờ duyệt" in (await officer.last()).text

    chat.clock.forward(days=1)
    await settle_all(chat)
    assert len(await all_runs(chat)) == 2, "the old plan went on"
    before = await first(chat)
    [answers, again] = await chief.presses_at_once("Duyệt lịch mới", chief)
    assert [bool(one[0].text) for one in (answers, again)].count(True) == 1
    changed = await first(chat)
    assert changed.next_at == datetime(2026, 11, 26, 1, tzinfo=UTC)
    assert (changed.occurrence, changed.proposal) == (2, None)
    assert changed.submitted_hash == changed.hash() != before.hash()
    assert "Lần tới: 08:00 ngày 26/11/2026" in (await officer.last()).text

    chat.clock.forward(days=2)
    await settle_all(chat)
    found = await all_runs(chat)
    assert [run.occurrence for run in found] == [1, 2, 3]
    assert [run.state for run in found][:2] == [RunState.FINISHED] * 2
    acts = await chat.look(lambda tx: [one.act for one in audit.entries(tx, unit_id=chat.unit.id)])
    assert acts[2:] == [Act.CAMPAIGN_PLAN_PROPOSED, Act.CAMPAIGN_PLAN_CHANGED]


async def test_a_plan_approved_just_when_the_old_one_is_due_lets_that_time_go_out_once(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3009")
    await repeated(chat, officer, chief)
    await officer.writes("/doilich 1 hằng ngày lúc 10h")
    await officer.presses("Gửi duyệt")
    _, button = await chief.labelled("Duyệt lịch mới")
    assert button.action is not None
    chat.clock.forward(hours=1)
    await asyncio.gather(tick(chat), chief.presses_action(button.action), tick(chat))
    await settle_all(chat)
    changed = await first(chat)
    assert changed.next_at == datetime(2026, 11, 24, 3, tzinfo=UTC)
    assert changed.occurrence == len(await all_runs(chat)) == len(await lan.heard()) == 1


async def test_a_plan_that_is_not_approved_leaves_the_old_one_as_it_was(
    chat: Chat, officer: Party, chief: Party
) -> None:
    known = await repeated(chat, officer, chief)
    await officer.writes("/doilich")
    assert "ví dụ: /doilich 3" in (await officer.last()).text
    await officer.writes("/doilich 1")
    assert "Lịch đang có: hằng ngày lúc 10:00" in (await officer.heard())[-2].text
    await officer.presses("Hằng tháng")
    await officer.presses("15")
    await officer.presses("Xong")
    await officer.presses("08:00")
    await officer.presses("Hết năm 2026")
    await officer.presses("Gửi duyệt")
    await chief.presses("Giữ lịch cũ")
    assert "lịch cũ vẫn chạy" in (await officer.last()).text
    kept = await first(chat)
    assert (kept.schedule, kept.next_at, kept.proposal) == (known.schedule, known.next_at, None)
    [answer] = await chief.presses("Duyệt lịch mới")
    assert "đã được quyết định" in answer.text


async def test_nobody_approves_a_plan_they_asked_for_nor_one_that_changed_since(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await repeated(chat, officer, chief)
    await chief.writes(f"/doilich 1 {WEEKLY}")
    assert "chưa có ai duyệt được" in (await pressed(chief, "Gửi duyệt"))
    deputy = await chat.staff("2003", Role.DEPUTY, name="Phó Ví Dụ")
    await chief.presses("Gửi duyệt")
    assert "Trần Chỉ Huy đề nghị đổi lịch" in (await deputy.last()).text
    _, first_button = await deputy.labelled("Duyệt lịch mới")
    assert first_button.action is not None
    [own] = await chief.presses_action(first_button.action)
    assert "Không tự duyệt" in own.text
    [other] = await officer.presses_action(first_button.action)
    assert "không có quyền" in other.text
    await officer.writes("/doilich 1 hằng tuần thứ 6 lúc 8h")
    await officer.presses("Gửi duyệt")
    [stale] = await deputy.presses_action(first_button.action)
    assert "đã thay đổi" in stale.text
    await deputy.presses("Duyệt lịch mới")
    assert (await first(chat)).next_at == datetime(2026, 11, 27, 1, tzinfo=UTC)


async def pressed(party: Party, label: str) -> str:
    """Return what is told to who presses a button."""
    [answer] = await party.presses(label)
    return answer.text


@pytest.mark.parametrize("when", ["hằng tuần thứ 3 lúc 8h", "8h tối mai"])
async def test_a_plan_nobody_decided_on_is_changed_by_its_author_and_asked_for_anew(
    chat: Chat, officer: Party, chief: Party, when: str
) -> None:
    await submit(chat, officer)
    await chief.writes(f"/doilich 1 {when}")
    assert "chỉ người viết" in (await chief.last()).text
    await officer.writes(f"/doilich 1 {when}")
    await officer.presses("Gửi duyệt")
    asked = [heard for heard in await chief.heard() if "Duyệt" in heard.labels]
    assert len(asked) == 2
    old = asked[0].buttons[0].action
    assert old is not None
    [answer] = await chief.presses_action(old)
    assert "đã thay đổi" in answer.text
    await chief.presses("Duyệt")
    known = await first(chat)
    assert known.state is CampaignState.APPROVED
    assert known.next_at == datetime(2026, 11, 24, 1 if "tuần" in when else 13, tzinfo=UTC)


async def test_one_that_is_approved_for_once_later_gets_another_time_or_repeats_and_goes_out_then(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3009")
    await submit(chat, officer, when="Sau 1 giờ")
    await chief.presses("Duyệt")
    await officer.writes("/doilich 1 8h tối mai")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt lịch mới")
    assert (await first(chat)).next_at == datetime(2026, 11, 24, 13, tzinfo=UTC)
    chat.clock.forward(hours=2)
    await settle_all(chat)
    assert await lan.heard() == []
    await officer.writes(f"/doilich 1 {WEEKLY}")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt lịch mới")
    chat.clock.forward(days=1)
    await settle_all(chat)
    assert await lan.heard() == []
    chat.clock.forward(hours=45, minutes=10)
    await settle_all(chat)
    assert len(await lan.heard()) == 1


async def test_one_whose_words_wait_for_a_signature_is_handed_in_with_the_new_plan(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, ALCOHOL)
    await officer.writes(f"/doilich 1 {WEEKLY}")
    await officer.presses("Gửi duyệt")
    assert "vẫn chờ ký đối chiếu" in (await officer.last()).text
    await chief.presses("Đã đối chiếu, ký")
    assert "hằng tuần vào thứ Năm lúc 08:00" in (await chief.last()).text
    await chief.presses("Duyệt")
    assert (await first(chat)).next_at == datetime(2026, 11, 26, 1, tzinfo=UTC)


async def test_a_campaign_that_was_sent_once_or_taken_back_has_no_plan_to_change(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await chief.presses("Duyệt")
    await tick(chat)
    await officer.writes(f"/doilich 1 {WEEKLY}")
    assert "đã xong (đã gửi, hoặc đã lỡ giờ" in (await officer.last()).text
    await officer.writes("/doilich 9")
    assert "không có chiến dịch số 9" in (await officer.last()).text
    await repeated(chat, officer, chief, "hằng ngày lúc 10h, 1 lần")
    chat.clock.forward(hours=1)
    await settle_all(chat)
    await officer.writes(f"/doilich 2 {WEEKLY}")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt lịch mới")
    longer = await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 2))
    assert longer is not None
    assert (longer.state, longer.occurrence) == (CampaignState.APPROVED, 1)
    await officer.writes("/huy 2")
    await officer.presses("Hủy hẳn")
    await officer.writes(f"/doilich 2 {WEEKLY}")
    assert "đã hủy" in (await officer.last()).text
