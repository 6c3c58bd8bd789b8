"""A repeating campaign as a whole: let it rest, let it go on. Its runs are steered one by one."""

from broadcasts import approving
from domain.audit import Act
from domain.campaign import CampaignState
from domain.errors import Refusal
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.people.units import Staff


def pause(tx: Tx, known: Campaign, by: Staff) -> None:
    """Let no further time of a repeating campaign come; what has begun goes on.

    Raises: Refusal when it is not repeating now.
    """
    if known.schedule is None or known.state is not CampaignState.APPROVED:
        raise Refusal("campaigns.series_not_running", number=str(known.number))
    if not campaigns.change(tx, known, CampaignState.PAUSED, next_at=None):
        raise Refusal("campaigns.already_decided")
    approving.record(tx, Act.CAMPAIGN_PAUSED, known, by.id)


def resume(tx: Tx, known: Campaign, by: Staff) -> Campaign:
    """Go on with a repeating campaign from its next time; nothing is sent in place of the others.

    Times that lay in the pause do not count among those it may go out.

    Raises: Refusal when it does not rest, or has no time to come.
    """
    number = str(known.number)
    if known.schedule is None or known.state is not CampaignState.PAUSED:
        raise Refusal("campaigns.series_not_paused", number=number)
    next_at = known.schedule.next_after(tx.now)
    if next_at is None or known.times_left == 0:
        raise Refusal("campaigns.series_over", number=number)
    if not campaigns.change(tx, known, CampaignState.APPROVED, next_at=next_at):
        raise Refusal("campaigns.already_decided")
    approving.record(tx, Act.CAMPAIGN_RESUMED, known, by.id)
    found = campaigns.get(tx, known.id)
    return found if found is not None else known
