"""A whole sender on a disk where a commit takes longer than a slot is good for."""

import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

from delivery.pace import Pace
from domain.channel import Pace as Limits
from domain.delivery import DeliveryState
from domain.slots import AHEAD, SECOND
from storage.database import Database, Tx
from tests.delivery.post_office import Office, Platform, at_work, until, windows_open

T = TypeVar("T")
PER_S, COMMIT_S = 24, 0.4
LIMITS = Limits(account_per_s=PER_S, chat_per_s=PER_S, group_per_minute=20, reply_share=0.15)
PEOPLE = [str(9000 + number) for number in range(6)]


class SlowDisk(Database):
    """A database where it takes long to commit a window, with all the locks held meanwhile."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        def slowly(tx: Tx) -> T:
            before = windows_open(tx)
            result = work(tx)
            if not windows_open(tx) <= before:
                time.sleep(COMMIT_S)
            return result

        return await super().write(slowly)


class NotedPace(Pace):
    """A pace that shows the slots which were used and those which came too late."""

    used: list[int]
    missed: list[int]

    def take(self, slot: int | None) -> int | None:
        """Use a slot that has come."""
        went = super().take(slot)
        assert slot is not None
        (self.missed if went is None else self.used).append(slot)
        return went


async def test_on_a_slow_disk_all_messages_go_once_each_at_a_slot_that_comes_after_the_commit(
    office: Office, kind: type[Platform]
) -> None:
    assert AHEAD / SECOND < COMMIT_S
    rows = await office.broadcast(PEOPLE, "Cảnh giác")
    pace, platform = NotedPace(LIMITS), kind()
    pace.used, pace.missed = [], []
    cellar = office.cellar
    disk = SlowDisk(cellar.url, cellar.keys, office.clock)
    sender = office.sender(platform, database=disk, pace=pace, send_timeout=timedelta(seconds=25))
    async with at_work(sender):

        async def all_settled() -> bool:
            return await office.states(rows) == {DeliveryState.ACCEPTED: len(rows)}

        await until(all_settled)
    await disk.close()
    assert sorted(chat for chat, _ in platform.sends) == PEOPLE
    assert len(pace.used) == len(PEOPLE)
    # Of the first, some were over before they were in hand: nothing went at those.
    assert pace.missed
    assert not set(pace.missed) & set(pace.used)
    # By now slots begin only after a commit, and the last of all went at such a one.
    assert pace.news().lead >= COMMIT_S * SECOND
    assert max(pace.used) > max(pace.missed)
    strict = SECOND // PER_S
    assert all(later - one >= 0.9 * strict for one, later in pairwise(sorted(pace.used)))
