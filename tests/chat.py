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
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from delivery.outbox import Outbox
from domain.channel import Capabilities, Pace
from domain.delivery import Accepted, DeliveryKind, Lane
from domain.failures import Until
from domain.ids import short
from domain.language import Language
from domain.library import Library
from domain.messages import (
    Addressed,
    Button,
    ChatKind,
    ChatRef,
    Edit,
    Incoming,
    Location,
    MediaKind,
    MediaRef,
    Membership,
    MembershipChange,
    Message,
    Outgoing,
    Press,
    PressAnswer,
    Sender,
)
from domain.places import Gazetteer
from domain.roles import Role
from domain.texts.catalogue import catalogue
from handlers.router import Presser, Router, Taker
from handlers.turn import ChatRules, Context, Turn
from storage import addresses, areas, consents, residents, units
from storage.addresses import Account
from storage.codec import read_outgoing
from storage.consents import Answer, Evidence
from storage.database import Database, Tx
from storage.ledger import as_delivery
from storage.packaged import load_gazetteer, load_library
from storage.residents import Resident, Wish
from storage.sealing import Place, fresh_keyring
from storage.settling import Settled, settle
from storage.tables import delivery, group_chat, run, staff, staff_role, unit
from storage.windows import Claim, open_window

T = TypeVar("T")

NINE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, nine in the morning local time: no quiet hours."""

DONG_KINH = "05977"
"""The ward of the demonstration unit; its invented quarters are `kp-vi-du-1` … `-8`."""


class MovingClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: datetime = NINE) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the instant it stands at."""
        return self._now

    def forward(self, **by: float) -> datetime:
        """Move on by `hours=…`, `minutes=…` and so on."""
        self._now += timedelta(**by)
        return self._now


@dataclass(frozen=True, slots=True, kw_only=True)
class Takers:
    """The handlers under test, in the router's order; presses of several rooms are joined."""

    private: Sequence[Taker] = ()
    group: Sequence[Taker] = ()
    presses: Mapping[str, Presser] = field(default_factory=dict)
    edited: Callable[[Turn, Edit], None] = lambda turn, edit: None


@dataclass(frozen=True, slots=True)
class Heard:
    """Something the service said, or is about to say, to one chat."""

    id: UUID
    kind: DeliveryKind
    lane: Lane
    outgoing: Outgoing
    tip_id: UUID | None
    message_id: str | None
    """The platform's id, once `Chat.deliver` brought it."""

    @property
    def text(self) -> str:
        """Its words, with the heading on top if it has one."""
        return "\n".join(filter(None, (self.outgoing.heading, self.outgoing.text)))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All its buttons, in reading order."""
        return tuple(button for row in self.outgoing.buttons for button in row)

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons, in reading order."""
        return [button.label for button in self.buttons]


@dataclass(slots=True)
class Chat:
    """The world. `takers` are tried in order; `clock` stands until moved."""

    db: Database
    clock: MovingClock
    account: Account
    unit: units.Unit
    context: Context
    router: Router
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _brought: dict[UUID, tuple[str, Outgoing]] = field(default_factory=dict)

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

    async def deliver(self) -> list[Heard]:
        """Bring everything that is due, each accepted with a message id; return it in order."""
        brought: list[UUID] = []
        while True:
            found = await self.db.write(self._bring)
            if not found:
                break
            brought += found
        everything = {heard.id: heard for heard in await self.said()}
        return [everything[delivery_id] for delivery_id in brought]

    def _bring(self, tx: Tx) -> list[UUID]:
        claim = Claim(self.account.id, "tests", timedelta(minutes=1))
        window = open_window(tx, claim, list(Lane), 50, lambda _address, _kind: True)
        if window is None:
            return []
        results = []
        for send in window.sends:
            message_id = f"m{next(self._numbers)}"
            self._brought[send.delivery_id] = (message_id, send.outgoing)
            results.append(Settled(send.delivery_id, send.attempt_id, Accepted(message_id, tx.now)))
        settle(tx, window.id, results)
        # A window without sends only skipped rows: what is due may lie behind them.
        return [send.delivery_id for send in window.sends] or self._bring(tx)

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
                message_id, outgoing = self._brought.get(row.id, (None, None))
                if outgoing is None and raw.payload is not None:
                    place = Place("delivery", "payload", row.id)
                    outgoing = read_outgoing(tx.keys.unseal(raw.payload, place))
                elif outgoing is None and raw.content is not None:
                    name = "post" if row.kind is DeliveryKind.POST else row.language
                    outgoing = read_outgoing(raw.content[name])
                if outgoing is not None:
                    found.append(
                        Heard(row.id, row.kind, row.lane, outgoing, row.tip_id, message_id)
                    )
            return found

        return await self.db.read(find)

    def next_id(self) -> str:
        """Return a fresh id for a message or a press of theirs."""
        return f"t{next(self._numbers)}"


class Listener:
    """A chat in which the service says things."""

    def __init__(self, chat: Chat, platform_id: str) -> None:
        self.chat = chat
        self.platform_id = platform_id
        self._read: set[UUID] = set()

    async def address(self) -> addresses.Address:
        """Return the chat's address; fails while the service does not know it."""
        account_id = self.chat.account.id
        known = await self.chat.look(lambda tx: addresses.find(tx, account_id, self.platform_id))
        assert known is not None, "the service does not know this chat"
        return known

    async def heard(self) -> list[Heard]:
        """Return everything said here so far, in order."""
        account_id = self.chat.account.id
        known = await self.chat.look(lambda tx: addresses.find(tx, account_id, self.platform_id))
        return await self.chat.said(known.id) if known is not None else []

    async def news(self) -> list[Heard]:
        """Return what was said here since the last time this was asked."""
        fresh = [heard for heard in await self.heard() if heard.id not in self._read]
        self._read |= {heard.id for heard in fresh}
        return fresh

    async def last(self) -> Heard:
        """Return what was said last."""
        everything = await self.heard()
        assert everything, "nothing was said here"
        return everything[-1]

    async def labelled(self, label: str) -> tuple[Heard, Button]:
        """Return the newest message with a button of that label, and the button."""
        for heard in reversed(await self.heard()):
            for button in heard.buttons:
                if button.label == label:
                    return heard, button
        labels = [heard.labels for heard in await self.heard() if heard.buttons]
        message = f"no button {label!r}; there are {labels}"
        raise AssertionError(message)


class GroupParty(Listener):
    """A group or channel."""

    @property
    def ref(self) -> ChatRef:
        """The chat as the platform names it."""
        return ChatRef(self.platform_id, ChatKind.GROUP)


class Party(Listener):
    """A person with a chat app."""

    def __init__(self, chat: Chat, platform_id: str, hint: str | None) -> None:
        super().__init__(chat, platform_id)
        self._sender = Sender(platform_id, hint)

    @property
    def ref(self) -> ChatRef:
        """The person's private chat with the service."""
        return ChatRef(self.platform_id, ChatKind.PRIVATE)

    async def writes(
        self,
        text: str = "",
        *,
        media: Sequence[MediaRef] = (),
        location: Location | None = None,
        reply_to: str | None = None,
        album: str | None = None,
        forwarded: bool = False,
        in_group: GroupParty | None = None,
        addressed: Addressed | None = None,
        message_id: str | None = None,
    ) -> Message:
        """Write a message, private unless `in_group`; the message as the adapter gives it."""
        start = None
        if text == "/start" or text.startswith("/start "):
            start = text.removeprefix("/start").strip()
        if in_group is not None and addressed is None:
            addressed = Addressed.REPLY if reply_to else Addressed.MENTION
        message = Message(
            chat=in_group.ref if in_group else self.ref,
            sender=self._sender,
            at=self.chat.clock.now(),
            message_id=message_id or self.chat.next_id(),
            text=text,
            media=tuple(media),
            location=location,
            reply_to=reply_to,
            album=album,
            start=start,
            addressed=addressed,
            forwarded=forwarded,
        )
        await self.chat.handle(message)
        return message

    async def starts(self, payload: str = "") -> Message:
        """Come by a link or QR code."""
        return await self.writes(f"/start {payload}".rstrip())

    async def sends_photo(self, caption: str = "") -> Message:
        """Send a photo."""
        return await self.writes(caption, media=(MediaRef(MediaKind.PHOTO, "file-1"),))

    async def edits(self, message: Message, text: str) -> None:
        """Change the words of a message."""
        await self.chat.handle(
            Edit(
                chat=message.chat,
                sender=self._sender,
                at=self.chat.clock.now(),
                message_id=message.message_id,
                text=text,
            )
        )

    async def presses(self, label: str, *, of: Listener | None = None) -> list[PressAnswer]:
        """Press the newest button of that label, here or in a group; return the answers."""
        where = of or self
        heard, button = await where.labelled(label)
        assert button.action is not None, f"{label!r} opens a chat, it is not pressed"
        action = button.action.replace("{d}", short(heard.id))
        return await self.presses_action(action, of=where, message_id=heard.message_id)

    async def presses_action(
        self, action: str, *, of: Listener | None = None, message_id: str | None = None
    ) -> list[PressAnswer]:
        """Press a button that is perhaps no longer to be seen, by its action."""
        ref = of.ref if isinstance(of, GroupParty) else self.ref
        return await self.chat.handle(
            Press(
                chat=ref,
                sender=self._sender,
                at=self.chat.clock.now(),
                message_id=message_id or self.chat.next_id(),
                action=action,
                press_id=self.chat.next_id(),
            )
        )

    async def blocks(self) -> None:
        """Block the service."""
        await self._changes(MembershipChange.BLOCKED)

    async def unblocks(self) -> None:
        """Lift the block again."""
        await self._changes(MembershipChange.UNBLOCKED)

    async def _changes(self, change: MembershipChange) -> None:
        now = self.chat.clock.now()
        await self.chat.handle(
            Membership(chat=self.ref, sender=self._sender, at=now, change=change)
        )

    async def record(self) -> Resident:
        """Return what the service knows of them as a resident."""
        known = await self.address()
        assert known.resident_id is not None, "not a resident"
        resident_id = known.resident_id
        return await self.chat.look(lambda tx: residents.get(tx, resident_id))

    async def is_reachable(self) -> bool:
        """Tell whether the service believes it can write to them."""
        return (await self.address()).unreachable is not Until.THEY_WRITE


@asynccontextmanager
async def open_chat(
    url: str,
    takers: Takers,
    *,
    rules: ChatRules | None = None,
    gazetteer: Gazetteer | None = None,
) -> AsyncIterator[Chat]:
    """Open a world on a migrated, empty database: one unit (Đông Kinh), all areas, no people."""
    clock = MovingClock()
    places = gazetteer or _gazetteer()
    db = Database(url, fresh_keyring(), clock)
    context = Context(
        catalogue=catalogue(),
        library=_library(),
        gazetteer=places,
        outbox=Outbox({"telegram": pretend_capabilities()}),
        rules=rules or ChatRules(burst=timedelta(minutes=2)),
    )

    def furnish(tx: Tx) -> tuple[Account, units.Unit]:
        areas.sync(tx, places)
        ours = add_unit(tx, "dong-kinh", DONG_KINH, "Công an phường Đông Kinh")
        return addresses.register_account(tx, "telegram", "7001", "vi_du_bot"), ours

    account, own = await db.write(furnish)
    router = Router(
        context,
        private=takers.private,
        group=takers.group,
        presses=takers.presses,
        edited=takers.edited,
    )
    try:
        yield Chat(db, clock, account, own, context, router)
    finally:
        await db.close()


def add_unit(tx: Tx, code: str, area_code: str, name: str) -> units.Unit:
    """Write a unit with an invented duty phone."""
    tx.connection.execute(
        unit.insert().values(
            id=tx.new_id(),
            code=code,
            name={"vi": name, "en": f"{name} (police)", "zh": f"{name}（公安）"},
            area_code=area_code,
            duty_phone="0205 000 0001",
            controller=name,
            retention={"vi": "12 tháng", "en": "12 months", "zh": "12个月"},
            card_content=True,
        )
    )
    return next(found for found in units.all_units(tx) if found.code == code)


def add_staff(tx: Tx, unit_id: UUID, name: str, *roles: Role) -> UUID:
    """Write a member of staff with roles; return the id."""
    staff_id = tx.new_id()
    tx.connection.execute(
        staff.insert().values(
            id=staff_id,
            unit_id=unit_id,
            name=tx.keys.seal(name, Place("staff", "name", staff_id)),
            language=Language.VI.value,
            active=True,
        )
    )
    for role in roles:
        tx.connection.execute(staff_role.insert().values(staff_id=staff_id, role=role.value))
    return staff_id


def pretend_capabilities() -> Capabilities:
    """What a platform like Telegram can do."""
    return Capabilities(
        text_limit=4096,
        caption_limit=1024,
        buttons_per_row=8,
        buttons=100,
        media=frozenset(set(MediaKind) - {MediaKind.STICKER}),
        download_limit_bytes=20 * 1024 * 1024,
        receipts=False,
        reply_window=None,
        pace=Pace(account_per_s=25, chat_per_s=1, group_per_minute=20, reply_share=0.15),
    )


@cache
def _gazetteer() -> Gazetteer:
    return load_gazetteer(demo_villages=True)


@cache
def _library() -> Library:
    return load_library()
