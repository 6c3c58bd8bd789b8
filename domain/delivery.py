"""The words of the ledger: states, lanes, kinds, and what a send came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType

from domain.failures import Until
from domain.messages import Effect


class DeliveryState(StrEnum):
    """Where a delivery stands. Seen, acknowledged, replied are facets beside it, not states."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    UNSURE = "unsure"
    SKIPPED = "skipped"


class Lane(IntEnum):
    """How urgent a delivery is; the smaller goes first."""

    URGENT = 0
    TALK = 1
    ROUTINE = 2
    BULK = 3


class DeliveryKind(StrEnum):
    """What a delivery is."""

    CAMPAIGN = "campaign"
    """A campaign's message to one resident."""
    POST = "post"
    """A campaign's message to a group or channel."""
    REPLY = "reply"
    """Our part of a conversation."""
    CARD = "card"
    """A tip shown to reviewers."""
    STUB = "stub"
    """What a card is changed into once its tip is closed."""
    PHOTO = "photo"
    """The clean copy of a tip's photo, shown to who asked for it."""
    NOTICE = "notice"
    """Anything else for staff: approvals, warnings."""
    PINNED = "pinned"
    """What a group is told of us; it is pinned once it stands there."""
    MAKING = "making"
    """A group that the account makes: never tried twice by itself, for then there might be two."""
    ARTICLE = "article"
    """A campaign's public page, sent to whoever follows the account: no step of it is repeated."""
    EFFECT = "effect"
    """Something done to a chat, no message."""


class SkipReason(StrEnum):
    """Why a delivery was not sent on purpose."""

    OPTED_OUT = "opted_out"
    PAUSED = "paused"
    """They were asked whether to stop."""
    SUSPENDED = "suspended"
    """They want nothing for a while, by their own word."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    GROUP_LEFT = "group_left"
    CAPPED = "capped"
    """The person had as many broadcasts as the unit allows."""
    IN_DANGER = "in_danger"
    """The person has just told of a danger; an urgent alert goes all the same."""
    WINDOW = "window"
    """The person wrote too long ago: the platform lets us write only for a while after that."""
    ALLOWANCE = "allowance"
    """It would cost more than the plan allows."""
    ELSEWHERE = "elsewhere"
    """The same person gets it in another chat of theirs."""


class Facet(StrEnum):
    """What happened to a delivery beside its state; each is counted once per delivery."""

    SEEN = "seen"
    """A platform with receipts says so; no press ever does."""
    ACKNOWLEDGED = "acknowledged"
    PRESSED = "pressed"
    """A button was pressed by which people begin to write or to sign: Báo tin, Hỏi, Ký cam kết."""
    REPLIED = "replied"
    TIPS = "tips"
    STOPPED = "stopped"
    SAFE = "safe"
    """They told that they are safe, as an alert asks them to."""
    PAID = "paid"
    """It went outside the window in which messages cost nothing."""
    REOPENED = "reopened"
    """They wrote after it, and what we write next is free again."""
    NEWCOMERS = "newcomers"
    """They joined its audience after that was written down; somebody decided that they get it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform took it."""

    message_id: str
    at: datetime
    pressable: bool = False
    """Whether its choices stand there as buttons, so that numbers stand for nothing."""
    others: tuple[str, ...] = ()
    """Messages that went before it, where one of ours took several: people answer them, too."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """A step is done, certainly; the row goes on with the next."""

    next: Effect


@dataclass(frozen=True, slots=True)
class GoneAway:
    """The person cannot be reached."""

    until: Until
    reason: str


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """Content or rights were refused."""

    reason: str
    rights: bool = False
    """It says nothing of the content: another account may well send it."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not sent; try again after `wait`, counted from the settling."""

    reason: str
    wait: timedelta
    account_wide: bool = False


@dataclass(frozen=True, slots=True)
class Relocated:
    """Certainly not sent; the chat has a new id."""

    chat_id: str


@dataclass(frozen=True, slots=True)
class Unknowable:
    """May have been sent."""

    reason: str
    others: tuple[str, ...] = ()
    """Messages that certainly went before, where it takes several."""


@dataclass(frozen=True, slots=True)
class AccountStopped:
    """Certainly not sent; the account itself is down."""

    reason: str


Outcome = (
    Accepted | Advanced | GoneAway | TurnedDown | NotSent | Relocated | Unknowable | AccountStopped
)
_NAMES: Mapping[type[Outcome], str] = MappingProxyType(
    {
        Accepted: "accepted",
        Advanced: "accepted",
        GoneAway: "unreachable",
        TurnedDown: "refused",
        NotSent: "not_sent",
        Relocated: "not_sent",
        Unknowable: "unsure",
        AccountStopped: "account_down",
    }
)
THROTTLED = "throttled"
"""Why a send did not happen that the platform found too fast."""


def named(outcome: Outcome) -> str:
    """Return what an outcome is counted as."""
    if isinstance(outcome, NotSent) and outcome.reason == THROTTLED:
        return THROTTLED
    return _NAMES[type(outcome)]
