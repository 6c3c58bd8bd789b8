"""A ledger with two accounts: one that asks nothing, and one with windows and receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from domain.delivery import Accepted, Facet, Lane, Outcome
from domain.door import OPEN, Door
from domain.language import Language
from domain.messages import ChatKind, ChatRef, Echo, ReceiptEvent, ReceiptKind
from storage.database import Tx
from storage.deliveries import echoes, ledger, merging, receipts
from storage.deliveries.settling import Settled, settle
from storage.deliveries.windows import Claim, Window, open_window
from storage.people import addresses, residents
from storage.people.addresses import Account
from storage.tables import address, campaign, delivery, resident
from tests.storage.ledger_world import AREA, LEASE, LedgerWorld
from tests.storage.written import put_rows

ASKING = Door(
    receipts=True,
    typed_choices=True,
    reply_window=timedelta(days=7),
    free_window=timedelta(hours=48),
    allowance=2,
)
TELEGRAM, OA = "telegram", "zalo_oa"


@dataclass(slots=True)
class Two:
    """One unit, its residents, and an account on each of two channels."""

    world: LedgerWorld
    accounts: dict[str, Account]
    doors: dict[str, Door] = field(default_factory=lambda: {TELEGRAM: OPEN, OA: ASKING})

    async def resident(self, heard: timedelta | None = timedelta(hours=1), *on: str) -> UUID:
        """Make a resident with a chat on each of some channels, or on the asking one."""

        def make(tx: Tx) -> UUID:
            one = residents.create(tx, self.world.unit.id, Language.VI)
            residents.set_wish(tx, one.id, residents.Wish.YES)
            for channel in on or (OA,):
                chat = addresses.ensure(
                    tx, self.accounts[channel].id, ChatKind.PRIVATE, f"{channel} {one.id}"
                )
                addresses.link_resident(tx, chat.id, one.id)
                if channel == OA and heard is not None:
                    heard_at(tx, chat.id, tx.now - heard)
            return one.id

        return await self.world.do(make)

    async def chat(self, resident_id: UUID, channel: str = OA) -> UUID:
        """Return a resident's address on a channel."""
        query = select(address.c.id).where(
            address.c.resident_id == resident_id,
            address.c.account_id == self.accounts[channel].id,
        )
        return await self.world.do(lambda tx: tx.connection.execute(query).scalar_one())

    async def run(
        self,
        people: Sequence[tuple[UUID, str]],
        lane: Lane = Lane.ROUTINE,
        paid: int | None = None,
    ) -> UUID:
        """Make a run to residents, each on a channel; `paid`: what its plan lets cost money."""
        run_id = await self.world.run([], lane=lane)
        chats = [await self.chat(one, channel) for one, channel in people]

        def put(tx: Tx) -> None:
            put_rows(tx, run_id, lane, AREA, chats)
            if paid is not None:
                plan = {"paid": {self.accounts[OA].id.hex: paid}}
                tx.connection.execute(update(campaign).values(reach_plan=plan))

        await self.world.do(put)
        return run_id

    async def open(self, channel: str = OA, size: int = 10) -> Window | None:
        """Open a window of an account."""
        claim = Claim(self.accounts[channel].id, "w1", LEASE, self.doors[channel])

        def work(tx: Tx) -> Window | None:
            return open_window(tx, claim, tuple(Lane), size)

        return await self.world.do(work)

    async def opened(self, channel: str = OA) -> Window:
        """Open a window that has something to send."""
        window = await self.open(channel)
        assert window is not None
        assert window.sends
        return window

    async def settle(
        self,
        window: Window,
        outcome: Outcome | None = None,
        channel: str = OA,
        choices: tuple[str, ...] | None = None,
    ) -> bool:
        """Settle all sends of a window alike; accepted as `m<delivery>` when not told."""
        now = self.world.clock.now()
        results = [
            Settled(
                send.delivery_id,
                send.attempt_id,
                outcome or Accepted(f"m{send.delivery_id}", now),
                paid=send.paid,
                choices=choices,
            )
            for send in window.sends
        ]
        return await self.world.do(lambda tx: settle(tx, window.id, results, self.doors[channel]))

    async def receipt(self, resident_id: UUID, message_id: str, kind: ReceiptKind) -> None:
        """Let the asking platform tell of a message."""
        event = ReceiptEvent(
            chat=ChatRef(f"{OA} {resident_id}", ChatKind.PRIVATE),
            at=self.world.clock.now(),
            message_id=message_id,
            receipt=kind,
        )
        await self.world.do(lambda tx: receipts.note(tx, self.accounts[OA].id, event))

    async def echo(self, resident_id: UUID, message_id: str, text: str, *, by_hand: bool) -> None:
        """Let the asking platform tell of a message in our name."""
        event = Echo(
            chat=ChatRef(f"{OA} {resident_id}", ChatKind.PRIVATE),
            at=self.world.clock.now(),
            message_id=message_id,
            text=text,
            by_hand=by_hand,
        )
        await self.world.do(lambda tx: echoes.note(tx, self.accounts[OA].id, event))

    async def join(self, kept: UUID, other: UUID) -> None:
        """Let two residents be one, as linking them does."""

        def work(tx: Tx) -> None:
            merging.merge(tx, kept, other)
            theirs = address.c.resident_id == other
            tx.connection.execute(update(address).where(theirs).values(resident_id=kept))
            gone = {"joined_to": kept, "wish": residents.Wish.STOPPED.value}
            tx.connection.execute(update(resident).where(resident.c.id == other).values(gone))
            one = {"linked": True}
            tx.connection.execute(update(resident).where(resident.c.id == kept).values(one))

        await self.world.do(work)

    async def press(self, delivery_id: UUID) -> None:
        """Let somebody press "Đã đọc" under a message."""
        await self.world.do(lambda tx: ledger.note_facet(tx, delivery_id, Facet.ACKNOWLEDGED))

    async def row_of(self, run_id: UUID, resident_id: UUID) -> ledger.Delivery:
        """Return a resident's row in a run."""
        query = select(delivery).where(
            delivery.c.run_id == run_id, delivery.c.resident_id == resident_id
        )
        return await self.world.do(
            lambda tx: ledger.as_delivery(tx.connection.execute(query).one())
        )


def heard_at(tx: Tx, address_id: UUID, at: datetime) -> None:
    """Say when a chat's person last wrote."""
    tx.connection.execute(update(address).where(address.c.id == address_id).values(heard_at=at))


async def two_channels(world: LedgerWorld) -> Two:
    """Give a ledger a second account, on a channel that asks."""
    oa = await world.do(lambda tx: addresses.register_account(tx, OA, "oa-1", "OA Ví Dụ"))
    return Two(world, {TELEGRAM: world.account, OA: oa})
