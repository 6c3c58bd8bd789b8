"""The port to a messaging platform: small Protocols, and what a channel can do, as data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
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
    pace: Pace
    topics: bool = False
    """Whether its groups may have topics, of which one is opened for each tip."""


class Inbox(Protocol):
    """Where an adapter puts what came in."""

    async def put(self, items: Sequence[Received]) -> None:
        """Commit the items, dropping those already known; only then may the platform be told."""
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


@runtime_checkable
class Members(Protocol):
    """A channel that can count a group."""

    async def count_members(self, chat: ChatRef) -> int:
        """Return the number of members, the bot itself not counted.

        Raises: SendFailure.
        """
        ...
