"""Updates for the bot: one at a time, without offset, and sometimes given twice."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.zalo_bot.rules import Rules

MOST_REPEATS = 2
KEPT_GIVEN = 200
Update = dict[str, Any]


@dataclass(slots=True)
class _Given:
    update: Update
    at: float
    repeats: int = 0


@dataclass(slots=True)
class UpdateLine:
    """What waits for the bot, and what it was given lately.

    There is no acknowledgement: an update is given and soon forgotten. A poll that comes before
    that may get it again (measured by users of the real platform).
    """

    clock: Clock
    rules: Rules
    chance: random.Random = field(default_factory=random.Random)
    waiting: list[Update] = field(default_factory=list)
    given: list[_Given] = field(default_factory=list)
    on_update: Callable[[], None] | None = None
    polls: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _round: int = 0

    def push(self, update: Update) -> None:
        """Queue an update."""
        self.waiting.append(update)
        self._wake.set()
        if self.on_update is not None:
            self.on_update()

    def take(self) -> Update | None:
        """Give the next update, or by chance one given before; None when nothing waits."""
        now = self.clock.monotonic()
        forget_before = now - self.rules.forget_after_s
        self.given = [one for one in self.given if one.at >= forget_before][-KEPT_GIVEN:]
        for one in self.given:
            if one.repeats < MOST_REPEATS and self.chance.random() < self.rules.replay_chance:
                one.repeats += 1
                return one.update
        if not self.waiting:
            return None
        update = self.waiting.pop(0)
        self.given.append(_Given(update, now))
        return update

    def replay(self, count: int) -> int:
        """Queue the last updates given once more; gives how many those are."""
        again = [one.update for one in self.given[-count:]]
        for update in again:
            self.push(update)
        return len(again)

    async def poll(self, timeout_s: float) -> Update | None:
        """Give an update, or wait for one; None when the time runs out."""
        until = asyncio.get_running_loop().time() + timeout_s
        self.polls += 1
        began_in = self._round
        try:
            while (update := self.take()) is None:
                left = until - asyncio.get_running_loop().time()
                if left <= 0:
                    return None
                self._wake.clear()
                try:
                    await asyncio.wait_for(self._wake.wait(), left)
                except TimeoutError:
                    return None
                if began_in != self._round:
                    return None
            return update
        finally:
            self.polls -= 1

    def end_polls(self) -> None:
        """Let every waiting poll run out (a webhook takes over, or the simulator ends)."""
        self._round += 1
        self._wake.set()

    def forget(self) -> None:
        """Drop everything that waits."""
        self.waiting.clear()
        self.given.clear()
