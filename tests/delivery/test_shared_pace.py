"""Two engines on one database, before a server that counts every sliding second."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.delivery import DeliveryState, Lane
from domain.failures import Scope, Throttled
from domain.messages import ChatRef, Outgoing
from storage.database import Database
from tests.delivery.post_office import QUICK, Office, Platform, until

PEOPLE = [str(1000 + number) for number in range(160)]
OURS = replace(QUICK, account_per_s=40, reply_share=0)
ALLOWED = 60
"""Far more than one of them sends and less than two, for nothing here hangs on a slow machine."""

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])


class Server:
    """Counts what both engines send, and refuses what is more than it allows in a second."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.refused = 0
        self.by = Counter[str]()

    def line(self, name: str) -> Platform:
        async def script(_chat: ChatRef, _outgoing: Outgoing) -> None:
            now = time.monotonic()
            if sum(1 for at in self.taken[-ALLOWED:] if at > now - 1) >= ALLOWED:
                self.refused += 1
                raise Throttled(timedelta(seconds=1), Scope.ACCOUNT)
            self.taken.append(now)
            self.by[name] += 1

        return Platform(script)


async def test_two_engines_share_a_pace_and_whoever_takes_over_keeps_it(
    office: Office,
) -> None:
    rows = await office.broadcast(PEOPLE, "Cảnh giác", Lane.BULK)
    server = Server()
    dying, other = (Database(office.cellar.url, office.cellar.keys, office.clock) for _ in range(2))
    killed = office.sender(server.line("first"), database=dying, limits=OURS)
    first = asyncio.create_task(killed.run())
    second = office.sender(server.line("second"), worker="w2", database=other, limits=OURS)
    at_work = asyncio.create_task(second.run())
    try:
        await until(lambda: min(server.by["first"], server.by["second"]) >= 10)
        # Killed: nothing of it is settled, and its slots and windows are left as they are.
        first.cancel()
        await asyncio.wait([first])
        # A thread goes on to the end of its transaction, and what it opens then has its lease, too.
        await dying.close()
        office.clock.forward(minutes=5)
        office.bell.ring()

        async def all_over() -> bool:
            return not (await office.states(rows))[DeliveryState.PENDING]

        await until(all_over)
    finally:
        second.stop()
        await at_work
        await other.close()
    states = await office.states(rows)
    assert server.refused == 0
    assert states[DeliveryState.ACCEPTED] + states[DeliveryState.UNSURE] == len(PEOPLE)
    assert len(server.taken) <= len(PEOPLE)
