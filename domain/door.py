"""What a platform asks of whoever sends through one of its accounts, as numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.channel import Capabilities
from domain.messages import MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The way out by one account; the defaults ask nothing, and nothing is counted."""

    receipts: bool = False
    """Whether the platform tells of delivery."""
    typed_choices: bool = False
    """Whether people type numbers in place of pressing buttons."""
    reply_window: timedelta | None = None
    """How long after they last wrote a person can be written to; None: for ever."""
    free_window: timedelta | None = None
    """How long after they last wrote a message costs nothing; None: it never costs."""
    allowance: int = 0
    """How many messages a month beyond the free window are paid for already."""
    most_a_month: int | None = None
    """How many messages may go in a month; None: no limit is known."""
    apart: frozenset[MediaKind] = frozenset()
    """Media whose words go as a message of their own, which counts and may cost as well."""

    def messages(self, goes_with: MediaKind | None) -> int:
        """Return how many messages words with such media are; without media one."""
        return 2 if goes_with in self.apart else 1

    @property
    def listens(self) -> bool:
        """Whether it matters when a person last wrote."""
        return self.reply_window is not None or self.is_counted

    @property
    def is_counted(self) -> bool:
        """Whether the account's messages are counted month by month."""
        return self.free_window is not None or self.most_a_month is not None

    def is_shut(self, heard_at: datetime | None, now: datetime) -> bool:
        """Tell whether somebody who last wrote then can be written to no more."""
        return _is_over(self.reply_window, heard_at, now)

    def costs(self, heard_at: datetime | None, now: datetime) -> bool:
        """Tell whether a message costs to somebody who last wrote then."""
        return _is_over(self.free_window, heard_at, now)


OPEN = Door()
"""A way out that asks nothing."""


def door_of(capabilities: Capabilities) -> Door:
    """Return what a channel asks."""
    return Door(
        receipts=capabilities.receipts,
        typed_choices=capabilities.typed_choices,
        reply_window=capabilities.reply_window,
        free_window=capabilities.free_window,
        allowance=capabilities.allowance,
        most_a_month=capabilities.most_a_month,
        apart=capabilities.apart,
    )


def for_runs(most_a_month: int) -> int:
    """Return how many messages of a month are for runs: a tenth, rounded up, is kept for talk."""
    return most_a_month - -(-most_a_month // 10)


def _is_over(window: timedelta | None, heard_at: datetime | None, now: datetime) -> bool:
    return window is not None and (heard_at is None or now - heard_at >= window)
