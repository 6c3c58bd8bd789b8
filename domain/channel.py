"""The port to a messaging platform: small Protocols, and what a channel can do, as data."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.messages import (
    ChatRef,
    Effect,
    MediaKind,
    MediaRef,
    Outgoing,
    PressAnswer,
    Received,
    Sent,
    Upload,
    Uploaded,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast an account may send; every number is a setting, not a law."""

    account_per_s: float
    chat_per_s: float
    group_per_minute: int
    reply_share: float
    """Share of `account_per_s` that only replies may use."""
    known: bool = True
    """Whether the platform tells `account_per_s`; where not, it is a ceiling that is felt for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do. Lengths in UTF-16 units."""

    text_limit: int
    caption_limit: int
    buttons_per_row: int
    buttons: int
    """How many buttons a message may have; 0: none, they become numbered choices."""
    media: frozenset[MediaKind]
    download_limit_bytes: int
    receipts: bool
    """Whether the platform tells of delivery; without it 'accepted' is all we know."""
    reply_window: timedelta | None
    """How long after they last wrote a person can be written to; None: for ever."""
    pace: Pace
    makes_groups: bool = False
    """Whether the account makes its groups itself, and reaches no others."""
    topics: bool = False
    """Whether its groups may have topics, of which one is opened for each tip."""
    menus: bool = False
    """Whether a chat may have a menu of commands of its own."""
    edits: bool = True
    """Whether our messages can be changed; where not, the new words go as a new message."""
    withdraws: bool = True
    """Whether messages can be taken back, ours and in a group theirs; where not, people do it."""
    quotes: bool = True
    """Whether we are told which message somebody answers; where not, a number says it."""
    typed_choices: bool = False
    """Whether a number may have to be typed in place of a press: choices are remembered."""
    free_window: timedelta | None = None
    """How long after they last wrote a message costs nothing; None: it never costs."""
    price_vnd: int = 0
    """What a message costs beyond the free window and the account's allowance, in đồng."""
    apart: frozenset[MediaKind] = frozenset()
    """Media whose words go as a message of their own, which counts and may cost as well."""
    allowance: int = 0
    """How many messages a month beyond the free window the account has already paid for."""
    most_people: int | None = None
    """How many people the account can talk with at all; None: no limit is known."""
    most_a_month: int | None = None
    """How many messages it may send in a month; None: no limit is known."""
    articles: bool = False
    """Whether the account shows pages to whoever follows it."""
    article_hours: tuple[int, int] = (6, 22)
    """From which full hour to which they go out."""
    uploads: frozenset[MediaKind] = frozenset(MediaKind)
    """Of which kinds files of ours can be sent; `media` may also go by address."""


class Inbox(Protocol):
    """Where an adapter puts what came in."""

    async def put(self, items: Sequence[Received]) -> None:
        """Commit the items, dropping those already known; only then may the platform be told.

        No items tell that the platform called, and nothing came of it.
        """
        ...


class Channel(Protocol):
    """A platform account that can send and receive."""

    @property
    def name(self) -> str:
        """The channel's short name, such as `telegram`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this channel can do."""
        ...

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        """Send one message.

        Raises: SendFailure, one of `domain.failures`; nothing else.
        """
        ...

    async def start(self, inbox: Inbox) -> None:
        """Check the account and begin to receive.

        Raises: AccountDown when the account is refused, Transient when the platform is not there.
        """
        ...

    async def stop(self) -> None:
        """Stop receiving, finish what is in flight, close connections."""
        ...


@runtime_checkable
class AnswersPresses(Protocol):
    """A channel whose presses can be answered."""

    async def answer_press(self, answer: PressAnswer) -> None:
        """Answer a press; failures are swallowed, since nobody waits for it."""
        ...


@runtime_checkable
class Prepares(Protocol):
    """A channel that writes a message once for many chats."""

    def prepare(self, outgoing: Outgoing, own: str) -> Callable[[str, str], Awaitable[Sent]]:
        """Return what sends a message to one private chat, by the platform's id.

        Its second argument takes the place of `own`, wherever that stands in a button. A send is
        broken off by itself, like any other.

        Raises: SendFailure, here or when it is sent.
        """
        ...


@runtime_checkable
class Edits(Protocol):
    """A channel whose messages can be changed afterwards."""

    async def edit(self, chat: ChatRef, message_id: str, outgoing: Outgoing) -> None:
        """Give a message of ours new words and buttons; that nothing changes is a success.

        Raises: SendFailure.
        """
        ...


@runtime_checkable
class Withdraws(Protocol):
    """A channel whose messages can be taken back for a while."""

    async def withdraw(self, chat: ChatRef, message_id: str) -> None:
        """Delete a message of ours, or of theirs in a group; that it is gone already is a success.

        Raises: SendFailure; Refused when it is too old, or we lack the right.
        """
        ...


@runtime_checkable
class Uploads(Protocol):
    """A channel to which files of ours can be sent."""

    async def upload(self, chat: ChatRef, outgoing: Outgoing, upload: Upload) -> Uploaded:
        """Send one message with a file from our side.

        Raises: SendFailure.
        """
        ...


@runtime_checkable
class Pins(Protocol):
    """A channel whose messages can be pinned."""

    async def pin(self, chat: ChatRef, message_id: str) -> None:
        """Pin a message of ours, quietly; pinning it twice is a success.

        Raises: SendFailure.
        """
        ...


@runtime_checkable
class Leaves(Protocol):
    """A channel whose groups can be left."""

    async def leave(self, chat: ChatRef) -> None:
        """Leave a group or channel.

        Raises: SendFailure; Unreachable when we are out already.
        """
        ...


@runtime_checkable
class Arranges(Protocol):
    """A channel whose chats have topics and menus."""

    async def arrange(self, chat: ChatRef, effect: Effect, text: str) -> str:
        """Open, close, reopen or delete a topic, or set a person's menu; return an opened thread.

        Raises: SendFailure.
        """
        ...


@runtime_checkable
class Files(Protocol):
    """A channel from which files can be fetched."""

    async def fetch(self, media: MediaRef) -> bytes:
        """Return the bytes of a file, at most `download_limit_bytes`.

        Raises: Refused when it is too big or gone, Transient when the platform is not there.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What an account may still send beyond what is free, as the platform tells it."""

    name: str
    total: int | None
    remaining: int | None
    until: datetime | None = None


@runtime_checkable
class Quotas(Protocol):
    """A channel that can say what its account may still send."""

    async def allowances(self) -> Sequence[Allowance]:
        """Return what is left, one entry for each kind.

        Raises: SendFailure.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """A group that the account made; `link` is how people join it, if the platform told."""

    chat_id: str
    link: str | None
    closed: bool = False
    """Whether nobody gets in without an administrator, nor sees what was said before."""


@runtime_checkable
class MakesGroups(Protocol):
    """A channel whose groups the account makes itself, and reaches no others."""

    async def make_group(
        self, name: str, description: str, members: Sequence[ChatRef], *, closed: bool = False
    ) -> NewGroup:
        """Make a group with these people, of whom one must look after the account.

        One to be `closed` may be made and not be closed: what is told says so.

        Raises: SendFailure; when it is Ambiguous the group may exist.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A public page of the account: plain text, with an optional cover picture's address."""

    title: str
    lead: str
    body: str
    cover_url: str | None = None


@runtime_checkable
class Articles(Protocol):
    """A channel that can show a page to everybody who follows the account."""

    async def publish(self, article: Article) -> str:
        """Begin to put the page up; return by what the platform tells when it stands there.

        Raises: SendFailure; when it is Ambiguous the page may stand there.
        """
        ...

    async def article(self, token: str) -> str:
        """Return the id of the page that was put up; asking twice changes nothing.

        Raises: SendFailure, never Ambiguous; Throttled while the platform is still at it.
        """
        ...

    async def broadcast(self, article_id: str) -> Sent:
        """Send a page to all who follow the account, also those who want nothing from us.

        Raises: SendFailure; Throttled at an hour at which the platform sends none.
        """
        ...

    async def retract(self, article_id: str) -> None:
        """Take a page down; whoever has read it has read it.

        Raises: SendFailure.
        """
        ...


class Unheard(StrEnum):
    """What shows that what people write does not reach us."""

    ELSEWHERE = "elsewhere"
    """The platform calls another address than ours, or none."""
    FAILING = "failing"
    """It calls and is not answered; what came in waits there."""
    MISSED = "missed"
    """Somebody wrote, and no call came."""
    UNANSWERED = "unanswered"
    """We wrote, and nothing came of what always comes after it."""


@runtime_checkable
class IsCalled(Protocol):
    """A channel whose platform calls us, and can be asked whether the calls reach us."""

    async def unheard(self, since: datetime) -> Unheard | None:
        """Return what proves that they do not, if anything; the last one came at `since`.

        Raises: SendFailure.
        """
        ...


class OurMessages(Protocol):
    """Tells which messages of a chat are ours, where the platform does not say so itself."""

    async def are_ours(self, chat: ChatRef, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that we sent there."""
        ...


@runtime_checkable
class Members(Protocol):
    """A channel that can count a group."""

    async def count_members(self, chat: ChatRef) -> int:
        """Return the number of members, the bot itself not counted.

        Raises: SendFailure.
        """
        ...
