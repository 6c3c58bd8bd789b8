"""Why rows are as they are is counted: the same as the rows say, whatever happens to them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from domain.delivery import (
    DeliveryKind,
    DeliveryState,
    GoneAway,
    NotSent,
    Outcome,
    SkipReason,
    TurnedDown,
    Unknowable,
)
from domain.failures import Until
from domain.messages import ReceiptKind
from storage.campaigns import rest
from storage.database import Tx
from storage.deliveries import copied, counters, elsewhere, ledger
from storage.deliveries.taking_over import take_over
from storage.deliveries.windows import Window
from storage.people import residents
from storage.tables import delivery, run_reason
from tests.storage.deliveries.two_channels import OA, TELEGRAM, Two, two_channels
from tests.storage.ledger_world import ledger_world

OUTCOMES: list[Outcome | None] = [
    None,
    GoneAway(Until.THEY_WRITE, "blocked"),
    TurnedDown("content"),
    TurnedDown("quota: none left", rights=True),
    NotSent("dns", timedelta(0)),
    Unknowable("read_timeout"),
]
ON = [(OA,), (TELEGRAM,), (TELEGRAM, OA), (OA,), (OA, TELEGRAM), (TELEGRAM,)]
ONE = st.integers(0, len(ON) - 1)
EVENT = st.one_of(
    st.tuples(st.just("open"), ONE),
    st.tuples(st.just("settle"), st.integers(0, len(OUTCOMES) - 1)),
    st.tuples(st.just("late"), st.integers(0, len(OUTCOMES) - 1)),
    st.tuples(st.just("press"), ONE),
    st.tuples(st.just("receipt"), ONE),
    st.tuples(st.just("join"), st.integers(0, len(ON) - 2)),
    st.tuples(st.just("refuse"), ONE),
    st.tuples(st.just("lose"), ONE),
    st.tuples(st.just("wait"), st.sampled_from([1, 40, 90_000])),
    *(st.tuples(st.just(what), st.just(0)) for what in ("die", "skip", "hold", "again")),
)


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


class Story:
    """What happens to the rows of one run."""

    def __init__(self, two: Two) -> None:
        self.two = two
        self.open: list[tuple[str, Window]] = []

    async def begin(self) -> None:
        self.people = [await self.two.resident(timedelta(hours=1), *on) for on in ON]
        self.run = await self.two.run(
            [(one, on[0]) for one, on in zip(self.people, ON, strict=True)]
        )

    async def send(self, what: str, number: int) -> None:
        match what:
            case "open":
                channel = (OA, TELEGRAM)[number % 2]
                window = await self.two.open(channel, 1 + number // 2)
                if window is not None and window.sends:
                    self.open.append((channel, window))
            case "settle" | "late" if self.open:
                channel, window = self.open[-1]
                await self.two.settle(window, OUTCOMES[number], channel)
                if what == "settle":
                    self.open.pop()
            case "die":
                self.two.world.clock.forward(seconds=40)
                for account in self.two.accounts.values():
                    await self.two.world.do(lambda tx, one=account.id: take_over(tx, one))  # type: ignore[misc]

    async def play(self, what: str, number: int) -> None:
        world, who = self.two.world, self.people[number % len(ON)]
        row = (await world.rows(self.run))[number % len(ON)]
        match what:
            case "press":
                await self.two.press(row.id)
            case "receipt":
                await self.two.receipt(who, f"m{row.id}", ReceiptKind.SEEN)
            case "join":
                await self.two.join(who, self.people[number + 1])
            case "refuse":
                await world.do(lambda tx: residents.set_wish(tx, who, residents.Wish.STOPPED))
            case "lose":
                chat = row.address_id
                await world.do(lambda tx: elsewhere.pass_on_waiting(tx, who, chat))
            case "wait":
                world.clock.forward(seconds=number)
            case "skip":
                await world.do(lambda tx: ledger.skip_pending(tx, self.run, SkipReason.EXPIRED, 2))
            case "hold":
                await world.do(lambda tx: copied.hold(tx, self.run, 2))
            case "again":
                await world.do(lambda tx: rest.reopen(tx, self.run, tx.now, None, 10))
            case _:
                await self.send(what, number)


def by_rows(tx: Tx, run_id: UUID) -> dict[tuple[str, str], int]:
    why = (delivery.c.state, delivery.c.reason)
    settled = (delivery.c.state != DeliveryState.PENDING.value, delivery.c.reason.is_not(None))
    query = select(*why, func.count()).where(delivery.c.run_id == run_id, *settled).group_by(*why)
    rows = tx.connection.execute(query)
    return {(row.state, row.reason): row[2] for row in rows}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=st.lists(EVENT, min_size=8, max_size=25))
async def test_whatever_happens_to_rows_their_reasons_are_counted_as_they_are(
    two: Two, events: list[tuple[str, int]]
) -> None:
    story = Story(two)
    await story.begin()
    for what, number in events:
        await story.play(what, number)
        assert await two.world.problems(story.run) == []
    counted = await two.world.do(lambda tx: counters.reasons(tx, story.run, DeliveryKind.CAMPAIGN))
    assert counted == await two.world.do(lambda tx: by_rows(tx, story.run))


async def test_a_reason_that_is_counted_wrong_is_found(two: Two) -> None:
    one = await two.resident(timedelta(hours=1), TELEGRAM)
    run = await two.run([(one, TELEGRAM)])
    await two.settle(await two.opened(TELEGRAM), TurnedDown("content"), TELEGRAM)
    assert await two.world.problems(run) == []

    wrong = update(run_reason).values(number=7)
    await two.world.do(lambda tx: tx.connection.execute(wrong))

    [problem] = await two.world.problems(run)
    assert "refused for content is counted 7, the rows say 1" in problem


async def test_what_the_platform_takes_costs_nothing_there(two: Two) -> None:
    one = await two.resident(timedelta(hours=1), TELEGRAM)
    await two.run([(one, TELEGRAM)])
    await two.settle(await two.opened(TELEGRAM), None, TELEGRAM)

    lines = select(func.count()).select_from(run_reason)
    assert await two.world.do(lambda tx: tx.connection.execute(lines).scalar_one()) == 0
