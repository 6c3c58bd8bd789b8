"""Slots of a sender look for what is due one after the other, and not in vain twice."""

import asyncio
from collections.abc import Collection

import pytest

from delivery.looks import Looks
from domain.delivery import Lane

TALK = (Lane.URGENT, Lane.TALK)
EVERYTHING = tuple(Lane)


class Slots:
    """Slots that a ring woke at once; `held` keeps the first in the middle of its look."""

    def __init__(self, due: int = 0) -> None:
        self.looks = Looks()
        self.due = due
        self.looked: list[Collection[Lane]] = []
        self.held = asyncio.Event()

    async def look(self, lanes: Collection[Lane]) -> bool:
        async with self.looks.turn(lanes) as worthwhile:
            if not worthwhile:
                return False
            self.looked.append(lanes)
            await self.held.wait()
            if not self.due:
                self.looks.in_vain(lanes)
                return False
            self.due -= 1
            return True


async def woken(slots: Slots, *lanes: Collection[Lane]) -> list[bool]:
    tasks = [asyncio.create_task(slots.look(wanted)) for wanted in lanes]
    await asyncio.sleep(0)
    slots.held.set()
    return list(await asyncio.gather(*tasks))


async def test_who_stands_behind_a_look_in_vain_that_began_since_does_not_look() -> None:
    slots = Slots()
    await woken(slots, EVERYTHING, EVERYTHING, EVERYTHING, TALK, TALK)
    # The first began before the others came; the second looked for them all.
    assert slots.looked == [EVERYTHING, EVERYTHING]


@pytest.mark.parametrize("due", [1, 2, 4])
async def test_as_long_as_something_is_found_the_next_looks_too(due: int) -> None:
    slots = Slots(due)
    found = await woken(slots, *[EVERYTHING] * 6)
    assert sum(found) == due
    assert len(slots.looked) == due + 1


async def test_a_look_for_replies_says_nothing_of_broadcasts() -> None:
    slots = Slots()
    await woken(slots, TALK, TALK, EVERYTHING, TALK)
    assert slots.looked[-1] == EVERYTHING


async def test_who_comes_after_a_look_in_vain_looks_for_themselves() -> None:
    slots = Slots()
    slots.held.set()
    assert not await slots.look(EVERYTHING)
    slots.due = 1
    assert await slots.look(EVERYTHING)


async def test_who_comes_while_a_look_is_under_way_does_not_trust_it() -> None:
    slots = Slots()
    first = asyncio.create_task(slots.look(EVERYTHING))
    await asyncio.sleep(0)
    behind = asyncio.create_task(slots.look(EVERYTHING))
    await asyncio.sleep(0)
    slots.held.set()
    assert not await first
    assert not await behind
    assert len(slots.looked) == 2


async def test_a_look_that_fails_is_no_look_in_vain() -> None:
    looks = Looks()

    async def fail() -> None:
        async with looks.turn(EVERYTHING) as worthwhile:
            assert worthwhile
            raise ConnectionError

    for end in await asyncio.gather(*(fail() for _ in range(3)), return_exceptions=True):
        assert isinstance(end, ConnectionError)
