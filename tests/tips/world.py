"""A world in which the tips' handlers are at work: one review group, one neighbourhood group."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from domain.campaign import Audience, RunState
from domain.delivery import DeliveryKind, Facet, Lane
from domain.language import Language
from domain.messages import Button, Outgoing
from domain.roles import Role
from handlers.groups import talk
from handlers.residents import commands as residents
from handlers.staff import commands, handing_over, tip_commands
from handlers.tips import photos, review, rewording, taking
from storage.campaigns import runs
from storage.codec import write_outgoing
from storage.database import Tx
from storage.deliveries import counters, ledger
from storage.people import addresses
from storage.tables import campaign, delivery, tip
from storage.tips import tips as stored_tips
from storage.tips.tips import Tip
from tests.chat import Chat, GroupParty, Heard, Party, Takers, open_chat
from tips import cards

LAN = "880010010001"
"""A resident's platform id that must never be seen by anybody."""
CARD_BUTTONS = ["Nhận việc", "Kết thúc", "Chủ đề", "Trạng thái", "Giao cho…"]
"""The buttons of the first card of a tip, in order."""
RECEIPT_BUTTONS = [
    "Viết thêm",
    "Khẩn cấp",
    "Chỉ chỉ huy xem",
    "Báo nhầm",
    "Để lại liên hệ",
    "Mã theo dõi",
]
"""The buttons under the receipt of an ordinary tip; an urgent one is urgent already."""
URGENT_BUTTONS = [label for label in RECEIPT_BUTTONS if label != "Khẩn cấp"]
"""Those of an urgent one; a child is asked for no contact."""


@dataclass(slots=True)
class World:
    """The chat, a review group with a reviewer and a chief, a duty officer, a neighbourhood."""

    chat: Chat
    lan: Party
    reviewer: Party
    chief: Party
    duty: Party
    desk: GroupParty
    village: GroupParty

    async def tick(self, **by: float) -> list[Heard]:
        """Let time pass, let the clock ring, bring everything; return what was brought."""
        if by:
            self.chat.clock.forward(**by)
        await self.chat.do(lambda tx: cards.send_due(tx, self.chat.context))
        return await self.chat.deliver()

    async def tips(self) -> list[Tip]:
        """Return all tips, oldest first."""

        def find(tx: Tx) -> list[Tip]:
            ids = tx.connection.execute(select(tip.c.id).order_by(tip.c.id)).scalars().all()
            return [found for tip_id in ids if (found := stored_tips.get(tx, tip_id))]

        return await self.chat.look(find)

    async def tip(self) -> Tip:
        """Return the only tip."""
        (found,) = await self.tips()
        return found

    async def cards(self) -> list[Heard]:
        """Return the cards in the review group."""
        return [heard for heard in await self.desk.heard() if heard.kind is DeliveryKind.CARD]

    async def campaign(self, *, to: Party | None = None, post: GroupParty | None = None) -> Heard:
        """Send a campaign to a resident or post it in a group; return the message."""

        def write(tx: Tx) -> UUID:
            run_id = self._run(tx)
            platform_id = (to or post or self.lan).platform_id
            address = addresses.find(tx, self.chat.account.id, platform_id)
            assert address is not None
            delivery_id = ledger.put(
                tx,
                ledger.NewDelivery(
                    kind=DeliveryKind.CAMPAIGN if to else DeliveryKind.POST,
                    lane=Lane.BULK,
                    address_id=address.id,
                    language=Language.VI.value,
                    area_code="05977",
                    run_id=run_id,
                    resident_id=address.resident_id if to else None,
                    group_id=address.group_id,
                ),
            )
            assert delivery_id is not None
            return delivery_id

        delivery_id = await self.chat.do(write)
        await self.chat.deliver()
        return next(heard for heard in await self.chat.said() if heard.id == delivery_id)

    def _run(self, tx: Tx) -> UUID:
        reviewer = addresses.find(tx, self.chat.account.id, self.reviewer.platform_id)
        assert reviewer is not None
        assert reviewer.staff_id is not None
        numbers = tx.connection.execute(select(campaign.c.number)).scalars().all()
        campaign_id = tx.new_id()
        tx.connection.execute(
            campaign.insert().values(
                id=campaign_id,
                unit_id=self.chat.unit.id,
                number=len(numbers) + 1,
                subject="traffic",
                author_id=reviewer.staff_id,
                state="approved",
                lane=Lane.BULK.name,
                content={},
                audience={},
                created_at=tx.now,
                occurrence=1,
            )
        )
        buttons = (Button("Báo tin", "tip:{d}"), Button("Hỏi", "ask:{d}"))
        message = write_outgoing(Outgoing(text="Bà con đội mũ bảo hiểm.", buttons=(buttons,)))
        made = runs.create(
            tx,
            runs.NewRun(
                campaign_id=campaign_id,
                occurrence=1,
                unit_id=self.chat.unit.id,
                code=runs.unused_code(tx),
                lane=Lane.BULK,
                state=RunState.SENDING,
                content={"vi": message, "post": message},
                audience=Audience(area_code="05977"),
                due_at=tx.now,
                not_after=tx.now.replace(year=tx.now.year + 1),
            ),
        )
        assert made is not None
        return made.id

    async def facets(self, heard: Heard) -> set[Facet]:
        """Return what happened to a message of a campaign; the counters must agree."""

        def find(tx: Tx) -> set[Facet]:
            row = tx.connection.execute(select(delivery).where(delivery.c.id == heard.id)).one()
            counted = counters.of_run(tx, row.run_id)
            again = counters.recounted(tx, row.run_id)
            names = {facet: column.name for facet, column in counters.FACET_COLUMNS.items()}
            found = {facet for facet in Facet if row._mapping[names[facet]] is not None}
            for facet in Facet:
                total = sum(line.counts[facet.value] for line in counted)
                assert total == sum(line.counts[facet.value] for line in again)
                assert total == (1 if facet in found else 0)
            return found

        return await self.chat.look(find)


@asynccontextmanager
async def open_world(url: str, *, review_group: bool = True) -> AsyncIterator[World]:
    """Open the world on a migrated database; Lan is a resident who said yes."""
    takers = Takers(
        private=(taking.emergency, commands.command, residents.command, taking.take),
        group=(tip_commands.in_review_group, review.take, talk.take),
        presses={
            **taking.PRESSES,
            **review.PRESSES,
            **photos.PRESSES,
            **talk.PRESSES,
            **handing_over.PRESSES,
        },
        edited=rewording.edited,
    )
    async with open_chat(url, takers) as chat:
        yield await furnish(chat, review_group=review_group)


async def furnish(chat: Chat, *, review_group: bool = True) -> World:
    """Put the world's people and groups into a chat."""
    lan = await chat.subscriber(LAN)
    reviewer = await chat.staff("770010020002", Role.REVIEWER, name="Hoàng Ví Dụ")
    chief = await chat.staff("770010020003", Role.CHIEF, name="Nông Chỉ Huy")
    duty = await chat.staff("770010020004", Role.DUTY_OFFICER, name="Trực Ban Ví Dụ")
    desk = (
        await chat.group("-990010030003", purpose="review", label="Tiếp nhận")
        if review_group
        else GroupParty(chat, "-990010030003")
    )
    village = await chat.group("-990010030004")
    return World(chat, lan, reviewer, chief, duty, desk, village)
