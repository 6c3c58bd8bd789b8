"""Whoever lives comes before who buries: after an outage longer than a lease as well."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from delivery.undertaking import undertake
from domain.delivery import DeliveryState
from domain.failures import Refused
from domain.messages import ChatRef, Outgoing
from storage.database import Database, DatabaseAway, Tx
from tests.delivery.post_office import Office, Platform, at_work, until

T = TypeVar("T")


class BackForOthersFirst(Database):
    """A database that is away for all, and then for senders until somebody else has had a turn."""

    away = False
    had_a_turn = True
    told: frozenset[str] = frozenset()
    """Whose tasks found it away, by what they do."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        def worked(tx: Tx) -> T:
            # Also to whoever had to wait for others that write.
            self._refuse()
            answer = work(tx)
            if not self.had_a_turn and not isinstance(answer, int):
                message = "not yet for senders"
                raise DatabaseAway(message)
            return answer

        self._ask()
        answer = await super().write(worked)
        self.had_a_turn = True
        return answer

    async def read(self, work: Callable[[Tx], T]) -> T:
        self._ask()
        answer = await super().read(work)
        self.had_a_turn = True
        return answer

    def _ask(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self.away:
            self.told |= {getattr(task.get_coro(), "__name__", "")}
        self._refuse()

    def _refuse(self) -> None:
        if self.away:
            message = "told to be away"
            raise DatabaseAway(message)


class LooksForTheDead(Database):
    """It counts how often somebody looked for windows of the dead, or might have."""

    looks = 0

    async def write(self, work: Callable[[Tx], T]) -> T:
        answer = await super().write(work)
        self.looks += isinstance(answer, int)
        return answer

    async def read(self, work: Callable[[Tx], T]) -> T:
        answer = await super().read(work)
        self.looks += 1
        return answer


async def test_after_an_outage_longer_than_a_lease_what_is_known_of_sends_is_not_in_doubt(
    office: Office, kind: type[Platform]
) -> None:
    database = BackForOthersFirst(office.cellar.url, office.cellar.keys, office.clock)

    async def refuse(_chat: ChatRef, _outgoing: Outgoing) -> None:
        database.away = True
        reason = "content"
        raise Refused(reason)

    people = [str(1000 + number) for number in range(5)]
    rows = await office.broadcast(people, "Cảnh giác")
    platform = kind(refuse)

    async def settled() -> bool:
        return not (await office.states(rows))[DeliveryState.PENDING]

    async with at_work(office.sender(platform, database=database)):
        await until(lambda: len(platform.sends) == len(people))
        office.clock.forward(minutes=5)
        await until(lambda: undertake.__name__ in database.told)
        database.had_a_turn, database.away = False, False
        await until(settled)
    assert await office.states(rows) == {DeliveryState.REFUSED: len(people)}
    await database.close()


async def test_nobody_buries_what_they_are_sending_themselves(
    office: Office, kind: type[Platform]
) -> None:
    """Such as who slept for longer than a lease: the answers that came meanwhile are read first."""
    gate = asyncio.Event()

    async def slow(chat: ChatRef, _outgoing: Outgoing) -> None:
        await gate.wait()
        if chat.chat_id == "1001":
            reason = "content"
            raise Refused(reason)

    platform = kind(slow)
    [refused] = await office.broadcast(["1001"], "Cảnh giác")
    [reply] = await office.reply("1002", "Mã tin là 5")

    async def settled() -> bool:
        return not (await office.states([refused, reply]))[DeliveryState.PENDING]

    async with at_work(office.sender(platform)):
        await until(lambda: len(platform.sends) == 2)
        office.clock.forward(minutes=5)
        # Somebody looks for the dead meanwhile.
        await asyncio.sleep(2.5)
        gate.set()
        await until(settled)
    assert sorted(platform.texts()) == ["Cảnh giác", "Mã tin là 5"]
    assert await office.state(refused) is DeliveryState.REFUSED
    assert await office.state(reply) is DeliveryState.ACCEPTED


async def test_after_all_stood_still_nobody_buries_who_wakes_up_beside_them(
    office: Office, kind: type[Platform]
) -> None:
    database = LooksForTheDead(office.cellar.url, office.cellar.keys, office.clock)
    gate = asyncio.Event()

    async def refuse(_chat: ChatRef, _outgoing: Outgoing) -> None:
        await gate.wait()
        reason = "content"
        raise Refused(reason)

    [row] = await office.broadcast(["1001"], "Cảnh giác")
    platform, other = kind(refuse), office.sender(kind(), worker="w2", database=database)
    async with at_work(office.sender(platform)):
        await until(lambda: len(platform.sends) == 1)
        async with at_work(other):
            await until(lambda: database.looks >= 1)
            office.clock.forward(minutes=5)
            seen = database.looks
            await until(lambda: database.looks > seen)
            gate.set()

            async def settled() -> bool:
                return await office.state(row) is not DeliveryState.PENDING

            await until(settled)
    assert await office.state(row) is DeliveryState.REFUSED
    await database.close()
