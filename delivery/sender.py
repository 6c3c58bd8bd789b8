"""The loop that sends: take a window, send it, settle it together with taking the next."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from delivery.bell import Bell
from delivery.couriers import Couriers
from delivery.effects import COUNT_WITHIN, count_members
from delivery.files import Shelf
from delivery.high_water import HighWater, OlderCopy
from delivery.looks import Looks
from delivery.meanings import Meanings
from delivery.outbox import NO_WORDS
from delivery.pace import Pace
from delivery.sent_window import SentWindow
from delivery.single import Single
from delivery.undertaking import look, undertake
from delivery.unheard import Unheard
from delivery.wording import Wording
from domain.breaker import Ear
from domain.channel import Channel, Prepares
from domain.clock import Clock
from domain.delivery import (
    Accepted,
    DeliveryKind,
    Lane,
    NotSent,
    Outcome,
    named,
)
from domain.door import OPEN, door_of
from domain.durations import Durations
from domain.messages import Outgoing
from storage.database import Crossed, Database, DatabaseAway, Tx
from storage.deliveries import breaking, due, slots, windows
from storage.deliveries.plain import NOTHING
from storage.deliveries.settling import Settled
from storage.deliveries.slots import Booking
from storage.deliveries.standings import TROUBLES
from storage.deliveries.windows import Claim, Send, Window

log = structlog.get_logger(__name__)

_NAP_S = 0.5

_CONVERSATION = (Lane.URGENT, Lane.TALK)
_EVERYTHING = tuple(Lane)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRules:
    """Numbers the sender goes by."""

    worker: str
    """Name of this process, unique among all that run."""
    send_timeout: timedelta
    """How long one send may take, connecting included: it is broken off then, and a lease
    outlives it."""
    talk_windows: int = 2
    other_windows: int = 4
    in_flight: int = 64
    """How many plain messages are on their way at once at most."""
    patience: timedelta = timedelta(seconds=10)
    """How long to go on trying, once told to stop, to settle what was sent."""

    @property
    def lease(self) -> timedelta:
        """How long a window is ours: afterwards its sends are certainly over."""
        return self.send_timeout + timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one transaction did."""

    held: bool
    """Whether the window settled was still ours."""
    window: Window | None
    number: int
    """The mark of what it is about to send; 0 where that is nothing."""
    booking: Booking
    talk: bool
    """Whether replies wait."""
    found: frozenset[UUID]
    """Windows given back of which nobody had heard."""


class Sender:
    """Send what is due of one account."""

    def __init__(
        self,
        *,
        database: Database,
        account_id: UUID,
        channel: Channel,
        pace: Pace,
        rules: SenderRules,
        clock: Clock,
        bell: Bell,
        mark_again: Callable[[Outgoing, str], Outgoing],
        shelf: Shelf | None = None,
        choose: Mapping[str, str] = NO_WORDS,
        water: HighWater | None = None,
    ) -> None:
        self._database = database
        self._account_id = account_id
        self._channel = channel
        self._door = door_of(channel.capabilities)
        self._pace = pace
        self._rules = rules
        self._clock = clock
        self._bell = bell
        self._water = water or HighWater()
        self._stopping = asyncio.Event()
        self._looks = Looks()
        self._at_hand: set[UUID] = set()
        """Windows of which we shall say what their sends came to."""
        self._ear = Ear()
        self._unheard = Unheard(rules.lease.total_seconds())
        self._meanings = Meanings(account_id, pace, clock)
        self._single = Single(
            account_id=account_id,
            channel=channel,
            pace=pace,
            clock=clock,
            timeout=rules.send_timeout,
            shelf=shelf,
            wording=Wording(mark_again, choose),
            meanings=self._meanings,
        )
        self._give_up_at = math.inf
        self._couriers: Couriers | None = None
        if isinstance(channel, Prepares) and self._door == OPEN:
            self._couriers = Couriers(
                channel,
                clock,
                most=rules.in_flight,
                pace=pace,
                send_timeout=rules.send_timeout,
                stopping=self._stopping,
                outcome=self._meanings.of,
                heard=self._heard,
            )
        self.counts: Counter[str] = Counter()
        """What became of sends since the start."""

    async def run(self) -> None:
        """Send until `stop`; what is in flight then is finished and settled."""
        talk: list[Sequence[Lane]] = [_CONVERSATION] * self._rules.talk_windows
        other: list[Sequence[Lane]] = [_EVERYTHING] * self._rules.other_windows
        async with asyncio.TaskGroup() as group:
            for lanes in (*talk, *other):
                group.create_task(self._slot(lanes))
            group.create_task(
                undertake(
                    self._database,
                    self._account_id,
                    self._door,
                    self._water,
                    self._bell,
                    self._stopping,
                    self._clock,
                    self._at_hand,
                )
            )

    @property
    def answers(self) -> Durations:
        """How long the platform took to answer, send by send."""
        return self._pace.answers

    def stop(self) -> None:
        """Open no more windows; sends not yet begun go back untouched."""
        self._give_up_at = time.monotonic() + self._rules.patience.total_seconds()
        self._stopping.set()
        self._bell.ring()

    async def _slot(self, lanes: Sequence[Lane]) -> None:
        done: SentWindow | None = None
        reply = lanes is _CONVERSATION
        slot = self._water.slot()
        while done is not None or self._unheard or not self._stopping.is_set():
            heard = self._bell.rings
            faulty = done is not None and done.faults > 0
            size = 0 if faulty else self._size(reply=reply)
            if not size and done is None and not self._unheard:
                await self._rest(heard, reply=reply)
                continue
            try:
                window = await self._ask(slot, lanes, done, size)
            except Exception as error:  # noqa: BLE001 - one faulty row must not stop all the others
                done = await self._after_fault(error, done)
                if time.monotonic() > self._give_up_at:
                    log.error("left_unsettled", rows=done.rows if done is not None else 0)
                    return
                await asyncio.sleep(_NAP_S)
                continue
            done = None
            if window is not None and not window.is_empty:
                done = await self._send(window)
            elif window is None and not faulty:
                await self._bell.wait(heard, self._pace.nap_s(_NAP_S))

    async def _send(self, window: Window) -> SentWindow:
        """Send what is in a window; return what came of it."""
        self._at_hand.add(window.id)
        alone = asyncio.gather(*(self._one(window, send) for send in window.sends))
        taken, others = NOTHING, list[Settled]()
        if window.plain is not None and self._couriers is not None:
            taken, others = await self._couriers.carry(window.plain, window.lease_until)
            self.counts["accepted"] += len(taken.rows)
            self.counts.update(named(one.outcome) for one in others)
            await self._couriers.load.until_lighter()
        return SentWindow(window, [*await alone, *others], taken)

    async def _after_fault(self, error: Exception, done: SentWindow | None) -> SentWindow | None:
        """Return what is still to be settled."""
        unsettled = done.rows if done is not None else 0
        if isinstance(error, DatabaseAway):
            # The results stay with us: they are settled as soon as the database is back.
            log.warning("database_away", unsettled=unsettled)
            return done
        # What was unheard of may be the faulty part: their leases will end.
        self._unheard.forget()
        if isinstance(error, OlderCopy):
            # What was sent is settled alone, and then all waits.
            await look(self._water, self._database)
        else:
            log.error("window_fault", error=type(error).__name__, unsettled=unsettled)
        again = done.once_more(self._clock.now()) if done is not None else None
        if done is not None and again is None:
            self._at_hand.discard(done.window.id)
        return again

    async def _rest(self, heard: int, *, reply: bool) -> None:
        """Wait until something may go: what could not go at once is not opened.

        A worker that died waiting would leave its sends in the dark.
        """
        if self._water.held:
            await self._bell.wait(heard, _NAP_S)
        else:
            await self._pace.ready(_NAP_S, reply=reply)

    async def _ask(
        self,
        slot: int,
        lanes: Sequence[Lane],
        done: SentWindow | None,
        size: int,
    ) -> Window | None:
        if done is not None:
            window = await self._step(slot, lanes, done, size)
            self._at_hand.discard(done.window.id)
            return window
        async with self._looks.turn(lanes) as worthwhile:
            # Whoever asked before us has heard from when on there are more slots.
            size = self._size(reply=lanes is _CONVERSATION) if worthwhile else 0
            if not size and not self._unheard:
                return None
            window = await self._step(slot, lanes, None, size)
            if size and window is None:
                self._looks.in_vain(lanes)
            return window

    async def _step(
        self,
        slot: int,
        lanes: Sequence[Lane],
        done: SentWindow | None,
        size: int,
    ) -> Window | None:
        plenty = None
        if self._couriers is not None:
            plenty = min(self._pace.plenty, self._couriers.load.room)
        claim = Claim(self._account_id, self._rules.worker, self._rules.lease, self._door, plenty)
        unheard, opened = self._unheard.take(), list[UUID]()
        last_look = bool(unheard) and done is None and self._stopping.is_set()
        if last_look:
            # Of what opens windows nothing is yet to be committed then.
            await self._database.write(lambda tx: slots.wait_for_others(tx, self._account_id))
        news, heard = self._pace.news(), self._ear.take()

        def step(tx: Tx) -> _Step:
            found = self._unheard.give_back(tx, unheard)
            matters = self._ear.matters(heard)
            trips = breaking.count(tx, self._account_id, heard) if matters else ()
            held = done is None or done.settle(tx, self._door)
            breaking.note(tx, self._account_id, trips, done.told(tx) if done is not None else ())
            booking = Booking(tx, self._account_id, news)
            booking.mend_chats()
            window = windows.open_window(tx, claim, lanes, size, booking) if size else None
            number = 0
            if window is not None and not window.is_empty:
                opened.append(window.id)
                number = self._water.rise(tx, slot)
            booking.note()
            # Of many plain rows hardly any holds up its chat: that is looked up.
            talk = done is not None and bool(due.lanes_of_talk(tx, self._account_id))
            self._ear.troubled = bool(tx.seen.get((TROUBLES, self._account_id), True))
            return _Step(held, window, number, booking, talk, found)

        try:
            did = await self._database.write(step)
        except BaseException as error:
            self._pace.again(news)
            if isinstance(error, DatabaseAway) and not isinstance(error, Crossed):
                # It may have been committed all the same.
                self._ear.perhaps(heard)
                self._unheard.note(opened)
            else:
                self._ear.again(heard)
            raise
        # What another slot noted meanwhile is yet to be looked for.
        self._unheard.done(frozenset(unheard) if last_look else did.found)
        self._pace.learn(did.booking.reading, did.booking.free_at)
        if did.number:
            await self._water.passed(slot, did.number)
            self._pace.in_hand(did.booking.reading)
        if not did.held:
            log.warning("window_taken_over", rows=done.rows if done is not None else 0)
        if did.found or (done is not None and (done.window.sends or did.talk)):
            # Chats that a window held free may have more waiting.
            self._bell.ring()
        return did.window

    def _heard(self, run_id: UUID, outcome: Outcome) -> None:
        self._ear.note(run_id, outcome)
        if isinstance(outcome, Accepted):
            self._meanings.well()

    def _size(self, *, reply: bool) -> int:
        """Return how many sends to take up now; none where there can be no slots."""
        if self._stopping.is_set() or self._water.held or self._pace.wait_s(reply=reply):
            return 0
        return self._pace.at_once

    async def _one(self, window: Window, send: Send) -> Settled:
        used = await self._pace.reach(send.slot)
        hindrance = "pace" if used is None else self._hindrance(window)
        if hindrance is None:
            begun = time.monotonic()
            outcome = await self._single.of(send)
            self._pace.answered(send, used, time.monotonic() - begun)
            self._ear.note(send.run_id, outcome)
        else:
            outcome = NotSent(hindrance, timedelta(0))
            self._pace.unused(used)
        members = None
        in_time = self._clock.now() + COUNT_WITHIN <= window.lease_until
        if in_time and isinstance(outcome, Accepted) and send.kind is DeliveryKind.POST:
            members = await count_members(self._channel, send.chat)
        choices = self._single.choices(send, outcome) if self._door.typed_choices else None
        self.counts[named(outcome)] += 1
        row, tried = send.delivery_id, send.attempt_id
        return Settled(row, tried, outcome, members, send.paid, choices)

    def _hindrance(self, window: Window) -> str | None:
        """Say why nothing of a window may be sent any more, or None."""
        if self._stopping.is_set():
            return "shutdown"
        late = self._clock.now() + self._rules.send_timeout > window.lease_until
        return "lease" if late else None
