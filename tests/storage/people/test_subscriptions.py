"""Subscribers are counted from what they answered, whenever it is asked."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.language import Language
from storage.database import Tx
from storage.people import consents, residents, subscriptions, units
from storage.people.consents import Answer, Evidence
from storage.people.subscriptions import Subscriptions
from tests.cellar import Cellar, furnished
from tests.chat import MovingClock, add_unit

SAID = Evidence("v1", "vi", "telegram", "có")


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def cellar(migrated_database_url: str, clock: MovingClock) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url, clock=clock) as made:
        yield made


async def _somebody(cellar: Cellar, unit_id: UUID | None = None) -> UUID:
    where = unit_id or cellar.unit_id
    return (await cellar.do(lambda tx: residents.create(tx, where, Language.VI))).id


async def _answers(cellar: Cellar, who: UUID, answer: Answer) -> None:
    await cellar.do(lambda tx: consents.note(tx, who, answer, SAID))


async def _count(cellar: Cellar, since: datetime, until: datetime) -> Subscriptions:
    return await cellar.look(lambda tx: subscriptions.of_period(tx, cellar.unit_id, since, until))


async def test_nobody_has_ever_subscribed(cellar: Cellar, clock: MovingClock) -> None:
    await _somebody(cellar)
    now = clock.now()
    assert await _count(cellar, now, now + timedelta(days=1)) == Subscriptions(0, 0, 0)


async def test_who_came_before_and_who_came_and_went_between(
    cellar: Cellar, clock: MovingClock
) -> None:
    old, new, gone, never = [await _somebody(cellar) for _ in range(4)]
    await _answers(cellar, old, Answer.YES)
    await _answers(cellar, gone, Answer.YES)
    since = clock.forward(days=1)
    await _answers(cellar, new, Answer.YES)
    await _answers(cellar, gone, Answer.STOP)
    await _answers(cellar, never, Answer.NO)
    until = clock.forward(days=1)
    await _answers(cellar, new, Answer.STOP)
    found = await _count(cellar, since, until)
    assert found == Subscriptions(at_start=2, joined=1, left=1)
    assert found.at_end == 2
    later = await _count(cellar, until, until + timedelta(days=1))
    assert later == Subscriptions(at_start=2, joined=0, left=1)


async def test_a_second_yes_is_no_second_subscriber(cellar: Cellar, clock: MovingClock) -> None:
    who = await _somebody(cellar)
    since = clock.now()
    for _ in range(3):
        await _answers(cellar, who, Answer.YES)
    assert (await _count(cellar, since, clock.forward(days=1))).at_end == 1


async def test_a_pause_alone_is_no_leaving(cellar: Cellar, clock: MovingClock) -> None:
    who = await _somebody(cellar)
    since = clock.now()
    for answer in (Answer.YES, Answer.PAUSE):
        await _answers(cellar, who, answer)
    assert (await _count(cellar, since, clock.forward(days=1))).at_end == 1
    await _answers(cellar, who, Answer.RESUME)
    assert (await _count(cellar, since, clock.forward(days=1))).joined == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.sampled_from(list(Answer)), max_size=6), max_size=4),
    st.integers(0, 6),
    st.integers(0, 6),
)
async def test_start_and_comings_less_goings_is_the_end(
    cellar: Cellar, clock: MovingClock, lives: list[list[Answer]], start: int, length: int
) -> None:
    """Told by a simple walk over each life, whatever is answered in which order."""
    unit_id = await cellar.do(_unit)
    begin = clock.now()
    people = [await _somebody(cellar, unit_id) for _ in lives]
    for hour in range(6):
        for who, life in zip(people, lives, strict=True):
            if hour < len(life):
                await _answers(cellar, who, life[hour])
        clock.forward(hours=1)
    since, until = begin + timedelta(hours=start), begin + timedelta(hours=start + length)
    found = await cellar.look(lambda tx: subscriptions.of_period(tx, unit_id, since, until))
    assert found.at_start == _standing(lives, start)
    assert found.at_end == _standing(lives, start + length)


def _unit(tx: Tx) -> UUID:
    """Write a unit of its own, so that the examples do not count each other's people."""
    known = units.all_units(tx)
    return add_unit(tx, f"U{len(known)}", known[0].area_code, "Đơn vị ví dụ").id


def _standing(lives: list[list[Answer]], hours: int) -> int:
    """Return how many stand as subscribers after so many answers of each."""
    standing = 0
    for life in lives:
        said = False
        for answer in life[:hours]:
            if answer in (Answer.YES, Answer.RESUME):
                said = True
            elif answer in (Answer.NO, Answer.STOP):
                said = False
        standing += said
    return standing
