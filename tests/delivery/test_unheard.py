"""The answer to a COMMIT is lost: what was taken is given back, and nobody is kept waiting."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from domain.breaker import REFUSED_MOST
from domain.delivery import DeliveryState, Lane
from domain.failures import Refused
from domain.messages import ChatRef, Outgoing
from storage.database import Database, DatabaseAway, Tx
from storage.tables import attempt, delivery, run
from tests.delivery.post_office import Office, Platform, at_work, until, windows_open

T = TypeVar("T")
PEOPLE = [str(1000 + number) for number in range(5)]


class AnswerLost(Database):
    """What opens a window is kept, but as often as told nobody hears of it."""

    to_lose = 1
    away = False
    stays_away = False

    async def write(self, work: Callable[[Tx], T]) -> T:
        def counted(tx: Tx) -> tuple[T, bool]:
            before = windows_open(tx)
            return work(tx), not windows_open(tx) <= before

        if self.away:
            message = "told to be away"
            raise DatabaseAway(message)
        answer, opened = await super().write(counted)
        if opened and self.to_lose:
            self.to_lose -= 1
            self.away = self.stays_away
            message = "the server closed the connection"
            raise DatabaseAway(message)
        return answer


class AnswersCross(Database):
    """The second window that is opened stays unheard of, while what settles the first goes on."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.cellar.url, office.cellar.keys, office.clock)
        self.opened = 0
        self.settled = False
        self.go_on = asyncio.Event()
        """Whoever waits longest goes on first: the answer is lost just before the other comes."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        def looked(tx: Tx) -> tuple[T, frozenset[UUID], frozenset[UUID]]:
            before = windows_open(tx)
            return work(tx), before, windows_open(tx)

        answer, before, after = await super().write(looked)
        self.opened += len(after - before)
        if self.opened == 2 and after > before:
            await self.go_on.wait()
            message = "the server closed the connection"
            raise DatabaseAway(message)
        if self.opened == 2 and before > after and not self.settled:
            self.settled = True
            await self.go_on.wait()
        return answer


class CommitsLate(Database):
    """What opens the first window is kept only when told; the connection is gone long before."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.cellar.url, office.cellar.keys, office.clock)
        self.commit = threading.Event()
        self.late: asyncio.Task[object] | None = None

    async def write(self, work: Callable[[Tx], T]) -> T:
        loop, opened = asyncio.get_running_loop(), asyncio.Event()

        def held(tx: Tx) -> T:
            before = windows_open(tx)
            answer = work(tx)
            if self.late is None and windows_open(tx) > before:
                loop.call_soon_threadsafe(opened.set)
                self.commit.wait(30)
            return answer

        writing = asyncio.create_task(super().write(held))
        seeing = asyncio.create_task(opened.wait())
        await asyncio.wait({writing, seeing}, return_when=asyncio.FIRST_COMPLETED)
        seeing.cancel()
        if not opened.is_set():
            return await writing
        self.late = writing
        message = "the server closed the connection"
        raise DatabaseAway(message)


class SettledUnheard(Database):
    """The first window that is closed is closed, but nobody hears of it."""

    lost = False

    async def write(self, work: Callable[[Tx], T]) -> T:
        def looked(tx: Tx) -> tuple[T, bool]:
            before = windows_open(tx)
            return work(tx), not before <= windows_open(tx)

        answer, closed = await super().write(looked)
        if closed and not self.lost:
            self.lost = True
            message = "the server closed the connection"
            raise DatabaseAway(message)
        return answer


def _losing(office: Office) -> AnswerLost:
    return AnswerLost(office.cellar.url, office.cellar.keys, office.clock)


async def test_a_broadcast_taken_unheard_goes_out_at_once_and_nothing_is_in_doubt(
    office: Office, kind: type[Platform]
) -> None:
    database, platform = _losing(office), kind()
    database.to_lose = 2
    rows = await office.broadcast(PEOPLE, "Cảnh giác")
    async with at_work(office.sender(platform, database=database)):
        await until(lambda: _all(office, rows, DeliveryState.ACCEPTED))
    assert database.to_lose == 0
    assert sorted(chat for chat, _ in platform.sends) == PEOPLE
    assert await office.open_windows() == 0
    await database.close()


async def test_an_alert_taken_unheard_does_not_wait_for_a_lease_and_goes_once_unmarked(
    office: Office, kind: type[Platform]
) -> None:
    database, platform = _losing(office), kind()
    rows = await office.broadcast(PEOPLE, "Lũ lên nhanh", Lane.URGENT)
    async with at_work(office.sender(platform, database=database)):
        await until(lambda: _all(office, rows, DeliveryState.ACCEPTED))
    assert platform.texts() == ["Lũ lên nhanh"] * len(PEOPLE)
    await database.close()


async def test_an_attempt_given_back_counts_as_none(office: Office, kind: type[Platform]) -> None:
    database = _losing(office)
    rows = await office.broadcast(PEOPLE, "Cảnh giác")
    async with at_work(office.sender(kind(), database=database)):
        await until(lambda: _all(office, rows, DeliveryState.ACCEPTED))

    def look(tx: Tx) -> tuple[list[str], list[int]]:
        came_to = select(attempt.c.outcome).order_by(attempt.c.outcome)
        tries = select(delivery.c.tries)
        return list(tx.connection.scalars(came_to)), list(tx.connection.scalars(tries))

    came_to, tries = await office.cellar.look(look)
    assert came_to == ["accepted"] * len(PEOPLE) + ["notsent"] * len(PEOPLE)
    assert tries == [1] * len(PEOPLE)
    await database.close()


async def test_who_stops_gives_back_first_what_was_taken_unheard(
    office: Office, kind: type[Platform]
) -> None:
    database, platform = _losing(office), kind()
    database.stays_away = True
    rows = await office.broadcast(PEOPLE, "Cảnh giác")
    sender = office.sender(platform, database=database)
    async with at_work(sender):
        await until(lambda: database.away)
        assert await office.open_windows() == 1
        sender.stop()
        database.away = False
    assert (await office.states(rows))[DeliveryState.PENDING] == len(PEOPLE)
    assert await office.open_windows() == 0
    assert platform.sends == []
    await database.close()


async def test_who_stops_gives_back_also_what_another_slot_had_just_taken_unheard(
    office: Office, kind: type[Platform]
) -> None:
    database, gate = AnswersCross(office), asyncio.Event()

    async def slow(_chat: ChatRef, _outgoing: Outgoing) -> None:
        await gate.wait()

    platform = kind(slow)
    sender = office.sender(platform, database=database)
    async with at_work(sender):
        await office.reply("1001", "Một")
        await until(lambda: len(platform.sends) == 1)
        [unheard] = await office.reply("1002", "Hai")
        await until(lambda: database.opened == 2)
        gate.set()
        await until(lambda: database.settled)
        sender.stop()
        database.go_on.set()
    assert await office.open_windows() == 0
    row = await office.row(unheard)
    assert (row.state, row.tries) == (DeliveryState.PENDING, 0)
    assert platform.texts() == ["Một"]
    await database.close()


async def test_who_stops_waits_for_what_the_server_has_yet_to_commit(
    office: Office, kind: type[Platform]
) -> None:
    database, platform = CommitsLate(office), kind()
    rows = await office.broadcast(PEOPLE, "Cảnh giác")
    sender = office.sender(platform, database=database)
    async with at_work(sender):
        await until(lambda: database.late is not None)
        sender.stop()
        asyncio.get_running_loop().call_later(1.5, database.commit.set)
    database.commit.set()
    assert database.late is not None
    await database.late
    assert (await office.states(rows))[DeliveryState.PENDING] == len(PEOPLE)
    assert await office.open_windows() == 0
    assert platform.sends == []
    await database.close()


async def test_refusals_counted_unheard_are_not_counted_once_more(
    office: Office, kind: type[Platform]
) -> None:
    refused = [str(1000 + number) for number in range(REFUSED_MOST - 1)]
    database = SettledUnheard(office.cellar.url, office.cellar.keys, office.clock)

    async def refuse(_chat: ChatRef, _outgoing: Outgoing) -> None:
        reason = "content"
        raise Refused(reason)

    rows = await office.broadcast(refused, "Cảnh giác")
    async with at_work(office.sender(kind(refuse), database=database)):
        await until(lambda: database.lost)
        # What is settled after it counts what was not counted before.
        rows += await office.reply("2001", "Chào")

        async def settled() -> bool:
            return not (await office.states(rows))[DeliveryState.PENDING]

        await until(settled)
    stops = select(run.c.refused_as)
    assert await office.cellar.look(lambda tx: tx.connection.scalars(stops).all()) == [None]
    await database.close()


async def _all(office: Office, rows: Sequence[UUID], state: DeliveryState) -> bool:
    return (await office.states(rows))[state] == len(PEOPLE)
