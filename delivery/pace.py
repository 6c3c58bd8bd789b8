"""How fast this process sends for an account: it asks for slots in time, and keeps to them."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID

from domain.channel import Pace as Limits
from domain.durations import Durations
from domain.slots import AHEAD, GUARD, LATE, SECOND, Went
from storage.deliveries.slots import Late, Pacing, Reading
from storage.deliveries.windows import Send

_LEAD_S = 0.1
"""How long before slots are free they are asked for: a transaction takes its time, too."""
_MOST_AT_ONCE = 16
_MOST_PLAIN = 512
_TOO_LATE_S = AHEAD / SECOND
_QUICK_S = 0.2
"""What a transaction may take and its slots still come in time."""
_REMEMBERED = 5
_DRIFT_S = 0.001
_LEARNED = 0.1


class Pace:
    """Say when it is time to ask for slots, and let each message go at its own.

    The slots are given out in the database, for all processes together. Theirs is the database's
    clock: what ours shows beside it is learned with each transaction.
    """

    def __init__(
        self,
        limits: Limits,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._sleep = sleep
        # Where the database has no clock, ours is not put back or forward as long as we run.
        self._begun = wall() - monotonic()
        self._behind: float | None = None
        self._free_at = {False: monotonic(), True: monotonic()}
        self._shut_until = monotonic()
        self._went: list[Went] = []
        self._late: list[Late] = []
        self._throttled = False
        self._usual_s: float | None = None
        self.answers = Durations()
        """How long the platform took to answer sends."""
        self._lasted = deque([0.0] * _REMEMBERED, _REMEMBERED)

    @property
    def at_once(self) -> int:
        """How many messages to take up together: a quarter of a second's, 1 to 16."""
        return max(1, min(_MOST_AT_ONCE, round(self._limits.account_per_s / 4)))

    @property
    def plenty(self) -> int:
        """How many plain messages to take up together at most: a quarter of a second's."""
        return max(1, min(_MOST_PLAIN, round(self._limits.account_per_s / 4)))

    def wait_s(self, *, reply: bool) -> float:
        """Return how long it is of no use to ask for slots; a reply may have either kind."""
        free_at = min(self._free_at.values()) if reply else self._free_at[False]
        return max(0.0, free_at - _LEAD_S - self._lead() / SECOND - self._monotonic())

    def nap_s(self, most_s: float) -> float:
        """Return how long to wait for a bell when nothing could be taken up, at most so long."""
        wait_s = self.wait_s(reply=False)
        return min(wait_s, most_s) if wait_s > 0 else most_s

    async def ready(self, most_s: float, *, reply: bool) -> None:
        """Wait until there should be slots, at most so long."""
        wait_s = min(most_s, self.wait_s(reply=reply))
        if wait_s > 0:
            await self._sleep(wait_s)

    def news(self) -> Pacing:
        """Return what a transaction must know to give out slots, with what became of earlier ones.

        If it fails, tell it `again`.
        """
        went, self._went = self._went, []
        throttled, self._throttled = self._throttled, False
        late, self._late = self._late, []
        lead = self._lead()
        return Pacing(self._limits, self._instant, self._monotonic, went, throttled, late, lead)

    def again(self, told: Pacing) -> None:
        """Keep for the next transaction what one that failed was told."""
        self._went = [*told.went, *self._went]
        self._throttled = self._throttled or told.throttled
        self._late = [*told.late, *self._late]

    def learn(self, reading: Reading | None, free_at: Mapping[bool, int]) -> None:
        """Hear by the clock of the slots what time it is, and when there are more."""
        if reading is None:
            return
        # It showed this a little before: the least is nearest to the truth.
        behind = reading.monotonic - reading.at / SECOND
        if self._behind is not None:
            # Not before it was asked: by what is beyond that, it was put back.
            put_back = reading.asked - reading.at / SECOND
            behind = min(behind, max(self._behind + _DRIFT_S, put_back))
        self._behind = behind
        for kind, at in free_at.items():
            self._free_at[kind] = self._local(at)

    def in_hand(self, reading: Reading | None) -> None:
        """Hear that what was given out at a reading may be sent from now on."""
        if reading is not None:
            self._lasted.append(self._monotonic() - reading.monotonic)

    def until_s(self, slot: int) -> float:
        """Return how long to wait for a slot; 0 or less when it has come."""
        return self._local(slot) - self._monotonic()

    async def reach(self, slot: int | None) -> int | None:
        """Wait for a slot and return when it is used, about the slot itself.

        None when it is over, or the account was found too fast meanwhile: what is sent much too
        late would come together with what others send now.
        """
        wait_s = self.until_s(slot) if slot is not None else 0.0
        if wait_s > 0:
            await self._sleep(wait_s)
        return self.take(slot)

    def take(self, slot: int | None) -> int | None:
        """Use a slot that has come; the same is returned as when it is waited for."""
        now = self._monotonic()
        at = self._local(slot) if slot is not None else now
        if now < self._shut_until or now - at > _TOO_LATE_S:
            self.unused(slot)
            return None
        late = round((now - at) * SECOND)
        if slot is None or late <= LATE:
            return slot or 0
        self._went.append(Went(slot, slot + late))
        return slot + late

    def answered(self, send: Send, used: int | None, took_s: float) -> None:
        """Hear how long the platform took to answer: what took unusually long came late, too."""
        came = self.came(used, took_s)
        if send.slot is not None and came and came - send.slot > GUARD * SECOND:
            self.late(send.address_id, send.slot, came)

    def came(self, used: int | None, took_s: float) -> int | None:
        """Hear the same of a slot, and return when its message came; None without one."""
        self.answers.note(took_s)
        if self._usual_s is None:
            self._usual_s = took_s
        too_long = took_s - self._usual_s
        self._usual_s += too_long * _LEARNED
        if not used:
            return None
        came = used + max(0, round(too_long * SECOND))
        if came - used > GUARD * SECOND:
            self._went.append(Went(used, came))
        return came

    def late(self, address_id: UUID, noted: int, came: int) -> None:
        """Hear that a message went to a chat later than is noted there."""
        self._late.append(Late(address_id, noted, came))

    def unused(self, slot: int | None) -> None:
        """Give a slot back, if there is one."""
        if slot:
            self._went.append(Went(slot, None))

    def also(self, slot: int | None, calls: int) -> None:
        """Count what a message took beside its first call: the next ones wait for that, too."""
        if slot is not None and calls > 0:
            self._went.append(Went(slot, slot, calls))

    def throttled(self, wait: timedelta) -> None:
        """Hear that the platform found the account too fast: what has not gone yet stays."""
        self._throttled = True
        self._shut_until = max(self._shut_until, self._monotonic() + wait.total_seconds())

    def _lead(self) -> int:
        """Return after how many µs slots are in our hands: what the last ones usually took.

        On a disk so slow that each would come too late nothing would ever go.
        """
        usual_s = sorted(self._lasted)[_REMEMBERED // 2]
        return round(usual_s * SECOND) if usual_s > _QUICK_S else 0

    def _instant(self) -> int:
        return round((self._begun + self._monotonic()) * SECOND)

    def _local(self, at: int) -> float:
        if self._behind is None:
            return self._monotonic()
        return at / SECOND + self._behind
