"""Figures are compared with rows on one snapshot, while people go on pressing."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, insert, select, update

from broadcasts import archiving, checking, controlling
from domain.audit import Act
from domain.campaign import PauseReason, RunState
from domain.delivery import DeliveryState, Facet
from storage.campaigns import runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import counters, ledger
from storage.deliveries.counters import Moves
from storage.staff import audit
from storage.tables import archived_run, delivery, run_counter, run_reason
from tests.broadcasts.station import Station

_COUNTING = "SELECT delivery.kind, delivery.area_code"
_KEPT = timedelta(days=400)


@pytest.fixture
async def sent(station: Station) -> Run:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    await station.chat.deliver()
    return run


@contextmanager
def between(press: Callable[[], None]) -> Iterator[None]:
    """Press once, behind the counters that are read and before the rows that are counted."""
    pressed: list[str] = []

    def note(_connection: Any, _cursor: Any, words: str, *_rest: Any) -> None:
        if not pressed and words.lstrip().startswith(_COUNTING):
            pressed.append(words)
            press()

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert pressed, "nothing was counted"


def pressing(station: Station, run: Run) -> Callable[[], None]:
    loop = asyncio.get_running_loop()

    def acknowledge(tx: Tx) -> None:
        query = select(delivery.c.id).where(delivery.c.run_id == run.id)
        row_id: UUID = tx.connection.execute(query).scalar_one()
        assert ledger.note_facet(tx, row_id, Facet.ACKNOWLEDGED)

    def press() -> None:
        # It must not wait for who counts, on SQLite neither.
        asyncio.run_coroutine_threadsafe(station.chat.do(acknowledge), loop).result(5)

    return press


def fresh(tx: Tx, run: Run) -> Run:
    found = runs.get(tx, run.id, lock=True)
    assert found is not None
    return found


def miscount(tx: Tx, run: Run, column: str, off: int) -> None:
    """Let a figure of a run be wrong by so many, as no path of ours leaves it."""
    wrong = update(run_counter).where(run_counter.c.run_id == run.id)
    tx.connection.execute(wrong.values({column: run_counter.c[column] + off}))


async def test_who_presses_while_a_run_is_checked_does_not_keep_it_from_its_end(
    station: Station, sent: Run
) -> None:
    with between(pressing(station, sent)):
        assert await station.finish() == [sent.id]

    assert (await station.newest()).state is RunState.FINISHED


async def test_who_presses_while_a_run_is_to_go_on_does_not_keep_it_from_going_on(
    station: Station, sent: Run
) -> None:
    officer = await station.staff(station.officer)
    await station.chat.do(lambda tx: controlling.pause(tx, fresh(tx, sent), officer))

    with between(pressing(station, sent)):
        await station.chat.do(lambda tx: controlling.resume(tx, fresh(tx, sent), officer))

    assert (await station.newest()).state is RunState.SENDING


async def test_who_presses_an_old_message_is_counted_though_its_run_is_just_put_away(
    station: Station, sent: Run
) -> None:
    assert await station.finish() == [sent.id]
    station.chat.clock.forward(days=401)

    with between(pressing(station, sent)):
        assert await station.chat.do(lambda tx: archiving.put_away_due(tx, _KEPT)) == 1
    assert (await station.newest()).archived_at is None, "what was found is true no more"

    assert await station.chat.do(lambda tx: archiving.put_away_due(tx, _KEPT)) == 1
    assert (await station.newest()).archived_at is not None
    answered = select(archived_run.c.answered).where(archived_run.c.run_id == sent.id)
    assert await station.chat.do(lambda tx: tx.connection.scalar(answered)) == 1


@pytest.mark.parametrize("column", ["pending", "accepted"])
@pytest.mark.parametrize("off", [1, -1])
async def test_a_run_of_which_too_much_or_too_little_is_counted_is_paused_for_people_to_look_into(
    station: Station, sent: Run, column: str, off: int
) -> None:
    await station.chat.do(lambda tx: miscount(tx, sent, column, off))

    assert await station.finish() == []

    stopped = await station.newest()
    assert (stopped.state, stopped.pause_reason) == (
        RunState.PAUSED,
        PauseReason.FIGURES_DISAGREE,
    )


async def test_a_run_of_which_nothing_is_counted_as_pending_though_it_waits_is_paused(
    station: Station,
) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    await station.chat.do(lambda tx: miscount(tx, run, "pending", -1))

    assert await station.finish() == []

    assert (await station.newest()).pause_reason is PauseReason.FIGURES_DISAGREE


async def test_what_a_cancelled_run_left_is_skipped_though_nothing_of_it_is_counted_as_pending(
    station: Station,
) -> None:
    await station.chat.subscriber("3001")
    run = await station.fired()
    await station.expand(run)
    await station.chat.do(lambda tx: runs.change(tx, fresh(tx, run), RunState.CANCELLED))
    await station.chat.do(lambda tx: miscount(tx, run, "pending", -1))

    await station.finish()

    states = select(delivery.c.state).where(delivery.c.run_id == run.id)
    left = await station.chat.look(lambda tx: set(tx.connection.scalars(states)))
    assert left == {DeliveryState.SKIPPED.value}


async def test_wrong_counters_are_set_by_the_rows_and_the_run_goes_on_to_its_end(
    station: Station, sent: Run
) -> None:
    line = {"kind": "campaign", "area_code": "nowhere", "channel": "zalo", "language": "vi"}

    def spoil(tx: Tx) -> None:
        miscount(tx, sent, "pending", 2)
        miscount(tx, sent, "accepted", -1)
        wrong = {"run_id": sent.id, **line}
        tx.connection.execute(insert(run_counter).values(**wrong, targeted=3, refused=3))
        why = {"state": "refused", "reason": "content", "number": 3}
        tx.connection.execute(insert(run_reason).values(**wrong, **why))

    await station.chat.do(spoil)
    assert await station.finish() == []
    assert await station.chat.look(lambda tx: checking.verify(tx, sent.id)) != []

    assert await station.chat.do(lambda tx: checking.recount(tx, sent.id)) == 5

    assert await station.chat.look(lambda tx: checking.verify(tx, sent.id)) == []
    newest = await station.chat.look(lambda tx: list(audit.entries(tx, newest=1)))
    assert [(one.act, one.facts["figures"]) for one in newest] == [(Act.RUN_RECOUNTED, 5)]
    assert await station.chat.do(lambda tx: checking.recount(tx, sent.id)) == 0
    officer = await station.staff(station.officer)
    await station.chat.do(lambda tx: controlling.resume(tx, fresh(tx, sent), officer))
    assert await station.finish() == [sent.id]


async def test_who_presses_while_counters_are_set_by_the_rows_is_counted_once(
    station: Station, sent: Run
) -> None:
    await station.chat.do(lambda tx: miscount(tx, sent, "accepted", 4))

    with between(pressing(station, sent)):
        assert await station.chat.do(lambda tx: checking.recount(tx, sent.id)) == 1

    assert await station.chat.look(lambda tx: checking.verify(tx, sent.id)) == []


async def test_two_who_set_counters_by_the_rows_at_once_do_so_once(
    station: Station, sent: Run
) -> None:
    await station.chat.do(lambda tx: miscount(tx, sent, "accepted", 4))
    loop = asyncio.get_running_loop()

    def recount(tx: Tx) -> int | None:
        return checking.recount(tx, sent.id)

    def other() -> None:
        asyncio.run_coroutine_threadsafe(station.chat.do(recount), loop).result(5)

    with between(other):
        assert await station.chat.do(recount) is None

    assert await station.chat.look(lambda tx: checking.verify(tx, sent.id)) == []


async def test_what_is_kept_of_rows_that_were_put_away_is_not_counted_anew(
    station: Station, sent: Run
) -> None:
    assert await station.finish() == [sent.id]
    station.chat.clock.forward(days=401)
    while await station.chat.do(lambda tx: archiving.put_away_due(tx, _KEPT)):
        pass
    kept = await station.chat.look(lambda tx: counters.of_run(tx, sent.id))

    assert await station.chat.do(lambda tx: checking.recount(tx, sent.id)) == 0

    assert await station.chat.look(lambda tx: counters.of_run(tx, sent.id)) == kept
    assert kept[0].counts["accepted"] == 1


async def test_a_run_that_gets_something_to_send_while_it_is_checked_does_not_end(
    station: Station, sent: Run
) -> None:
    loop = asyncio.get_running_loop()

    def wait_again(tx: Tx) -> None:
        query = select(delivery).where(delivery.c.run_id == sent.id)
        row = ledger.as_delivery(tx.connection.execute(query).one())
        moves = Moves()
        ledger.move(tx, row, DeliveryState.PENDING, moves)
        moves.apply(tx)

    def put_back() -> None:
        asyncio.run_coroutine_threadsafe(station.chat.do(wait_again), loop).result(5)

    with between(put_back):
        assert await station.finish() == []

    assert (await station.newest()).state is RunState.SENDING
