"""Handle what came in: the items of one chat in order, chats side by side."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from delivery.bell import Bell
from domain.channel import AnswersPresses, Channel
from domain.messages import Message, PressAnswer, Received
from handlers.router import Router
from storage.accounts import calls
from storage.database import Crossed, Database, DatabaseAway, Tx
from storage.deliveries import being_sent, inbox
from storage.deliveries.inbox import InboxItem
from storage.people.addresses import Account

log = structlog.get_logger(__name__)

_NAP_S = 0.5
_AT_ONCE = 32
_TOGETHER = 8
"""How many items share a transaction, with all that each costs beside its work."""
_ALONE_ROUNDS = 16
"""How often items are handled each alone after some crossed others, as more of the kind follow."""
_MOST_TRIES = 6
_MOST_CHATS = 10_000
_CALLS_NOTED_S = 60.0
_SETTLED_WITHIN = timedelta(seconds=3)
"""So long a reply waits at most for what is just being sent to be known."""
_LOOK_AGAIN = timedelta(seconds=0.3)
_PUT_TOGETHER = 256
"""How many calls share a transaction at most, so that the first is not kept waiting."""


class _TooEarly(Exception):
    """An item answers what is perhaps just being sent."""


@dataclass(frozen=True, slots=True)
class _Put:
    """What one caller brings; `kept` is set once it is committed, or told why it is not."""

    items: Sequence[Received]
    kept: asyncio.Future[None]

    def end(self, fault: Exception | None = None) -> None:
        """Tell who waits for it, if they still do; that nothing was noted is nobody's fault."""
        if self.kept.done():
            return
        if fault is None or (isinstance(fault, DatabaseAway) and not self.items):
            self.kept.set_result(None)
        else:
            self.kept.set_exception(fault)


class AccountInbox:
    """Where one account's adapter puts what came in; `is_called` by a platform that is not polled.

    What is brought while a transaction is under way goes into the next one, all of it: calls that
    come together wait for the disk once. That the platform called is noted once a minute, also
    when nothing came of it.
    """

    def __init__(
        self, database: Database, account_id: UUID, bell: Bell, *, is_called: bool = False
    ) -> None:
        self._database = database
        self._account_id = account_id
        self._bell = bell
        self._is_called = is_called
        self._noted_at: float | None = None
        self._waiting: deque[_Put] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def put(self, items: Sequence[Received]) -> None:
        """Commit the items; those already known are dropped.

        Raises: DatabaseAway; then the platform must not be told that we have them.
        """
        if not items and not self._must_note():
            return
        brought = _Put(items, asyncio.get_running_loop().create_future())
        self._waiting.append(brought)
        if self._writing is None:
            # A task of its own: a caller that is given up takes nobody else's items with it.
            self._writing = asyncio.create_task(self._write())
        await brought.kept

    def _must_note(self) -> bool:
        return self._is_called and (
            self._noted_at is None or time.monotonic() - self._noted_at >= _CALLS_NOTED_S
        )

    async def _write(self) -> None:
        together: list[_Put] = []
        try:
            while self._waiting:
                count = min(len(self._waiting), _PUT_TOGETHER)
                taken = [self._waiting.popleft() for _ in range(count)]
                # Who was given up meanwhile was not told that we have it, and brings it again.
                together = [brought for brought in taken if not brought.kept.done()]
                await self._commit(together)
        finally:
            self._writing = None
            for brought in (*together, *self._waiting):
                brought.kept.cancel()
            self._waiting.clear()

    async def _commit(self, together: Sequence[_Put]) -> None:
        """Commit what several brought; each alone when that fails otherwise than by the database.

        One caller's items that cannot be stored are nobody else's trouble.
        """
        items = [item for brought in together for item in brought.items]
        noting = self._must_note()

        def work(tx: Tx) -> None:
            inbox.put(tx, self._account_id, items)
            if noting:
                calls.note(tx, self._account_id)

        try:
            await self._database.write(work)
        except Exception as fault:  # noqa: BLE001 - whoever brought it is told
            if len(together) > 1 and not isinstance(fault, DatabaseAway):
                for brought in together:
                    await self._commit([brought])
                return
            for brought in together:
                brought.end(fault)
            return
        if noting:
            self._noted_at = time.monotonic()
        if items:
            self._bell.ring_everywhere()
        for brought in together:
            brought.end()


class InboxWorker:
    """Take items from the inbox and hand each to the router in one transaction."""

    def __init__(
        self,
        database: Database,
        router: Router,
        accounts: Mapping[UUID, tuple[Account, Channel]],
        inbox_bell: Bell,
        outbox_bell: Bell,
    ) -> None:
        self._database = database
        self._router = router
        self._accounts = dict(accounts)
        self._inbox_bell = inbox_bell
        self._outbox_bell = outbox_bell
        self._answering: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._turns: dict[bytes, int] = {}
        self._round = 0
        self._alone = 0

    def know(self, account: Account) -> None:
        """Take what is known of an account now, such as the name that the platform told us."""
        _, channel = self._accounts[account.id]
        self._accounts[account.id] = (account, channel)

    async def run(self) -> None:
        """Handle items until `stop`."""
        while not self._stopping:
            heard = self._inbox_bell.rings
            try:
                items = await self._database.read(self._due)
                self._note_turns(items)
                had = await self._handle_all(self._shared(items))
            except DatabaseAway:
                log.warning("database_away")
                await asyncio.sleep(_NAP_S)
                continue
            if not had:
                await self._inbox_bell.wait(heard, _NAP_S)
        if self._answering:
            await asyncio.wait(self._answering, timeout=2)

    def stop(self) -> None:
        """Finish the item in hand and end."""
        self._stopping = True
        self._inbox_bell.ring()

    def _due(self, tx: Tx) -> list[InboxItem]:
        return inbox.next_items(tx, _AT_ONCE, self._accounts, self._turns)

    def _shared(self, items: Sequence[InboxItem]) -> list[Sequence[InboxItem]]:
        """Return which items are handled in one transaction each.

        Where several can write, as many as can be handled side by side hold their locks for the
        shortest time; more than that wait for each other anyway.
        """
        several = self._database.one_writer or len(items) > _TOGETHER
        if several and self._alone:
            self._alone -= 1
            several = False
        step = _TOGETHER if several else 1
        shares = [items[at : at + step] for at in range(0, len(items), step)]
        if not self._database.one_writer:
            # Several workers see the same items: they should not all begin with one.
            random.shuffle(shares)
        return shares

    def _note_turns(self, items: Sequence[InboxItem]) -> None:
        """Remember which chats had a turn, while there are more than can be handled at once."""
        if len(items) < _AT_ONCE or len(self._turns) > _MOST_CHATS:
            self._turns.clear()
        self._round += 1
        self._turns.update((item.order, self._round) for item in items)

    async def _handle_all(self, shares: Sequence[Sequence[InboxItem]]) -> int:
        """Handle shares side by side; none goes on behind the round, whatever came of another."""
        ends = await asyncio.gather(*map(self._handle, shares), return_exceptions=True)
        faults = [end for end in ends if isinstance(end, BaseException)]
        if faults:
            raise faults[0]
        return sum(end for end in ends if isinstance(end, int))

    async def _handle(self, items: Sequence[InboxItem]) -> int:
        """Handle items of different chats in one transaction; each alone when that fails.

        Several take locks in no order: the second's rows come after the first's counters.
        Returns how many were this worker's, and no other's.
        """

        def handle(tx: Tx) -> list[tuple[Channel, list[PressAnswer]]]:
            if len(items) > 1:
                tx.wait_briefly()
            ours = inbox.take(tx, *(item.id for item in items))
            return [self._one(tx, item) for item in items if item.id in ours]

        try:
            answered = await self._database.write(handle)
        except DatabaseAway as trouble:
            if len(items) == 1 or not isinstance(trouble, Crossed):
                raise
            self._alone = _ALONE_ROUNDS
            return sum([await self._handle([item]) for item in items])
        except Exception as error:  # noqa: BLE001 - no fault may lose an item or stop the others
            if len(items) == 1:
                await self._failed(items[0], error)
                return 1
            return sum([await self._handle([item]) for item in items])
        if answered:
            self._outbox_bell.ring_everywhere()
        for channel, answers in answered:
            for answer in answers:
                self._answer(channel, answer)
        return len(answered)

    def _one(self, tx: Tx, item: InboxItem) -> tuple[Channel, list[PressAnswer]]:
        account, channel = self._accounts[item.account_id]
        incoming = inbox.opened(tx, item)
        if (
            isinstance(incoming, Message)
            and tx.now - item.received_at < _SETTLED_WITHIN
            and being_sent.is_answered(tx, account.id, incoming)
        ):
            raise _TooEarly
        return channel, self._router.handle(tx, account, incoming, fresh=item.fresh)

    async def _failed(self, item: InboxItem, error: Exception) -> None:
        """Nothing is lost: the item is tried again, then set aside, and the person is told."""
        if isinstance(error, _TooEarly):
            await self._database.write(lambda tx: inbox.put_off(tx, item.id, _LOOK_AGAIN))
            return
        account, _ = self._accounts[item.account_id]
        # The text of an exception may hold what a person wrote: only its place and type are kept.
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        line = f"{where.tb_frame.f_code.co_qualname}:{where.tb_lineno}" if where else "?"
        problem = f"{type(error).__name__} at {line}"
        log.error("handler_fault", item=str(item.id), tries=item.tries + 1, problem=problem)

        def note(tx: Tx) -> bool:
            return inbox.failed(tx, item.id, problem, _MOST_TRIES)

        if not await self._database.write(note):
            return
        try:
            await self._database.write(
                lambda tx: self._router.apologise(tx, account, inbox.opened(tx, item))
            )
        except DatabaseAway:
            raise
        except Exception as fault:  # noqa: BLE001 - the item is set aside, and stays so
            log.error("apology_fault", item=str(item.id), error=type(fault).__name__)
        self._outbox_bell.ring_everywhere()

    def _answer(self, channel: Channel, answer: PressAnswer) -> None:
        if not isinstance(channel, AnswersPresses):
            return
        task = asyncio.create_task(channel.answer_press(answer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
