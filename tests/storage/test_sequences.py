"""Numbers for people to read grow without gaps or repeats."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage import sequences
from storage.database import Tx
from tests.cellar import Cellar, furnished


@pytest.fixture
async def cellar(migrated_database_url: str) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url) as made:
        yield made


async def test_each_series_counts_from_one_by_itself(cellar: Cellar) -> None:
    def take(tx: Tx) -> list[int]:
        return [sequences.next_number(tx, name) for name in ("a", "a", "b", "a")]

    assert await cellar.do(take) == [1, 2, 1, 3]


async def test_a_rolled_back_number_is_given_again(cellar: Cellar) -> None:
    def give_up(tx: Tx) -> None:
        sequences.next_number(tx, "a")
        raise LookupError

    with pytest.raises(LookupError):
        await cellar.do(give_up)
    assert await cellar.do(lambda tx: sequences.next_number(tx, "a")) == 1


async def test_a_new_series_started_by_many_at_once_repeats_nothing(cellar: Cellar) -> None:
    numbers = await asyncio.gather(
        *(cellar.do(lambda tx: sequences.next_number(tx, "new")) for _ in range(20))
    )
    assert sorted(numbers) == list(range(1, 21))


async def test_a_number_taken_apart_is_waited_for_by_nobody_and_never_given_twice(
    cellar: Cellar,
) -> None:
    numbers: list[int] = []

    def take(tx: Tx) -> None:
        numbers.append(sequences.next_apart(tx, "apart"))

    async def within(tx_is_open: asyncio.Event, go_on: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()

        def hold(tx: Tx) -> None:
            take(tx)
            loop.call_soon_threadsafe(tx_is_open.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(60)
            raise LookupError

        with pytest.raises(LookupError):
            await cellar.do(hold)

    one_writer = cellar.db.one_writer
    opened, go_on = asyncio.Event(), asyncio.Event()
    holding = asyncio.create_task(within(opened, go_on))
    await asyncio.wait_for(opened.wait(), 60)
    if one_writer:
        go_on.set()
    await cellar.do(take)
    go_on.set()
    await holding
    await cellar.do(take)
    assert numbers == ([1, 1, 2] if one_writer else [1, 2, 3])
