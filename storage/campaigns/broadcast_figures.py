"""What became of private messages about a subject, in figures."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """Private messages about one subject, or about all (`subject` is None).

    `people` are distinct: those of two subjects, units or periods must never be added.
    """

    subject: str | None
    broadcasts: int
    handed: int
    """Handed to the platform, whatever came of it: pairs of person and broadcast, as the rest."""
    taken: int
    """Taken by the platform without a fault."""
    delivered: int
    """Confirmed as delivered by a platform that tells."""
    seen: int
    people: int | None
    """None where the rows of some are gone, for figures of people cannot be added."""
    answered: int
    """Replied to, or one of its buttons pressed: Đã đọc, Báo tin, Hỏi."""

    def plus(self, other: Self) -> Self:
        """Add the figures of other runs; people cannot be added, for they may be the same."""
        return replace(
            self,
            broadcasts=self.broadcasts + other.broadcasts,
            handed=self.handed + other.handed,
            taken=self.taken + other.taken,
            delivered=self.delivered + other.delivered,
            seen=self.seen + other.seen,
            people=None,
            answered=self.answered + other.answered,
        )
