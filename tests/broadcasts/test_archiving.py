"""Of old runs the figures stay, and who got them is forgotten."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from broadcasts import amending, archiving, checking, reach
from domain.campaign import RunState
from domain.clock import local
from domain.delivery import Accepted, GoneAway
from domain.errors import Refusal
from domain.failures import Until
from domain.period import Period
from reports.reach import sheets
from reports.sheet import NotKnown
from storage.campaigns import period_figures
from storage.campaigns.broadcast_figures import Broadcast
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.tables import attempt, delivery, run, run_counter
from tests.broadcasts.station import Station, open_station

KEPT = timedelta(days=400)


@pytest.fixture
async def station(migrated_database_url: str) -> AsyncIterator[Station]:
    async with open_station(migrated_database_url) as opened:
        for name in ("3001", "3002", "3003"):
            await opened.chat.subscriber(name)
        yield opened


async def _finished(station: Station) -> Run:
    group = await station.group_id("Khối phố Ví Dụ 1", station.chat.unit.area_code, "-100")
    sent = await station.fired(groups=(group,))
    await station.expand(sent)
    gone = GoneAway(Until.THEY_WRITE, "blocked")
    at = station.chat.clock.now()
    taken = {name: Accepted(f"m{name}", at) for name in ("3001", "3002", "-100")}
    await station.answer({**taken, "3003": gone})
    assert await station.finish() == [sent.id]
    return await station.newest()


async def _put_away(station: Station) -> int:
    steps = 0
    while await station.chat.do(lambda tx: archiving.put_away_due(tx, KEPT)):
        steps += 1
    return steps


def _rows(tx: Tx) -> tuple[int, int]:
    private = delivery.c.kind == "campaign"
    ours = select(delivery.c.id).where(private)
    left = tx.connection.execute(select(func.count()).select_from(ours.subquery())).scalar_one()
    tries = select(func.count()).where(attempt.c.delivery_id == delivery.c.id, private)
    return left, tx.connection.execute(tries).scalar_one()


async def test_figures_stay_as_they_were_and_nobody_can_be_told_who_got_it(
    station: Station,
) -> None:
    sent = await _finished(station)
    at = station.chat.clock.now()
    day = timedelta(days=1)

    def figures(tx: Tx) -> Broadcast:
        return period_figures.broadcasts(tx, station.chat.unit.id, at - day, at + day)[-1]

    before = await station.chat.look(figures)
    told = await station.chat.look(lambda tx: reach.in_full(tx, sent))
    assert (before.broadcasts, before.handed, before.taken, before.people) == (1, 3, 2, 2)

    station.chat.clock.forward(days=399)
    assert await _put_away(station) == 0
    station.chat.clock.forward(days=2)
    assert await station.chat.do(lambda tx: archiving.put_away_due(tx, KEPT)) == 1
    # Killed here, with all rows still there: nothing counts twice.
    half = await station.newest()
    assert await station.chat.look(lambda tx: reach.in_full(tx, half)) == told
    assert (await station.chat.look(figures)).handed == 3
    assert await _put_away(station) == 1

    assert await station.chat.look(_rows) == (0, 0)
    after = await station.chat.look(figures)
    assert (after.broadcasts, after.handed, after.taken, after.people) == (1, 3, 2, None)
    old = await station.newest()
    assert await station.chat.look(lambda tx: reach.in_full(tx, old)) == told
    assert await station.chat.look(checking.verify) == []
    assert await _put_away(station) == 0


async def test_the_report_says_that_people_are_not_known_any_more(station: Station) -> None:
    await _finished(station)
    at = station.chat.clock.now()
    station.chat.clock.forward(days=401)
    await _put_away(station)

    def told(tx: Tx) -> tuple[object, tuple[str, ...]]:
        sheet, _ = sheets(tx, station.chat.unit, Period(local(at).date(), local(at).date()))
        return sheet.rows[-1].now["people"], sheet.notes

    people, notes = await station.chat.look(told)
    assert people == NotKnown()
    assert any("không còn tính được người tiếp cận" in note for note in notes)


async def test_a_run_that_does_not_add_up_keeps_its_rows(station: Station) -> None:
    sent = await _finished(station)
    wrong = update(run_counter).where(run_counter.c.run_id == sent.id).values(accepted=7)
    await station.chat.do(lambda tx: tx.connection.execute(wrong).rowcount)
    station.chat.clock.forward(days=401)

    assert await _put_away(station) == 0

    assert (await station.chat.look(_rows))[0] == 3
    assert (await station.newest()).archived_at is None


async def test_what_still_goes_out_is_never_put_away(station: Station) -> None:
    sent = await station.fired()
    await station.expand(sent)
    station.chat.clock.forward(days=500)

    assert await _put_away(station) == 0
    assert (await station.chat.look(_rows))[0] == 3


async def test_a_correction_of_an_old_run_is_refused_with_the_reason(station: Station) -> None:
    sent = await _finished(station)
    station.chat.clock.forward(days=401)
    await _put_away(station)

    with pytest.raises(Refusal, match="put_away"):
        await station.chat.do(lambda tx: amending.check(tx, station.chat.unit.id, sent.id))


async def _missed(station: Station) -> Run:
    sent = await station.fired()
    missed = update(run).where(run.c.id == sent.id).values(state=RunState.MISSED.value)
    await station.chat.do(lambda tx: tx.connection.execute(missed).rowcount)
    return sent


async def test_those_that_do_not_add_up_hold_back_none_behind_them(station: Station) -> None:
    sent = await _finished(station)
    wrong = update(run_counter).where(run_counter.c.run_id == sent.id).values(accepted=7)
    await station.chat.do(lambda tx: tx.connection.execute(wrong).rowcount)
    later = await _missed(station)
    station.chat.clock.forward(days=500)

    assert await station.chat.do(lambda tx: archiving.put_away_due(tx, KEPT, at_once=1)) == 1

    newest = await station.newest()
    assert newest.id == later.id
    assert newest.archived_at is not None


async def test_a_missed_run_has_nothing_to_put_away_and_is_done_with(station: Station) -> None:
    await _missed(station)
    station.chat.clock.forward(days=500)

    assert await _put_away(station) == 1
    assert (await station.newest()).archived_at == station.chat.clock.now()
    assert await station.chat.look(checking.verify) == []
