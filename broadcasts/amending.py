"""Corrections and withdrawals: campaigns that go to exactly those whom another run reached."""

from dataclasses import dataclass
from uuid import UUID

from broadcasts import controlling
from broadcasts.desk import Say
from domain.campaign import CampaignState
from domain.clock import show_day
from domain.errors import Refusal
from domain.language import Language
from domain.library import fill
from storage import campaigns, reached, runs, units
from storage.campaigns import Campaign
from storage.database import Tx
from storage.reached import Reached
from storage.runs import Run
from storage.units import Staff

CORRECTION = "sys-correction"
WITHDRAWAL = "sys-withdrawal"

_UNDER_WAY = (CampaignState.DRAFT, CampaignState.SUBMITTED, CampaignState.APPROVED)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A run to be corrected or withdrawn, what it was called, and whom it reached."""

    run: Run
    campaign: Campaign
    reached: Reached

    @property
    def values(self) -> dict[str, str]:
        """The placeholders by which a correction names it."""
        own = self.campaign.content
        return {
            "ma_ban_tin": self.run.code,
            "tieu_de": fill(own.title, own.values[Language.VI]),
            "ngay_gui": show_day(self.run.created_at),
        }

    @property
    def languages(self) -> frozenset[Language]:
        """The languages in which it went out."""
        return frozenset(language for language in Language if language.value in self.run.content)


def check(tx: Tx, unit_id: UUID, run_id: UUID) -> Wrong:
    """Return a run that may be corrected or withdrawn now; the run is locked.

    Raises: Refusal when it reached nobody, or when that is under way already.
    """
    run = runs.get(tx, run_id, lock=True)
    known = campaigns.get(tx, run.campaign_id) if run is not None else None
    if run is None or known is None or run.unit_id != unit_id:
        raise Refusal("campaigns.no_such_run")
    for other in campaigns.waiting(tx, unit_id, _UNDER_WAY):
        if other.audience.of_run == run.id:
            raise Refusal("campaigns.amended_already", number=str(other.number), code=run.code)
    found = reached.whom(tx, run.id)
    if found.nobody:
        raise Refusal("campaigns.reached_nobody_yet", code=run.code)
    if found.people == found.stopped and not found.posts.here:
        raise Refusal("campaigns.nobody_to_amend", code=run.code)
    return Wrong(run, known, found)


def stop_the_rest(tx: Tx, run: Run, by: Staff) -> bool:
    """Cancel what is still to go out of a wrong run; False when it is over already."""
    if run.state.is_over:
        return False
    controlling.cancel(tx, run, by)
    return True


def posts_left(tx: Tx, run_id: UUID, say: Say) -> str | None:
    """Say in which groups a run's posts stand that only people there can take down."""
    found = reached.posts(tx, run_id)
    groups = (*found.here, *found.left)
    if not groups:
        return None
    names = ", ".join(units.get_group(tx, group_id).label for group_id in groups)
    return say("campaigns.posts_by_hand", n=str(len(groups)), names=names)
