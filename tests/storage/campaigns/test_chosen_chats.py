"""Of a person's chats a run takes one that can be used; who has none is left out and told of."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from broadcasts import expanding
from domain.campaign import Audience, RunState
from domain.delivery import DeliveryState, SkipReason
from domain.failures import Until
from storage.campaigns import recipients
from storage.database import Tx
from storage.people import addresses
from storage.tables import run as run_table
from tests.storage.deliveries.two_channels import OA, TELEGRAM, Two, heard_at, two_channels
from tests.storage.ledger_world import AREA, ledger_world
from tests.storage.written import Recipient, found_by

NEAR, FAR, SHUT = timedelta(hours=1), timedelta(hours=60), timedelta(days=8)


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


@pytest.mark.parametrize(
    ("first", "heard", "prefers", "gone", "chosen"),
    [
        (TELEGRAM, NEAR, None, None, TELEGRAM),
        (OA, NEAR, None, None, OA),
        (OA, FAR, None, None, TELEGRAM),
        (OA, SHUT, None, None, TELEGRAM),
        (TELEGRAM, FAR, OA, None, OA),
        (TELEGRAM, SHUT, OA, None, TELEGRAM),
        (OA, NEAR, TELEGRAM, None, TELEGRAM),
        (OA, NEAR, TELEGRAM, TELEGRAM, OA),
        (OA, FAR, None, TELEGRAM, OA),
    ],
)
async def test_the_preferred_chat_is_taken_that_can_be_used_then_what_is_free_then_the_oldest(
    two: Two, first: str, heard: timedelta, prefers: str | None, gone: str | None, chosen: str
) -> None:
    second = OA if first == TELEGRAM else TELEGRAM
    one = await two.resident(heard, first, second)
    if prefers is not None:
        liked = await two.chat(one, prefers)
        await two.world.do(lambda tx: addresses.prefer(tx, liked))
    if gone is not None:
        lost = await two.chat(one, gone)
        await two.world.do(lambda tx: addresses.mark_unreachable(tx, lost, Until.THEY_WRITE))
    run = await two.run([])

    def step(tx: Tx) -> list[Recipient]:
        audience = Audience(area_code=AREA)
        page = recipients.page(tx, run, two.world.unit, audience, None, 10, two.doors)
        return found_by(tx, page)

    [found] = await two.world.do(step)
    assert (found.channel, found.shut) == (chosen, False)


async def test_who_wrote_too_long_ago_is_written_down_as_left_out(two: Two) -> None:
    near, shut, both = (
        await two.resident(NEAR),
        await two.resident(SHUT),
        await two.resident(SHUT, OA, TELEGRAM),
    )
    run = await two.run([])

    def expand(tx: Tx) -> bool:
        tx.connection.execute(update(run_table).values(state=RunState.EXPANDING.value))
        return expanding.expand_step(tx, run, 10, two.doors)

    assert not await two.world.do(expand)

    rows = [await two.row_of(run, one) for one in (near, shut, both)]
    assert [(row.state, row.reason, row.channel) for row in rows] == [
        (DeliveryState.PENDING, None, OA),
        (DeliveryState.SKIPPED, SkipReason.WINDOW.value, OA),
        (DeliveryState.PENDING, None, TELEGRAM),
    ]
    assert await two.world.problems(run) == []


async def test_where_no_channel_asks_nothing_is_looked_at(two: Two) -> None:
    one = await two.resident(SHUT)
    chat = await two.chat(one)
    await two.world.do(lambda tx: heard_at(tx, chat, tx.now - SHUT))
    audience, unit = Audience(area_code=AREA), two.world.unit
    run = await two.run([])
    [found] = await two.world.do(
        lambda tx: found_by(tx, recipients.page(tx, run, unit, audience, None, 10))
    )
    assert not found.shut
