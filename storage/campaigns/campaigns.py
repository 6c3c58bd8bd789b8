"""Campaigns: what was written for whom, who decided, and when it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, func, or_, select, update

from domain.campaign import CAMPAIGN_MOVES, Audience, CampaignState, Content, content_hash
from domain.delivery import Lane
from domain.hours import BroadcastRules
from domain.reach_plan import ReachPlan
from domain.schedule import Schedule
from domain.terms import Terms
from storage import sequences
from storage.campaigns.stored_json import (
    audience_json,
    content_json,
    read_audience,
    read_content,
    read_plan,
    read_schedule,
    read_terms,
    schedule_json,
    terms_json,
)
from storage.database import Tx
from storage.people.units import read_rules, rules_json
from storage.savepoints import delay
from storage.sealing import Place
from storage.tables import campaign, run


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """A campaign to be written."""

    unit_id: UUID
    author_id: UUID
    template_id: str | None
    subject: str
    lane: Lane
    content: Content
    audience: Audience
    due_at: datetime | None
    schedule: Schedule | None = None
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """Who looks after a campaign, in which unit."""

    unit_id: UUID
    holder_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Another plan for an approved campaign, which holds once a second person approves it."""

    due_at: datetime | None
    schedule: Schedule | None
    by: UUID
    at: datetime
    reach_plan: ReachPlan | None = None
    """Whom it would reach by which path then, and at what cost."""


_PROPOSAL: TypeAdapter[Proposal] = TypeAdapter(Proposal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign; `number` is its name for people, counted per unit."""

    id: UUID
    unit_id: UUID
    number: int
    template_id: str | None
    subject: str
    author_id: UUID
    keeper_id: UUID | None
    """Who looks after it since it was handed over; None: its author."""
    state: CampaignState
    lane: Lane
    content: Content
    audience: Audience
    created_at: datetime
    due_at: datetime | None
    rules: BroadcastRules | None
    """The quiet hours and caps that were handed in with it; None where none hold."""
    schedule: Schedule | None
    """When it repeats; None: it goes out once."""
    terms: Terms | None
    """How long it may go on, and how fast; None: as the rules say."""
    reach_plan: ReachPlan | None
    """Whom it reaches by which path, as it was handed in; None: it was not yet."""
    times_left: int | None
    """How often a repeated one may still go out; None: as long as its schedule says."""
    proposal: Proposal | None
    next_at: datetime | None
    occurrence: int
    submitted_at: datetime | None
    submitted_hash: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    decision_note: str | None

    @property
    def looked(self) -> "Looked":
        """Who looks after it now."""
        return Looked(self.unit_id, self.keeper_id or self.author_id)

    @property
    def hands(self) -> tuple[UUID, ...]:
        """Who wrote it and who looks after it: neither decides on it."""
        return tuple(dict.fromkeys((self.author_id, self.looked.holder_id)))

    def hash(self) -> str:
        """Return the hash of what the campaign is now, to hold against the one submitted."""
        return content_hash(
            self.content,
            self.audience,
            self.due_at,
            self.lane,
            self.rules,
            self.schedule,
            self.terms,
            self.reach_plan,
        )


def create(tx: Tx, new: NewCampaign) -> Campaign:
    """Write a campaign as a draft."""
    campaign_id = tx.new_id()
    tx.connection.execute(
        campaign.insert().values(
            id=campaign_id,
            unit_id=new.unit_id,
            number=sequences.next_number(tx, f"campaign:{new.unit_id.hex}"),
            template_id=new.template_id,
            subject=new.subject,
            author_id=new.author_id,
            state=CampaignState.DRAFT.value,
            lane=new.lane.name,
            content=content_json(new.content),
            audience=audience_json(new.audience),
            created_at=tx.now,
            due_at=new.due_at,
            schedule=schedule_json(new.schedule),
            terms=terms_json(new.terms),
            occurrence=0,
        )
    )
    found = get(tx, campaign_id)
    assert found is not None, "just written"
    return found


def get(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> Campaign | None:
    """Return a campaign; with `lock` nobody else can decide on it until the transaction ends."""
    query = select(campaign).where(campaign.c.id == campaign_id)
    if lock:
        query = query.with_for_update()
    row = tx.connection.execute(query).one_or_none()
    return _campaign(tx, row) if row else None


def by_number(tx: Tx, unit_id: UUID, number: int) -> Campaign | None:
    """Return a unit's campaign by its number."""
    row = tx.connection.execute(
        select(campaign).where(campaign.c.unit_id == unit_id, campaign.c.number == number)
    ).one_or_none()
    return _campaign(tx, row) if row else None


def newest_run(tx: Tx, campaign_id: UUID) -> UUID | None:
    """Return the id of a campaign's newest run."""
    query = select(run.c.id).where(run.c.campaign_id == campaign_id).order_by(run.c.id.desc())
    return tx.connection.execute(query.limit(1)).scalar_one_or_none()


def waiting(tx: Tx, unit_id: UUID, states: Sequence[CampaignState]) -> list[Campaign]:
    """Return a unit's campaigns in some states, oldest first."""
    rows = tx.connection.execute(
        select(campaign)
        .where(
            campaign.c.unit_id == unit_id,
            campaign.c.state.in_([state.value for state in states]),
        )
        .order_by(campaign.c.number)
    )
    return [_campaign(tx, row) for row in rows]


def own_texts(tx: Tx, unit_id: UUID, most: int) -> list[Campaign]:
    """Return the newest campaigns of a unit whose words it wrote itself, urgent alerts aside.

    Left out are those that were rejected, or taken back by another than their author before any
    of it went out: somebody did not want these words.
    """
    rows = tx.connection.execute(
        select(campaign)
        .where(
            campaign.c.unit_id == unit_id,
            campaign.c.template_id.is_(None),
            campaign.c.lane == Lane.ROUTINE.name,
            campaign.c.state != CampaignState.REJECTED.value,
            or_(
                campaign.c.state != CampaignState.CANCELLED.value,
                campaign.c.occurrence > 0,
                campaign.c.decided_by.is_(None),
                campaign.c.decided_by == campaign.c.author_id,
            ),
        )
        .order_by(campaign.c.number.desc())
        .limit(most)
    )
    return [_campaign(tx, row) for row in rows]


def amending(tx: Tx, run_id: UUID, states: Sequence[CampaignState]) -> UUID | None:
    """Return a campaign in one of some states that corrects or withdraws a run; None without."""
    query = select(campaign.c.id).where(
        campaign.c.audience["of_run"].as_string() == str(run_id),
        campaign.c.state.in_([state.value for state in states]),
    )
    return tx.connection.execute(query.limit(1)).scalar_one_or_none()


def amended(tx: Tx, unit_id: UUID, states: Sequence[CampaignState]) -> list[UUID]:
    """Return the runs of a unit that campaigns in some states correct or withdraw."""
    of_run = campaign.c.audience["of_run"].as_string()
    rows = tx.connection.execute(
        select(of_run)
        .where(
            campaign.c.unit_id == unit_id,
            of_run.is_not(None),
            campaign.c.state.in_([state.value for state in states]),
        )
        .distinct()
    )
    return [UUID(found) for found in rows.scalars()]


def due(tx: Tx, limit: int = 20) -> list[UUID]:
    """Return the ids of approved campaigns whose time has come, locked.

    Those of another tick are left out, and those put off after a fault.
    """
    rows = tx.connection.execute(
        select(campaign.c.id)
        .where(
            campaign.c.state == CampaignState.APPROVED.value,
            campaign.c.next_at <= tx.now,
            or_(campaign.c.retry_at.is_(None), campaign.c.retry_at <= tx.now),
        )
        .order_by(campaign.c.next_at, campaign.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(rows.scalars())


def unanswered(tx: Tx) -> list[UUID]:
    """Return the ids of urgent alerts that wait for a tap and are to be looked at now, locked."""
    rows = tx.connection.execute(
        select(campaign.c.id)
        .where(
            campaign.c.state == CampaignState.SUBMITTED.value,
            campaign.c.lane == Lane.URGENT.name,
            campaign.c.next_at <= tx.now,
        )
        .order_by(campaign.c.id)
        .with_for_update(skip_locked=True)
    )
    return list(rows.scalars())


def look_again(tx: Tx, campaign_id: UUID, at: datetime) -> None:
    """Say when to look whether somebody has answered an urgent alert."""
    tx.connection.execute(update(campaign).where(campaign.c.id == campaign_id).values(next_at=at))


def put_off(tx: Tx, campaign_id: UUID) -> int:
    """Leave a due campaign that failed alone for a while, longer each time; return its faults."""
    one = campaign.c.id == campaign_id
    faults: int = tx.connection.execute(select(campaign.c.faults).where(one)).scalar_one() + 1
    tx.connection.execute(
        update(campaign).where(one).values(faults=faults, retry_at=tx.now + delay(faults))
    )
    return faults


HOLDER = func.coalesce(campaign.c.keeper_id, campaign.c.author_id)


def label(tx: Tx, campaign_id: UUID) -> tuple[Looked, int]:
    """Return who looks after a campaign, and its number, readable even where its words are not."""
    query = select(campaign.c.unit_id, HOLDER.label("holder_id"), campaign.c.number)
    row = tx.connection.execute(query.where(campaign.c.id == campaign_id)).one()
    return Looked(row.unit_id, row.holder_id), row.number


def failing(tx: Tx) -> int:
    """Return how many approved campaigns could not be started when they were due."""
    query = select(func.count()).where(
        campaign.c.state == CampaignState.APPROVED.value, campaign.c.faults > 0
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def change(
    tx: Tx, known: Campaign, state: CampaignState, *, note: str | None = None, **values: object
) -> bool:
    """Bring a campaign into another state; False when it has left the known one meanwhile.

    `note` is what the decider wrote about it.

    Raises: ValueError for a step that no campaign may take.
    """
    if state not in CAMPAIGN_MOVES[known.state]:
        message = f"a campaign cannot go from {known.state} to {state}"
        raise ValueError(message)
    if note is not None:
        values["decision_note"] = tx.keys.seal(note, _note_place(known.id))
    result = tx.connection.execute(
        update(campaign)
        .where(campaign.c.id == known.id, campaign.c.state == known.state.value)
        .values(state=state.value, **values)
    )
    return bool(result.rowcount)


def set_due(
    tx: Tx, campaign_id: UUID, due_at: datetime | None, rules: BroadcastRules | None
) -> None:
    """Give a draft its time, and the quiet hours and caps that it is handed in with."""
    tx.connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.state == CampaignState.DRAFT.value)
        .values(due_at=due_at, rules=rules_json(rules) if rules is not None else None)
    )


def set_words(tx: Tx, campaign_id: UUID, content: Content) -> None:
    """Give a draft other words."""
    tx.connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.state == CampaignState.DRAFT.value)
        .values(content=content_json(content))
    )


def proposal_json(proposal: Proposal | None) -> Any:
    """Return a proposed plan as it is stored."""
    return _PROPOSAL.dump_python(proposal, mode="json") if proposal is not None else None


def _note_place(campaign_id: UUID) -> Place:
    return Place("campaign", "decision_note", campaign_id)


def _campaign(tx: Tx, row: Row[Any]) -> Campaign:
    note = row.decision_note
    return Campaign(
        id=row.id,
        unit_id=row.unit_id,
        number=row.number,
        template_id=row.template_id,
        subject=row.subject,
        author_id=row.author_id,
        keeper_id=row.keeper_id,
        state=CampaignState(row.state),
        lane=Lane[row.lane],
        content=read_content(row.content),
        audience=read_audience(row.audience),
        created_at=row.created_at,
        due_at=row.due_at,
        rules=read_rules(row.rules) if row.rules is not None else None,
        schedule=read_schedule(row.schedule),
        terms=read_terms(row.terms),
        reach_plan=read_plan(row.reach_plan),
        times_left=row.times_left,
        proposal=_PROPOSAL.validate_python(row.proposal) if row.proposal is not None else None,
        next_at=row.next_at,
        occurrence=row.occurrence,
        submitted_at=row.submitted_at,
        submitted_hash=row.submitted_hash,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_note=tx.keys.unseal(note, _note_place(row.id)) if note is not None else None,
    )
