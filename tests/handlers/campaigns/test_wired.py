"""Officers among the other handlers, in the router's real order."""

from collections.abc import AsyncIterator

import pytest

from broadcasts import checking
from domain.campaign import CampaignState
from handlers.wiring import make_router
from storage.tips import tips
from tests.chat import NINE, Chat, Party, Takers, open_chat
from tests.handlers.campaigns.sent_runs import settle_all
from tests.handlers.campaigns.world import (
    SCAM,
    first,
    newest_run,
    to_first_place,
    whole_unit,
    write,
)

FLOOD = "Nước suối Ví Dụ đang dâng nhanh, bà con ven suối lên nhà văn hóa ngay"
FIRE = "Đang cháy nhà ở chợ, nhiều người mắc kẹt, cần sơ tán ngay"
TYPED = "Duyệt: lý do khác (gõ)"


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as opened:
        opened.router = make_router(opened.context)
        yield opened


async def tips_of(chat: Chat, party: Party) -> list[str]:
    where = await party.address()
    found = await chat.look(lambda tx: tips.recent_of(tx, where.id, NINE))
    return [tip.case_number for tip in found]


async def test_a_reason_that_tells_of_a_danger_approves_the_alert_and_may_become_a_tip(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes(f"/khan {FLOOD}")
    await chief.presses(TYPED)
    await chief.writes(FIRE)

    known = await first(chat)
    assert (known.state, known.decision_note) == (CampaignState.DONE, FIRE)
    assert await tips_of(chat, chief) == []
    assert "114" in (await chief.last()).text
    await chief.presses("Tôi cần báo tin")
    await chief.writes(FIRE)
    assert len(await tips_of(chat, chief)) == 1


async def test_a_draft_outlives_a_decision_that_comes_between(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await to_first_place(chief)
    question = (await chief.last()).text
    await officer.writes(f"/khan {FLOOD}")
    await chief.presses(TYPED)
    await chief.writes("Ban chỉ huy phòng chống thiên tai đề nghị")
    assert (await first(chat)).state is CampaignState.DONE
    assert (await chief.last()).text == question

    # Who goes on with the draft lets the question above it go.
    await officer.writes(f"/khan {FLOOD}, cầu Ví Dụ đã ngập")
    await chief.presses("Không duyệt")
    await chief.writes("/chiendich")
    assert SCAM not in (await chief.last()).labels
    await chief.presses("Viết tiếp")
    await chief.writes("Cháy lớn ở chợ Ví Dụ, có người mắc kẹt")
    assert await tips_of(chat, chief) == []
    await chief.presses("Tôi cần báo tin")
    await chief.writes(FIRE)
    assert len(await tips_of(chat, chief)) == 1
    await chief.writes("giả danh ngân hàng")
    assert len(await tips_of(chat, chief)) == 1


async def test_a_group_that_was_let_go_after_the_approval_is_named_among_those_left_out(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await chat.group("-100", label="Nhóm Một")
    await chat.group("-200", label="Nhóm Hai")
    await write(officer)
    await officer.presses("Quay lại")
    await officer.presses("Dùng bài này")
    await officer.presses(await whole_unit(officer))
    await officer.presses("Có")
    await officer.presses("Sau 1 giờ")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await chief.writes("/ngatketnoi Hai")
    await chief.presses("Nhóm Hai")
    await chief.presses("Ngắt nhóm này")
    chat.clock.forward(minutes=61)
    await settle_all(chat)

    await officer.writes(f"/baocao {(await newest_run(chat)).code}")
    report = (await officer.last()).text
    assert "máy đã rời nhóm: Nhóm Hai." in report, report
    assert "1/2" in report, report
    assert await chat.look(checking.verify) == []


async def test_who_told_of_a_danger_gets_alerts_but_no_broadcast_until_the_next_day(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    calm = await chat.subscriber("3002")
    other = await chat.subscriber("3003")
    for _ in range(2):
        await lan.writes("chay nha roi cuu voi")
    await other.writes("chay nha roi cuu voi")
    await other.presses("Báo nhầm")
    chat.clock.forward(hours=11)
    codes = []
    for hours in (0, 2):
        chat.clock.forward(hours=hours)
        await write(officer)
        await officer.presses("Gửi duyệt")
        await chief.presses("Duyệt")
        await settle_all(chat)
        codes.append((await newest_run(chat)).code)
    for who, got in ((lan, codes[1:]), (calm, codes), (other, codes)):
        heard = [one.text for one in await who.heard() if one.message_id is not None]
        assert [code for code in codes if any(code in text for text in heard)] == got
    await officer.writes(f"/baocao {codes[0]}")
    report = (await officer.last()).text
    assert "  - vừa báo việc đang nguy hiểm nên chưa làm phiền: 1" in report.splitlines()

    await lan.writes("chay nha roi cuu voi")
    await officer.writes(f"/khan {FLOOD}")
    await chief.presses("Duyệt: cứu người, thiên tai, cháy nổ")
    await chat.deliver()
    assert FLOOD in (await lan.last()).text
    assert await chat.look(checking.verify) == []
