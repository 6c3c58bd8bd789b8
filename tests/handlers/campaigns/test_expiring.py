"""How long a campaign may go on: chosen, shown, approved with it, kept by its runs."""

from dataclasses import replace
from datetime import time, timedelta

from broadcasts import approving, resting
from broadcasts.desk import Desk
from delivery.outbox import Outbox
from domain.campaign import CampaignState, RunState
from domain.hours import BroadcastRules, Span
from domain.terms import AS_RULED
from storage.campaigns import campaigns
from storage.database import Tx
from tests.chat import Chat, Party, pretend_capabilities
from tests.handlers.campaigns.test_quiet import rule
from tests.handlers.campaigns.world import ALCOHOL, first, newest_run, tick, whole_unit, write


async def to_when(officer: Party) -> None:
    await officer.writes("/chiendich")
    await officer.presses("An toàn giao thông")
    await officer.presses("Mũ bảo hiểm cho cả nhà")
    await officer.presses("Dùng bài này")
    await officer.presses(await whole_unit(officer))


async def test_its_author_says_how_long_and_its_run_keeps_to_it(
    chat: Chat, officer: Party, chief: Party
) -> None:
    for number in range(20):
        await chat.subscriber(str(3000 + number))
    await to_when(officer)
    assert "Hạn gửi: 24 giờ kể từ lúc bắt đầu" in (await officer.last()).text
    await officer.presses("Hạn gửi")
    await officer.writes("vài hôm")
    assert "Chưa hiểu hạn gửi" in (await officer.last()).text
    await officer.presses("6 giờ")
    await officer.presses("Ngay")
    plan = (await officer.last()).text
    assert "Hạn gửi: 6 giờ kể từ lúc bắt đầu. Tức là tới khoảng" in plan
    assert "Nhịp gửi tối đa, số tin mỗi giây: Telegram 21." in plan
    await officer.presses("Hạn gửi")
    await officer.presses("3 ngày")
    assert "Hạn gửi: 3 ngày" in (await officer.last()).text
    await officer.presses("Hạn gửi")
    await officer.writes("20h")
    assert "“tới 20h” (lúc 20 giờ)" in (await officer.last()).text
    until = chat.clock.now() + timedelta(minutes=70)
    await officer.writes("sau 70 phút")
    await officer.presses("Gửi duyệt")
    known = await first(chat)
    assert known.terms is not None
    at = known.terms.expiry.at
    assert at is not None
    assert until <= at < until + timedelta(minutes=1)
    assert "Hạn gửi: tới" in (await chief.last()).text
    await officer.writes("/cacdot")
    assert "Hạn gửi: tới" in (await officer.last()).text

    await chief.presses("Duyệt")
    await chat.deliver()
    await tick(chat)
    run = await newest_run(chat)
    assert run.not_after == at
    # Its unit's hours change: what its author said stays.
    await chat.do(resting.keep_hours)
    assert (await newest_run(chat)).not_after == at
    await tick(chat)
    # What is said to the officer goes before.
    assert len(await chat.bring()) == 1
    assert len(await chat.bring(most=10)) == 10
    chat.clock.forward(minutes=71)
    await chat.deliver()
    await tick(chat)
    assert (await newest_run(chat)).state is RunState.FINISHED
    heard = "\n".join(one.text for one in await officer.heard())
    assert "tin chưa gửi kịp nên không gửi nữa" in heard
    await officer.writes(f"/guitiep {run.code}")
    assert "đã qua hạn gửi mà người viết đặt" in (await officer.last()).text


async def test_an_expiry_that_nothing_can_keep_to_is_refused_or_let_go(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer, when="Sau 1 giờ")
    await officer.presses("Hạn gửi")
    await officer.writes("sau 30 phút")
    assert "Hạn gửi đã qua hoặc trước giờ bắt đầu" in (await officer.last()).text
    answers = await officer.presses("Gửi duyệt")
    assert "Xin đặt lại hạn gửi" in answers[0].text
    await officer.presses("Đổi giờ")
    await officer.writes("hằng tuần thứ 2 lúc 8h")
    answers = await officer.presses("Gửi duyệt")
    assert "tính theo giờ hoặc ngày kể từ mỗi lần" in answers[0].text
    await officer.presses("Đổi giờ")
    await officer.presses("Ngay")
    far = chat.clock.now() + timedelta(days=9)
    for beyond in ("sau 30 phút", f"tới 8h {far:%d/%m/%Y}"):
        await officer.presses("Hạn gửi")
        await officer.writes(beyond)
        assert "từ 1 giờ tới 7 ngày sau" in (await officer.presses("Gửi duyệt"))[0].text
    await officer.presses("Hạn gửi")
    await officer.writes("sau 70 phút")
    await officer.presses("Gửi duyệt")
    assert (await first(chat)).terms is not None

    # Approved behind it: nothing would go, so its author is asked for another time.
    chat.clock.forward(minutes=75)
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.DRAFT
    assert "đã qua hoặc không hợp với giờ gửi" in (await officer.last()).text
    await officer.presses("Sau 1 giờ")
    assert "Hạn gửi đặt trước không hợp" in (await officer.last()).text
    again = await first(chat)
    assert again.state is CampaignState.SUBMITTED
    assert again.terms is not None
    assert again.terms.expiry == AS_RULED

    # Before the quiet hours are over nothing would go, either.
    await rule(chat, BroadcastRules(quiet=(Span(time(8), time(16)),)))
    await write(officer)
    await officer.presses("Hạn gửi")
    await officer.writes("sau 70 phút")
    assert "trước giờ bắt đầu" in (await officer.presses("Gửi duyệt"))[0].text


async def test_with_another_plan_a_span_stays_and_an_instant_that_does_not_fit_is_let_go(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await to_when(officer)
    await officer.writes("hằng tuần thứ 5 lúc 8h")
    await officer.presses("Hạn gửi")
    await officer.presses("6 giờ")
    await officer.presses("Gửi duyệt")
    await officer.writes("/doilich 1 hằng tuần thứ 6 lúc 9h")
    assert "Hạn gửi: 6 giờ" in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    assert "Hạn gửi: 6 giờ" in (await chief.last()).text

    # Of words that are still to be signed.
    await write(officer, ALCOHOL)
    await officer.presses("Hạn gửi")
    await officer.writes("sau 200 phút")
    await officer.presses("Gửi duyệt")
    await officer.writes("/doilich 2 hằng tuần thứ 6 lúc 9h")
    assert "Hạn gửi: 24 giờ" in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    await officer.writes("/doilich 2 sau 1 giờ")
    await officer.presses("Gửi duyệt")
    await write(officer, ALCOHOL)
    await officer.presses("Hạn gửi")
    await officer.writes("sau 70 phút")
    await officer.presses("Gửi duyệt")
    chat.clock.forward(minutes=30)
    await chief.presses("Đã đối chiếu, ký")
    second = await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 2))
    assert second is not None
    assert second.state is CampaignState.SUBMITTED
    assert "Hạn gửi đặt cho chiến dịch số 3 đã qua hoặc không hợp" in (await officer.last()).text
    await officer.presses("Ngay")
    assert "Hạn gửi: 24 giờ" in (await chief.last()).text


async def test_another_pace_than_was_shown_is_not_approved(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Gửi duyệt")
    known = await first(chat)
    pace = replace(pretend_capabilities().pace, account_per_s=1)
    slow = Outbox({"telegram": replace(pretend_capabilities(), pace=pace)})
    desk = Desk(slow, chat.context.catalogue)

    def renewed(tx: Tx) -> None:
        assert approving.is_outdated(tx, desk, known)
        approving.renew(tx, desk, known)

    old = (await chief.labelled("Duyệt"))[1].action or ""
    await chat.do(renewed)
    again = await first(chat)
    assert again.terms is not None
    assert again.terms.pace == {"telegram": slow.pace("telegram")}
    assert "đã thay đổi" in (await chief.presses_action(old))[0].text
