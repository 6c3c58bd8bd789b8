"""Handle what came in: the items of one chat in order, chats side by side."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog

from delivery.bell import Bell
from domain.channel import AnswersPresses, Channel
from domain.messages import PressAnswer, Received
from handlers.router import Router
from storage.accounts import calls
from storage.database import Database, DatabaseAway, Tx
from storage.deliveries import inbox
from storage.deliveries.inbox import InboxItem
from storage.people.addresses import Account

log = structlog.get_logger(__name__)

_NAP_S = 0.5
_AT_ONCE = 32
_TOGETHER = 8
"""How many items share a transaction, and its wait for the disk, where one alone can write."""
_MOST_TRIES = 6
_MOST_CHATS = 10_000
_CALLS_NOTED_S = 60.0


class AccountInbox:
    """Where one account's adapter puts what came in; `is_called` by a platform that is not polled.

    That it called is noted once a minute, also when nothing came of it.
    """

    def __init__(
        self, database: Database, account_id: UUID, bell: Bell, *, is_called: bool = False
    ) -> None:
        self._database = database
        self._account_id = account_id
        self._bell = bell
        self._is_called = is_called
        self._noted_at: float | None = None

    async def put(self, items: Sequence[Received]) -> None:
        """Commit the items; those already known are dropped.

        Raises: DatabaseAway; then the platform must not be told that we have them.
        """
        noting = self._is_called and (
            self._noted_at is None or time.monotonic() - self._noted_at >= _CALLS_NOTED_S
        )
        if not items and not noting:
            return

        def work(tx: Tx) -> None:
            inbox.put(tx, self._account_id, items)
            if noting:
                calls.note(tx, self._account_id)

        try:
            await self._database.write(work)
        except DatabaseAway:
            if items:
                raise
            return
        if noting:
            self._noted_at = time.monotonic()
        if items:
            self._bell.ring_everywhere()


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
                step = _TOGETHER if self._database.one_writer else 1
                shares = [items[at : at + step] for at in range(0, len(items), step)]
                if not self._database.one_writer:
                    # Several workers see the same items: they should not all begin with one.
                    random.shuffle(shares)
                had = sum(await asyncio.gather(*(self._handle(share) for share in shares)))
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

    def _note_turns(self, items: Sequence[InboxItem]) -> None:
        """Remember which chats had a turn, while there are more than can be handled at once."""
        if len(items) < _AT_ONCE or len(self._turns) > _MOST_CHATS:
            self._turns.clear()
        self._round += 1
        self._turns.update((item.order, self._round) for item in items)

    async def _handle(self, items: Sequence[InboxItem]) -> int:
        """Handle items of different chats in one transaction; each alone when that fails.

        Returns how many were this worker's, and no other's.
        """

        def handle(tx: Tx) -> list[tuple[Channel, list[PressAnswer]]]:
            ours = inbox.take(tx, *(item.id for item in items))
            return [self._one(tx, item) for item in items if item.id in ours]

        try:
            answered = await self._database.write(handle)
        except DatabaseAway:
            raise
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
        return channel, self._router.handle(tx, account, incoming, fresh=item.fresh)

    async def _failed(self, item: InboxItem, error: Exception) -> None:
        """Nothing is lost: the item is tried again, then set aside, and the person is told."""
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
