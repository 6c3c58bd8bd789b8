"""A small world to chat in: a unit, residents, staff, groups, a clock that only we move.

Nothing is sent anywhere: what the service says is read from the ledger. Use it so:

    takers = Takers(private=(residents.start,), presses=residents.PRESSES)
    async with open_chat(url, takers) as chat:
        lan = chat.resident("1001")
        await lan.starts("kp-vi-du-2")
        await lan.presses("Đồng ý")
        assert "…" in (await lan.last()).text
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from delivery.outbox import Outbox
from domain.delivery import Accepted, DeliveryKind, Lane, NotSent, Outcome
from domain.door import door_of
from domain.language import Language
from domain.messages import (
    ChatKind,
    Edit,
    Incoming,
    PressAnswer,
)
from domain.places import Gazetteer
from domain.roles import Role
from domain.texts.catalogue import catalogue
from handlers.router import Presser, Router, Taker
from handlers.turn import ChatRules, Context, Turn
from storage.codec import read_outgoing
from storage.database import Database, Tx
from storage.deliveries import hearing
from storage.deliveries.ledger import as_delivery
from storage.deliveries.settling import Settled, settle
from storage.deliveries.windows import Claim, Send, open_window
from storage.people import addresses, areas, consents, residents, units
from storage.people.addresses import Account
from storage.people.consents import Answer, Evidence
from storage.people.residents import Wish
from storage.sealing import Keyring, Place, fresh_keyring
from storage.tables import delivery, group_chat, run
from tests.chat_furniture import (
    DONG_KINH,
    NINE,
    MovingClock,
    add_staff,
    add_unit,
    demo_gazetteer,
    languages,
    pretend_capabilities,
    shipped_library,
)
from tests.chat_parties import GroupParty, Heard, Listener, Party
from tests.platforms import TELEGRAM, Platform, Shown, offered

__all__ = [
    "DONG_KINH",
    "NINE",
    "Chat",
    "GroupParty",
    "Heard",
    "Listener",
    "MovingClock",
    "Party",
    "Takers",
    "add_staff",
    "add_unit",
    "open_chat",
    "pretend_capabilities",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Takers:
    """The handlers under test, in the router's order; presses of several rooms are joined."""

    private: Sequence[Taker] = ()
    group: Sequence[Taker] = ()
    presses: Mapping[str, Presser] = field(default_factory=dict)
    edited: Callable[[Turn, Edit], None] = lambda turn, edit: None
    unhandled: Taker | None = None


@dataclass(slots=True)
class Chat:
    """The world. `takers` are tried in order; `clock` stands until moved."""

    db: Database
    clock: MovingClock
    account: Account
    unit: units.Unit
    context: Context
    router: Router
    platform: Platform = TELEGRAM
    answer: Callable[[Send], Outcome | None] | None = None
    """What the platform says of a message, where nobody says otherwise; None: it takes it."""
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _brought: dict[UUID, tuple[str, Shown]] = field(default_factory=dict)

    def resident(self, platform_id: str, hint: str | None = None) -> "Party":
        """Return a person with a chat app; they are nobody to us until they write."""
        return Party(self, platform_id, hint)

    async def subscriber(
        self,
        platform_id: str,
        *,
        area: str = f"{DONG_KINH}-kp-vi-du-2",
        language: Language = Language.VI,
        wish: Wish = Wish.YES,
    ) -> "Party":
        """Return a resident who has already answered, without walking through the dialogue."""
        party = Party(self, platform_id, None)

        def make(tx: Tx) -> None:
            known = addresses.ensure(tx, self.account.id, ChatKind.PRIVATE, platform_id)
            person = residents.create(tx, self.unit.id, language)
            addresses.link_resident(tx, known.id, person.id)
            residents.set_area(tx, person.id, self.unit.id, area)
            residents.set_wish(tx, person.id, wish)
            door = door_of(self.platform.able)
            if door.listens:
                hearing.heard(tx, known.id, tx.now, door)
            if wish is Wish.YES:
                shown = Evidence("sys-welcome-consent:tests", language.value, "telegram", "ĐỒNG Ý")
                consents.note(tx, person.id, Answer.YES, shown)

        await self.db.write(make)
        return party

    async def staff(
        self, platform_id: str, *roles: Role, name: str = "Cán bộ Ví Dụ", at: str | None = None
    ) -> "Party":
        """Return a member of staff whose chat account is linked; `at` is another unit's code."""
        party = Party(self, platform_id, None)

        def make(tx: Tx) -> None:
            staff_id = add_staff(tx, self.unit_of(tx, at).id, name, *roles)
            known = addresses.ensure(tx, self.account.id, ChatKind.PRIVATE, platform_id)
            addresses.link_staff(tx, known.id, staff_id)

        await self.db.write(make)
        return party

    async def group(
        self,
        platform_id: str,
        *,
        area: str = f"{DONG_KINH}-kp-vi-du-2",
        purpose: str = "neighbourhood",
        label: str = "Nhóm khối phố Ví Dụ 2",
    ) -> "GroupParty":
        """Return a connected group or channel."""

        def make(tx: Tx) -> None:
            kind = ChatKind.CHANNEL if purpose == "channel" else ChatKind.GROUP
            known = addresses.ensure(tx, self.account.id, kind, platform_id)
            group_id = tx.new_id()
            tx.connection.execute(
                group_chat.insert().values(
                    id=group_id,
                    unit_id=self.unit.id,
                    area_code=area,
                    purpose=purpose,
                    label=label,
                    connected_at=tx.now,
                )
            )
            addresses.link_group(tx, known.id, group_id)

        await self.db.write(make)
        return GroupParty(self, platform_id)

    def unit_of(self, tx: Tx, code: str | None) -> units.Unit:
        """Return the unit of a code; the world's own for None."""
        return next(u for u in units.all_units(tx) if u.code == (code or self.unit.code))

    async def add_unit(self, code: str, area_code: str, name: str) -> units.Unit:
        """Add another unit to the installation."""
        return await self.db.write(lambda tx: add_unit(tx, code, area_code, name))

    async def handle(self, incoming: Incoming) -> list[PressAnswer]:
        """Let the router handle an item in one transaction, as the service does."""
        self.clock.forward(seconds=1)
        return await self.db.write(lambda tx: self.router.handle(tx, self.account, incoming))

    async def look(self, work: Callable[[Tx], T]) -> T:
        """Read something from the database."""
        return await self.db.read(work)

    async def do(self, work: Callable[[Tx], T]) -> T:
        """Do something in the database, as a clock tick or an officer would."""
        return await self.db.write(work)

    async def deliver(self, answer: Callable[[Send], Outcome | None] | None = None) -> list[Heard]:
        """Bring everything that is due, in order; return it.

        Each is accepted with a message id, unless `answer` has the platform say something else.
        """
        brought: list[UUID] = []
        while found := await self.bring(answer):
            brought += [send.delivery_id for send in found]
        everything = {heard.id: heard for heard in await self.said()}
        return [everything[one] for one in brought if one in everything]

    async def bring(
        self,
        answer: Callable[[Send], Outcome | None] | None = None,
        *,
        most: int = 50,
        members: Callable[[Send], int | None] = lambda _send: None,
    ) -> tuple[Send, ...]:
        """Bring at most so many of what is due, as one window; `members` counts a group's."""
        lanes = list(Lane)
        return await self.db.write(lambda tx: self._bring(tx, answer, most, members, lanes))

    async def bring_talk(self) -> None:
        """Bring what is due to anybody but by a campaign."""
        lanes = [Lane.URGENT, Lane.TALK]
        while await self.db.write(lambda tx: self._bring(tx, None, 50, lambda _: None, lanes)):
            self.clock.forward(seconds=1)

    def _bring(
        self,
        tx: Tx,
        answer: Callable[[Send], Outcome | None] | None,
        most: int,
        members: Callable[[Send], int | None],
        lanes: Sequence[Lane],
    ) -> tuple[Send, ...]:
        door = door_of(self.platform.able)
        claim = Claim(self.account.id, "tests", timedelta(minutes=1), door)
        window = open_window(tx, claim, lanes, most)
        if window is None:
            return ()
        asked = answer or self.answer
        results = []
        for send in window.sends:
            shown = self.platform.goes(send)
            outcome = asked(send) if asked is not None else None
            choices = None
            if isinstance(shown, Shown):
                message_id = shown.outgoing.edits or f"m{next(self._numbers)}"
                outcome = outcome or Accepted(message_id, tx.now)
                choices = shown.choices
                if not isinstance(outcome, NotSent):
                    self._brought[send.delivery_id] = (message_id, shown)
            else:
                outcome = outcome or shown
            row, tried = send.delivery_id, send.attempt_id
            results.append(Settled(row, tried, outcome, members(send), send.paid, choices))
        settle(tx, window.id, results, door)
        # A window without sends only skipped rows: what is due may lie behind them.
        return window.sends or self._bring(tx, answer, most, members, lanes)

    async def said(self, address_id: UUID | None = None) -> list[Heard]:
        """Return what is in the ledger for one address or for all, in order."""

        def find(tx: Tx) -> list[Heard]:
            query = (
                select(delivery, run.c.content)
                .outerjoin(run, run.c.id == delivery.c.run_id)
                .order_by(delivery.c.id)
            )
            if address_id is not None:
                query = query.where(delivery.c.address_id == address_id)
            found = []
            for raw in tx.connection.execute(query):
                row = as_delivery(raw)
                message_id, shown = self._brought.get(row.id, (None, None))
                outgoing = shown.outgoing if shown is not None else None
                if outgoing is None and raw.payload is not None:
                    place = Place("delivery", "payload", row.id)
                    outgoing = read_outgoing(tx.keys.unseal(raw.payload, place))
                elif outgoing is None and raw.content is not None:
                    name = "post" if row.kind is DeliveryKind.POST else row.language
                    outgoing = read_outgoing(raw.content[name])
                if outgoing is not None:
                    listed = shown is not None and shown.numbered
                    said = offered(outgoing)
                    found.append(
                        Heard(row.id, row.kind, row.lane, said, row.tip_id, message_id, listed)
                    )
            return found

        return await self.db.read(find)

    def next_id(self) -> str:
        """Return a fresh id for a message or a press of theirs."""
        return f"t{next(self._numbers)}"


@asynccontextmanager
async def open_chat(
    url: str,
    takers: Takers,
    *,
    rules: ChatRules | None = None,
    gazetteer: Gazetteer | None = None,
    home: tuple[str, str, str] = ("dong-kinh", DONG_KINH, "Công an phường Đông Kinh"),
    keys: Keyring | None = None,
    platform: Platform = TELEGRAM,
) -> AsyncIterator[Chat]:
    """Open a world on a migrated, empty database: one unit, all areas, no people.

    `home` is the unit's code, its area and its name.
    """
    clock = MovingClock()
    places = gazetteer or demo_gazetteer()
    db = Database(url, keys or fresh_keyring(), clock)
    words = catalogue()
    no_file = {one.value: words.say(one, "app.no_file") for one in Language}
    context = Context(
        catalogue=words,
        library=shipped_library(),
        gazetteer=places,
        outbox=Outbox({platform.name: platform.able}, no_file=no_file),
        rules=rules or ChatRules(burst=timedelta(minutes=2)),
        languages=languages(),
    )

    def furnish(tx: Tx) -> tuple[Account, units.Unit]:
        areas.sync(tx, places)
        ours = add_unit(tx, *home)
        name, link = platform.name, platform.link
        return addresses.register_account(tx, name, "7001", "vi_du_bot", link), ours

    account, own = await db.write(furnish)
    router = Router(
        context,
        private=takers.private,
        group=takers.group,
        presses=takers.presses,
        edited=takers.edited,
        unhandled=takers.unhandled,
    )
    try:
        yield Chat(db, clock, account, own, context, router, platform)
    finally:
        await db.close()
