"""When to stop by ourselves: many sends in a row that came to the same trouble.

Counted for all processes together: many of them that each counted for itself would send as many
times more before anybody stops.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from domain.delivery import (
    Accepted,
    Advanced,
    GoneAway,
    Outcome,
    TurnedDown,
    Unknowable,
)

REFUSED_MOST = 20
"""So many messages of a run, refused in a row for one kind of reason, pause it."""
GONE_MOST = 20
"""So many people in a row, gone for one reason, are rather a fault of the account."""
SILENT_MOST = 5
"""After so many sends in a row of which nobody knows what came, the platform is left alone."""
_RUNS_KEPT = 50
_SHORTEST = timedelta(seconds=5)
_LONGEST = timedelta(seconds=30)


class Refusal(StrEnum):
    """Why a platform refuses message after message of a run."""

    RIGHTS = "rights"
    QUOTA = "quota"
    MEDIA = "media"
    TOO_LONG = "too_long"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class RunRefused:
    """A run of which everything is refused."""

    run_id: UUID
    why: Refusal


@dataclass(frozen=True, slots=True)
class EverybodyGone:
    """An account by which nobody can be reached any more, whoever it is."""

    reason: str


@dataclass(frozen=True, slots=True)
class Silent:
    """A platform of which nobody knows what it takes; leave it alone for so long."""

    wait: timedelta


Trip = RunRefused | EverybodyGone | Silent


def refusal(outcome: TurnedDown) -> Refusal:
    """Say of what kind a refusal is."""
    if outcome.reason.startswith("quota:"):
        return Refusal.QUOTA
    if outcome.reason.startswith("media:") or outcome.reason == "file_missing":
        return Refusal.MEDIA
    if outcome.reason == "too_long":
        return Refusal.TOO_LONG
    return Refusal.RIGHTS if outcome.rights else Refusal.CONTENT


class Breaker:
    """Count troubles in a row, and say when there are too many."""

    def __init__(self, written: str = "") -> None:
        """`written` is what another process made of its counts by `text`."""
        self._refused: dict[UUID, tuple[Refusal, int]] = {}
        self._gone: tuple[str, int] = ("", 0)
        self._silent = 0
        self._trips: list[Trip] = []
        if written:
            told = json.loads(written)
            self._refused = {
                UUID(run_id): (Refusal(why), count) for run_id, why, count in told["refused"]
            }
            self._gone, self._silent = (told["gone"][0], told["gone"][1]), told["silent"]

    def text(self) -> str:
        """Return the counts, to go on with them elsewhere; empty where there is no trouble."""
        if not (self._refused or self._gone[1] or self._silent):
            return ""
        lately = list(self._refused.items())[-_RUNS_KEPT:]
        refused = [(run_id.hex, why.value, count) for run_id, (why, count) in lately]
        return json.dumps({"refused": refused, "gone": self._gone, "silent": self._silent})

    @property
    def refused(self) -> frozenset[UUID]:
        """The runs of which messages were refused in a row."""
        return frozenset(self._refused)

    def forget(self, run_id: UUID) -> None:
        """Count no longer what is refused of a run."""
        self._refused.pop(run_id, None)

    def note(self, run_id: UUID | None, outcome: Outcome) -> None:
        """Hear what a send came to, in the order in which they ended."""
        match outcome:
            case Accepted() | Advanced():
                if run_id is not None:
                    self._refused.pop(run_id, None)
                self._gone, self._silent = ("", 0), 0
            case TurnedDown():
                self._silent = 0
                if run_id is not None:
                    self._note_refusal(run_id, refusal(outcome))
            case GoneAway(_, reason):
                self._silent = 0
                if run_id is not None:
                    self._note_gone(reason)
            case Unknowable():
                self._silent += 1
                if self._silent >= SILENT_MOST:
                    wait = _SHORTEST * 2 ** min(10, self._silent - SILENT_MOST)
                    self._trips.append(Silent(min(_LONGEST, wait)))
            case _:
                # It says nothing of what would come next.
                return

    def trips(self) -> Sequence[Trip]:
        """Return what there was too much of since the last time; of silences the longest wait."""
        trips, self._trips = self._trips, []
        silent = [trip for trip in trips if isinstance(trip, Silent)]
        others = [trip for trip in dict.fromkeys(trips) if not isinstance(trip, Silent)]
        return [*others, *silent[-1:]]

    def _note_refusal(self, run_id: UUID, why: Refusal) -> None:
        before, count = self._refused.get(run_id, (why, 0))
        count = count + 1 if before is why else 1
        if count >= REFUSED_MOST:
            self._trips.append(RunRefused(run_id, why))
            # Whoever lets it go on all the same is told again.
            count = 0
        self._refused[run_id] = (why, count)

    def _note_gone(self, reason: str) -> None:
        before, count = self._gone
        self._gone = (reason, count + 1 if before == reason else 1)
        if self._gone[1] >= GONE_MOST:
            self._trips.append(EverybodyGone(reason))


@dataclass(frozen=True, slots=True)
class Heard:
    """What one send came to, or several alike that were taken."""

    run_id: UUID | None
    outcome: Outcome


class Ear:
    """Keep what sends came to until it is counted, in the order in which they ended."""

    def __init__(self) -> None:
        self._heard: list[Heard] = []
        self._known: set[UUID | None] = set()
        self.troubled = True
        """Whether there may be a count that somebody who was reached ends."""

    def note(self, run_id: UUID | None, outcome: Outcome) -> None:
        """Hear what a send came to."""
        if not isinstance(outcome, Accepted | Advanced):
            if isinstance(outcome, TurnedDown | GoneAway | Unknowable):
                self._known.clear()
                self._heard.append(Heard(run_id, outcome))
        elif run_id not in self._known:
            # Many are taken, and one of a run in a row says as much as all.
            self._known.add(run_id)
            self._heard.append(Heard(run_id, outcome))

    def take(self) -> Sequence[Heard]:
        """Return what is to be counted, in one transaction; if it fails, tell it `again`."""
        heard, self._heard = self._heard, []
        self._known.clear()
        return heard

    def again(self, heard: Sequence[Heard]) -> None:
        """Keep for the next time what could not be counted."""
        self._heard = [*heard, *self._heard]

    def perhaps(self, heard: Sequence[Heard]) -> None:
        """Keep of what may have been counted what may be counted twice: that somebody was reached.

        A trouble told twice would stop what half as many came to; one left out is soon made up for.
        """
        self.again([one for one in heard if isinstance(one.outcome, Accepted | Advanced)])

    def matters(self, heard: Sequence[Heard]) -> bool:
        """Tell whether it changes any count."""
        return bool(heard) and (
            self.troubled or any(not isinstance(one.outcome, Accepted | Advanced) for one in heard)
        )
