"""Watching and steering runs in chat."""

import pytest

from domain.campaign import RunState
from domain.roles import Role
from storage.campaigns import runs
from storage.campaigns.runs import Run
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import (
    HELMETS,
    NOT_ALLOWED,
    STALE,
    newest_run,
    submit,
    tick,
    write,
)


@pytest.mark.parametrize("command", ["/tamdung", "/tieptuc", "/huy"])
async def test_a_reviewer_sees_figures_but_steers_nothing(chat: Chat, command: str) -> None:
    reviewer = await chat.staff("2009", Role.REVIEWER)
    await reviewer.writes(f"{command} AN-7KQ2M")
    assert (await reviewer.last()).text == NOT_ALLOWED
    await reviewer.writes("/cacdot")
    assert "Chưa có đợt nào" in (await reviewer.last()).text


async def running(chat: Chat, officer: Party, chief: Party, people: int = 2) -> Run:
    for number in range(people):
        await chat.subscriber(str(3000 + number))
    await write(officer)
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    return await newest_run(chat)


async def test_pause_and_resume(chat: Chat, officer: Party, chief: Party) -> None:
    run = await running(chat, officer, chief)
    await officer.writes(f"/tamdung {run.code.lower().replace('-', '')}")
    assert (await newest_run(chat)).state is RunState.PAUSED
    sent = await chat.deliver()
    assert run.code not in "".join(heard.text for heard in sent if heard.kind == "campaign")
    await tick(chat)
    assert (await newest_run(chat)).state is RunState.PAUSED
    await officer.writes(f"/tamdung {run.code}")
    assert "không đang gửi" in (await officer.last()).text

    await officer.writes(f"/tieptuc {run.code}")
    await tick(chat)
    sent = await chat.deliver()
    await tick(chat)

    assert sum(heard.kind == "campaign" for heard in sent) == 2
    assert (await newest_run(chat)).state is RunState.FINISHED


async def test_cancelling_asks_first_and_skips_the_rest(
    chat: Chat, officer: Party, chief: Party
) -> None:
    run = await running(chat, officer, chief)
    await officer.writes(f"/huy {run.code}")
    assert "Còn 2 tin chưa gửi" in (await officer.last()).text
    assert (await newest_run(chat)).state.is_over is False
    await officer.presses("Hủy hẳn")
    assert (await newest_run(chat)).state is RunState.CANCELLED
    [answer] = await officer.presses("Hủy hẳn")
    assert "đã kết thúc" in answer.text
    await officer.writes(f"/baocao {run.code}")
    assert "Không gửi, có lý do: 2 (100,00%)\n  - đợt bị hủy: 2" in (await officer.last()).text


async def test_the_author_is_told_who_cancelled_the_run(
    chat: Chat, officer: Party, chief: Party
) -> None:
    run = await running(chat, officer, chief)
    await chief.writes(f"/huy {run.code}")
    await chief.presses("Hủy hẳn")
    said = (await officer.last()).text
    assert said == f"Trần Chỉ Huy đã hủy đợt {run.code}. Xem kết quả: /baocao {run.code}"
    await officer.writes(f"/baocao {run.code}")
    report = (await officer.last()).text
    assert f"Đợt {run.code} (đã hủy)" in report
    assert "Còn chờ gửi" not in report


async def test_a_campaign_not_started_is_cancelled_by_its_number(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, when="Sau 1 giờ")
    await chief.presses("Duyệt")
    await chief.writes("/huy 1")
    await chief.presses("Hủy hẳn")
    assert "Trần Chỉ Huy đã hủy chiến dịch số 1" in (await officer.last()).text
    chat.clock.forward(hours=2)
    await tick(chat)
    assert await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 1)) == []


async def test_the_list_shows_what_waits_and_what_ran(
    chat: Chat, officer: Party, chief: Party
) -> None:
    run = await running(chat, officer, chief)
    await write(officer, when="Sau 1 giờ")
    await officer.presses("Gửi duyệt")

    await officer.writes("/cacdot")

    text = (await officer.last()).text
    assert f"Chiến dịch số 2: {HELMETS} (chờ duyệt)" in text
    assert f"{run.code} (đang gửi): nhận chuyển 0/2, đã đọc 0" in text


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/tieptuc", "Xin ghi mã đợt sau lệnh, ví dụ: /tieptuc AN-7KQ2M"),
        ("/baocao AN-22222", "Không có đợt nào mang mã này ở đơn vị."),
        ("/tamdung linh tinh", "Không có đợt nào mang mã này ở đơn vị."),
        ("/huy 77", "Đơn vị không có chiến dịch số 77. Xem các chiến dịch: /cacdot"),
    ],
)
async def test_a_wrong_code_gets_a_clear_answer(
    chat: Chat, officer: Party, command: str, answer: str
) -> None:
    await officer.writes(command)
    assert (await officer.last()).text == answer


async def test_a_run_is_found_by_the_number_of_its_campaign(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    for command in ("/baocao", "/tamdung", "/tieptuc", "/dinhchinh"):
        await officer.writes(f"{command} 1")
        assert "Chiến dịch số 1 chưa bắt đầu gửi" in (await officer.last()).text
    await chief.presses("Duyệt")
    await tick(chat)
    run = await newest_run(chat)

    await officer.writes("/baocao số 1")
    assert f"Đợt {run.code}" in (await officer.last()).text
    await officer.writes("/tamdung #1")
    assert (await newest_run(chat)).state is RunState.PAUSED
    await officer.writes("/tieptuc 1")
    assert (await newest_run(chat)).state is not RunState.PAUSED


async def test_the_number_of_a_campaign_that_was_turned_down_leads_to_no_run(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await chief.presses("Không duyệt")
    await chief.writes("Thiếu địa điểm")
    for command in ("/baocao", "/huy"):
        await officer.writes(f"{command} 1")
        assert "đã được quyết định" in (await officer.last()).text


async def test_another_units_run_is_not_there(chat: Chat, officer: Party, chief: Party) -> None:
    run = await running(chat, officer, chief)
    await chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")
    stranger = await chat.staff("2050", Role.CHIEF, at="tam-thanh")
    for command in ("/baocao", "/tamdung", "/huy"):
        await stranger.writes(f"{command} {run.code}")
        assert "Không có đợt nào" in (await stranger.last()).text
    _, button = await chief.labelled("Duyệt")
    assert button.action is not None
    [answer] = await stranger.presses_action(button.action)
    assert answer.text == STALE


async def test_the_author_is_told_of_a_time_that_was_missed(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer, when="Sau 1 giờ")
    await chief.presses("Duyệt")
    chat.clock.forward(hours=1, minutes=31)

    await tick(chat)
    await tick(chat)

    assert "đã lỡ giờ" in (await officer.last()).text
    run = await newest_run(chat)
    assert run.state is RunState.MISSED
    assert await chat.look(lambda tx: runs.counted(tx, run.id, "pending")) == 0
