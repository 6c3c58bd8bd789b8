"""A line: one account with its channel and what sends for it, and what a channel must offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from aiohttp import web

from bot.platforms import Platform, shown
from delivery.sender import Sender
from domain.channel import Channel
from domain.failures import AccountDown
from storage.people.addresses import Account


class Served(Channel, Protocol):
    """A channel as the service needs it."""

    @property
    def username(self) -> str:
        """The account's public name; empty before `start`."""
        ...

    @property
    def link(self) -> str:
        """How links to it are written, with `{payload}` in them; empty while none is known."""
        ...

    @property
    def down(self) -> AccountDown | None:
        """Why the account cannot work, None while it can, as far as this process learned."""
        ...

    @property
    def heard_at(self) -> datetime | None:
        """When the platform last answered a poll; None where it calls us."""
        ...

    def routes(self) -> Sequence[web.RouteDef]:
        """Return what goes into the web door before it opens; none where we poll."""
        ...

    async def ready(self) -> None:
        """Check the account, so that it can send; nothing is received before `start`.

        Raises: AccountDown, Transient.
        """
        ...

    async def probe(self) -> str:
        """Ask the platform who we are and receive nothing; returns the name.

        Raises: SendFailure.
        """
        ...

    async def check(self) -> None:
        """Ask the platform, while running, whether it knows the account; clears `down` if so.

        Raises: SendFailure.
        """
        ...


@runtime_checkable
class Deafens(Protocol):
    """A channel that can stop to receive and go on sending, as one that polls must."""

    async def deafen(self) -> None:
        """Receive no more; what is received already is committed."""
        ...


@runtime_checkable
class ShowsCommands(Protocol):
    """A channel that shows a menu of commands to everybody."""

    async def publish_commands(self, commands: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Set the menu by language; empty text: all others.

        Raises: SendFailure.
        """
        ...


@runtime_checkable
class CountsEvents(Protocol):
    """A channel that counts what became of what its platform told it."""

    @property
    def counts(self) -> Mapping[str, int]:
        """What became of events since the start."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An account, its channel, and what sends for it."""

    platform: Platform
    key: str
    account: Account
    channel: Served
    sender: Sender
    longest_poll: timedelta | None = None
    """How long a poll without news may take; None where the platform calls us."""
    lock: str = ""
    """What the account is called among locks."""

    @property
    def shown(self) -> str:
        """How it is called before people."""
        name = self.channel.username or self.account.username
        return shown(self.platform.channel, name) if name else f"{self.platform.shown} {self.key}"
