"""Whom a run reached: counted, and taken in steps, each once, wherever they live by now."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import select, update

from broadcasts import expanding
from domain.campaign import Audience
from domain.delivery import DeliveryState
from domain.failures import Until
from domain.language import Language
from storage.campaigns import reached
from storage.campaigns.runs import Run
from storage.campaigns.stored_json import audience_json
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.counters import Moves
from storage.people import addresses, residents
from storage.people.residents import Wish
from storage.tables import delivery, run
from tests.broadcasts.station import Station, open_station
from tests.chat import DONG_KINH, Party
from tests.storage.test_plans import plans
from tests.storage.written import found_by

REACHED = {DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNSURE}


@pytest.fixture
async def station(migrated_database_url: str) -> AsyncIterator[Station]:
    async with open_station(migrated_database_url) as opened:
        yield opened


async def with_states(station: Station) -> tuple[Run, dict[DeliveryState, Party]]:
    """Send a run of which one row came to each state."""
    parties = {
        state: await station.chat.subscriber(str(3000 + number))
        for number, state in enumerate(DeliveryState)
    }
    of_run = await station.fired()
    await station.expand(of_run)
    for state, party in parties.items():
        person = await party.record()
        await station.chat.do(lambda tx, p=person.id, s=state: _move(tx, of_run.id, p, s))  # type: ignore[misc]
    return of_run, parties


def _move(tx: Tx, run_id: UUID, resident_id: UUID, state: DeliveryState) -> None:
    row = tx.connection.execute(
        select(delivery).where(delivery.c.run_id == run_id, delivery.c.resident_id == resident_id)
    ).one()
    moves = Moves()
    ledger.move(tx, ledger.as_delivery(row), state, moves)
    moves.apply(tx)


async def correcting(station: Station, of_run: Run) -> Run:
    """Return a run of its own whose audience is whom the other one reached."""
    own = await station.fired()
    audience = Audience(area_code=DONG_KINH, of_run=of_run.id)
    await station.chat.do(
        lambda tx: tx.connection.execute(
            update(run).where(run.c.id == own.id).values(audience=audience_json(audience))
        )
    )
    return own


async def recipients_of(station: Station, own: Run) -> list[UUID]:
    query = select(delivery.c.resident_id).where(delivery.c.run_id == own.id)
    return await station.chat.look(lambda tx: list(tx.connection.execute(query).scalars()))


async def test_only_who_has_it_or_may_have_it_counts(station: Station) -> None:
    of_run, parties = await with_states(station)
    found = await station.chat.look(lambda tx: reached.whom(tx, of_run.id))
    assert (found.people, found.unsure, found.stopped, found.unreachable) == (3, 1, 0, 0)
    assert found.by_language == {"vi": 3}
    assert not found.nobody

    expected = {(await parties[state].record()).id for state in REACHED}
    page = reached.page(UUID(int=1), of_run.id, None, 50)
    steps = await station.chat.look(lambda tx: found_by(tx, page))
    assert {one.resident_id for one in steps} == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
async def test_the_steps_take_each_once_and_go_on_after_a_break(
    station: Station, limit: int
) -> None:
    of_run, parties = await with_states(station)
    own = await correcting(station, of_run)
    await station.chat.do(lambda tx: expanding.expand_step(tx, own.id, limit))

    # As after a crash: whoever goes on begins with what the database says.
    await station.expand(own, limit)
    await station.chat.do(lambda tx: expanding.expand_step(tx, own.id, limit))

    taken = await recipients_of(station, own)
    expected = [(await parties[state].record()).id for state in REACHED]
    assert sorted(taken) == sorted(expected)


async def test_who_moved_stopped_or_blocked_is_still_one_of_them(station: Station) -> None:
    of_run, parties = await with_states(station)
    moved, stopped, blocked = [await parties[state].record() for state in sorted(REACHED)]
    where = await parties[sorted(REACHED)[2]].address()
    elsewhere = await station.chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")

    def change(tx: Tx) -> None:
        residents.set_area(tx, moved.id, elsewhere.id, "05986")
        residents.set_language(tx, moved.id, Language.EN)
        residents.set_wish(tx, stopped.id, Wish.STOPPED)
        addresses.mark_unreachable(tx, where.id, Until.THEY_WRITE)

    await station.chat.do(change)
    own = await correcting(station, of_run)
    await station.expand(own)

    found = await station.chat.look(lambda tx: reached.whom(tx, of_run.id))
    assert (found.people, found.stopped, found.unreachable) == (3, 1, 1)
    assert found.by_language == {"en": 1, "vi": 2}
    assert sorted(await recipients_of(station, own)) == sorted([moved.id, stopped.id, blocked.id])


async def test_a_million_rows_are_taken_in_order_by_their_own_index(station: Station) -> None:
    of_run, parties = await with_states(station)
    person = await parties[DeliveryState.ACCEPTED].record()

    def work(tx: Tx) -> None:
        found_by(tx, reached.page(UUID(int=1), of_run.id, person.id, 500))
        reached.posts(tx, of_run.id)

    for plan in await station.chat.do(lambda tx: plans(tx, work)):
        assert "SCAN delivery" not in plan, plan
        assert "Seq Scan on delivery" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan


async def test_a_run_that_never_began_reached_nobody(station: Station) -> None:
    await station.chat.subscriber("3001")
    of_run = await station.fired()
    found = await station.chat.look(lambda tx: reached.whom(tx, of_run.id))
    assert found.nobody
    page = reached.page(UUID(int=1), of_run.id, None, 9)
    assert await station.chat.look(lambda tx: found_by(tx, page)) == []
