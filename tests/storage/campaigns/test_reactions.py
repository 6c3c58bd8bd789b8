"""Reactions to posts: each person once, nobody lined up across posts, forgotten in time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, update

from domain.delivery import Facet
from storage.campaigns import reactions
from storage.database import Tx
from storage.deliveries import ledger
from storage.sealing import rotated
from storage.tables import post_reaction, run_counter
from tests.storage.ledger_world import LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def two_posts(world: LedgerWorld) -> tuple[UUID, UUID, UUID]:
    """Post in two groups; return the run and the two posts."""
    run_id = await world.run([], [await world.group(), await world.group()])
    first, second = [row.id for row in await world.rows(run_id)]
    return run_id, first, second


async def reacts(
    world: LedgerWorld, post: UUID, user_id: str, facet: Facet = Facet.ACKNOWLEDGED
) -> bool:
    return await world.do(lambda tx: ledger.note_facet(tx, post, facet, user_id=user_id))


async def people(world: LedgerWorld) -> set[bytes]:
    query = select(post_reaction.c.person)
    return set(await world.do(lambda tx: tx.connection.execute(query).scalars().all()))


async def test_each_person_counts_once_per_post_and_kind(world: LedgerWorld) -> None:
    run_id, first, second = await two_posts(world)
    assert [await reacts(world, first, name) for name in ("1", "2", "1", "3")] == [
        True,
        True,
        False,
        True,
    ]
    assert await reacts(world, first, "1", Facet.REPLIED)
    assert await reacts(world, second, "1")
    assert await world.counted(run_id, "acknowledged") == 4
    assert await world.counted(run_id, "replied") == 1
    assert await world.problems(run_id) == []


async def test_many_at_the_same_time_are_all_counted(world: LedgerWorld) -> None:
    run_id, first, _ = await two_posts(world)
    await asyncio.gather(*(reacts(world, first, str(number % 12)) for number in range(36)))
    assert await world.counted(run_id, "acknowledged") == 12
    assert await world.problems(run_id) == []


async def test_what_breaks_off_in_the_middle_counts_nothing(world: LedgerWorld) -> None:
    run_id, first, _ = await two_posts(world)

    def breaks_off(tx: Tx) -> None:
        ledger.note_facet(tx, first, Facet.ACKNOWLEDGED, user_id="1")
        raise KeyError

    with pytest.raises(KeyError):
        await world.do(breaks_off)
    assert await people(world) == set()
    assert await reacts(world, first, "1")
    assert await world.counted(run_id, "acknowledged") == 1
    assert await world.problems(run_id) == []


async def test_nobody_can_be_lined_up_across_posts(world: LedgerWorld) -> None:
    _, first, second = await two_posts(world)
    await reacts(world, first, "880010010001")
    await reacts(world, second, "880010010001")
    found = await people(world)
    assert len(found) == 2
    assert all(b"880010010001" not in person for person in found)


async def test_a_new_hash_key_counts_nobody_twice(world: LedgerWorld) -> None:
    run_id, first, _ = await two_posts(world)
    await reacts(world, first, "1")

    def once_more(tx: Tx) -> bool:
        later = replace(tx, keys=rotated(tx.keys))
        return ledger.note_facet(later, first, Facet.ACKNOWLEDGED, user_id="1")

    assert not await world.do(once_more)
    assert await world.counted(run_id, "acknowledged") == 1


async def test_after_a_month_who_it_was_is_forgotten_and_the_figures_stay(
    world: LedgerWorld,
) -> None:
    run_id, first, _ = await two_posts(world)
    for name in ("1", "2", "3"):
        await reacts(world, first, name)
    before = await people(world)
    world.clock.forward(days=29)
    assert not await world.do(reactions.forget)
    assert await people(world) == before
    world.clock.forward(days=2)
    assert await world.do(lambda tx: reactions.forget(tx, limit=2))
    assert not await world.do(lambda tx: reactions.forget(tx, limit=2))
    assert not before & await people(world)
    assert not await reacts(world, first, "1"), "who comes too late would be counted twice"
    assert await world.counted(run_id, "acknowledged") == 3
    assert await world.problems(run_id) == []


async def test_a_spoiled_counter_is_found(world: LedgerWorld) -> None:
    run_id, first, _ = await two_posts(world)
    await reacts(world, first, "1")
    spoil = update(run_counter).where(run_counter.c.run_id == run_id).values(acknowledged=7)
    await world.do(lambda tx: tx.connection.execute(spoil).rowcount)
    [problem] = await world.problems(run_id)
    assert "acknowledged is counted 7, the rows say 1" in problem


async def test_a_post_counts_nobody_without_a_person(world: LedgerWorld) -> None:
    _, first, _ = await two_posts(world)
    with pytest.raises(ValueError, match="by person"):
        await world.do(lambda tx: ledger.note_facet(tx, first, Facet.REPLIED))
