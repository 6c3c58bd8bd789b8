"""Corrections beside something else: a draft being written, a run that is resumed."""

from domain.campaign import CampaignState, RunState
from domain.delivery import DeliveryState
from tests.chat import Chat, Party
from tests.handlers.campaigns.sent_runs import correct, move_to, start
from tests.handlers.campaigns.world import first, newest_run, write


async def test_a_draft_being_written_is_not_lost_to_a_correction(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    run = await start(chat, officer, chief)
    await chat.deliver()
    await write(officer)
    await officer.writes(f"/rutlai {run.code}")

    [answer] = await officer.presses("Viết lời rút lại")

    assert "đang viết dở" in answer.text
    assert (await newest_run(chat)).state is RunState.SENDING, "cancelled in spite of the refusal"


async def test_a_resumed_run_cannot_spread_a_text_that_was_withdrawn(
    chat: Chat, officer: Party, chief: Party
) -> None:
    near, _ = await chat.subscriber("3001"), await chat.subscriber("3002")
    run = await start(chat, officer, chief)
    await move_to(chat, run, near, DeliveryState.ACCEPTED)
    await officer.writes(f"/tamdung {run.code}")
    await correct(officer, run, command="/rutlai")
    await officer.writes(f"/tieptuc {run.code}")
    assert "không tạm dừng" in (await officer.last()).text
    assert (await first(chat)).state is CampaignState.DONE
