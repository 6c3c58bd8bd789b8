"""The end of a run: when nothing is pending and its figures agree, and its author hears of it."""

import pytest
from sqlalchemy import select, update

from broadcasts import checking, controlling, expanding, resending
from domain.breaker import Refusal as Refused
from domain.breaker import RunRefused
from domain.campaign import PauseReason, RunState
from domain.delivery import Accepted, DeliveryState, TurnedDown, Unknowable
from domain.errors import Refusal
from storage.campaigns import runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import breaking, ledger
from storage.deliveries.counters import Moves
from storage.people import residents
from storage.people.residents import Wish
from storage.tables import delivery, run_counter
from tests.broadcasts.station import Station


async def test_a_run_ends_when_nothing_is_pending(station: Station) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    assert await station.finish() == []

    await station.chat.deliver()

    assert await station.finish() == [run.id]
    assert await station.finish() == []
    ended = await station.newest()
    assert ended.state is RunState.FINISHED
    assert ended.finished_at == station.chat.clock.now()
    said = (await station.officer.last()).text
    assert f"Đợt {run.code} đã gửi xong." in said
    assert f"Đợt {run.code} (đã xong)" in said
    assert "đang gửi" not in said


async def test_a_run_that_found_nobody_is_not_said_to_have_gone_out(station: Station) -> None:
    lan = await station.chat.subscriber("3001")
    run = await station.fired()
    person = await lan.record()
    await station.chat.do(lambda tx: residents.set_wish(tx, person.id, Wish.NO))
    await station.expand(run)

    assert await station.finish() == [run.id]

    said = (await station.officer.last()).text
    assert said == f"Đợt {run.code} đã kết thúc: lúc gửi không còn ai và không có nhóm nào để gửi."


async def test_a_run_of_which_everything_was_refused_is_not_said_to_have_gone_out(
    station: Station,
) -> None:
    for number in ("3001", "3002"):
        await station.chat.subscriber(number)
    run = await station.fired()
    await station.expand(run)

    await station.answer({"3001": TurnedDown("content"), "3002": TurnedDown("content")})

    assert await station.finish() == [run.id]
    said = (await station.officer.last()).text
    assert "chưa có tin nào được nền tảng nhận chuyển" in said
    assert "đã gửi xong" not in said
    assert "(đã xong)" in said
    assert "Nền tảng từ chối: 2 (100,00%)" in said


async def test_a_run_whose_figures_disagree_is_not_called_finished(station: Station) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    await station.chat.deliver()

    def spoil(tx: Tx) -> None:
        tx.connection.execute(
            update(run_counter).where(run_counter.c.run_id == run.id).values(acknowledged=7)
        )

    await station.chat.do(spoil)
    [problem] = await station.chat.look(lambda tx: checking.verify(tx, None))

    assert await station.finish() == []

    assert "acknowledged is counted 7, the rows say 0" in problem
    paused = await station.newest()
    assert (paused.state, paused.pause_reason) == (RunState.PAUSED, PauseReason.FIGURES_DISAGREE)
    assert "số đếm không khớp" in (await station.officer.last()).text
    officer = await station.staff(station.officer)
    with pytest.raises(Refusal, match="figures_disagree"):
        await station.chat.do(lambda tx: controlling.resume(tx, _fresh(tx, run), officer))


async def test_a_run_that_the_platform_refuses_pauses_itself_once(station: Station) -> None:
    for number in range(25):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()
    await station.expand(run)
    refused = TurnedDown("content")

    def refuse(tx: Tx) -> None:
        rows = tx.connection.execute(
            select(delivery).where(delivery.c.run_id == run.id).limit(20)
        ).all()
        moves = Moves()
        for row in rows:
            ledger.move(tx, ledger.as_delivery(row), DeliveryState.REFUSED, moves, refused.reason)
        moves.apply(tx)

    await station.chat.do(refuse)
    assert await station.finish() == []
    paused = await station.newest()
    assert (paused.state, paused.pause_reason) == (RunState.PAUSED, PauseReason.MOSTLY_REFUSED)
    assert "từ chối phần lớn" in (await station.officer.last()).text

    officer = await station.staff(station.officer)
    await station.chat.do(lambda tx: controlling.resume(tx, _fresh(tx, run), officer))
    await station.finish()
    assert (await station.newest()).state is RunState.SENDING, "the same alarm rang twice"

    await station.answer({str(3000 + number): Unknowable("hung") for number in range(25)})
    assert await station.finish() == [run.id]
    await station.chat.do(lambda tx: resending.start(tx, run.id, officer))
    await station.expand(run)
    await station.finish()
    assert (await station.newest()).state is RunState.SENDING, "it rang for what was known"


async def test_a_run_refused_message_after_message_pauses_once_and_says_how_to_go_on(
    station: Station,
) -> None:
    for number in range(5):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()
    await station.expand(run)
    trips = [RunRefused(run.id, Refused.QUOTA)]
    account_id = station.chat.account.id
    await station.chat.do(lambda tx: breaking.note(tx, account_id, trips, ()))

    assert await station.finish() == []
    paused = await station.newest()
    assert (paused.state, paused.pause_reason) == (RunState.PAUSED, PauseReason.MOSTLY_REFUSED)
    told = (await station.officer.last()).text
    assert "hết lượt gửi" in told
    assert f"/tieptuc {run.code}" in told
    officer = await station.staff(station.officer)
    await station.chat.do(lambda tx: controlling.resume(tx, _fresh(tx, run), officer))
    await station.chat.do(lambda tx: breaking.note(tx, account_id, trips, ()))
    await station.finish()
    assert (await station.newest()).state is RunState.SENDING, "the same alarm rang twice"


async def test_what_was_on_its_way_when_a_run_was_cancelled_does_not_wait_for_ever(
    station: Station,
) -> None:
    for number in range(3):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()
    await station.expand(run)
    officer = await station.staff(station.officer)
    skipped = await station.chat.do(lambda tx: controlling.cancel(tx, _fresh(tx, run), officer))
    assert skipped == 3

    def put_back(tx: Tx) -> None:
        # As when a send in flight at the time of the cancellation came back as not sent.
        row = tx.connection.execute(
            select(delivery).where(delivery.c.run_id == run.id).limit(1)
        ).one()
        moves = Moves()
        ledger.move(tx, ledger.as_delivery(row), DeliveryState.PENDING, moves)
        moves.apply(tx)

    await station.chat.do(put_back)
    await station.finish()

    assert await station.chat.look(lambda tx: runs.counted(tx, run.id, "pending")) == 0
    assert await station.chat.look(lambda tx: checking.verify(tx, run.id)) == []


async def test_unsure_rows_do_not_keep_a_run_from_ending(station: Station) -> None:
    await station.chat.subscriber("3001")
    await station.chat.subscriber("3002")
    run = await station.fired()
    await station.expand(run)
    now = station.chat.clock.now()

    await station.answer({"3001": Accepted("m1", now), "3002": Unknowable("reset")})

    assert await station.finish() == [run.id]
    assert "Không rõ đã tới hay chưa: 1 (50,00%)" in (await station.officer.last()).text


async def test_a_run_that_ran_out_of_time_ends_and_its_author_is_told_how_many_were_left(
    station: Station,
) -> None:
    await station.chat.subscriber("3001")
    await station.chat.subscriber("3002")
    run = await station.fired()
    await station.expand(run)
    station.chat.clock.forward(hours=24, seconds=1)
    await station.chat.deliver()

    assert await station.finish() == [run.id]

    said = (await station.officer.last()).text
    assert f"Đợt {run.code} đã hết hạn gửi: 2 tin chưa gửi kịp" in said
    assert "đã gửi xong" not in said
    assert "đang gửi" not in said
    assert "quá hạn gửi: 2" in said


async def test_a_paused_run_comes_to_its_end_when_its_time_is_over(station: Station) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    officer = await station.staff(station.officer)
    await station.chat.do(lambda tx: controlling.pause(tx, _fresh(tx, run), officer))
    station.chat.clock.forward(hours=23)
    await station.finish()
    assert (await station.newest()).state is RunState.PAUSED

    station.chat.clock.forward(hours=1, seconds=1)
    assert await station.finish() == []
    heard = await station.chat.deliver()

    assert [one for one in heard if one.kind == "campaign"] == []
    assert await station.finish() == [run.id]
    assert "đã hết hạn gửi: 1 tin" in (await station.officer.last()).text


async def test_a_run_paused_before_its_people_were_written_down_ends_with_all_of_them_counted(
    station: Station,
) -> None:
    for number in range(3):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()
    await station.chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))
    officer = await station.staff(station.officer)
    await station.chat.do(lambda tx: controlling.pause(tx, _fresh(tx, run), officer))
    station.chat.clock.forward(hours=24, seconds=1)

    await station.finish()
    await station.expand(run)
    await station.chat.deliver()

    assert await station.finish() == [run.id]
    assert "đã hết hạn gửi: 3 tin" in (await station.officer.last()).text
    assert await station.chat.look(lambda tx: checking.verify(tx, run.id)) == []


async def test_a_paused_run_whose_figures_disagree_waits_for_people_however_late(
    station: Station,
) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    reason = PauseReason.FIGURES_DISAGREE.value
    await station.chat.do(
        lambda tx: runs.change(tx, _fresh(tx, run), RunState.PAUSED, pause_reason=reason)
    )
    station.chat.clock.forward(hours=30)

    assert await station.finish() == []
    assert (await station.newest()).state is RunState.PAUSED


def _fresh(tx: Tx, run: Run) -> Run:
    found = runs.get(tx, run.id)
    assert found is not None
    return found
