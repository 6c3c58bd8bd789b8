"""The ledger: rows are written once, facets counted once, and the figures always agree."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.delivery import (
    Accepted,
    DeliveryKind,
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
from storage.database import Tx
from storage.deliveries import counters, ledger
from storage.deliveries.ledger import NewDelivery
from storage.deliveries.taking_over import take_over
from storage.deliveries.windows import Window
from storage.people import addresses, residents
from storage.people.residents import Wish
from storage.tables import resident
from tests.storage.ledger_world import AREA, LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def test_a_group_gets_a_runs_post_once(world: LedgerWorld) -> None:
    group = await world.group()
    run_id = await world.run([], [group])
    again = NewDelivery(
        kind=DeliveryKind.POST,
        lane=Lane.ROUTINE,
        address_id=group[1],
        language="vi",
        area_code=AREA,
        run_id=run_id,
        group_id=group[0],
    )

    assert await world.do(lambda tx: ledger.put(tx, again)) is None

    assert await world.counted(run_id, "targeted") == 1
    assert await world.problems(run_id) == []


async def test_a_facet_is_counted_once(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()])
    window = await world.open()
    assert window is not None
    await world.settle(window)
    pressed = window.sends[0].delivery_id

    first = await world.do(lambda tx: ledger.note_facet(tx, pressed, Facet.ACKNOWLEDGED))
    second = await world.do(lambda tx: ledger.note_facet(tx, pressed, Facet.ACKNOWLEDGED))

    assert (first, second) == (True, False)
    assert await world.counted(run_id, "acknowledged") == 1
    assert await world.problems(run_id) == []


async def test_a_facet_of_an_unknown_row_is_nothing(world: LedgerWorld) -> None:
    unknown = uuid4()
    assert not await world.do(lambda tx: ledger.note_facet(tx, unknown, Facet.SEEN))


async def test_a_press_proves_that_an_unsure_message_arrived(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()])
    window = await world.open()
    assert window is not None
    await world.settle(window, Unknowable("reset"))
    row_id = window.sends[0].delivery_id

    await world.do(lambda tx: ledger.note_facet(tx, row_id, Facet.REPLIED))

    assert await world.states(run_id) == [DeliveryState.ACCEPTED]
    assert await world.counted(run_id, "unsure") == 0
    assert await world.problems(run_id) == []


async def test_an_assumed_tip_proves_nothing(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()])
    window = await world.open()
    assert window is not None
    await world.settle(window, Unknowable("reset"))
    row_id = window.sends[0].delivery_id

    noted = await world.do(lambda tx: ledger.note_facet(tx, row_id, Facet.TIPS, proof=False))

    assert noted
    assert await world.states(run_id) == [DeliveryState.UNSURE]
    assert await world.counted(run_id, "tips") == 1


async def test_a_pressed_reply_is_not_sent_again(world: LedgerWorld) -> None:
    _, address_id = await world.person()
    reply = await world.reply(address_id)
    window = await world.open()
    assert window is not None
    await world.settle(window, Unknowable("reset"))

    await world.do(lambda tx: ledger.note_facet(tx, reply, Facet.ACKNOWLEDGED))

    assert (await world.row(reply)).state is DeliveryState.ACCEPTED
    assert await world.open() is None


async def test_a_tip_is_assumed_to_answer_the_newest_broadcast_only(world: LedgerWorld) -> None:
    person = await world.person()
    newest = None
    for _ in range(2):
        world.clock.forward(minutes=1)
        newest = await world.run([person])
        window = await world.open()
        assert window is not None
        await world.settle(window)
    never_sent = await world.run([person])
    since = world.clock.now() - timedelta(hours=48)

    found = await world.do(lambda tx: ledger.last_campaign(tx, person[0], since))

    assert found is not None
    assert found.run_id == newest
    assert found.run_id != never_sent


async def test_what_is_noted_of_broadcasts_with_who_writes_is_what_the_ledger_says(
    world: LedgerWorld,
) -> None:
    resident_id, address_id = await world.person()
    asked = select(ledger.last_campaign_at(resident.c.id)).where(resident.c.id == resident_id)

    def assumed(tx: Tx, *, noting: bool) -> UUID | None:
        if noting:
            at = tx.connection.execute(asked).scalar_one()
            ledger.note_last_campaign(tx, resident_id, at)
        found = ledger.last_campaign(tx, resident_id, tx.now - timedelta(hours=48))
        return found.run_id if found is not None else None

    async def both() -> set[UUID | None]:
        return {await world.do(partial(assumed, noting=noting)) for noting in (True, False)}

    assert await both() == {None}
    run_id = await world.run([(resident_id, address_id)])
    assert await both() == {None}, "it has not been sent"
    window = await world.open()
    assert window is not None
    await world.settle(window)
    assert await both() == {run_id}
    world.clock.forward(hours=49)
    assert await both() == {None}


async def test_a_broadcast_of_long_ago_is_not_assumed(world: LedgerWorld) -> None:
    person = await world.person()
    await world.run([person])
    window = await world.open()
    assert window is not None
    await world.settle(window)
    world.clock.forward(hours=49)
    since = world.clock.now() - timedelta(hours=48)

    assert await world.do(lambda tx: ledger.last_campaign(tx, person[0], since)) is None


async def test_cancelling_skips_what_is_not_on_its_way(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(5)])
    window = await world.open(2)
    assert window is not None

    skipped = await world.do(lambda tx: ledger.skip_pending(tx, run_id, SkipReason.CANCELLED))
    await world.settle(window)

    assert skipped == 3
    states = await world.states(run_id)
    assert states.count(DeliveryState.ACCEPTED) == 2
    assert states.count(DeliveryState.SKIPPED) == 3
    assert await world.problems(run_id) == []


async def test_skipping_goes_in_steps(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(5)])

    steps = [
        await world.do(lambda tx: ledger.skip_pending(tx, run_id, SkipReason.CANCELLED, limit=2))
        for _ in range(4)
    ]

    assert steps == [2, 2, 1, 0]
    assert await world.counted(run_id, "skipped") == 5


async def test_reasons_are_told_apart_by_kind(world: LedgerWorld) -> None:
    people = [await world.person() for _ in range(3)]
    run_id = await world.run(people, [await world.group()])
    await world.do(lambda tx: ledger.skip_pending(tx, run_id, SkipReason.CANCELLED))

    private = await world.do(lambda tx: counters.reasons(tx, run_id, DeliveryKind.CAMPAIGN))
    posts = await world.do(lambda tx: counters.reasons(tx, run_id, DeliveryKind.POST))

    assert private == {("skipped", "cancelled"): 3}
    assert posts == {("skipped", "cancelled"): 1}


# --- any sequence of events keeps the figures true

OUTCOMES: list[Outcome | None] = [
    None,
    TurnedDown("content"),
    GoneAway(Until.THEY_WRITE, "blocked"),
    NotSent("dns", timedelta(0)),
    NotSent("throttled", timedelta(seconds=5)),
    NotSent("throttled", timedelta(seconds=5), account_wide=True),
    Unknowable("read_timeout"),
]
PEOPLE = 5
EVENT = st.one_of(
    st.tuples(st.just("open"), st.integers(1, 4)),
    st.tuples(st.just("settle"), st.integers(0, len(OUTCOMES) - 1)),
    st.tuples(st.just("settle again"), st.integers(0, len(OUTCOMES) - 1)),
    st.tuples(st.just("wait"), st.sampled_from([1, 6, 40])),
    st.tuples(st.just("take over"), st.just(0)),
    st.tuples(st.just("press"), st.integers(0, PEOPLE)),
    st.tuples(st.just("stop"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("write"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("reply"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("cancel"), st.just(0)),
)


class Story:
    """Plays events against the ledger and remembers what must hold."""

    def __init__(self, world: LedgerWorld) -> None:
        self.world = world
        self.open: list[Window] = []
        self.closed: list[Window] = []
        self.sent: dict[object, int] = {}
        self.best: dict[object, DeliveryState] = {}

    async def begin(self, lane: Lane) -> None:
        await self.world.another_account()
        self.people = [await self.world.person() for _ in range(PEOPLE)]
        self.lane = lane
        self.run = await self.world.run(self.people, [await self.world.group()], lane=lane)

    async def play(self, what: str, number: int) -> None:
        acts = {
            "open": self.open_one,
            "settle": self.settle_oldest,
            "settle again": self.settle_closed,
            "wait": self.wait,
            "take over": self.take_over,
            "press": self.press,
            "stop": self.stop,
            "write": self.write,
            "reply": self.reply,
            "cancel": self.cancel,
        }
        await acts[what](number)

    async def open_one(self, number: int) -> None:
        window = await self.world.open(number)
        if window is not None and window.sends:
            self.open.append(window)
            for send in window.sends:
                self.sent.setdefault(send.delivery_id, 0)

    async def settle_oldest(self, number: int) -> None:
        if self.open:
            await self.settle(self.open.pop(0), OUTCOMES[number])

    async def settle_closed(self, number: int) -> None:
        if self.closed:
            await self.world.settle(self.closed[-1], OUTCOMES[number])

    async def wait(self, number: int) -> None:
        self.world.clock.forward(seconds=number)

    async def take_over(self, _number: int) -> None:
        await self.world.do(lambda tx: take_over(tx, self.world.account.id))

    async def press(self, number: int) -> None:
        rows = await self.world.rows(self.run)
        # Only who got the message, perhaps, can press its button.
        if rows[number].id in self.sent:
            pressed = rows[number].id
            seen = Facet.ACKNOWLEDGED
            # Under a post it is counted by person.
            await self.world.do(lambda tx: ledger.note_facet(tx, pressed, seen, user_id="990001"))

    async def stop(self, number: int) -> None:
        gone = self.people[number][0]
        await self.world.do(lambda tx: residents.set_wish(tx, gone, Wish.STOPPED))

    async def write(self, number: int) -> None:
        where = self.people[number][1]
        await self.world.do(lambda tx: addresses.mark_reachable(tx, where))

    async def reply(self, number: int) -> None:
        await self.world.reply(self.people[number][1])

    async def cancel(self, _number: int) -> None:
        await self.world.do(lambda tx: ledger.skip_pending(tx, self.run, SkipReason.CANCELLED))

    async def settle(self, window: Window, outcome: Outcome | None) -> None:
        held = await self.world.settle(window, outcome)
        self.closed.append(window)
        if held and outcome is None:
            for send in window.sends:
                self.sent[send.delivery_id] += 1

    async def check(self) -> None:
        rows = await self.world.rows(self.run)
        assert await self.world.problems(self.run) == []
        assert (
            sum([await self.world.counted(self.run, state.value) for state in DeliveryState]) == 6
        )
        sends = [send for window in self.open for send in window.sends]
        # A reply goes again once its worker is dead, and alarms do.
        live = [send.delivery_id for send in sends if send.run_id is not None]
        assert len(live) == len(set(live)) or self.lane is Lane.URGENT
        for row in rows:
            most = 2 if row.again else 1
            assert self.sent.get(row.id, 0) <= most, "sent more often than its policy allows"
            if self.best.get(row.id) is DeliveryState.ACCEPTED:
                assert row.state is DeliveryState.ACCEPTED, "an accepted row was lowered"
            self.best[row.id] = row.state

    async def end(self) -> None:
        """Bring everything to an end: nothing is left pending for ever."""
        for window in self.open:
            await self.world.settle(window)
        for _ in range(40):
            self.world.clock.forward(seconds=60)
            await self.world.do(lambda tx: take_over(tx, self.world.account.id))
            left = await self.world.open(5)
            if left is None:
                break
            await self.world.settle(left)
        assert DeliveryState.PENDING not in await self.world.states(self.run)
        assert await self.world.problems(self.run) == []


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    lane=st.sampled_from([Lane.URGENT, Lane.ROUTINE]),
    events=st.lists(EVENT, min_size=5, max_size=25),
)
async def test_whatever_happens_the_figures_are_true_and_nothing_is_sent_twice(
    world: LedgerWorld, lane: Lane, events: list[tuple[str, int]]
) -> None:
    story = Story(world)
    await story.begin(lane)
    for what, number in events:
        await story.play(what, number)
        await story.check()
    await story.end()


async def test_an_accepted_row_keeps_when_it_was_taken(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person()])
    window = await world.open()
    assert window is not None

    await world.settle(window, Accepted("m1", world.clock.now()))

    [row] = await world.rows(run_id)
    assert (row.state, row.reason, row.proven) == (DeliveryState.ACCEPTED, None, False)
