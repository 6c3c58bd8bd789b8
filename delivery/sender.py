"""The loop that sends: take a window, send it, settle it together with taking the next."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog

from delivery.bell import Bell
from delivery.pace import Pace
from domain.channel import Channel, Members
from domain.clock import Clock
from domain.delivery import (
    Accepted,
    AccountStopped,
    DeliveryKind,
    GoneAway,
    Lane,
    NotSent,
    Outcome,
    Relocated,
    TurnedDown,
    Unknowable,
)
from domain.failures import (
    AccountDown,
    Ambiguous,
    Moved,
    Refused,
    Scope,
    SendFailure,
    Throttled,
    Transient,
    Unreachable,
)
from domain.ids import short
from domain.messages import Button, ChatKind, Outgoing
from storage import settling, windows
from storage.database import Database, DatabaseAway, Tx
from storage.settling import Settled
from storage.windows import Claim, Send, Window

log = structlog.get_logger(__name__)

_NAP_S = 0.5
_LONGEST_BACKOFF = timedelta(seconds=30)
_CONVERSATION = (Lane.URGENT, Lane.TALK)
_EVERYTHING = tuple(Lane)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRules:
    """Numbers the sender goes by."""

    worker: str
    """Name of this process, unique among all that run."""
    send_timeout: timedelta
    """How long the channel may take for one send; a lease outlives it."""
    talk_windows: int = 2
    other_windows: int = 2

    @property
    def lease(self) -> timedelta:
        """How long a window is ours: afterwards its sends are certainly over."""
        return self.send_timeout + timedelta(seconds=10)


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
    ) -> None:
        self._database = database
        self._account_id = account_id
        self._channel = channel
        self._pace = pace
        self._rules = rules
        self._clock = clock
        self._bell = bell
        self._mark_again = mark_again
        self._stopping = asyncio.Event()
        self._transients = 0

    async def run(self) -> None:
        """Send until `stop`; what is in flight then is finished and settled."""
        talk: list[Sequence[Lane]] = [_CONVERSATION] * self._rules.talk_windows
        other: list[Sequence[Lane]] = [_EVERYTHING] * self._rules.other_windows
        async with asyncio.TaskGroup() as group:
            for lanes in (*talk, *other):
                group.create_task(self._slot(lanes))
            group.create_task(self._undertake())

    def stop(self) -> None:
        """Open no more windows; sends not yet begun go back untouched."""
        self._stopping.set()
        self._bell.ring()

    async def _slot(self, lanes: Sequence[Lane]) -> None:
        done: Window | None = None
        results: list[Settled] = []
        while done is not None or not self._stopping.is_set():
            heard = self._bell.rings
            try:
                window = await self._step(lanes, done, results)
            except DatabaseAway:
                # The results stay with us: they are settled as soon as the database is back.
                log.warning("database_away", settled=len(results))
                await asyncio.sleep(_NAP_S)
                continue
            done, results = None, []
            if window is None:
                await self._bell.wait(heard, _NAP_S)
            elif window.sends:
                results = list(await asyncio.gather(*(self._one(window, s) for s in window.sends)))
                done = window

    async def _step(
        self, lanes: Sequence[Lane], done: Window | None, results: Sequence[Settled]
    ) -> Window | None:
        size = max(1, min(16, int(self._pace.rate_per_s / 4)))
        claim = Claim(self._account_id, self._rules.worker, self._rules.lease)
        opening = not self._stopping.is_set()

        def step(tx: Tx) -> tuple[bool, Window | None]:
            held = done is None or settling.settle(tx, done.id, results)
            if not opening:
                return held, None
            return held, windows.open_window(tx, claim, lanes, size, self._ready)

        held, window = await self._database.write(step)
        if not held:
            log.warning("window_taken_over", rows=len(results))
        if done is not None:
            # Chats that this window held free may have more waiting.
            self._bell.ring()
        return window

    def _ready(self, address_id: UUID, kind: ChatKind) -> bool:
        return self._pace.chat_ready(address_id, group=kind is not ChatKind.PRIVATE)

    async def _one(self, window: Window, send: Send) -> Settled:
        await self._pace.slot(send.address_id, reply=send.lane is Lane.TALK)
        if self._stopping.is_set():
            outcome: Outcome = NotSent("shutdown", timedelta(0))
        elif self._clock.now() + self._rules.send_timeout > window.lease_until:
            outcome = NotSent("lease", timedelta(0))
        else:
            outcome = await self._attempt(send)
        members = None
        if isinstance(outcome, Accepted) and send.kind is DeliveryKind.POST:
            members = await self._members(send)
        return Settled(send.delivery_id, send.attempt_id, outcome, members)

    async def _attempt(self, send: Send) -> Outcome:
        outgoing = personal(send.outgoing, send.delivery_id)
        if send.again:
            outgoing = self._mark_again(outgoing, send.language)
        try:
            sent = await self._channel.send(send.chat, outgoing)
        except SendFailure as failure:
            return self._outcome(failure)
        except Exception as error:  # noqa: BLE001 - an unforeseen fault must not lose the row
            log.error("send_fault", error=type(error).__name__, delivery=str(send.delivery_id))
            return Unknowable(f"fault:{type(error).__name__}")
        self._transients = 0
        return Accepted(sent.message_id, self._clock.now())

    def _outcome(self, failure: SendFailure) -> Outcome:
        match failure:
            case Unreachable(until, reason):
                return GoneAway(until, reason)
            case Refused(reason):
                return TurnedDown(reason)
            case Throttled(retry_after, scope):
                self._pace.slow_down()
                log.warning("throttled", seconds=retry_after.total_seconds(), scope=scope.value)
                return NotSent("throttled", retry_after, account_wide=scope is Scope.ACCOUNT)
            case Moved(chat_id):
                return Relocated(chat_id)
            case Transient(reason):
                self._transients += 1
                wait = min(_LONGEST_BACKOFF, timedelta(seconds=2 ** min(self._transients, 5)) / 4)
                return NotSent(reason, wait, account_wide=True)
            case Ambiguous(reason):
                return Unknowable(reason)
            case AccountDown(reason):
                log.error("account_down", account=str(self._account_id), reason=reason)
                return AccountStopped(reason)
            case _:
                return Unknowable(type(failure).__name__)

    async def _members(self, send: Send) -> int | None:
        if not isinstance(self._channel, Members):
            return None
        try:
            return await self._channel.count_members(send.chat)
        except SendFailure as failure:
            log.info("members_unknown", error=type(failure).__name__)
            return None

    async def _undertake(self) -> None:
        """Take over the windows of workers that died."""
        while not self._stopping.is_set():
            try:
                rows = await self._database.write(
                    lambda tx: settling.take_over(tx, self._account_id)
                )
            except DatabaseAway:
                rows = 0
            if rows:
                log.warning("taken_over", rows=rows)
                self._bell.ring()
            try:
                await asyncio.wait_for(self._stopping.wait(), 2.0)
            except TimeoutError:
                continue


def personal(outgoing: Outgoing, delivery_id: UUID) -> Outgoing:
    """Put the delivery's own id into the buttons, so that a press tells which message it was."""
    own = short(delivery_id)

    def named(button: Button) -> Button:
        if button.action is None or "{d}" not in button.action:
            return button
        return replace(button, action=button.action.replace("{d}", own))

    rows = tuple(tuple(named(button) for button in row) for row in outgoing.buttons)
    return replace(outgoing, buttons=rows)
