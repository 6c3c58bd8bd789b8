"""A ledger to try out: people and groups of one account, a run for them, outcomes of our choice."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select, text

from broadcasts import checking
from domain.campaign import Audience, Content, RunState
from domain.channel import Pace
from domain.delivery import Accepted, DeliveryKind, DeliveryState, Lane, Outcome
from domain.language import Language
from domain.messages import ChatKind, Outgoing
from domain.roles import Role
from storage.campaigns import campaigns, runs
from storage.campaigns.runs import Run
from storage.codec import write_outgoing
from storage.database import Database, Tx
from storage.deliveries import ledger
from storage.deliveries.counters import of_run
from storage.deliveries.due import Candidate
from storage.deliveries.ledger import Delivery, NewDelivery
from storage.deliveries.settling import Settled, settle
from storage.deliveries.slots import Booking, Pacing
from storage.deliveries.windows import Claim, Window, open_window
from storage.people import addresses, residents
from storage.people.addresses import Account
from storage.people.units import Unit
from storage.sealing import fresh_keyring
from storage.tables import area, delivery, group_chat
from tests.chat import MovingClock, add_staff, add_unit
from tests.storage.written import put_rows

T = TypeVar("T")

LEASE = timedelta(seconds=30)
AREA = "00001"
_QUICK = Pace(account_per_s=4000, chat_per_s=4000, group_per_minute=4000, reply_share=0.15)

_WAITING = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


class _Choosy(Booking):
    """Slots for everybody, but only in chats that a test names."""

    def __init__(self, tx: Tx, account_id: UUID, ready: Callable[[UUID, ChatKind], bool]) -> None:
        super().__init__(tx, account_id, Pacing(_QUICK, lambda: 0, lambda: 0.0))
        self._ready = ready

    def chat_is_ready(self, candidate: Candidate) -> bool:
        return self._ready(candidate.row.address_id, candidate.chat_kind)


@dataclass(slots=True)
class LedgerWorld:
    """One unit, one account, one author; everything else is made by the test."""

    db: Database
    clock: MovingClock
    unit: Unit
    account: Account
    author: UUID
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def do(self, work: Callable[[Tx], T]) -> T:
        """Run something in a transaction."""
        return await self.db.write(work)

    async def another_account(self) -> None:
        """Go on with an account that has no rows yet."""
        key = f"account-{next(self._numbers)}"
        self.account = await self.do(
            lambda tx: addresses.register_account(tx, "telegram", key, key)
        )

    async def person(self, wish: residents.Wish = residents.Wish.YES) -> tuple[UUID, UUID]:
        """Make a resident; return the ids of the resident and of the address."""

        def make(tx: Tx) -> tuple[UUID, UUID]:
            chat_id = str(next(self._numbers))
            where = addresses.ensure(tx, self.account.id, ChatKind.PRIVATE, chat_id)
            one = residents.create(tx, self.unit.id, Language.VI)
            addresses.link_resident(tx, where.id, one.id)
            residents.set_wish(tx, one.id, wish)
            return one.id, where.id

        return await self.do(make)

    async def group(self) -> tuple[UUID, UUID]:
        """Make a connected group; return the ids of the group and of the address."""

        def make(tx: Tx) -> tuple[UUID, UUID]:
            chat_id = f"-{next(self._numbers)}"
            where = addresses.ensure(tx, self.account.id, ChatKind.GROUP, chat_id)
            group_id = tx.new_id()
            tx.connection.execute(
                group_chat.insert().values(
                    id=group_id,
                    unit_id=self.unit.id,
                    area_code=AREA,
                    purpose="neighbourhood",
                    label="Nhóm Ví Dụ",
                    connected_at=tx.now,
                )
            )
            addresses.link_group(tx, where.id, group_id)
            return group_id, where.id

        return await self.do(make)

    async def run(
        self,
        people: Collection[tuple[UUID, UUID]],
        groups: Collection[tuple[UUID, UUID]] = (),
        *,
        lane: Lane = Lane.ROUTINE,
        lifetime: timedelta = timedelta(hours=24),
    ) -> UUID:
        """Make a run that is being sent to people and groups."""

        return await self.do(
            lambda tx: self._write_rows(tx, self._write_run(tx, lane, lifetime), people, groups)
        )

    def _write_run(self, tx: Tx, lane: Lane, lifetime: timedelta) -> Run:
        words = Content(title="Mũ", bodies={Language.VI: "Đội mũ"}, values={Language.VI: {}})
        known = campaigns.create(
            tx,
            campaigns.NewCampaign(
                unit_id=self.unit.id,
                author_id=self.author,
                template_id=None,
                subject="traffic",
                lane=lane,
                content=words,
                audience=Audience(area_code=AREA),
                due_at=None,
            ),
        )
        text = write_outgoing(Outgoing(text="Đội mũ bảo hiểm"))
        made = runs.create(
            tx,
            runs.NewRun(
                campaign_id=known.id,
                occurrence=1,
                unit_id=self.unit.id,
                code=runs.unused_code(tx),
                lane=lane,
                state=RunState.SENDING,
                content={"vi": text, "post": text},
                audience=known.audience,
                due_at=tx.now,
                not_after=tx.now + lifetime,
            ),
        )
        assert made is not None
        return made

    def _write_rows(
        self,
        tx: Tx,
        run: Run,
        people: Collection[tuple[UUID, UUID]],
        groups: Collection[tuple[UUID, UUID]],
    ) -> UUID:
        put_rows(tx, run.id, run.lane, AREA, [address_id for _, address_id in people])
        for group_id, address_id in groups:
            post = NewDelivery(
                kind=DeliveryKind.POST,
                lane=run.lane,
                address_id=address_id,
                language="vi",
                area_code=AREA,
                run_id=run.id,
                group_id=group_id,
            )
            ledger.put(tx, post)
        return run.id

    async def reply(self, address_id: UUID, text: str = "Đã nhận", lane: Lane = Lane.TALK) -> UUID:
        """Write a reply; return its id."""

        def put(tx: Tx) -> UUID:
            new = NewDelivery(
                kind=DeliveryKind.REPLY,
                lane=lane,
                address_id=address_id,
                language="vi",
                outgoing=Outgoing(text=text),
            )
            made = ledger.put(tx, new)
            assert made is not None
            return made

        return await self.do(put)

    async def open(
        self,
        size: int = 10,
        *,
        worker: str = "w1",
        lanes: Sequence[Lane] = tuple(Lane),
        ready: Callable[[UUID, ChatKind], bool] | None = None,
        pacing: Pacing | None = None,
        plain: int | None = None,
    ) -> Window | None:
        """Open a window; `ready` says which chats have a slot free, of an account in no hurry.

        `plain`: so many rows of which nothing special is to be said are taken all at once.
        """
        claim = Claim(self.account.id, worker, LEASE, plain=plain)

        def take(tx: Tx) -> Window | None:
            booking = Booking(tx, claim.account_id, pacing) if pacing else None
            if ready is not None:
                booking = _Choosy(tx, claim.account_id, ready)
            return open_window(tx, claim, lanes, size, booking)

        return await self.do(take)

    async def settle(
        self, window: Window, outcome: Outcome | Callable[[int], Outcome] | None = None
    ) -> bool:
        """Settle all sends of a window alike, or each by its place; accepted when not told."""

        def one(at: int) -> Outcome:
            if callable(outcome):
                return outcome(at)
            return outcome or Accepted(f"m{next(self._numbers)}", self.clock.now())

        results = [
            Settled(send.delivery_id, send.attempt_id, one(at))
            for at, send in enumerate(window.sends)
        ]
        return await self.do(lambda tx: settle(tx, window.id, results))

    async def row(self, delivery_id: UUID) -> Delivery:
        """Return a row of the ledger."""
        found = await self.do(lambda tx: ledger.get(tx, delivery_id))
        assert found is not None
        return found

    async def rows(self, run_id: UUID) -> list[Delivery]:
        """Return a run's rows, oldest first."""

        def find(tx: Tx) -> list[Delivery]:
            query = select(delivery).where(delivery.c.run_id == run_id).order_by(delivery.c.id)
            return [ledger.as_delivery(row) for row in tx.connection.execute(query)]

        return await self.do(find)

    async def states(self, run_id: UUID) -> list[DeliveryState]:
        """Return the states of a run's rows, oldest first."""
        return [row.state for row in await self.rows(run_id)]

    async def counted(self, run_id: UUID, column: str) -> int:
        """Return one figure of a run, as counted."""
        lines = await self.do(lambda tx: of_run(tx, run_id))
        return sum(line.counts[column] for line in lines)

    async def somebody_waits(self) -> bool:
        """Tell whether a transaction waits for another's lock, on PostgreSQL."""
        waiting: int = await self.do(lambda tx: tx.connection.execute(_WAITING).scalar_one())
        return waiting > 0

    async def problems(self, run_id: UUID) -> list[str]:
        """Return what does not agree in a run."""
        return await self.do(lambda tx: checking.verify(tx, run_id))


@asynccontextmanager
async def ledger_world(url: str) -> AsyncIterator[LedgerWorld]:
    """Open a ledger on a migrated, empty database."""
    clock = MovingClock()
    db = Database(url, fresh_keyring(), clock)

    def furnish(tx: Tx) -> tuple[Unit, Account, UUID]:
        tx.connection.execute(
            area.insert().values(
                code=AREA,
                level="commune",
                kind="ward",
                name="Ví Dụ",
                full_name="Ví Dụ",
                old_names=[],
            )
        )
        ours = add_unit(tx, "vi-du", AREA, "Công an phường Ví Dụ")
        account = addresses.register_account(tx, "telegram", "7001", "vi_du_bot")
        return ours, account, add_staff(tx, ours.id, "Cán bộ Ví Dụ", Role.OFFICER)

    unit, account, author = await db.write(furnish)
    try:
        yield LedgerWorld(db, clock, unit, account, author)
    finally:
        await db.close()
