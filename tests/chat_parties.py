"""Those who chat in a test world: people, groups, and what they hear."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
from storage.tips import tips

if TYPE_CHECKING:
    from tests.chat import Chat


Doing = Awaitable[object]


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
    numbered: bool = False
    """Whether its choices are numbers to be typed; they are shown as buttons here all the same."""

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
        if reply_to is not None and not self.chat.platform.able.quotes:
            # Nobody is told what they answer there: they write the tip's number instead.
            where = in_group or self
            text, reply_to = await self._numbered_as(text, reply_to, where), None
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

    async def _numbered_as(self, text: str, reply_to: str, where: Listener) -> str:
        for heard in await where.heard():
            if heard.message_id == reply_to and heard.tip_id is not None:
                return f"{await self._case_number(heard.tip_id)}: {text}"
        return text

    async def _case_number(self, tip_id: UUID) -> str:
        tip = await self.chat.look(lambda tx: tips.get(tx, tip_id))
        assert tip is not None
        return tip.case_number

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
        """Press the newest button of that label, here or in a group; return the answers.

        Where numbers are typed in its place, type it; the answer is what is said then.
        """
        if self.chat.platform.numbers:
            choose = await self._choice(await self._read_on(label, of), label, of)
            return await self._answered(choose(), of)
        action, message_id = await self._pressed(label, of)
        return await self.presses_action(action, of=of, message_id=message_id)

    async def presses_at_once(
        self, label: str, *others: "Party", of: Listener | None = None
    ) -> list[list[PressAnswer]]:
        """Press one button together with others (twice, when they are ourselves)."""
        if self.chat.platform.numbers:
            heard = await self._read_on(label, of)
            ways = [(one, await one._choice(heard, label, of)) for one in (self, *others)]
            return [await one._answered(choose(), of) for one, choose in ways]
        action, message_id = await self._pressed(label, of)
        return await asyncio.gather(
            *(one.presses_action(action, of=of, message_id=message_id) for one in (self, *others))
        )

    async def _read_on(self, label: str, of: Listener | None) -> Heard:
        """Read what has come: nobody answers what is not there yet, nor at once."""
        await self.chat.bring_talk()
        self.chat.clock.forward(seconds=6)
        heard, _ = await (of or self).labelled(label)
        return heard

    async def _answered(
        self, doing: Awaitable[object], of: Listener | None = None
    ) -> list[PressAnswer]:
        before = {heard.id for one in (self, of or self) for heard in await one.heard()}
        await doing
        for one in (self, of or self):
            said = [heard.text for heard in await one.heard() if heard.id not in before]
            if said:
                return [PressAnswer("", "\n".join(said), alert=True)]
        return [PressAnswer("")]

    async def _choice(self, heard: Heard, label: str, of: Listener | None) -> Callable[[], Doing]:
        """Return how the platform has it chosen: by a button, or by a number."""
        actions = [one for one in heard.buttons if one.action is not None]
        number = 1 + [one.label for one in actions].index(label)
        group = of if isinstance(of, GroupParty) else None
        if not heard.numbered:
            action = (actions[number - 1].action or "").replace("{d}", short(heard.id))
            return lambda: self._hidden(action)
        if group is not None and self.chat.platform.able.quotes:
            return lambda: self.writes(f"{number}", in_group=group, reply_to=heard.message_id)
        if group is None and (await self.last()).id == heard.id:
            return lambda: self.writes(f"{number}")
        if group is not None and heard.kind is DeliveryKind.POST:
            return lambda: self.writes(f"{number}", in_group=group)
        assert heard.tip_id is not None, f"{label!r} is no choice of the newest message"
        case_number = await self._case_number(heard.tip_id)
        if group is None:
            # The numbers of an older card are over: its reader has it shown again.
            await self.writes(f"/tin {case_number}")
            return await self._choice(await self._read_on(label, None), label, None)
        words = f"{case_number}: {number}"
        return lambda: self.writes(words, in_group=group)

    async def _hidden(self, action: str) -> None:
        """Press a button that comes as words which nobody sees."""
        at = self.chat.clock.now()
        press = Press(
            chat=self.ref, sender=self._sender, at=at, message_id="", action=action, press_id=""
        )
        await self.chat.handle(press)

    async def _pressed(self, label: str, of: Listener | None) -> tuple[str, str | None]:
        heard, button = await (of or self).labelled(label)
        assert button.action is not None, f"{label!r} opens a chat, it is not pressed"
        return button.action.replace("{d}", short(heard.id)), heard.message_id

    async def presses_action(
        self, action: str, *, of: Listener | None = None, message_id: str | None = None
    ) -> list[PressAnswer]:
        """Press a button that is perhaps no longer to be seen, by its action."""
        if self.chat.platform.numbers:
            return await self._answered(self._hidden(action), of)
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
