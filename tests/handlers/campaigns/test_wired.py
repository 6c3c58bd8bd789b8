"""Officers among the other handlers, in the router's real order."""

from collections.abc import AsyncIterator

import pytest

from domain.campaign import CampaignState
from handlers.wiring import make_router
from storage import tips
from tests.chat import NINE, Chat, Party, Takers, open_chat
from tests.handlers.campaigns.world import SCAM, first, to_first_place

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
