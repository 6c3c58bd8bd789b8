"""Calls that stopped are known by proof alone: quiet weeks of a small commune prove nothing."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from domain.channel import Unheard
from domain.messages import ReceiptKind
from storage.accounts import calls
from storage.accounts.calls import Silence
from tests.storage.deliveries.two_channels import OA, Two, two_channels
from tests.storage.ledger_world import ledger_world


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


async def judged(two: Two, told: Unheard | None = None, *, asked: bool = True) -> Silence | None:
    oa = two.accounts[OA].id
    since = await two.world.do(lambda tx: calls.begin(tx, oa))
    return await two.world.do(lambda tx: calls.judge(tx, oa, since, told, asked=asked))


async def called(two: Two) -> None:
    await two.world.do(lambda tx: calls.note(tx, two.accounts[OA].id))


async def sent_to(two: Two, people: int) -> list[tuple[UUID, str]]:
    """Send something to new residents; return who they are and what it became."""
    made = [await two.resident() for _ in range(people)]
    run = await two.run([(one, OA) for one in made])
    while (window := await two.open()) is not None:
        await two.settle(window)
    return [(one, f"m{(await two.row_of(run, one)).id}") for one in made]


async def test_nothing_at_all_for_weeks_is_no_silence(two: Two) -> None:
    await called(two)
    two.world.clock.forward(days=20)
    assert await judged(two) is None
    # Who gets receipts from nobody learns nothing from a campaign that nobody answers.
    await sent_to(two, 25)
    two.world.clock.forward(days=3)
    assert await judged(two) is None


async def test_messages_without_the_echo_that_always_came_are_a_silence(two: Two) -> None:
    known = await two.resident()
    await two.echo(known, "earlier", "xin chào", by_hand=False)
    await called(two)
    since = two.world.clock.now()
    two.world.clock.forward(hours=5)
    assert await judged(two) is None
    await sent_to(two, 3)
    two.world.clock.forward(minutes=29)
    assert await judged(two) is None
    two.world.clock.forward(minutes=2)
    assert await judged(two) == Silence(Unheard.UNANSWERED, since)
    # It stays one until somebody calls, whatever a platform says.
    assert await judged(two) == Silence(Unheard.UNANSWERED, since)
    await called(two)
    assert await judged(two) is None


async def test_echoes_of_what_is_written_by_hand_promise_none_of_ours(two: Two) -> None:
    known = await two.resident()
    await two.echo(known, "by hand", "Chào bác", by_hand=True)
    await called(two)
    two.world.clock.forward(hours=1)
    await sent_to(two, 3)
    two.world.clock.forward(hours=5)
    assert await judged(two) is None


async def test_calls_without_the_echoes_that_came_before_are_told_of_once(two: Two) -> None:
    known = await two.resident()
    await two.echo(known, "earlier", "xin chào", by_hand=False)
    for silent in (True, False):
        await called(two)
        two.world.clock.forward(hours=1)
        await sent_to(two, 3)
        two.world.clock.forward(hours=1)
        assert (await judged(two) is not None) is silent


async def test_receipts_that_came_of_most_and_come_of_nobody_are_a_silence(two: Two) -> None:
    for one, message in await sent_to(two, 20):
        await two.receipt(one, message, ReceiptKind.SEEN)
    two.world.clock.forward(minutes=1)
    await called(two)
    two.world.clock.forward(hours=2)
    await sent_to(two, 20)
    two.world.clock.forward(hours=23)
    assert await judged(two) is None
    two.world.clock.forward(hours=2)
    found = await judged(two)
    assert found is not None
    assert found.proof is Unheard.UNANSWERED


async def test_what_a_platform_says_begins_and_ends_a_silence(two: Two) -> None:
    await called(two)
    since = two.world.clock.now()
    two.world.clock.forward(hours=1)
    assert await judged(two, Unheard.ELSEWHERE) == Silence(Unheard.ELSEWHERE, since)
    assert await judged(two, asked=False) == Silence(Unheard.ELSEWHERE, since)
    assert await judged(two) is None
    # That nothing newer stands in a history does not show that we hear again.
    assert await judged(two, Unheard.MISSED) is not None
    assert await judged(two) is not None
    await called(two)
    assert await judged(two) is None


async def test_a_call_while_we_asked_counts_for_more_than_the_answer(two: Two) -> None:
    oa = two.accounts[OA].id
    since = await two.world.do(lambda tx: calls.begin(tx, oa))
    two.world.clock.forward(minutes=2)
    await called(two)
    assert (
        await two.world.do(lambda tx: calls.judge(tx, oa, since, Unheard.MISSED, asked=True))
        is None
    )
