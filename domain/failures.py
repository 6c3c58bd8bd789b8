"""How a send can fail, named by what the caller should do. Adapters translate into these."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Until(StrEnum):
    """How long an address stays unreachable."""

    THEY_WRITE = "they_write"
    FOREVER = "forever"


class Scope(StrEnum):
    """What has to wait after a throttle."""

    CHAT = "chat"
    ACCOUNT = "account"


class SendFailure(Exception):
    """The message was not known to be accepted."""

    certain = True
    """True when it certainly did not reach the platform's store of messages."""


@dataclass
class Unreachable(SendFailure):
    """The person cannot be written to: blocked, left, deleted, or never started."""

    until: Until
    reason: str


@dataclass
class Refused(SendFailure):
    """The platform refused this content or our rights; says nothing about the person's wish."""

    reason: str
    rights: bool = False
    """True where it is about our rights alone: another account may well send the same."""


@dataclass
class Throttled(SendFailure):
    """Too fast: nothing was sent, wait `retry_after` in the scope given."""

    retry_after: timedelta
    scope: Scope


@dataclass
class Moved(SendFailure):
    """The chat lives under another id now; send there."""

    chat_id: str


@dataclass
class Transient(SendFailure):
    """Certainly not delivered, and likely to work later: refused connection, DNS."""

    reason: str


@dataclass
class Ambiguous(SendFailure):
    """May have been delivered: read time-out, reset, 5xx. Nobody can know yet."""

    reason: str
    others: tuple[str, ...] = ()
    """Messages that certainly went before, where it takes several."""
    certain = False


@dataclass
class AccountDown(SendFailure):
    """The account itself cannot send: token, rights, quota. Rows stay pending, an admin is told."""

    reason: str
