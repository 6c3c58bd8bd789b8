"""Campaigns that repeat: chosen or typed, approved as they are, sent once each time."""

import asyncio
from datetime import UTC, datetime, timedelta

from domain.audit import Act
from domain.campaign import CampaignState, RunState
from domain.clock import show_time
from domain.roles import Role
from storage.campaigns import runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.runs import Run
from storage.codec import read_outgoing
from storage.staff import audit, setting_up
from tests.chat import NINE, Chat, Party
from tests.handlers.campaigns.sent_runs import settle_all
from tests.handlers.campaigns.world import ALCOHOL, HELMETS, first, newest_run, submit, tick, write

DAILY = "hằng ngày lúc 10h"


async def repeated(
    chat: Chat, officer: Party, chief: Party, plan: str = DAILY, text: str = HELMETS
) -> Campaign:
    """Let a campaign to one subscriber be approved with a plan that was typed."""
    await chat.subscriber("3001")
    await write(officer, text)
    await officer.presses("Đổi giờ")
    await officer.writes(plan)
    await officer.presses("Gửi duyệt")
    if "Đã đối chiếu, ký" in (await chief.last()).labels:
        await chief.presses("Đã đối chiếu, ký")
    await chief.presses("Duyệt")
    return await first(chat)


async def all_runs(chat: Chat) -> list[Run]:
    """Return the runs of the unit, oldest first."""
    found = await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 100))
    return sorted(found, key=lambda run: run.occurrence)


async def test_a_weekly_campaign_is_pressed_together_and_goes_out_each_time_until_it_is_done(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Đổi giờ")
    await officer.presses("Hằng tuần")
    assert (await officer.presses("Xong"))[0].text.startswith("Xin chọn ít nhất một ngày")
    await officer.presses("thứ Năm")
    await officer.presses("thứ Ba")
    await officer.presses("thứ Hai")
    assert "✓ thứ Hai" in (await officer.last()).labels
    await officer.presses("✓ thứ Hai")
    await officer.presses("Xong")
    await officer.writes("10 giờ rưỡi")
    assert "Ví dụ: 7h30" in (await officer.last()).text
    await officer.presses("10:00")
    await officer.writes("2 tuần")
    assert "10 lần" in (await officer.last()).text
    await officer.writes("3 lần")
    summary = (await officer.last()).text
    plan = "hằng tuần vào thứ Ba, thứ Năm lúc 10:00, nhiều nhất 3 lần"
    assert plan in summary
    times = ("10:00 ngày 24/11/2026", "10:00 ngày 26/11/2026", "10:00 ngày 01/12/2026.")
    assert f"các lần tới: {'; '.join(times)}" in summary
    await officer.presses("Gửi duyệt")
    assert plan in (await chief.last()).text
    await chief.presses("Duyệt")
    assert "Gửi lúc 10:00 ngày 24/11/2026" in (await chief.last()).text

    for number, day in enumerate((24, 26), start=1):
        chat.clock.forward(
            seconds=(datetime(2026, 11, day, 3, tzinfo=UTC) - chat.clock.now()).total_seconds()
        )
        await settle_all(chat)
        assert len(await lan.heard()) == number
    await officer.writes("/cacdot")
    assert f"đã duyệt, {plan}; lần tới 10:00 ngày 01/12/2026" in (await officer.last()).text
    chat.clock.forward(days=5, minutes=3)
    await settle_all(chat)

    done = await first(chat)
    assert (done.state, done.occurrence, done.times_left) == (CampaignState.DONE, 3, 0)
    assert done.next_at is None
    assert len({run.code for run in await all_runs(chat)}) == len(await lan.heard()) == 3
    assert any("lần thứ 3 và là lần cuối" in heard.text for heard in await officer.heard())


async def test_the_last_day_of_short_months_is_said_and_kept(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await repeated(chat, officer, chief, "hang thang ngay 31 luc 8h den 28/2/2027")
    asked = next(one for one in reversed(await chief.heard()) if one.buttons).text
    assert "Tháng nào không có ngày đó thì gửi vào ngày cuối tháng" in asked
    for day in ("30/11/2026", "31/12/2026", "31/01/2027", "28/02/2027"):
        assert f"08:00 ngày {day}" in asked
    assert (await first(chat)).next_at == datetime(2026, 11, 30, 1, tzinfo=UTC)


async def test_what_was_missed_is_told_once_and_only_the_newest_is_sent(
    chat: Chat, officer: Party, chief: Party
) -> None:
    known = await repeated(chat, officer, chief)
    assert known.next_at is not None
    chat.clock.forward(days=3, hours=1, minutes=10)
    await asyncio.gather(*(tick(chat) for _ in range(4)))
    await settle_all(chat)

    found = await all_runs(chat)
    assert [run.state for run in found] == [RunState.MISSED] * 3 + [RunState.FINISHED]
    assert [run.due_at for run in found] == [known.next_at + timedelta(days=n) for n in range(4)]
    told = [one.text for one in await officer.heard() if "đã lỡ" in one.text]
    assert len(told) == 1
    assert "đã lỡ 3 lần" in told[0]
    assert show_time(known.next_at) in told[0]
    lan = await chat.subscriber("3001")
    assert len(await lan.heard()) == 1

    chat.clock.forward(days=2, hours=2)
    await tick(chat)
    assert [run.state for run in await all_runs(chat)][4:] == [RunState.MISSED] * 2
    again = await first(chat)
    assert (again.state, again.occurrence) == (CampaignState.APPROVED, 6)


async def test_a_series_rests_goes_on_and_ends_and_its_runs_stay_as_they_are(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await repeated(chat, officer, chief)
    chat.clock.forward(hours=1)
    await tick(chat)
    run = await newest_run(chat)
    await chief.writes("/tamdung 1")
    assert "đợt đã bắt đầu vẫn gửi tiếp" in (await chief.last()).text
    assert "Trần Chỉ Huy đã tạm dừng lịch" in (await officer.last()).text
    assert (await newest_run(chat)).state is run.state
    await officer.writes("/cacdot")
    assert "tạm dừng lịch lặp lại: hằng ngày lúc 10:00" in (await officer.last()).text
    chat.clock.forward(days=2)
    await settle_all(chat)
    assert len(await all_runs(chat)) == 1
    await officer.writes("/tamdung 1")
    assert "không đang lặp lại" in (await officer.last()).text

    await officer.writes("/tieptuc 1")
    assert (
        "các lần đã qua không gửi bù. Lần tới: 10:00 ngày 26/11/2026" in (await officer.last()).text
    )
    await officer.writes("/huy 1")
    assert "Đã tới 1 lần" in (await officer.last()).text
    await officer.presses("Hủy hẳn")
    chat.clock.forward(days=3)
    await settle_all(chat)
    assert [one.state for one in await all_runs(chat)] == [RunState.FINISHED]
    ended = await first(chat)
    assert (ended.state, ended.next_at) == (CampaignState.CANCELLED, None)
    await officer.writes("/tieptuc 1")
    assert "không tạm dừng" in (await officer.last()).text
    acts = await chat.look(lambda tx: [one.act for one in audit.entries(tx, unit_id=chat.unit.id)])
    assert acts[2:] == [Act.CAMPAIGN_PAUSED, Act.CAMPAIGN_RESUMED, Act.CAMPAIGN_CANCELLED]


async def test_what_is_taken_back_does_not_go_out_again_at_its_next_time(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await repeated(chat, officer, chief)
    chat.clock.forward(hours=1)
    await settle_all(chat)
    await chief.writes(f"/rutlai {(await newest_run(chat)).code}")
    assert "còn lặp lại với bài này" in (await chief.last()).text
    await chief.presses("Viết lời rút lại")
    assert (await first(chat)).state is CampaignState.PAUSED
    assert "đã tạm dừng lịch" in (await officer.last()).text
    chat.clock.forward(days=1)
    await settle_all(chat)
    assert len(await all_runs(chat)) == 1


async def test_a_plan_that_says_too_little_is_refused_with_an_example_and_asked_again(
    chat: Chat, officer: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Đổi giờ")
    for typed, why in (
        ("hằng tuần lúc 7h30", "Chưa hiểu lịch lặp lại"),
        ("hang thang ngay 32 luc 8h", "Không có ngày hay giờ này"),
        ("hằng tuần thứ 2 8h đến 1/1/2026", "đã qua"),
        ("hằng tuần thứ 2 8h đến 1/1/2090", "nhiều nhất ba năm"),
        ("khi nào rảnh", "Chưa hiểu giờ"),
    ):
        await officer.writes(typed)
        said = (await officer.last()).text
        assert why in said
        assert "ví dụ" in said.lower() or "xin gõ như" in said.lower()
    await officer.writes("ngày 5/2 19h")
    assert "Thời gian: 19:00 ngày 05/02/2027." in (await officer.last()).text
    assert chat.clock.now() - NINE < timedelta(minutes=5)


async def test_figures_of_law_are_signed_anew_while_a_campaign_repeats(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await repeated(chat, officer, chief, "hằng tháng ngày 25 lúc 10h", ALCOHOL)
    for _ in range(14):
        chat.clock.forward(days=30)
        await tick(chat)
    chat.clock.forward(
        seconds=(datetime(2028, 1, 25, 3, 1, tzinfo=UTC) - chat.clock.now()).total_seconds()
    )
    await tick(chat)
    told = (await officer.last()).text
    assert "chữ ký đối chiếu nội dung đã hết giá trị" in told
    assert "Lần tới: 10:00 ngày 25/02/2028" in told
    assert (await newest_run(chat)).state is RunState.MISSED
    await officer.writes("/kyduyet")
    assert "không có quyền" in (await officer.last()).text
    await chief.writes("/kyduyet")
    await chief.presses("Đã đối chiếu, ký")
    chat.clock.forward(days=31)
    await settle_all(chat)
    assert (await newest_run(chat)).state is RunState.FINISHED


async def test_nobody_is_sent_the_old_name_of_the_unit_until_the_new_one_is_approved(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await repeated(chat, officer, chief)
    signed = await first(chat)
    await renamed(chat, "Công an phường Ví Dụ")
    chat.clock.forward(hours=1)
    await settle_all(chat)
    assert [run.state for run in await all_runs(chat)] == [RunState.MISSED]
    for one in (officer, chief):
        told = [
            heard.text for heard in await one.heard() if "thông tin cũ của đơn vị" in heard.text
        ]
        assert len(told) == 1
        assert "/doilich 1" in told[0]
        assert "Lần tới: 10:00 ngày 24/11/2026" in told[0]

    await officer.writes(f"/doilich 1 {DAILY}")
    assert "từ nay bài ghi: Công an phường Ví Dụ" in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    assert "từ nay bài ghi: Công an phường Ví Dụ" in (await chief.last()).text
    await chief.presses("Duyệt lịch mới")
    chat.clock.forward(days=1)
    await settle_all(chat)
    run = await newest_run(chat)
    assert run.state is RunState.FINISHED
    assert read_outgoing(run.content["en"]).heading == "Công an phường Ví Dụ"
    now = await first(chat)
    assert now.submitted_hash == now.hash() != signed.hash()


async def test_a_request_shows_the_unit_as_it_is_when_it_is_decided(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await renamed(chat, "Công an phường Ví Dụ")
    (answer,) = await chief.presses("Duyệt")
    assert "đã thay đổi" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED
    await chief.presses("Duyệt")
    await settle_all(chat)
    told = read_outgoing((await newest_run(chat)).content["en"])
    assert told.heading == "Công an phường Ví Dụ"


async def test_what_nobody_sends_is_told_to_the_chief_where_its_author_has_left(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await repeated(chat, officer, chief)
    author = (await officer.address()).staff_id
    assert author is not None
    await chat.do(
        lambda tx: setting_up.change_staff(tx, author, "Lê Cán Bộ", {Role.OFFICER}, active=False)
    )
    chat.clock.forward(hours=1)
    await chief.news()
    await settle_all(chat)
    started, ended = await chief.news()
    assert "Chiến dịch số 1" in started.text
    assert "đã gửi xong" in ended.text
    chat.clock.forward(days=1, hours=5)
    await tick(chat)
    missed = await chief.last()
    assert "đã lỡ 1 lần" in missed.text
    for told in (started, ended, missed):
        assert told.text.startswith("Người phụ trách không còn ở đây")
        assert told.labels == ["Bàn giao việc của người đó"]


async def renamed(chat: Chat, name: str) -> None:
    """Give the unit another name, and nothing else."""
    unit = chat.unit
    await chat.do(
        lambda tx: setting_up.change_unit(
            tx,
            unit.id,
            name={"vi": name},
            area_code=unit.area_code,
            duty_phone=unit.duty_phone,
            controller=unit.controller,
            retention=unit.retention,
            card_content=unit.card_content,
        )
    )
