"""Another plan for a campaign that was approved: it holds once a second person approves it, too.

Until then the old plan goes on. What has gone out stays as it is and does not go out again: a new
plan begins after the instant at which it is approved.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from broadcasts import approving, firing, planning, reach_planning, signing
from broadcasts.approving import RULES
from broadcasts.desk import Desk
from domain.audit import Act
from domain.campaign import CampaignRules, CampaignState, content_hash, too_late
from domain.delivery import Lane
from domain.errors import Refusal
from domain.schedule import Schedule
from domain.terms import Terms
from storage.campaigns import campaign_plans, campaigns
from storage.campaigns.campaigns import Campaign, Proposal
from storage.database import Tx
from storage.people.units import Staff

_OPEN = (CampaignState.DRAFT, CampaignState.SUBMITTED)


def check(known: Campaign, by: Staff) -> None:
    """Check that somebody may give this campaign another plan.

    Raises: Refusal when it is no campaign of a plan, is over, or is still its author's alone.
    """
    number = str(known.number)
    if known.lane is Lane.URGENT or known.audience.of_run is not None:
        raise Refusal("campaigns.replan_not_this", number=number)
    if known.state in (CampaignState.REJECTED, CampaignState.CANCELLED):
        raise Refusal("campaigns.already_decided")
    if known.state is CampaignState.DONE and known.schedule is None:
        raise Refusal("campaigns.replan_sent", number=number)
    if known.state in _OPEN and known.looked.holder_id != by.id:
        raise Refusal("campaigns.replan_author", number=number)


def change(
    tx: Tx,
    desk: Desk,
    known: Campaign,
    by: Staff,
    due_at: datetime | None,
    schedule: Schedule | None,
) -> Campaign:
    """Give a campaign another plan: at once while nobody decided on it, else as a proposal.

    One whose words wait for a signature stays a draft, and is submitted with the new plan.

    Raises: Refusal.
    """
    check(known, by)
    rules = approving.rules_of(tx, known)
    terms = terms_for(tx, known, due_at, schedule)
    planning.check(tx, due_at, schedule, terms, rules)
    if known.state is CampaignState.DRAFT and signing.unsigned(tx, known.unit_id, known.content):
        campaigns.set_due(tx, known.id, due_at, known.rules)
        campaign_plans.set_schedule(tx, known.id, schedule)
        campaign_plans.set_terms(tx, known.id, terms)
    elif known.state in _OPEN:
        approving.reschedule(tx, desk, known, due_at, schedule)
    else:
        if rules is not None and due_at is not None:
            due_at = rules.opens_at(due_at)
        plan = reach_planning.of(tx, desk, replace(known, due_at=due_at, schedule=schedule))
        proposal = Proposal(due_at=due_at, schedule=schedule, by=by.id, at=tx.now, reach_plan=plan)
        if not approvers(tx, known, proposal):
            raise Refusal("campaigns.no_approver")
        campaign_plans.propose(tx, known.id, proposal)
        approving.record(tx, Act.CAMPAIGN_PLAN_PROPOSED, known, by.id)
    found = campaigns.get(tx, known.id)
    return found if found is not None else known


def terms_for(
    tx: Tx, known: Campaign, due_at: datetime | None, schedule: Schedule | None
) -> Terms | None:
    """Return the terms a campaign would have with another plan.

    Of one that nobody decided on, an expiry that does not fit the new plan is let go.
    """
    if known.state not in _OPEN:
        return known.terms
    rules = approving.rules_of(tx, known)
    return planning.fitting(tx, known.terms, due_at, schedule, rules)


def approvers(tx: Tx, known: Campaign, proposal: Proposal) -> list[Staff]:
    """Return who may approve a proposed plan: neither its author nor who has the campaign."""
    return approving.approvers(tx, known.unit_id, *known.hands, proposal.by)


def new_values(tx: Tx, known: Campaign) -> tuple[str, ...]:
    """Return what the words will tell of the unit that they did not when they were approved."""
    before, now = known.content.values, approving.words_of_now(tx, known).values
    found = (
        value
        for language in now
        for name, value in now[language].items()
        if value != before[language].get(name)
    )
    return tuple(dict.fromkeys(found))


def signed(tx: Tx, known: Campaign, proposal: Proposal) -> str:
    """Return the hash that approving a proposed plan would sign, with the unit's words of now."""
    return content_hash(
        approving.words_of_now(tx, known),
        known.audience,
        proposal.due_at,
        known.lane,
        approving.rules_of(tx, known),
        proposal.schedule,
        known.terms,
        proposal.reach_plan,
    )


def decidable(
    tx: Tx, decider: Staff, campaign_id: UUID, hash_start: str
) -> tuple[Campaign, Proposal]:
    """Return the campaign, locked, and the plan proposed for it, if this person may decide on it.

    Raises: Refusal.
    """
    known = campaigns.get(tx, campaign_id, lock=True)
    if known is None or known.unit_id != decider.unit_id or len(hash_start) != 8:
        raise Refusal("app.stale_button")
    proposal = known.proposal
    if proposal is None:
        raise Refusal("campaigns.already_decided")
    if decider.id in (*known.hands, proposal.by):
        raise Refusal("campaigns.own_campaign")
    check(known, decider)
    if not signed(tx, known, proposal).startswith(hash_start):
        raise Refusal("campaigns.changed_since")
    return known, proposal


def approve(
    tx: Tx,
    desk: Desk,
    known: Campaign,
    proposal: Proposal,
    decider: Staff,
    rules: CampaignRules = RULES,
) -> Campaign:
    """Let a proposed plan hold from now on; a campaign that rests goes on resting.

    A time of the old plan that has just come goes out first, so that it is not lost.

    Raises: Refusal when it is over by now, or the words are no longer signed.
    """
    if known.next_at is not None and known.next_at <= tx.now:
        firing.fire(tx, desk, known.id, rules)
        known = campaigns.get(tx, known.id, lock=True) or known
        check(known, decider)
    if signing.unsigned(tx, known.unit_id, known.content):
        raise Refusal("campaigns.not_signed")
    kept = approving.rules_of(tx, known)
    next_at = planning.first_time(tx, proposal.due_at, proposal.schedule, kept)
    late = proposal.schedule is None and too_late(proposal.due_at, proposal.at, tx.now, rules)
    expired = known.terms is not None and known.terms.expiry.is_over(next_at or tx.now)
    if next_at is None or late or expired:
        raise Refusal("campaigns.replan_over", number=str(known.number))
    rests = known.state is CampaignState.PAUSED and proposal.schedule is not None
    held = campaign_plans.replan(
        tx,
        known,
        proposal,
        None if rests else next_at,
        kept,
        approving.words_of_now(tx, known),
        submitted_hash=signed(tx, known, proposal),
        decided_by=decider.id,
        decided_at=tx.now,
    )
    found = campaigns.get(tx, known.id)
    if not held or found is None:
        raise Refusal("campaigns.already_decided")
    approving.record(tx, Act.CAMPAIGN_PLAN_CHANGED, found, decider.id)
    return found


def refuse(tx: Tx, known: Campaign, decider: Staff) -> None:
    """Drop a proposed plan; the old one goes on."""
    campaign_plans.propose(tx, known.id, None)
    approving.record(tx, Act.CAMPAIGN_PLAN_REFUSED, known, decider.id)
