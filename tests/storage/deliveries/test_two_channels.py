"""One person, two channels: each gets it once, and the figures stay true whatever happens."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.delivery import (
    AccountStopped,
    DeliveryState,
    Facet,
    GoneAway,
    Lane,
    NotSent,
    Outcome,
    SkipReason,
    TurnedDown,
    Unknowable,
)
from domain.failures import Until
from domain.messages import ReceiptKind
from storage.deliveries import ledger
from storage.deliveries.taking_over import take_over
from storage.deliveries.windows import Window
from storage.tables import attempt
from tests.storage.deliveries.two_channels import OA, TELEGRAM, Two, two_channels
from tests.storage.ledger_world import ledger_world

BLOCKED = GoneAway(Until.THEY_WRITE, "blocked")
OUTCOMES: list[Outcome | None] = [
    None,
    None,
    BLOCKED,
    TurnedDown("content"),
    TurnedDown("permission", rights=True),
    NotSent("dns", timedelta(0)),
    Unknowable("read_timeout"),
]
HEIGHT = {
    DeliveryState.PENDING: 0,
    DeliveryState.SKIPPED: 1,
    DeliveryState.UNREACHABLE: 1,
    DeliveryState.REFUSED: 1,
    DeliveryState.UNSURE: 2,
    DeliveryState.ACCEPTED: 3,
    DeliveryState.DELIVERED: 4,
}
PEOPLE = 6
EVENT = st.one_of(
    st.tuples(st.just("open"), st.sampled_from([TELEGRAM, OA]), st.integers(1, 4)),
    st.tuples(st.just("settle"), st.just(""), st.integers(0, len(OUTCOMES) - 1)),
    st.tuples(st.just("late"), st.just(""), st.integers(0, len(OUTCOMES) - 1)),
    st.tuples(st.just("receipt"), st.sampled_from(list(ReceiptKind)), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("press"), st.just(""), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("join"), st.just(""), st.integers(0, PEOPLE - 2)),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from([1, 40, 90_000])),
    st.tuples(st.just("take over"), st.just(""), st.just(0)),
)


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


@pytest.mark.parametrize("outcome", [BLOCKED, TurnedDown("permission", rights=True)])
async def test_what_certainly_did_not_arrive_goes_to_the_other_chat(
    two: Two, outcome: Outcome
) -> None:
    one = await two.resident(timedelta(hours=1), TELEGRAM, OA)
    run = await two.run([(one, OA)])
    await two.settle(await two.opened(), outcome)
    moved = await two.row_of(run, one)
    assert (moved.state, moved.channel) == (DeliveryState.PENDING, TELEGRAM)
    assert await two.world.problems(run) == []

    await two.settle(await two.opened(TELEGRAM), channel=TELEGRAM)

    assert (await two.row_of(run, one)).state is DeliveryState.ACCEPTED
    query = select(attempt.c.address_id).order_by(attempt.c.id)
    tried = await two.world.do(lambda tx: tx.connection.execute(query).scalars().all())
    assert tried == [await two.chat(one), await two.chat(one, TELEGRAM)]
    assert await two.world.problems(run) == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Unknowable("read_timeout"), DeliveryState.UNSURE),
        (TurnedDown("content"), DeliveryState.REFUSED),
    ],
)
async def test_what_may_have_arrived_or_is_at_fault_itself_goes_nowhere_else(
    two: Two, outcome: Outcome, state: DeliveryState
) -> None:
    one = await two.resident(timedelta(hours=1), TELEGRAM, OA)
    run = await two.run([(one, OA)])
    await two.settle(await two.opened(), outcome)
    row = await two.row_of(run, one)
    assert (row.state, row.channel) == (state, OA)
    assert await two.open(TELEGRAM) is None


@pytest.mark.parametrize("heard", [timedelta(days=8), None])
async def test_who_wrote_too_long_ago_gets_it_elsewhere_or_is_left_out(
    two: Two, heard: timedelta | None
) -> None:
    both = await two.resident(heard, TELEGRAM, OA)
    alone = await two.resident(heard)
    run = await two.run([(both, OA), (alone, OA)])
    window = await two.open()
    assert window is not None
    assert not window.sends
    await two.settle(await two.opened(TELEGRAM), BLOCKED, TELEGRAM)

    # The chat that was shut is not come back to.
    assert (await two.row_of(run, both)).state is DeliveryState.UNREACHABLE
    left = await two.row_of(run, alone)
    assert (left.state, left.reason) == (DeliveryState.SKIPPED, SkipReason.WINDOW.value)
    assert await two.world.problems(run) == []


class Story:
    """Plays events against two accounts and remembers what must hold."""

    def __init__(self, two: Two) -> None:
        self.two = two
        self.open: list[tuple[str, Window]] = []
        self.closed: list[tuple[str, Window]] = []
        self.best: dict[UUID, DeliveryState] = {}
        self.joined: dict[UUID, UUID] = {}

    async def begin(self) -> None:
        where = [(OA,), (TELEGRAM,), (TELEGRAM, OA), (OA,), (TELEGRAM, OA), (TELEGRAM,)]
        ages = [timedelta(hours=1), None, timedelta(hours=60), timedelta(days=8)] * 2
        self.people = [
            await self.two.resident(age, *on) for on, age in zip(where, ages[:PEOPLE], strict=True)
        ]
        self.run = await self.two.run(
            [(one, on[-1]) for one, on in zip(self.people, where, strict=True)]
        )

    async def play(self, what: str, which: str, number: int) -> None:
        match what:
            case "open":
                await self.take(which, number)
            case "settle" if self.open:
                channel, window = self.open.pop(0)
                self.closed.append((channel, window))
                await self.two.settle(window, OUTCOMES[number], channel)
            case "late" if self.closed:
                channel, window = self.closed[-1]
                await self.two.settle(window, OUTCOMES[number], channel)
            case "receipt":
                row = (await self.two.world.rows(self.run))[number]
                await self.two.receipt(self.people[number], f"m{row.id}", ReceiptKind(which))
            case "press":
                row = (await self.two.world.rows(self.run))[number]
                await self.two.press(row.id)
            case "join":
                await self.join(self.people[number], self.people[number + 1])
            case "wait":
                self.two.world.clock.forward(seconds=number)
            case "take over":
                for account in self.two.accounts.values():
                    await self.two.world.do(lambda tx, one=account.id: take_over(tx, one))  # type: ignore[misc]

    async def take(self, channel: str, number: int) -> None:
        window = await self.two.open(channel, number)
        if window is None or not window.sends:
            return
        self.open.append((channel, window))
        for send in window.sends:
            assert HEIGHT[self.best.get(send.delivery_id, DeliveryState.PENDING)] == 0
        taken = {send.delivery_id for send in window.sends}
        rows = await self.two.world.rows(self.run)
        mine = {row.resident_id for row in rows if row.id in taken}
        for row in rows:
            pair = {row.resident_id, self.joined.get(row.resident_id)}  # type: ignore[arg-type]
            if row.id not in taken and pair & mine:
                assert HEIGHT[row.state] < HEIGHT[DeliveryState.UNSURE], "the same person has it"

    async def join(self, kept: UUID, other: UUID) -> None:
        if not {kept, other} & self.joined.keys():
            await self.two.join(kept, other)
            self.joined[other] = kept

    async def check(self) -> None:
        assert await self.two.world.problems(self.run) == []
        rows = await self.two.world.rows(self.run)
        assert len(rows) == PEOPLE
        for row in rows:
            before = self.best.get(row.id, DeliveryState.PENDING)
            assert HEIGHT[row.state] >= HEIGHT[before], "a state was lowered"
            self.best[row.id] = row.state

    async def end(self) -> None:
        while self.open:
            channel, window = self.open.pop()
            await self.two.settle(window, None, channel)
        for _ in range(30):
            self.two.world.clock.forward(seconds=40)
            for channel in (TELEGRAM, OA):
                await self.take(channel, 5)
            while self.open:
                channel, window = self.open.pop()
                await self.two.settle(window, None, channel)
        await self.check()
        assert DeliveryState.PENDING not in await self.two.world.states(self.run)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=st.lists(EVENT, min_size=5, max_size=25))
async def test_whatever_happens_figures_are_true_states_rise_and_nobody_gets_it_twice(
    two: Two, events: list[tuple[str, str, int]]
) -> None:
    story = Story(two)
    await story.begin()
    for what, which, number in events:
        await story.play(what, which, number)
        await story.check()
    await story.end()


@pytest.mark.parametrize("first", [None, Unknowable("read_timeout"), BLOCKED])
async def test_two_who_are_one_get_it_once_whoever_was_under_way(
    two: Two, first: Outcome | None
) -> None:
    kept = await two.resident(timedelta(hours=1), TELEGRAM)
    other = await two.resident(timedelta(hours=1), OA)
    run = await two.run([(kept, TELEGRAM), (other, OA)], Lane.ROUTINE)
    under_way = await two.opened(OA)
    await two.join(kept, other)
    assert (await two.row_of(run, other)).reason == SkipReason.ELSEWHERE.value
    assert await two.open(TELEGRAM) is None

    await two.settle(under_way, first)

    row = await two.row_of(run, kept)
    # Only what certainly did not arrive goes on to their other chat.
    waits = row.state is DeliveryState.PENDING and row.channel == TELEGRAM
    assert waits is (first is BLOCKED)
    assert await two.world.problems(run) == []


async def test_what_was_pressed_has_arrived_whatever_the_platform_answered(two: Two) -> None:
    one = await two.resident(timedelta(hours=1), TELEGRAM, OA)
    run = await two.run([(one, OA)])
    window = await two.opened()
    await two.press(window.sends[0].delivery_id)
    await two.settle(window, TurnedDown("error", rights=True))
    row = await two.row_of(run, one)
    assert (row.state, row.channel) == (DeliveryState.ACCEPTED, OA)
    assert await two.open(TELEGRAM) is None
    assert await two.world.problems(run) == []


async def test_two_rows_under_way_of_who_turn_out_to_be_one_do_not_cross(two: Two) -> None:
    one = await two.resident(timedelta(hours=1), OA)
    other = await two.resident(None, TELEGRAM)
    run = await two.run([(one, OA), (other, TELEGRAM)])
    first, second = await two.opened(), await two.opened(TELEGRAM)
    await two.join(one, other)
    await two.settle(first, BLOCKED)
    assert await two.open(TELEGRAM) is None
    await two.settle(second, channel=TELEGRAM)
    again = await two.open(TELEGRAM)
    assert again is None or not again.sends
    assert (await two.row_of(run, one)).reason == SkipReason.ELSEWHERE.value
    assert await two.world.problems(run) == []


async def test_an_alert_does_not_wait_for_an_account_that_is_down(two: Two) -> None:
    one = await two.resident(timedelta(hours=1), TELEGRAM, OA)
    run = await two.run([(one, OA)], Lane.URGENT)
    await two.settle(await two.opened(), AccountStopped("token"))
    await two.settle(await two.opened(TELEGRAM), channel=TELEGRAM)
    row = await two.row_of(run, one)
    assert (row.state, row.channel) == (DeliveryState.ACCEPTED, TELEGRAM)
    assert await two.world.problems(run) == []


async def test_an_answer_that_was_assumed_is_counted_where_the_row_is(two: Two) -> None:
    person = await two.resident(timedelta(hours=1), OA, TELEGRAM)
    run = await two.run([(person, TELEGRAM)])
    window = await two.opened(TELEGRAM)
    row_id = window.sends[0].delivery_id
    await two.world.do(lambda tx: ledger.note_facet(tx, row_id, Facet.REPLIED, proof=False))

    await two.settle(window, BLOCKED, TELEGRAM)

    assert (await two.row_of(run, person)).channel == OA
    assert await two.world.problems(run) == []
