"""Resting: what would go in quiet hours waits, and is not lost."""

from datetime import UTC, date, datetime, timedelta

import pytest

from broadcasts import approving, checking, firing, reach, reach_words, resting
from domain.campaign import RunState
from domain.clock import HANOI
from domain.delivery import Accepted
from domain.hours import BroadcastRules
from domain.language import Language
from storage.campaigns import campaigns, runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import units
from storage.tables import unit
from tests.broadcasts.station import Station


@pytest.fixture
async def station(station: Station) -> Station:
    await station.chat.subscriber("3001")
    await rule(station, BroadcastRules())
    return station


async def rule(station: Station, rules: BroadcastRules) -> None:
    """Give the unit other rules."""
    stored = units.rules_json(rules)
    await station.chat.do(
        lambda tx: tx.connection.execute(unit.update().values(broadcasting=stored))
    )


def move_to(station: Station, text: str) -> datetime:
    there = datetime.fromisoformat(text).replace(tzinfo=HANOI).astimezone(UTC)
    clock = station.chat.clock
    return clock.forward(seconds=(there - clock.now()).total_seconds())


async def tick(station: Station) -> None:
    await station.chat.do(lambda tx: firing.fire_due(tx, station.desk))
    for run_id in await station.chat.look(runs.all_ids):
        run = await station.chat.look(lambda tx, run_id=run_id: runs.get(tx, run_id))  # type: ignore[misc]
        assert run is not None
        await station.expand(run)
    await station.finish()


async def send(station: Station) -> None:
    now = station.chat.clock.now()
    outcomes = {str(number): Accepted(f"m{number}", now) for number in range(3001, 3010)}
    await station.answer(dict(outcomes))


async def fresh(station: Station, run: Run) -> Run:
    found = await station.chat.look(lambda tx: runs.get(tx, run.id))
    assert found is not None
    return found


async def test_what_is_approved_at_night_goes_in_the_morning(station: Station) -> None:
    move_to(station, "2026-11-23 21:00")
    known = await station.submitted()
    assert await station.approve(known)
    approved = await station.chat.look(lambda tx: campaigns.get(tx, known.id))
    assert approved is not None
    morning = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert approved.next_at == morning
    await tick(station)
    assert await station.chat.look(runs.all_ids) == []

    move_to(station, "2026-11-24 07:00")
    await tick(station)
    await send(station)
    await tick(station)
    assert (await station.newest()).state is RunState.FINISHED


async def test_a_time_in_quiet_hours_is_signed_as_the_time_it_really_goes(
    station: Station,
) -> None:
    known = await station.submitted(
        due_at=move_to(station, "2026-11-23 09:00") + timedelta(hours=3)
    )
    assert known.due_at == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert known.hash() == known.submitted_hash


async def test_a_run_that_quiet_hours_interrupt_goes_on_after_them(station: Station) -> None:
    move_to(station, "2026-11-23 20:29")
    run = await station.fired()
    await station.expand(run)
    move_to(station, "2026-11-23 20:30")
    await send(station)
    await station.finish()
    resting = await fresh(station, run)
    assert resting.state is RunState.SENDING
    assert resting.open_from == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)

    said = await station.chat.look(
        lambda tx: reach_words.render(reach.of_run(tx, resting), station.desk.say(Language.VI))
    )
    assert "chờ hết giờ yên tĩnh, gửi từ 07:00 ngày 24/11/2026" in said
    move_to(station, "2026-11-24 07:00")
    await send(station)
    await station.finish()
    assert (await fresh(station, run)).state is RunState.FINISHED
    assert await station.chat.look(checking.verify) == []


async def test_time_at_rest_is_given_back_to_a_run(station: Station) -> None:
    move_to(station, "2026-11-23 20:00")
    run = await station.fired()
    lasts = run.not_after - run.created_at
    assert lasts > timedelta(hours=36)
    await rule(station, BroadcastRules(silent_days=(date(2026, 11, 24), date(2026, 11, 25))))
    await station.finish()

    longer = await fresh(station, run)
    assert longer.not_after == run.not_after + timedelta(hours=48)
    move_to(station, "2026-11-25 12:00")
    await send(station)
    await station.expand(run)
    await send(station)
    assert (await fresh(station, run)).state is RunState.SENDING
    move_to(station, "2026-11-26 07:00")
    await station.finish()
    await send(station)
    await station.finish()
    assert (await fresh(station, run)).state is RunState.FINISHED


async def test_a_day_of_mourning_decided_later_holds_for_what_was_approved_before(
    station: Station,
) -> None:
    due = move_to(station, "2026-11-23 09:00") + timedelta(hours=24)
    known = await station.submitted(due_at=due)
    assert await station.approve(known)
    await rule(station, BroadcastRules(silent_days=(date(2026, 11, 24),)))
    move_to(station, "2026-11-24 09:00")
    await tick(station)
    run = await station.newest()
    await station.expand(run)
    await send(station)

    assert run.open_from == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    assert (await fresh(station, run)).state is RunState.SENDING
    assert "từ 07:00 ngày 25/11/2026" in (await station.officer.last()).text


async def test_hours_that_stay_the_same_are_not_written_again(station: Station) -> None:
    move_to(station, "2026-11-23 09:00")
    await station.fired()
    await station.chat.do(resting.keep_hours)
    assert await station.chat.do(resting.keep_hours) == 0
    move_to(station, "2026-11-23 11:30")
    assert await station.chat.do(resting.keep_hours) == 1
    assert await station.chat.do(resting.keep_hours) == 0


async def test_rules_changed_after_the_submission_are_signed_anew(station: Station) -> None:
    known = await station.submitted()
    assert not await station.chat.look(lambda tx: approving.is_outdated(tx, station.desk, known))
    await rule(station, BroadcastRules(a_day=2))

    def again(tx: Tx) -> str | None:
        assert approving.is_outdated(tx, station.desk, known)
        return approving.renew(tx, station.desk, known).submitted_hash

    assert await station.chat.do(again) != known.submitted_hash


async def test_what_a_cancelled_run_left_is_shown_as_being_cancelled(station: Station) -> None:
    move_to(station, "2026-11-23 09:00")
    run = await station.fired()
    await station.expand(run)
    sending = await fresh(station, run)
    await station.chat.do(lambda tx: runs.change(tx, sending, RunState.CANCELLED))
    cancelled = await fresh(station, run)

    said = await station.chat.look(
        lambda tx: reach_words.render(reach.of_run(tx, cancelled), station.desk.say(Language.VI))
    )
    assert "Đang hủy, không gửi nữa: 1" in said
    assert "Còn chờ gửi" not in said
    await station.finish()
    assert await station.chat.look(lambda tx: runs.counted(tx, run.id, "pending")) == 0
