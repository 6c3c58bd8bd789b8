"""Rows of one message for many: written once, so many carried at a time, and no task for each."""

import asyncio
import base64
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from delivery.load import Load
from delivery.outbox import personal
from delivery.pace import Pace
from domain.breaker import Breaker
from domain.channel import Prepares
from domain.clock import Clock
from domain.delivery import Accepted, Outcome, TurnedDown, Unknowable
from domain.failures import Refused, SendFailure
from domain.ids import short
from domain.messages import Outgoing, Sent
from domain.slots import GUARD, SECOND
from storage.deliveries.plain import Plain, PlainRow, Taken
from storage.deliveries.settling import Settled

log = structlog.get_logger(__name__)

_ANYBODY = UUID(int=0x5EED_0000_0000_7000_8000_0000_0000_0001)
"""Stands in a message that is written once where each delivery's own id will."""

_LATE = GUARD * SECOND

Carry = Callable[[str, str], Awaitable[Sent]]


@dataclass(slots=True)
class _Job:
    run_id: UUID
    accepted: Accepted
    """What every row that was taken came to, but for its message's id."""
    rows: Iterator[tuple[PlainRow, int | None]]
    left: int
    ways: Mapping[str, Carry | TurnedDown]
    latest: datetime
    """When nothing more of it may begin."""
    noted: int
    """By when its chats were told that it goes."""
    taken: list[tuple[PlainRow, str]] = field(default_factory=list)
    back: list[PlainRow] = field(default_factory=list)
    reason: str = ""
    others: list[Settled] = field(default_factory=list)
    troubled: bool = False
    """Whether there was too much trouble to go on before all of it is written down."""
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Couriers:
    """Carry plain rows, at most so many at a time however many windows are open."""

    def __init__(
        self,
        channel: Prepares,
        clock: Clock,
        *,
        most: int,
        pace: Pace,
        send_timeout: timedelta,
        stopping: asyncio.Event,
        outcome: Callable[[SendFailure], Outcome],
        heard: Callable[[UUID, Outcome], None],
    ) -> None:
        """`outcome` says what a failure means; `heard` is told what each send of a run came to."""
        self._pace = pace
        self.load = Load()
        self._channel = channel
        self._clock = clock
        self._most = most
        self._send_timeout = send_timeout
        self._stopping = stopping
        self._outcome = outcome
        self._heard = heard
        self._jobs: deque[_Job] = deque()
        self._couriers: set[asyncio.Task[None]] = set()
        self._breaker: Breaker | None = None

    async def carry(self, plain: Plain, lease_until: datetime) -> tuple[Taken, list[Settled]]:
        """Send plain rows, or give them back untouched when it is too late for that.

        What was handed over earlier goes first. Where send after send comes to the same trouble the
        rest goes back, too: whoever settles it sees whether there is more to it. Returns what was
        taken, and the rest.
        """
        ways = {language: self._way(words) for language, words in plain.words.items()}
        latest = lease_until - self._send_timeout
        accepted = Accepted("", self._clock.now())
        noted = plain.noted or 0
        job = _Job(plain.run_id, accepted, iter(plain.rows), len(plain.rows), ways, latest, noted)
        self.load.add(job.left)
        self._jobs.append(job)
        for _ in range(min(self._most - len(self._couriers), job.left)):
            courier = asyncio.create_task(self._work())
            self._couriers.add(courier)
            courier.add_done_callback(self._couriers.discard)
        await job.over.wait()
        return Taken(plain.run_id, job.taken, job.back, job.reason), job.others

    def _way(self, words: Outgoing) -> Carry | TurnedDown:
        try:
            return self._channel.prepare(personal(words, _ANYBODY), short(_ANYBODY))
        except Refused as fault:
            return TurnedDown(fault.reason, fault.rights)
        except ValueError:
            log.error("unsendable")
            return TurnedDown("unsendable")

    async def _work(self) -> None:
        """Carry one row after the other until there are none."""
        jobs, pace = self._jobs, self._pace
        while jobs:
            job = jobs[0]
            found = next(job.rows, None)
            if found is None:
                if jobs and jobs[0] is job:
                    jobs.popleft()
                continue
            row, slot = found
            waits = slot is not None and pace.until_s(slot) > 0
            used = await pace.reach(slot) if waits else pace.take(slot)
            hindrance = "pace" if used is None else self._hindrance(job)
            if hindrance:
                job.reason = hindrance
                job.back.append(row)
                if used is not None:
                    pace.unused(used)
            else:
                begun = time.monotonic()
                outcome = await self._send(job, row)
                came = pace.came(used, time.monotonic() - begun)
                if came and came - job.noted > _LATE:
                    pace.late(UUID(row.address), job.noted, came)
                self._heard(job.run_id, outcome or job.accepted)
                if outcome is None:
                    self._breaker = None
                else:
                    job.others.append(Settled(UUID(row.delivery), UUID(row.attempt), outcome))
                    self._note_trouble(job.run_id, outcome)
            self.load.gone()
            job.left -= 1
            if not job.left:
                self.load.measure()
                job.over.set()

    def _note_trouble(self, run_id: UUID, outcome: Outcome) -> None:
        """Let what is under way go no further once it is too much: hundreds may be in a window."""
        self._breaker = self._breaker or Breaker()
        self._breaker.note(run_id, outcome)
        if self._breaker.trips():
            self._breaker = None
            for job in self._jobs:
                job.troubled = True

    def _hindrance(self, job: _Job) -> str:
        """Say why nothing of it may be sent any more, or nothing."""
        if self._stopping.is_set():
            return "shutdown"
        if job.troubled:
            return "trouble"
        return "lease" if self._clock.now() > job.latest else ""

    async def _send(self, job: _Job, row: PlainRow) -> Outcome | None:
        """Send one row; None when it was taken."""
        way = job.ways[row.language]
        if isinstance(way, TurnedDown):
            return way
        try:
            sent = await way(row.chat_id, own_of(row))
        except SendFailure as failure:
            return self._outcome(failure)
        except Exception as error:  # noqa: BLE001 - an unforeseen fault must not lose the row
            log.error("send_fault", error=type(error).__name__, delivery=row.delivery)
            return Unknowable(f"fault:{type(error).__name__}")
        job.taken.append((row, sent.message_id))
        return None


def own_of(row: PlainRow) -> str:
    """Return a row's short id, as `short` writes it."""
    return base64.urlsafe_b64encode(bytes.fromhex(row.delivery))[:22].decode()
