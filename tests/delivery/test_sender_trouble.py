"""Hangs, take-overs, stops, lost databases, damaged rows: nothing doubled or in the dark."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from delivery.pace import Pace
from domain.channel import Capabilities
from domain.delivery import DeliveryState, SkipReason
from domain.failures import Refused
from domain.messages import ChatRef, Outgoing
from storage.database import Tx
from storage.deliveries import taking_over
from storage.deliveries.slots import Reading
from storage.tables import delivery as delivery_table
from tests.chat import MovingClock
from tests.delivery.post_office import (
    QUICK,
    FlakyDatabase,
    Office,
    Platform,
    at_work,
    in_state,
    until,
)


class Hanging:
    """Lets the first send to each chat hang until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self._hung: set[str] = set()

    async def answer(self, chat: ChatRef, _outgoing: Outgoing) -> None:
        """Hang, or take it at once."""
        if chat.chat_id not in self._hung:
            self._hung.add(chat.chat_id)
            await self.let_go.wait()


class Costly(Platform):
    """A platform on which most messages cost, and whose account cannot pay."""

    def __init__(self) -> None:
        super().__init__(self._refuse)

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, free_window=timedelta(hours=48), allowance=9)

    async def _refuse(self, _chat: ChatRef, _outgoing: Outgoing) -> None:
        reason = "quota: no money left"
        raise Refused(reason, rights=True)


async def test_who_cannot_be_paid_for_is_left_out_and_the_account_goes_on(office: Office) -> None:
    rows = await office.broadcast(["1001", "1002", "1003"], "Cảnh giác")
    platform = Costly()
    async with at_work(office.sender(platform)):
        for row in rows:
            await in_state(office, row, DeliveryState.SKIPPED)
    assert {(await office.row(row)).reason for row in rows} == {SkipReason.ALLOWANCE.value}
    assert len(platform.sends) <= len(rows)


async def _take_over(office: Office) -> int:
    """Play the other worker, which finds the lease ended; the sender itself may be faster."""
    office.clock.forward(minutes=5)
    account_id = office.cellar.account_id
    rows = await office.cellar.do(lambda tx: taking_over.take_over(tx, account_id))
    office.bell.ring()
    return rows


async def test_a_routine_message_taken_over_while_it_hangs_is_never_sent_twice(
    office: Office, kind: type[Platform]
) -> None:
    (row,) = await office.broadcast(["1001"], "Cảnh giác")
    hanging = Hanging()
    platform = kind(hanging.answer)
    async with at_work(office.sender(platform)):
        await until(lambda: len(platform.sends) == 1)
        await _take_over(office)
        assert await office.state(row) is DeliveryState.UNSURE
        async with at_work(office.sender(platform, worker="w2")):
            await asyncio.sleep(0.3)
        assert len(platform.sends) == 1
        # The late worker's own answer is evidence: it did arrive.
        hanging.let_go.set()
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert len(platform.sends) == 1


async def test_a_reply_taken_over_while_it_hangs_goes_again_marked(office: Office) -> None:
    (row,) = await office.reply("1001", "Mã tin là 5")
    hanging = Hanging()
    platform = Platform(hanging.answer)
    async with at_work(office.sender(platform)):
        await until(lambda: len(platform.sends) == 1)
        await _take_over(office)
        await in_state(office, row, DeliveryState.ACCEPTED)
        hanging.let_go.set()
    assert platform.texts() == ["Mã tin là 5", "(gửi lại) Mã tin là 5"]
    assert await office.state(row) is DeliveryState.ACCEPTED


async def test_the_sender_itself_takes_over_from_a_worker_that_died(office: Office) -> None:
    (row,) = await office.reply("1001", "Mã tin là 5")
    hanging = Hanging()
    platform = Platform(hanging.answer)
    dying = asyncio.create_task(office.sender(platform, worker="dead").run())
    await until(lambda: len(platform.sends) == 1)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    office.clock.forward(minutes=5)
    async with at_work(office.sender(platform)):
        await in_state(office, row, DeliveryState.ACCEPTED)
    assert platform.texts() == ["Mã tin là 5", "(gửi lại) Mã tin là 5"]


async def test_a_send_that_hangs_for_ever_is_broken_off_and_others_go_on(office: Office) -> None:
    """What is written once is broken off by its channel, as `Prepares` says."""
    (hung,) = await office.broadcast(["1001"], "Cảnh giác")
    hanging = Hanging()
    platform = Platform(hanging.answer)
    sender = office.sender(platform, send_timeout=timedelta(milliseconds=200))
    async with at_work(sender):
        await in_state(office, hung, DeliveryState.UNSURE)
        (later,) = await office.broadcast(["1001"], "Tin sau")
        await in_state(office, later, DeliveryState.ACCEPTED)
    assert platform.texts() == ["Cảnh giác", "Tin sau"]


class Drowsy(Pace):
    """A pace whose slots all come in time; the clock goes on while its first window waits."""

    def __init__(self, clock: MovingClock, seconds: float) -> None:
        super().__init__(QUICK)
        self._clock = clock
        self._seconds = seconds
        self.slept, self.awake = asyncio.Event(), True

    def wait_s(self, *, reply: bool) -> float:
        """Return how long to take up nothing: as long as nobody wakes it."""
        return super().wait_s(reply=reply) if self.awake else 60

    def in_hand(self, reading: Reading | None) -> None:
        """Let nobody take up what comes back of the first window."""
        super().in_hand(reading)
        self.awake = self.slept.is_set()

    async def reach(self, slot: int | None) -> int | None:
        """Come in time."""
        return self.take(slot)

    def take(self, slot: int | None) -> int | None:
        """Come in time, and let the clock jump before the first message goes."""
        if not self.slept.is_set():
            self._clock.forward(seconds=self._seconds)
            self.slept.set()
        return slot or 0


async def test_a_send_that_could_outlast_its_lease_is_not_begun(
    office: Office, kind: type[Platform]
) -> None:
    """The clock jumps while the window waits for its pace: its rows go back untouched."""
    people = [str(1000 + n) for n in range(8)]
    rows = await office.broadcast(people, "Cảnh giác")
    before = [await office.row(row) for row in rows]
    # The lease outlives a send by ten seconds.
    platform, pace = kind(), Drowsy(office.clock, seconds=11)
    async with at_work(office.sender(platform, pace=pace)):
        await asyncio.wait_for(pace.slept.wait(), 60)

        async def all_back() -> bool:
            return await office.open_windows() == 0

        await until(all_back)
        assert platform.sends == []
        after = [await office.row(row) for row in rows]
        assert {(row.state, row.reason) for row in after} == {(DeliveryState.PENDING, "lease")}
        assert [replace(row, reason=None) for row in after] == before
        pace.awake = True

        async def all_sent() -> bool:
            return (await office.states(rows))[DeliveryState.ACCEPTED] == 8

        await until(all_sent)
    assert sorted(chat for chat, _ in platform.sends) == people


async def _flaky(office: Office) -> FlakyDatabase:
    return FlakyDatabase(office.cellar.url, office.cellar.keys, office.clock)


async def test_results_wait_for_a_database_that_is_away_for_a_moment(
    office: Office, kind: type[Platform]
) -> None:
    rows = await office.broadcast([str(1000 + n) for n in range(5)], "Cảnh giác")
    hanging = Hanging()
    platform = kind(hanging.answer)
    database = await _flaky(office)
    async with at_work(office.sender(platform, database=database)):
        await until(lambda: len(platform.sends) == 5)
        database.away = True
        hanging.let_go.set()
        await asyncio.sleep(0.2)
        assert await office.states(rows) == {DeliveryState.PENDING: 5}
        database.away = False

        async def all_settled() -> bool:
            return (await office.states(rows))[DeliveryState.ACCEPTED] == 5

        await until(all_settled)
    await database.close()
    assert len(platform.sends) == 5


async def test_stopping_does_not_wait_for_ever_for_a_database_that_is_gone(
    office: Office, kind: type[Platform]
) -> None:
    (row,) = await office.broadcast(["1001"], "Cảnh giác")
    hanging = Hanging()
    platform = kind(hanging.answer)
    database = await _flaky(office)
    sender = office.sender(platform, database=database, patience=timedelta(milliseconds=300))
    async with at_work(sender):
        await until(lambda: len(platform.sends) == 1)
        database.away = True
        hanging.let_go.set()
    await database.close()
    # Whoever starts next finds the window, and tells honestly that nobody knows.
    assert await _take_over(office) == 1
    assert await office.state(row) is DeliveryState.UNSURE


async def test_a_row_that_cannot_be_read_neither_ends_the_sender_nor_loses_what_was_sent(
    office: Office,
) -> None:
    (sent,) = await office.reply("1001", "một")
    hanging = Hanging()
    platform = Platform(hanging.answer)
    async with at_work(office.sender(platform)) as running:
        await until(lambda: len(platform.sends) == 1)
        (broken,) = await office.reply("1002", "hai")
        await office.cellar.do(lambda tx: _damage(tx, broken))
        hanging.let_go.set()
        await in_state(office, sent, DeliveryState.ACCEPTED)
        assert not running.done()
        await office.cellar.do(
            lambda tx: tx.connection.execute(
                delivery_table.update()
                .where(delivery_table.c.id == broken, delivery_table.c.state == "pending")
                .values(state="refused", window_id=None)
            )
        )
        (later,) = await office.reply("1003", "ba")
        await in_state(office, later, DeliveryState.ACCEPTED)


def _damage(tx: Tx, delivery_id: UUID) -> None:
    tx.connection.execute(
        delivery_table.update()
        .where(delivery_table.c.id == delivery_id)
        .values(payload=b"\x01damaged")
    )
