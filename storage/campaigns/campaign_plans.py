"""When campaigns go out: how far a repeating one has come, and plans that are proposed and hold."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select, update

from domain.campaign import CampaignState, Content
from domain.hours import BroadcastRules
from domain.reach_plan import ReachPlan
from domain.schedule import Schedule
from domain.terms import Terms
from storage.campaigns.campaigns import (
    Campaign,
    Proposal,
    proposal_json,
)
from storage.campaigns.stored_json import (
    content_json,
    plan_json,
    read_plan,
    schedule_json,
    terms_json,
)
from storage.database import Tx
from storage.people.units import rules_json
from storage.tables import campaign

_WELL: Mapping[str, int | None] = MappingProxyType({"faults": 0, "retry_at": None})


def set_schedule(tx: Tx, campaign_id: UUID, schedule: Schedule | None) -> None:
    """Say whether a draft repeats, and when."""
    tx.connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.state == CampaignState.DRAFT.value)
        .values(schedule=schedule_json(schedule))
    )


def set_terms(tx: Tx, campaign_id: UUID, terms: Terms | None) -> None:
    """Say how long a draft may go on once it is sent, and how fast."""
    tx.connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.state == CampaignState.DRAFT.value)
        .values(terms=terms_json(terms))
    )


def set_plan(tx: Tx, campaign_id: UUID, plan: ReachPlan) -> None:
    """Say whom a draft will reach by which path, and at what cost."""
    tx.connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.state == CampaignState.DRAFT.value)
        .values(reach_plan=plan_json(plan))
    )


def plan_of(tx: Tx, campaign_id: UUID) -> ReachPlan | None:
    """Return the reach plan that a campaign was handed in with."""
    query = select(campaign.c.reach_plan).where(campaign.c.id == campaign_id)
    return read_plan(tx.connection.execute(query).scalar_one_or_none())


def advance(
    tx: Tx, known: Campaign, occurrence: int, next_at: datetime | None, left: int | None
) -> bool:
    """Note how far a repeating campaign has come; False when somebody else did meanwhile.

    Without a next time it is done.
    """
    state = CampaignState.APPROVED if next_at is not None else CampaignState.DONE
    result = tx.connection.execute(
        update(campaign)
        .where(
            campaign.c.id == known.id,
            campaign.c.state == CampaignState.APPROVED.value,
            campaign.c.occurrence == known.occurrence,
            campaign.c.next_at == known.next_at,
        )
        .values(state=state.value, occurrence=occurrence, next_at=next_at, times_left=left, **_WELL)
    )
    return bool(result.rowcount)


def propose(tx: Tx, campaign_id: UUID, proposal: Proposal | None) -> None:
    """Keep another plan for a campaign beside the one that holds, or drop it."""
    tx.connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id)
        .values(proposal=proposal_json(proposal))
    )


def replan(
    tx: Tx,
    known: Campaign,
    proposal: Proposal,
    next_at: datetime | None,
    rules: BroadcastRules | None,
    content: Content,
    **values: object,
) -> bool:
    """Let a proposed plan and its words hold; False when the campaign has moved on meanwhile.

    Without a next time one that rests goes on resting.
    """
    state = CampaignState.APPROVED if next_at is not None else known.state
    result = tx.connection.execute(
        update(campaign)
        .where(
            campaign.c.id == known.id,
            campaign.c.state == known.state.value,
            campaign.c.occurrence == known.occurrence,
        )
        .values(
            state=state.value,
            due_at=proposal.due_at,
            schedule=schedule_json(proposal.schedule),
            times_left=proposal.schedule.times if proposal.schedule else None,
            rules=rules_json(rules) if rules is not None else None,
            content=content_json(content),
            next_at=next_at,
            reach_plan=plan_json(proposal.reach_plan) if proposal.reach_plan else None,
            proposal=None,
            **_WELL,
            **values,
        )
    )
    return bool(result.rowcount)
