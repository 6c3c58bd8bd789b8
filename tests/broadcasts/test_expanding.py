"""Expanding: everybody who said yes, once; and the end of a run only when figures agree."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import select, update

from broadcasts import controlling, expanding, reach
from domain.campaign import PauseReason, RunState
from domain.delivery import Accepted, DeliveryState, TurnedDown, Unknowable
from domain.errors import Refusal
from domain.language import Language
from storage import ledger, residents, runs
from storage.counters import Moves
from storage.database import Tx
from storage.residents import Wish
from storage.runs import Run
from storage.tables import delivery, run_counter
from tests.broadcasts.station import Station, open_station

TWO, THREE = "05977-kp-vi-du-2", "05977-kp-vi-du-3"


@pytest.fixture
async def station(migrated_database_url: str) -> AsyncIterator[Station]:
    async with open_station(migrated_database_url) as opened:
        yield opened


async def recipients(station: Station, run: Run) -> list[UUID]:
    query = select(delivery.c.resident_id).where(
        delivery.c.run_id == run.id, delivery.c.resident_id.is_not(None)
    )
    return await station.chat.look(lambda tx: list(tx.connection.execute(query).scalars()))


async def languages(station: Station, run: Run) -> list[str]:
    query = select(delivery.c.language).where(delivery.c.run_id == run.id)
    return sorted(await station.chat.look(lambda tx: list(tx.connection.execute(query).scalars())))


async def test_only_those_who_said_yes_are_written_down(station: Station) -> None:
    for number, wish in enumerate(Wish):
        await station.chat.subscriber(str(3000 + number), wish=wish)
    run = await station.fired()

    await station.expand(run)

    [only] = await recipients(station, run)
    assert (await station.chat.look(lambda tx: residents.get(tx, only))).wish is Wish.YES


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
async def test_steps_of_any_size_reach_everybody_once(station: Station, limit: int) -> None:
    for number in range(5):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()

    steps = await station.expand(run, limit)

    found = await recipients(station, run)
    assert len(found) == len(set(found)) == 5
    assert steps == 5 // limit + 1
    assert await station.chat.look(lambda tx: reach.verify(tx, run.id)) == []
    assert (await station.newest()).state is RunState.SENDING


async def test_two_processes_expanding_at_once_write_everybody_once(station: Station) -> None:
    for number in range(9):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()

    async def worker() -> None:
        while await station.chat.do(lambda tx: expanding.expand_step(tx, run.id, 2)):
            pass

    await asyncio.gather(worker(), worker(), worker())

    found = await recipients(station, run)
    assert len(found) == len(set(found)) == 9
    assert await station.chat.look(lambda tx: reach.verify(tx, run.id)) == []


async def test_sending_begins_with_the_first_step(station: Station) -> None:
    for number in range(4):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()
    await station.chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))

    sent = await station.chat.deliver()

    assert sum(heard.kind == "campaign" for heard in sent) == 2
    assert await station.finish() == []


async def test_expanding_goes_on_after_a_pause_where_it_stopped(station: Station) -> None:
    for number in range(5):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()
    await station.chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))
    await station.chat.do(lambda tx: controlling.pause(tx, _fresh(tx, run)))
    assert not await station.chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))

    await station.chat.do(lambda tx: controlling.resume(tx, _fresh(tx, run)))
    assert (await station.newest()).state is RunState.EXPANDING
    await station.expand(run, 2)

    assert len(await recipients(station, run)) == 5


async def test_a_village_and_not_its_neighbour(station: Station) -> None:
    near = await station.chat.subscriber("3001", area=TWO)
    await station.chat.subscriber("3002", area=THREE)
    run = await station.fired(area=TWO)

    await station.expand(run)

    assert await recipients(station, run) == [(await near.record()).id]


async def test_everybody_gets_a_language_that_exists(station: Station) -> None:
    await station.chat.subscriber("3001", language=Language.VI)
    await station.chat.subscriber("3002", language=Language.ZH)
    content = station.content()
    short = type(content)(
        title=content.title,
        bodies={Language.VI: content.bodies[Language.VI]},
        values={Language.VI: content.values[Language.VI]},
    )
    run = await station.fired(content=short)
    await station.expand(run)
    other = await station.fired()
    await station.expand(other)

    assert await languages(station, run) == ["vi", "vi"]
    assert await languages(station, other) == ["vi", "zh"]


async def test_posts_go_to_the_groups_named_and_to_no_other(station: Station) -> None:
    await station.chat.subscriber("3001")
    named = await station.group_id("Nhóm Hai", TWO, "-100")
    await station.group_id("Nhóm Ba", THREE, "-200")
    run = await station.fired(groups=[named])

    await station.expand(run)

    query = select(delivery.c.group_id, delivery.c.area_code).where(
        delivery.c.run_id == run.id, delivery.c.kind == "post"
    )
    rows = await station.chat.look(lambda tx: tx.connection.execute(query).all())
    assert [tuple(row) for row in rows] == [(named, TWO)]


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
    assert f"Đợt {run.code} đã gửi xong." in (await station.officer.last()).text


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
    [problem] = await station.chat.look(lambda tx: reach.verify(tx, None))

    assert await station.finish() == []

    assert "acknowledged is counted 7, the rows say 0" in problem
    paused = await station.newest()
    assert (paused.state, paused.pause_reason) == (RunState.PAUSED, PauseReason.FIGURES_DISAGREE)
    assert "số đếm không khớp" in (await station.officer.last()).text
    with pytest.raises(Refusal, match="figures_disagree"):
        await station.chat.do(lambda tx: controlling.resume(tx, _fresh(tx, run)))


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

    await station.chat.do(lambda tx: controlling.resume(tx, _fresh(tx, run)))
    await station.finish()
    assert (await station.newest()).state is RunState.SENDING, "the same alarm rang twice"


async def test_what_was_on_its_way_when_a_run_was_cancelled_does_not_wait_for_ever(
    station: Station,
) -> None:
    for number in range(3):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()
    await station.expand(run)
    skipped = await station.chat.do(lambda tx: controlling.cancel(tx, _fresh(tx, run)))
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

    assert await station.chat.look(lambda tx: ledger.pending_of_run(tx, run.id)) == 0
    assert await station.chat.look(lambda tx: reach.verify(tx, run.id)) == []


async def test_unsure_rows_do_not_keep_a_run_from_ending(station: Station) -> None:
    await station.chat.subscriber("3001")
    await station.chat.subscriber("3002")
    run = await station.fired()
    await station.expand(run)
    now = station.chat.clock.now()

    await station.answer({"3001": Accepted("m1", now), "3002": Unknowable("reset")})

    assert await station.finish() == [run.id]
    assert "Không rõ đã tới hay chưa: 1 (50,00%)" in (await station.officer.last()).text


def _fresh(tx: Tx, run: Run) -> Run:
    found = runs.get(tx, run.id)
    assert found is not None
    return found
