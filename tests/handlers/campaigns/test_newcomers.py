"""Sending to newcomers: who joined the audience since, once, while the run lasts, and named so."""

from broadcasts import checking, reach
from domain.audit import Act
from domain.campaign import RunState
from storage.staff import audit
from tests.chat import Chat, Party
from tests.handlers.campaigns.sent_runs import correct, sent, settle_all
from tests.handlers.campaigns.world import newest_run


async def test_who_joined_since_gets_it_once_by_the_officers_choice_and_is_counted_as_such(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await chat.subscriber("3901")
    await chat.subscriber("3902")

    await officer.writes(f"/guitiep {run.code}")
    assert "thêm 2 người thuộc đối tượng" in (await officer.last()).text
    await officer.presses("Gửi người mới")
    assert "gửi thêm tới 2 người mới" in (await officer.last()).text
    brought = await settle_all(chat)

    assert len(brought) == 2
    done = await newest_run(chat)
    assert (done.id, done.state) == (run.id, RunState.FINISHED)
    after = await chat.look(lambda tx: reach.of_run(tx, done))
    assert (after.private.targeted, after.private.taken, after.private.newcomers) == (3, 3, 2)
    assert "vào sau, cán bộ cho gửi thêm: 2" in (await officer.last()).text
    assert await chat.look(checking.verify) == []
    acts = await chat.look(lambda tx: [one.act for one in audit.entries(tx)])
    assert Act.RUN_TO_NEWCOMERS in acts

    # Nobody twice: nobody is left.
    await officer.writes(f"/guitiep {run.code}")
    assert "không còn ai để gửi" in (await officer.last()).text


async def test_newcomers_get_nothing_of_a_run_whose_time_is_over_or_that_was_corrected(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await chat.subscriber("3901")
    await officer.writes(f"/guitiep {run.code}")
    await correct(officer, run)
    await officer.presses("Gửi duyệt")
    assert "đã được đính chính hoặc rút lại" in str(await officer.presses("Gửi người mới"))

    chat.clock.forward(seconds=(run.not_after - chat.clock.now()).total_seconds() + 1)
    assert "hết hạn gửi lúc" in str(await officer.presses("Gửi người mới"))
    assert await settle_all(chat) == []
