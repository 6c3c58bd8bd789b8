"""A station that sends: residents and groups by area, a campaign approved without any chat."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from broadcasts import approving, expanding, finishing, firing
from broadcasts.approving import Draft
from broadcasts.desk import Desk
from domain.campaign import Audience, Content
from domain.delivery import Lane, Outcome
from domain.language import Language
from domain.library import Library, Template
from domain.roles import Role
from handlers.turn import unit_values
from storage.campaigns import campaigns, runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries.settling import Settled, settle
from storage.deliveries.windows import Claim, open_window
from storage.people import addresses, units
from storage.sealing import Keyring
from tests.chat import DONG_KINH, Chat, Party, Takers, open_chat
from tests.storage.ledger_world import LEASE

TEMPLATE = "traffic-02-helmet"


@dataclass(slots=True)
class Station:
    """One unit with an officer and a chief."""

    chat: Chat
    officer: Party
    chief: Party

    @property
    def desk(self) -> Desk:
        """The desk of the service."""
        return Desk(self.chat.context.outbox, self.chat.context.catalogue)

    async def staff(self, party: Party) -> units.Staff:
        """Return the record of one of our people."""
        where = await party.address()
        assert where.staff_id is not None
        staff_id = where.staff_id
        found = await self.chat.look(lambda tx: units.get_staff(tx, staff_id))
        assert found is not None
        return found

    def content(self, **changes: str) -> Content:
        """Return the words of a ready text; `vi="…"` puts others in place of a body."""
        library: Library = self.chat.context.library
        template: Template = library.get(TEMPLATE)
        bodies = dict(template.text.bodies)
        bodies.update({Language(name): text for name, text in changes.items()})
        return Content(
            title=template.text.title,
            bodies=bodies,
            values={one: unit_values(self.chat.unit, one) for one in bodies},
        )

    async def submitted(
        self,
        *,
        content: Content | None = None,
        area: str = DONG_KINH,
        groups: Sequence[UUID] = (),
        due_at: datetime | None = None,
    ) -> Campaign:
        """Submit a campaign."""
        author = await self.staff(self.officer)
        audience = Audience(area_code=area, include_groups=bool(groups), group_ids=tuple(groups))
        draft = self.draft(audience, content, due_at)
        return await self.chat.do(lambda tx: self.write(tx, author, draft))

    def draft(
        self, audience: Audience, content: Content | None = None, due_at: datetime | None = None
    ) -> Draft:
        """Return a campaign that is not handed in yet."""
        return Draft(
            template_id=TEMPLATE,
            subject="traffic",
            content=content or self.content(),
            audience=audience,
            due_at=due_at,
        )

    def write(self, tx: Tx, author: units.Staff, draft: Draft) -> Campaign:
        """Hand a campaign in."""
        return approving.write_down(tx, self.desk, author, draft)

    async def approve(self, known: Campaign) -> bool:
        """Let the chief approve it."""
        chief = await self.staff(self.chief)

        def decide(tx: Tx) -> bool:
            fresh = campaigns.get(tx, known.id)
            assert fresh is not None
            decidable = approving.decidable(tx, chief, known.id, fresh.hash()[:8])
            return approving.approve(tx, self.desk, decidable, chief)

        return await self.chat.do(decide)

    async def fired(
        self,
        *,
        content: Content | None = None,
        area: str = DONG_KINH,
        groups: Sequence[UUID] = (),
    ) -> Run:
        """Submit, approve and start a campaign at once."""
        known = await self.submitted(content=content, area=area, groups=groups)
        assert await self.approve(known)
        assert await self.chat.do(lambda tx: firing.fire_due(tx, self.desk)) == 1
        return await self.newest()

    async def newest(self) -> Run:
        """Return the newest run."""
        return (await self.chat.look(lambda tx: runs.of_unit(tx, self.chat.unit.id, 1)))[0]

    async def expand(self, run: Run, limit: int = 500) -> int:
        """Write down all recipients; return in how many steps."""
        steps = 1
        while await self.chat.do(lambda tx: expanding.expand_step(tx, run.id, limit)):
            steps += 1
        return steps

    async def finish(self) -> list[UUID]:
        """End what is done."""
        return await self.chat.do(lambda tx: finishing.finish_due(tx, self.desk))

    async def answer(self, outcomes: dict[str, Outcome]) -> None:
        """Send what is due; the outcome by platform id of the chat."""

        def bring(tx: Tx) -> bool:
            claim = Claim(self.chat.account.id, "tests", LEASE)
            window = open_window(tx, claim, (Lane.ROUTINE,), 50)
            if window is None:
                return False
            settle(
                tx,
                window.id,
                [
                    Settled(send.delivery_id, send.attempt_id, outcomes[send.chat.chat_id])
                    for send in window.sends
                ],
            )
            return True

        while await self.chat.do(bring):
            pass

    async def group_id(self, label: str, area: str, platform_id: str) -> UUID:
        """Connect a group; return its id."""
        await self.chat.group(platform_id, area=area, label=label)
        account_id = self.chat.account.id
        found = await self.chat.look(lambda tx: addresses.find(tx, account_id, platform_id))
        assert found is not None
        assert found.group_id is not None
        return found.group_id


@asynccontextmanager
async def open_station(url: str, *, keys: Keyring | None = None) -> AsyncIterator[Station]:
    """Open a station on a migrated, empty database."""
    async with open_chat(url, Takers(), keys=keys) as chat:
        officer = await chat.staff("2001", Role.OFFICER, name="Lê Cán Bộ")
        chief = await chat.staff("2002", Role.CHIEF, name="Trần Chỉ Huy")
        yield Station(chat, officer, chief)
