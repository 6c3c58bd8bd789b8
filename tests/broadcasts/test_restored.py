"""An older copy of the database: what was under way is not sent again, unless somebody says so."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from broadcasts import checking, expanding, firing, reach, restored
from broadcasts.restored import Copy
from domain.audit import Act
from domain.campaign import RunState
from domain.delivery import Accepted, DeliveryKind, DeliveryState, Lane
from domain.messages import Outgoing
from storage.campaigns import runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import ledger, marks
from storage.deliveries.copied import RESTORED
from storage.deliveries.settling import Settled, settle
from storage.deliveries.windows import Claim, open_window
from storage.staff import audit
from storage.tables import delivery
from storage.tables import run as run_table
from tests.broadcasts.station import Station

STATES = DeliveryState


@pytest.fixture
async def station(station: Station) -> Station:
    for number in range(6):
        await station.chat.subscriber(str(3001 + number))
    return station


async def noticed(station: Station) -> Copy:
    """Let an older copy be noticed."""
    until = station.chat.clock.now() + timedelta(hours=1)
    station.chat.clock.forward(hours=2)
    assert await station.chat.do(lambda tx: marks.note(tx, until, 0))
    found = await station.chat.look(restored.look)
    assert found is not None
    return found


async def decide(station: Station, known: Copy, *, hold: bool) -> bool:
    desk = station.desk
    while hold and await station.chat.do(lambda tx: restored.hold_step(tx, desk, known)):
        pass
    return await station.chat.do(lambda tx: restored.confirm(tx, desk, known, hold=hold))


async def reply(station: Station) -> ledger.Delivery:
    """Put a reply to an officer into the ledger."""

    def put(tx: Tx) -> ledger.Delivery:
        row_id = station.desk.outbox.put(
            tx,
            where.id,
            Outgoing(text="Đã nhận"),
            kind=DeliveryKind.REPLY,
            lane=Lane.TALK,
            language="vi",
        )
        row = ledger.get(tx, row_id)
        assert row is not None
        return row

    where = await station.officer.address()
    return await station.chat.do(put)


async def fresh(station: Station, run: Run) -> Run:
    found = await station.chat.look(lambda tx: runs.get(tx, run.id))
    assert found is not None
    return found


async def tally(station: Station, run: Run) -> tuple[int, int, int]:
    """Return how many are pending, unsure and accepted."""
    found = (await station.chat.look(lambda tx: reach.of_run(tx, run))).private
    return found.pending, found.unsure, found.taken


async def test_with_hold_nothing_that_was_under_way_goes_again(station: Station) -> None:
    half = await station.fired()
    # Two of its six people were written down when the copy was made.
    await station.chat.do(lambda tx: expand(tx, half))
    assert await station.approve(await station.submitted())
    before = await reply(station)
    known = await noticed(station)
    assert [(one.code, one.pending) for one in known.going] == [(half.code, 2)]
    assert (known.due, known.talk >= 1) == (1, True)
    # Nothing begins, and what people cause from now on is no part of the copy.
    assert await station.chat.do(lambda tx: firing.fire_due(tx, station.desk)) == 0
    station.chat.clock.forward(seconds=1)
    later = await reply(station)

    assert await decide(station, known, hold=True)
    assert await tally(station, half) == (0, 6, 0)
    rows = [
        await station.chat.look(lambda tx, one=one: ledger.get(tx, one.id))  # type: ignore[misc]
        for one in (before, later)
    ]
    assert [(row.state, row.again, row.reason) for row in rows if row] == [
        (STATES.PENDING, True, RESTORED),
        (STATES.PENDING, False, None),
    ]
    assert (await station.newest()).state is RunState.MISSED
    assert await station.finish() == [half.id]
    assert await station.chat.look(checking.verify) == []
    (act,) = [
        one
        for one in await station.chat.look(lambda tx: list(audit.entries(tx)))
        if one.act is Act.COPY_CONFIRMED
    ]
    assert act.facts == {"held": True, "runs": 1}
    assert await station.chat.look(restored.look) is None
    assert not await decide(station, known, hold=True)


def expand(tx: Tx, run: Run) -> bool:
    return expanding.expand_step(tx, run.id, 2)


async def test_to_go_on_sends_what_waits_and_what_comes_due_during_the_pause_is_not_missed(
    station: Station,
) -> None:
    run = await station.fired()
    await station.expand(run)
    known = await noticed(station)
    assert await station.approve(await station.submitted())
    station.chat.clock.forward(minutes=10)
    assert await decide(station, known, hold=False)
    assert await station.chat.do(lambda tx: firing.fire_due(tx, station.desk)) == 1
    accepted = Accepted("m", station.chat.clock.now())
    await station.answer({str(3001 + number): accepted for number in range(6)})
    assert (await tally(station, run))[1:] == (0, 6)


async def test_a_run_paused_before_its_people_were_written_down_is_held_with_all_of_them(
    station: Station,
) -> None:
    run = await station.fired()
    await station.chat.do(lambda tx: expand(tx, run))
    known_run = await fresh(station, run)
    await station.chat.do(lambda tx: runs.change(tx, known_run, RunState.PAUSED))
    known = await noticed(station)
    assert await decide(station, known, hold=True)
    assert await tally(station, run) == (0, 6, 0)


@pytest.mark.parametrize("lane", [Lane.ROUTINE, Lane.URGENT])
async def test_what_was_being_sent_in_the_copy_is_held_and_a_late_answer_of_it_counts(
    station: Station, lane: Lane
) -> None:
    run = await station.fired()
    await station.expand(run)
    of_run = update(delivery).where(delivery.c.run_id == run.id)
    for change in (update(run_table).values(lane=lane.name), of_run.values(lane=int(lane))):
        await station.chat.do(lambda tx, change=change: tx.connection.execute(change))  # type: ignore[misc]
    where = await station.officer.address()
    claim = Claim(where.account_id, "w1", timedelta(days=1))
    window = await station.chat.do(lambda tx: open_window(tx, claim, (lane,), 4))
    assert window is not None
    late = [
        Settled(one.delivery_id, one.attempt_id, Accepted(f"m{at}", station.chat.clock.now()))
        for at, one in enumerate(window.sends)
    ]
    known = await noticed(station)
    assert await decide(station, known, hold=True)
    assert await tally(station, run) == (0, 6, 0)
    assert not await station.chat.do(lambda tx: settle(tx, window.id, late))
    assert await tally(station, run) == (0, 2, 4)
    assert await station.chat.look(checking.verify) == []


async def test_who_holds_after_somebody_else_let_all_go_on_changes_nothing_any_more(
    station: Station,
) -> None:
    run = await station.fired()
    await station.expand(run)
    known = await noticed(station)
    assert await decide(station, known, hold=False)
    assert not await decide(station, known, hold=True)
    assert await tally(station, run) == (6, 0, 0)
