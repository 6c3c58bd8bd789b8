"""Expanding: everybody who said yes, once; and the end of a run only when figures agree."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from broadcasts import checking, controlling, expanding
from domain.campaign import RunState
from domain.language import Language
from storage.campaigns import runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import residents
from storage.people.residents import Wish
from storage.tables import delivery
from tests.broadcasts.station import Station

TWO, THREE = "05977-kp-vi-du-2", "05977-kp-vi-du-3"


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
    assert await station.chat.look(lambda tx: checking.verify(tx, run.id)) == []
    assert (await station.newest()).state is RunState.SENDING


async def test_rows_are_written_in_the_order_of_people_with_ids_that_are_known(
    station: Station,
) -> None:
    for number in range(7):
        await station.chat.subscriber(str(3000 + number))
    run = await station.fired()
    before = await station.chat.do(lambda tx: tx.new_id())

    await station.expand(run, 3)

    query = select(delivery.c.id, delivery.c.resident_id).where(delivery.c.run_id == run.id)
    rows = await station.chat.look(lambda tx: tx.connection.execute(query).all())
    by_id = sorted(rows, key=lambda row: row.id)
    assert [row.resident_id for row in by_id] == sorted(row.resident_id for row in rows)
    assert before < by_id[0].id
    assert by_id[-1].id < await station.chat.do(lambda tx: tx.new_id())
    assert {row.id.version for row in rows} == {7}


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
    assert await station.chat.look(lambda tx: checking.verify(tx, run.id)) == []


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
    officer = await station.staff(station.officer)
    await station.chat.do(lambda tx: controlling.pause(tx, _fresh(tx, run), officer))
    assert not await station.chat.do(lambda tx: expanding.expand_step(tx, run.id, 2))

    officer = await station.staff(station.officer)
    await station.chat.do(lambda tx: controlling.resume(tx, _fresh(tx, run), officer))
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


def _fresh(tx: Tx, run: Run) -> Run:
    found = runs.get(tx, run.id)
    assert found is not None
    return found
