"""Those who chat in a test world: people, groups, and what they hear."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from domain.delivery import DeliveryKind, Lane
from domain.failures import Until
from domain.ids import short
from domain.messages import (
    Addressed,
    Button,
    ChatKind,
    ChatRef,
    Edit,
    Location,
    MediaKind,
    MediaRef,
    Membership,
    MembershipChange,
    Message,
    Outgoing,
    Press,
    PressAnswer,
    Room,
    Sender,
)
from storage.people import addresses, residents
from storage.people.residents import Resident

if TYPE_CHECKING:
    from tests.chat import Chat


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


class Listener:
    """A chat in which the service says things."""

    def __init__(self, chat: "Chat", platform_id: str) -> None:
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

    def __init__(self, chat: "Chat", platform_id: str, hint: str | None) -> None:
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
        room: Room | None = None,
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
            room=room,
        )
        await self.chat.handle(message)
        return message

    async def starts(self, payload: str = "") -> Message:
        """Come by a link or QR code."""
        return await self.writes(f"/start {payload}".rstrip())

    async def turns_to_us(self) -> None:
        """Follow the account, or open its chat, without a word."""
        now, number = self.chat.clock.now(), self.chat.next_id()
        await self.chat.handle(
            Message(chat=self.ref, sender=self._sender, at=now, message_id=number, start="")
        )

    async def sends_photo(self, caption: str = "") -> Message:
        """Send a photo."""
        return await self.writes(caption, media=(MediaRef(MediaKind.PHOTO, "file-1"),))

    async def sends_album_photo(self, album: str, caption: str = "") -> Message:
        """Send a photo of an album."""
        return await self.writes(caption, media=(MediaRef(MediaKind.PHOTO, "file-1"),), album=album)

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
        action, message_id = await self._pressed(label, of)
        return await self.presses_action(action, of=of, message_id=message_id)

    async def presses_at_once(
        self, label: str, *others: "Party", of: Listener | None = None
    ) -> list[list[PressAnswer]]:
        """Press one button together with others (twice, when they are ourselves)."""
        action, message_id = await self._pressed(label, of)
        return await asyncio.gather(
            *(one.presses_action(action, of=of, message_id=message_id) for one in (self, *others))
        )

    async def _pressed(self, label: str, of: Listener | None) -> tuple[str, str | None]:
        heard, button = await (of or self).labelled(label)
        assert button.action is not None, f"{label!r} opens a chat, it is not pressed"
        return button.action.replace("{d}", short(heard.id)), heard.message_id

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

    async def blocks(self, *, ago: timedelta = timedelta(0)) -> None:
        """Block the service; `ago` is how late we are told of it."""
        await self._changes(MembershipChange.BLOCKED, ago)

    async def unblocks(self) -> None:
        """Lift the block again."""
        await self._changes(MembershipChange.UNBLOCKED)

    async def has_us_forget(self, *, ago: timedelta = timedelta(0)) -> None:
        """Tell the platform that we must forget them; `ago` is how late we are told of it."""
        await self._changes(MembershipChange.FORGET, ago)

    async def _changes(self, change: MembershipChange, ago: timedelta = timedelta(0)) -> None:
        now = self.chat.clock.now() - ago
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
