"""What comes in and what goes out, in words no platform owns. Ids of platforms are text."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


class ChatKind(StrEnum):
    """Where a message was written."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"
    PAGE = "page"
    """The account's own public page: nobody writes there."""


class MediaKind(StrEnum):
    """What kind of file a message carries."""

    PHOTO = "photo"
    VIDEO = "video"
    VOICE = "voice"
    AUDIO = "audio"
    FILE = "file"
    STICKER = "sticker"


class Addressed(StrEnum):
    """Why a message in a group is ours to read (product rule: nothing else is)."""

    REPLY = "reply"
    MENTION = "mention"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class ChatRef:
    """A chat on a platform; `thread` is a forum topic within it."""

    chat_id: str
    kind: ChatKind
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: the platform's user id and the language of their app, if told."""

    user_id: str
    language_hint: str | None = None
    anonymous: bool = False
    """Written in a group's own name: nobody can be held to have written it."""


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file as the platform knows it; `ref` fetches it, size and length may be unknown.

    `size` counts bytes; `seconds` is how long a recording is, as the platform says. With `sealed`
    it is a clean copy that we keep, of that id: it is opened when it is sent.
    """

    kind: MediaKind
    ref: str
    name: str | None = None
    mime: str | None = None
    size: int | None = None
    sealed: bool = False
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A place as the sender claims it, degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Quoted:
    """What somebody else wrote, passed on to us by who answers it; never who that was."""

    text: str = ""
    media: tuple[MediaRef, ...] = ()
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What a group or channel calls itself and how many are in it; shown to staff, never kept."""

    title: str = field(repr=False)
    members: int | None = None
    """None where the platform did not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message addressed to us."""

    kind: Literal["message"] = "message"
    chat: ChatRef
    sender: Sender
    at: datetime
    message_id: str
    text: str = ""
    media: tuple[MediaRef, ...] = ()
    location: Location | None = None
    reply_to: str | None = None
    album: str | None = None
    start: str | None = None
    """Payload of the link or QR code by which the person came; empty text for a bare start."""
    addressed: Addressed | None = None
    """In groups only: why this is for us."""
    forwarded: bool = False
    quoted: Quoted | None = None
    """With `/chuyentin` in a group only: the message that it answers."""
    room: Room | None = None
    """With `/ketnoi` in a group or channel only: where it was typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A message of theirs changed its words."""

    kind: Literal["edit"] = "edit"
    chat: ChatRef
    sender: Sender
    at: datetime
    message_id: str
    text: str = ""
    reply_to: str | None = None
    addressed: Addressed | None = None
    """In groups only: why, as it reads now, it is for us."""


STALE = "stale"
"""The action of a press of which nothing shows that the button was ours, in this very chat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button was pressed; `action` is what we put into it, `press_id` lets us answer.

    Where a press comes as words or a number it has no `press_id`, and the empty text as
    `message_id` when nothing tells which message it was under.
    """

    kind: Literal["press"] = "press"
    chat: ChatRef
    sender: Sender
    at: datetime
    message_id: str
    action: str
    press_id: str


class ReceiptKind(StrEnum):
    """What a receipt tells."""

    DELIVERED = "delivered"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptEvent:
    """The platform says a message of ours was delivered or seen."""

    kind: Literal["receipt"] = "receipt"
    chat: ChatRef
    at: datetime
    message_id: str
    receipt: ReceiptKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A message went out in our account's name; `by_hand`: an administrator of it wrote it."""

    kind: Literal["echo"] = "echo"
    chat: ChatRef
    at: datetime
    message_id: str
    text: str = field(default="", repr=False)
    by_hand: bool = False


class MembershipChange(StrEnum):
    """What changed between us and a chat."""

    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    ADDED = "added"
    REMOVED = "removed"
    FORGET = "forget"
    """They told the platform that we must forget them: what is kept of them is erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """We were blocked, unblocked, added or removed, or are to forget somebody."""

    kind: Literal["membership"] = "membership"
    chat: ChatRef
    sender: Sender | None
    at: datetime
    change: MembershipChange


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMoved:
    """A chat got a new id; the old one is dead."""

    kind: Literal["moved"] = "moved"
    chat: ChatRef
    at: datetime
    new_chat_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """They took a message of theirs back."""

    kind: Literal["withdrawn"] = "withdrawn"
    chat: ChatRef
    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """The platform copied a channel's post into the group in which it is discussed."""

    kind: Literal["copied"] = "copied"
    chat: ChatRef
    at: datetime
    message_id: str
    channel_id: str
    post_id: str


Incoming = (
    Message | Edit | Press | ReceiptEvent | Echo | Membership | ChatMoved | Withdrawn | Copied
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A message in a group, to be shown to who may see that group."""

    chat_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button: an `action` that comes back as a Press, a `start` that opens our chat, or a `spot`.

    A spot opens a message in a group; where the platform has no way to it the button is left out.
    """

    label: str
    action: str | None = None
    start: str | None = None
    spot: Spot | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if [self.action, self.start, self.spot].count(None) != 2:
            message = "a button has either an action, a start payload or a spot"
            raise ValueError(message)
        if self.action is not None and len(self.action.encode()) > 64:
            message = "a button's action is at most 64 bytes (Bot API InlineKeyboardButton)"
            raise ValueError(message)


class EffectKind(StrEnum):
    """What is done to a chat where nothing is sent; twice does no harm, unless said here."""

    PIN = "pin"
    LEAVE = "leave"
    WITHDRAW = "withdraw"
    OPEN_TOPIC = "open_topic"
    """The text is its name; doing it twice opens two of one name."""
    CLOSE_TOPIC = "close_topic"
    REOPEN_TOPIC = "reopen_topic"
    DELETE_TOPIC = "delete_topic"
    RENAME_TOPIC = "rename_topic"
    """The text is its new name."""
    MENU = "menu"
    """The text has a line for each command that the chat's person is shown; none: no own menu."""
    REMOVE = "remove"
    MAKE_GROUP = "make_group"
    """The text is its name, the heading says what it is for; the chat's person is its member.

    The id beside it, if any, is the private chat of a second one. A protected one is to be closed.
    """
    PUBLISH = "publish"
    """The heading is an article's title, the first paragraph its lead; twice: two stand there."""
    AWAIT_ARTICLE = "await_article"
    """Ask for the article that was put up, by what the platform gave for it."""
    BROADCAST = "broadcast"
    """Send the article of that id to everybody who follows the account; twice: they get two."""
    RETRACT = "retract"
    """Take down the article of that id."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something done to a chat, or to a message in it: of ours, or of theirs to remove it."""

    kind: EffectKind
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to send: plain text (never markup), with an optional heading shown in bold.

    With `edits` it takes the place of a message of ours, of that id, in the same chat.
    """

    text: str
    heading: str | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    media: MediaRef | None = None
    reply_to: str | None = None
    thread: str | None = None
    silent: bool = False
    protected: bool = False
    edits: str | None = None
    effect: Effect | None = None
    """Done in place of anything sent."""
    choices: tuple[str, ...] = ()
    """What the numbers 1, 2 … stand for, where they may be typed in place of a press: actions."""
    choose: str = ""
    """Said above numbered lines, where buttons turn into such: that a number is to be typed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took it and gave it an id; none for what was done and is no message."""

    message_id: str
    pressable: bool = False
    """Whether its choices stand there as buttons: then no number is shown that could be typed."""
    calls: int = 1
    """How many calls it took: platforms count those, not messages."""
    others: tuple[str, ...] = ()
    """Where it took several messages, such as a file and its words, those before the last."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of ours to send; the kind is that of the message's `media`, whose ref is unused."""

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What an upload gave: the message, and the file for sending it again without its bytes."""

    sent: Sent
    media: MediaRef | None


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """A best-effort answer to a press: ends the spinner, shows a short text (≤ 200 characters)."""

    press_id: str
    text: str = ""
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """One item for the inbox: `key` is unique per account; one `order_key` is kept in order."""

    key: str
    order_key: str
    incoming: Incoming = field(repr=False)
