"""The tokens of an account that Zalo, or somebody like them, renews again and again."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What the platform gave; `access` is empty where only a refresh token is known."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldTokens:
    """The pair that counts now; `refused` says why it is good for nothing."""

    pair: TokenPair = field(repr=False)
    version: int
    access_until: datetime
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class TokenState:
    """How the tokens are, without them."""

    access_until: datetime
    refresh_since: datetime
    refused: str | None = None
    refused_at: datetime | None = None
