"""Quiet hours and caps in chat: what the author and the approver are shown before they decide."""

from domain.campaign import CampaignState
from domain.hours import BroadcastRules
from storage.people import units
from storage.tables import unit
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import first, submit, tick, write


async def rule(chat: Chat, rules: BroadcastRules) -> None:
    stored = units.rules_json(rules)
    await chat.do(lambda tx: tx.connection.execute(unit.update().values(broadcasting=stored)))
    chat.unit = await chat.look(lambda tx: units.get_unit(tx, chat.unit.id))


async def bring(chat: Chat) -> None:
    for _ in range(3):
        await tick(chat)
        await chat.deliver()


async def test_author_and_approver_read_when_it_really_goes_out(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await rule(chat, BroadcastRules())
    await chat.subscriber("3001")
    await write(officer, when="Ngay")
    summary = (await officer.last()).text
    assert "Giờ yên tĩnh không gửi: 20:30–07:00, 11:30–13:30." in summary
    assert "Nếu được duyệt bây giờ thì gửi từ 09:00 ngày 23/11/2026." in summary
    await officer.presses("Quay lại")
    await officer.presses("Dùng bài này")
    await officer.presses((await officer.last()).labels[0])
    await officer.writes("21:00 23/11")
    assert "thật sự gửi từ 07:00 ngày 24/11/2026" in (await officer.last()).text
    await officer.presses("Gửi duyệt")

    request = (await chief.last()).text
    assert "Thời gian: 07:00 ngày 24/11/2026" in request
    assert "nhiều nhất 1 bản tin một ngày, 4 bản tin một tháng" in request
    await chief.presses("Duyệt")
    assert "Gửi lúc 07:00 ngày 24/11/2026" in (await chief.last()).text


async def test_the_plan_tells_who_has_had_enough_and_the_reach_that_they_were_left_out(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await rule(chat, BroadcastRules(quiet=()))
    await submit(chat, officer)
    await chief.presses("Duyệt")
    await bring(chat)
    new = await chat.subscriber("3002")
    await write(officer)
    assert "Ước tính 1 người đã nhận đủ nên không gửi" in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    assert "Ước tính 1 người đã nhận đủ nên không gửi" in (await chief.last()).text
    await chief.presses("Duyệt")
    await bring(chat)

    report = (await officer.last()).text
    assert "đã nhận đủ số bản tin trong ngày hoặc trong tháng: 1" in report
    assert "Định gửi: 2 người" in report
    assert (await new.last()).message_id is not None


async def test_another_campaign_of_the_same_day_is_named(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await rule(chat, BroadcastRules(quiet=()))
    await submit(chat, officer, when="Sau 1 giờ")
    await chief.presses("Duyệt")
    await write(officer)

    assert "Cùng ngày đã duyệt: chiến dịch số 1." in (await officer.last()).text


async def test_a_unit_without_caps_says_nothing_of_them(
    chat: Chat, officer: Party, chief: Party
) -> None:
    del chief
    await chat.subscriber("3001")
    await write(officer)
    assert "nhiều nhất" not in (await officer.last()).text
    assert "Giờ yên tĩnh" not in (await officer.last()).text


async def test_rules_changed_since_are_shown_before_anything_is_approved(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await submit(chat, officer)
    await rule(chat, BroadcastRules(a_day=2))
    [answer] = await chief.presses("Duyệt")

    assert "đã thay đổi" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED
    assert "nhiều nhất 2 bản tin một ngày" in (await chief.last()).text
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED
