"""When a platform has the same trouble with everybody, not everybody is written off for it."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from broadcasts import standstill
from domain.breaker import GONE_MOST, REFUSED_MOST, SILENT_MOST, Ear, Heard, Refusal
from domain.campaign import RunState
from domain.delivery import Accepted, DeliveryState, Lane, TurnedDown
from domain.failures import Ambiguous, Refused, SendFailure, Unreachable, Until
from domain.messages import ChatRef, Outgoing
from storage.accounts import traits
from storage.deliveries import breaking
from storage.tables import run
from tests.delivery.post_office import Office, Platform, at_work, in_state, until

PEOPLE = [str(1000 + number) for number in range(400)]
MOST_OPEN = 6 * 16
"""What the windows hold that are open when it is noticed; of plain rows, what is on its way."""


class Mood:
    """Lets a platform fail with everybody until it is well again."""

    def __init__(self, failure: SendFailure) -> None:
        self.failure: SendFailure | None = failure

    async def answer(self, _chat: ChatRef, _outgoing: Outgoing) -> None:
        """Fail as told."""
        if self.failure is not None:
            raise self.failure


async def waits(office: Office) -> bool:
    # In this order: what was opened before the pause may still be open.
    return await office.paused_for() > timedelta(0) and not await office.open_windows()


async def rests(office: Office) -> bool:
    until = await office.cellar.look(lambda tx: breaking.rests_until(tx, office.cellar.account_id))
    return until is not None and until > office.clock.now() and not await office.open_windows()


async def test_an_account_that_reaches_nobody_any_more_waits_and_then_tries_one_alone(
    office: Office, kind: type[Platform]
) -> None:
    rows = await office.broadcast(PEOPLE, "Cảnh giác", Lane.BULK)
    mood = Mood(Unreachable(Until.FOREVER, "chat not found"))
    platform = kind(mood.answer)
    async with at_work(office.sender(platform)):
        await until(lambda: rests(office))
        gone = (await office.states(rows))[DeliveryState.UNREACHABLE]
        assert GONE_MOST <= gone <= GONE_MOST + MOST_OPEN
        # That somebody who just wrote gets an answer says nothing of the others.
        trouble, mood.failure = mood.failure, None
        (reply,) = await office.reply("77", "Đã nhận tin")
        await in_state(office, reply, DeliveryState.ACCEPTED)
        mood.failure = trouble
        office.clock.forward(seconds=601)
        office.bell.ring()
        await until(lambda: len(platform.sends) > gone + 1)
        await until(lambda: rests(office))
        assert len(platform.sends) == gone + 2, "one alone tried the water"
        mood.failure = None
        office.clock.forward(seconds=601)
        office.bell.ring()

        async def all_sent() -> bool:
            return (await office.states(rows))[DeliveryState.ACCEPTED] == 400 - gone - 1

        await until(all_sent)


async def test_a_platform_that_answers_nobody_is_left_alone_before_all_are_unsure(
    office: Office, kind: type[Platform]
) -> None:
    rows = await office.broadcast(PEOPLE, "Cảnh giác", Lane.BULK)
    mood = Mood(Ambiguous("read time-out"))
    platform = kind(mood.answer)
    async with at_work(office.sender(platform)):
        await until(lambda: waits(office))
        mood.failure = None
        office.clock.forward(seconds=31)
        office.bell.ring()

        async def all_tried() -> bool:
            states = await office.states(rows)
            return states[DeliveryState.ACCEPTED] + states[DeliveryState.UNSURE] == 400

        await until(all_tried)
    assert SILENT_MOST <= (await office.states(rows))[DeliveryState.UNSURE] <= MOST_OPEN
    assert not [n for n in Counter(chat for chat, _ in platform.sends).values() if n > 1]


async def test_a_run_that_is_refused_all_along_is_noted_with_the_reason(
    office: Office, kind: type[Platform]
) -> None:
    await office.broadcast(PEOPLE[:40], "Cảnh giác", Lane.BULK)
    async with at_work(office.sender(kind(Mood(Refused("bad words")).answer))):

        async def noted() -> bool:
            return bool(await office.cellar.look(breaking.alarmed_runs))

        await until(noted)
    ((_, why),) = await office.cellar.look(breaking.alarmed_runs)
    assert why is Refusal.CONTENT


async def test_all_processes_together_count_what_is_refused(office: Office) -> None:
    counted: list[int] = []
    (run_id,) = {
        (await office.row(one)).run_id
        for one in await office.broadcast(PEOPLE[:1], "Cảnh giác", Lane.BULK)
    }
    ears = [Ear() for _ in range(4)]
    account_id = office.cellar.account_id
    for number in range(REFUSED_MOST):
        ear = ears[number % 4]
        ear.note(run_id, TurnedDown("bad words"))
        heard = ear.take()
        trips = await office.cellar.do(
            lambda tx, heard=heard: breaking.count(tx, account_id, heard)  # type: ignore[misc]
        )
        counted.append(len(trips))
    assert counted == [0] * (REFUSED_MOST - 1) + [1]
    taken = Accepted("m1", office.clock.now())
    await office.cellar.do(lambda tx: breaking.count(tx, account_id, [Heard(run_id, taken)]))
    assert (
        await office.cellar.look(lambda tx: traits.value(tx, account_id, traits.TROUBLES)) is None
    )


async def test_of_a_run_that_is_over_nothing_is_counted_any_more(office: Office) -> None:
    rows = await office.broadcast(PEOPLE[:1], "Cảnh giác", Lane.BULK)
    run_id = (await office.row(rows[0])).run_id
    assert run_id is not None
    account_id = office.cellar.account_id

    async def troubles(heard: Heard) -> str | None:
        await office.cellar.do(lambda tx: breaking.count(tx, account_id, [heard]))
        return await office.cellar.look(lambda tx: traits.value(tx, account_id, traits.TROUBLES))

    assert await troubles(Heard(run_id, TurnedDown("bad words")))
    reply = Heard(None, Accepted("m1", office.clock.now()))
    assert await troubles(reply)
    over = update(run).where(run.c.id == run_id).values(state=RunState.CANCELLED.value)
    await office.cellar.do(lambda tx: tx.connection.execute(over))
    assert await troubles(reply) is None


async def test_a_village_that_blocked_us_keeps_no_answer_and_no_alert_from_anybody(
    office: Office, kind: type[Platform]
) -> None:
    # Together they are more than what is under way when it is noticed: some are tried one by one.
    village, others = PEOPLE[:130], PEOPLE[130:190]
    assert len(village) > GONE_MOST + MOST_OPEN

    async def script(chat: ChatRef, _outgoing: Outgoing) -> None:
        if chat.chat_id in village:
            raise Unreachable(Until.THEY_WRITE, "bot was blocked by the user")

    async def all_taken(ids: Sequence[UUID]) -> bool:
        return (await office.states(ids))[DeliveryState.ACCEPTED] == len(ids)

    rows = await office.broadcast([*village, *others], "Cảnh giác", Lane.BULK)
    async with at_work(office.sender(kind(script))):
        await until(lambda: rests(office))
        replies = await office.reply("77", "Đã nhận tin")
        alert = await office.broadcast([f"5{one}" for one in range(30)], "Nước lũ", Lane.URGENT)

        await until(lambda: all_taken([*replies, *alert]))
        # The window of the last of them may still be open.
        await until(lambda: rests(office))
        (still,) = await office.cellar.look(lambda tx: standstill.of(tx, ["telegram"]))
        assert still.key == "reach.still_gone"

        async def others_have_it() -> bool:
            if await rests(office):
                office.clock.forward(seconds=601)
                office.bell.ring()
            return await all_taken(rows[len(village) :])

        await until(others_have_it)
