"""Alerts that wait for their tap: several at once, and those that nobody answers."""

from domain.audit import Act
from domain.campaign import CampaignState
from domain.delivery import Lane
from domain.failures import Until
from domain.roles import Role
from handlers.campaigns import unanswered
from storage.people import addresses
from storage.staff import audit
from tests.chat import Chat, Party
from tests.handlers.campaigns.test_alarms import FLOOD, LIFE, all_runs, numbered
from tests.handlers.campaigns.world import first


async def test_two_dangers_of_one_author_both_wait_until_one_is_taken_back(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes(f"/khan {FLOOD}")
    _, old = await chief.labelled(LIFE)
    await officer.writes(f"/khan {FLOOD}")
    assert "đang chờ duyệt rồi (số 1)" in (await officer.last()).text
    await officer.writes("/khan Bé gái 6 tuổi áo đỏ lạc ở chợ Ví Dụ, ai thấy gọi trực ban")
    await officer.writes(f"/khan {FLOOD}, cầu Ví Dụ đã ngập")
    told = await officer.last()
    assert "Cũng đang chờ duyệt: tin khẩn số 1, 2." in told.text
    assert told.labels == ["Hủy tin khẩn số 1", "Hủy tin khẩn số 2", "Kèm ảnh"]
    await officer.presses("Hủy tin khẩn số 1")
    assert "Tin khẩn số 1 đã bị hủy" in (await chief.last()).text
    assert old.action is not None

    [late] = await chief.presses_action(old.action)
    assert "đã được quyết định hoặc đã hủy" in late.text
    await chief.presses(LIFE)
    [twice] = await chief.presses(LIFE)
    assert "đã được quyết định" in twice.text
    states = [(await numbered(chat, number)).state for number in (1, 2, 3)]
    assert states == [CampaignState.CANCELLED, CampaignState.SUBMITTED, CampaignState.DONE]
    assert len(await all_runs(chat)) == 1


async def test_an_alert_that_nobody_taps_is_asked_about_again_and_ended_after_an_hour(
    chat: Chat, officer: Party, chief: Party
) -> None:
    deputy = await chat.staff("2003", Role.DEPUTY, name="Phó Chỉ Huy")
    asleep = (await deputy.address()).id
    await chat.do(lambda tx: addresses.mark_unreachable(tx, asleep, Until.THEY_WRITE))
    await chat.subscriber("3001")
    await officer.writes(f"/khan {FLOOD}")
    await chat.do(lambda tx: addresses.mark_reachable(tx, asleep))

    async def wait(minutes: int) -> int:
        chat.clock.forward(minutes=minutes)
        return await chat.do(lambda tx: unanswered.look_due(tx, chat.context))

    assert [await wait(4), await wait(1), await wait(0)] == [0, 1, 0]
    said = await officer.last()
    assert said.lane is Lane.URGENT
    assert "5 phút rồi chưa ai bấm duyệt tin khẩn số 1" in said.text
    assert "0205 000 0001" in said.text
    for one in (chief, deputy):
        assert FLOOD in (await one.last()).text
        assert LIFE in (await one.last()).labels
    # Away for a while: what is missed is not made up for.
    await chat.do(lambda tx: addresses.mark_unreachable(tx, asleep, Until.THEY_WRITE))
    where = (await chief.address()).id
    await chat.do(lambda tx: addresses.mark_unreachable(tx, where, Until.THEY_WRITE))
    assert await wait(40) == 1
    assert "không ai duyệt được mà liên lạc được" in (await officer.last()).text
    await chat.do(lambda tx: addresses.mark_reachable(tx, where))
    assert [await wait(14), await wait(2), await wait(60)] == [0, 1, 0]

    for one in (officer, chief):
        assert "chờ duyệt quá 60 phút nên đã hủy" in (await one.last()).text
    assert (await first(chat)).state is CampaignState.CANCELLED
    acts = await chat.look(lambda tx: [(one.act, one.staff_id) for one in audit.entries(tx)])
    assert acts[-1] == (Act.CAMPAIGN_CANCELLED, None)
