"""From a written campaign to an approved one: four eyes, one exact text, one time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from broadcasts import amending, articles, own_photos, packs, planning, reach_planning, signing
from broadcasts.desk import Desk
from broadcasts.preparing import SAMPLE_CODE, prepare
from domain.audit import Act, Thing
from domain.campaign import (
    Audience,
    CampaignRules,
    CampaignState,
    Content,
    foreign_links,
    too_late,
)
from domain.delivery import Lane
from domain.errors import Refusal
from domain.hours import BroadcastRules
from domain.library import PLACEHOLDERS, TextFault
from domain.messages import Outgoing
from domain.roles import Permission, Role, may
from domain.schedule import Schedule
from domain.terms import AS_RULED, Expiry, Terms
from storage.campaigns import campaign_plans, campaigns, own_photo_ends, recipients
from storage.campaigns.campaigns import Campaign, NewCampaign
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff, Unit
from storage.staff import audit

RULES = CampaignRules()
CANCELLABLE = (
    CampaignState.DRAFT,
    CampaignState.SUBMITTED,
    CampaignState.APPROVED,
    CampaignState.PAUSED,
)
"""Of a campaign in these states something may still go out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an author hands in."""

    template_id: str | None
    subject: str
    content: Content
    audience: Audience
    due_at: datetime | None
    """None: as soon as it is approved, or when its schedule says."""
    schedule: Schedule | None = None
    expiry: Expiry = AS_RULED
    most_vnd: int = 0
    """What it may cost beyond what our accounts have paid for; 0: nothing."""


def check(tx: Tx, desk: Desk, unit: Unit, content: Content) -> Mapping[str, Outgoing]:
    """Return the messages a content makes, if all of it may be sent.

    Raises: Refusal naming what is missing, too long, or not allowed in a broadcast.
    """
    try:
        missing = content.missing()
        if missing:
            name = missing[0][1]
            raise Refusal("campaigns.placeholder_empty", what=PLACEHOLDERS.get(name, name))
        prepared = prepare(desk.catalogue, content, SAMPLE_CODE, tx.now)
    except TextFault:
        raise Refusal("campaigns.text_fault") from None
    own_photos.check(tx, content)
    for outgoing in prepared.values():
        links = foreign_links(f"{outgoing.heading}\n{outgoing.text}")
        if links:
            raise Refusal("campaigns.foreign_link", link=links[0])
        for channel in _channels(tx, unit):
            excess = desk.outbox.excess(channel, outgoing)
            if excess:
                photo = content.photo is not None
                key = "campaigns.too_long_photo" if photo else "campaigns.too_long"
                raise Refusal(key, n=str(excess))
    return prepared


def approvers(tx: Tx, unit_id: UUID, *hands: UUID) -> list[Staff]:
    """Return who may approve what others have in hand, and has a chat in which to be asked."""
    deciding = frozenset(role for role in Role if may({role}, Permission.APPROVE_CAMPAIGN))
    return [
        one
        for one in units.staff_with(tx, unit_id, deciding)
        if one.id not in hands and addresses.of_staff(tx, one.id) is not None
    ]


def write_down(tx: Tx, desk: Desk, author: Staff, draft: Draft) -> Campaign:
    """Keep a campaign and submit it for approval.

    It stays a draft while its words wait for a signature.

    Raises: Refusal when it cannot be sent as it is, reaches nobody, or nobody can approve it.
    """
    unit = units.get_unit(tx, author.unit_id)
    articles.check(draft.audience, check(tx, desk, unit, draft.content))
    if draft.audience.of_run is not None:
        amending.check(tx, unit.id, draft.audience.of_run)
    elif not draft.audience.is_public and not recipients.expected(tx, unit, draft.audience).people:
        raise Refusal("campaigns.nobody_to_reach")
    known = campaigns.create(
        tx,
        NewCampaign(
            unit_id=unit.id,
            author_id=author.id,
            template_id=draft.template_id,
            subject=draft.subject,
            lane=Lane.ROUTINE,
            content=draft.content,
            audience=draft.audience,
            due_at=draft.due_at,
            schedule=draft.schedule,
            terms=planning.terms_of(tx, desk, unit.id, draft.expiry, draft.most_vnd),
        ),
    )
    if draft.content.photo is not None:
        own_photo_ends.note_use(tx, draft.content.photo.id, known.id)
    if not approvers(tx, known.unit_id, *known.hands):
        raise Refusal("campaigns.no_approver")
    if signing.unsigned(tx, unit.id, draft.content) is not None:
        planning.check(tx, known.due_at, known.schedule, known.terms, rules_of(tx, known))
        return known
    return submit(tx, desk, known)


def submit(tx: Tx, desk: Desk, known: Campaign) -> Campaign:
    """Hand a draft in: from now on an approval signs exactly what it is.

    An urgent alert is signed by the tap that approves it.

    Raises: Refusal when its time has passed, nobody can approve it, or its words are not signed.
    """
    if known.lane is not Lane.URGENT and signing.unsigned(tx, known.unit_id, known.content):
        raise Refusal("campaigns.not_signed")
    planning.check(tx, known.due_at, known.schedule, known.terms, rules_of(tx, known))
    if not approvers(tx, known.unit_id, *known.hands):
        raise Refusal("campaigns.no_approver")
    ready = _hand_in(tx, desk, known, tx.now)
    record(tx, Act.CAMPAIGN_SUBMITTED, ready, known.author_id)
    if known.audience.of_run is not None:
        audit.append(
            tx,
            Act.RUN_CORRECTED,
            Thing.RUN,
            known.audience.of_run,
            unit_id=known.unit_id,
            staff_id=known.author_id,
            campaign=known.number,
            by=known.template_id or "",
        )
    return ready


def words_of_now(tx: Tx, known: Campaign) -> Content:
    """Return the words with the unit's name and numbers of now; an urgent alert keeps its own."""
    if known.lane is Lane.URGENT:
        return known.content
    unit = units.get_unit(tx, known.unit_id)
    return known.content.of_unit({one: unit.values(one) for one in known.content.values})


def tells_old_unit(tx: Tx, known: Campaign) -> bool:
    """Tell whether the words name the unit, or its phone, otherwise than the unit is now."""
    return words_of_now(tx, known) != known.content


def is_outdated(tx: Tx, desk: Desk, known: Campaign) -> bool:
    """Tell whether the unit's quiet hours, caps, pace or particulars are not those handed in."""
    rules = known.rules != rules_of(tx, known)
    return rules or known.terms != _terms_of_now(tx, desk, known) or tells_old_unit(tx, known)


def _terms_of_now(tx: Tx, desk: Desk, known: Campaign) -> Terms | None:
    if known.terms is None:
        return None
    terms = known.terms
    return planning.terms_of(tx, desk, known.unit_id, terms.expiry, terms.most_vnd)


def renew(tx: Tx, desk: Desk, known: Campaign) -> Campaign:
    """Hand a campaign in again under the unit's quiet hours, caps, pace and particulars of now.

    Raises: Refusal when somebody has decided meanwhile.
    """
    if not campaigns.change(tx, known, CampaignState.DRAFT, submitted_hash=None):
        raise Refusal("campaigns.already_decided")
    campaigns.set_words(tx, known.id, words_of_now(tx, known))
    campaign_plans.set_terms(tx, known.id, _terms_of_now(tx, desk, known))
    ready = _hand_in(tx, desk, _again(tx, known), known.submitted_at or tx.now)
    record(tx, Act.CAMPAIGN_REPLANNED, ready, None)
    return ready


def decidable(tx: Tx, decider: Staff, campaign_id: UUID, hash_start: str) -> Campaign:
    """Return the campaign, locked, if this person may decide on exactly this version of it.

    Raises: Refusal.
    """
    known = campaigns.get(tx, campaign_id, lock=True)
    if known is None or known.unit_id != decider.unit_id or len(hash_start) != 8:
        raise Refusal("app.stale_button")
    if decider.id in known.hands:
        raise Refusal("campaigns.own_campaign")
    if known.state is CampaignState.DRAFT:
        raise Refusal("campaigns.changed_since")
    if known.state is not CampaignState.SUBMITTED:
        raise Refusal("campaigns.already_decided")
    if known.hash() != known.submitted_hash or not known.hash().startswith(hash_start):
        raise Refusal("campaigns.changed_since")
    return known


def is_expired(tx: Tx, known: Campaign) -> bool:
    """Tell whether nothing of a campaign that is approved now could be sent any more."""
    next_at = planning.first_time(tx, known.due_at, known.schedule, known.rules)
    return known.terms is not None and known.terms.expiry.is_over(next_at or tx.now)


def approve(
    tx: Tx, desk: Desk, known: Campaign, decider: Staff, rules: CampaignRules = RULES
) -> bool:
    """Approve; False when it is too late for the time it was written for.

    Then nothing is approved: the campaign is a draft again and its author must name a new time.

    Raises: Refusal when its words may not be sent, whatever they were checked by when written.
    """
    if known.submitted_at is None:
        message = "an unsubmitted campaign cannot be approved"
        raise ValueError(message)
    check(tx, desk, units.get_unit(tx, known.unit_id), known.content)
    if known.lane is not Lane.URGENT and signing.unsigned(tx, known.unit_id, known.content):
        raise Refusal("campaigns.not_signed")
    next_at = planning.first_time(tx, known.due_at, known.schedule, known.rules)
    late = known.schedule is None and too_late(known.due_at, known.submitted_at, tx.now, rules)
    if next_at is None or late or is_expired(tx, known):
        campaigns.change(tx, known, CampaignState.DRAFT, submitted_hash=None)
        return False
    times = known.schedule.times if known.schedule is not None else None
    if known.audience.of_run is not None:
        # A wrong post is read on while the words that mend it wait for their hour.
        amending.take_down(tx, desk, known.audience.of_run)
        own_photos.withdraw(tx, desk, known.audience.of_run, known.content.photo)
        packs.remind(tx, desk, known.audience.of_run)
    return decide(tx, known, CampaignState.APPROVED, decider, next_at=next_at, times_left=times)


def reject(tx: Tx, known: Campaign, decider: Staff, reason: str) -> None:
    """Turn a campaign down, with a reason for its author."""
    decide(tx, known, CampaignState.REJECTED, decider, note=reason)


def cancel(tx: Tx, known: Campaign, decider: Staff | None, reason: str | None = None) -> None:
    """Take a campaign back before it starts; nobody: it has waited too long.

    Raises: Refusal when it has started or is over.
    """
    if known.state not in CANCELLABLE:
        raise Refusal("campaigns.already_decided")
    decide(tx, known, CampaignState.CANCELLED, decider, note=reason, next_at=None)
    campaign_plans.propose(tx, known.id, None)


def reschedule(
    tx: Tx, desk: Desk, known: Campaign, due_at: datetime | None, schedule: Schedule | None = None
) -> Campaign:
    """Give a campaign that nobody has decided on a new plan and submit it again.

    Raises: Refusal.
    """
    if schedule is not None and known.audience.of_run is not None:
        raise Refusal("campaigns.replan_not_this", number=str(known.number))
    if known.state is CampaignState.SUBMITTED:
        if not campaigns.change(tx, known, CampaignState.DRAFT, submitted_hash=None):
            raise Refusal("campaigns.already_decided")
    elif known.state is not CampaignState.DRAFT:
        raise Refusal("campaigns.already_decided")
    campaigns.set_due(tx, known.id, due_at, known.rules)
    campaign_plans.set_schedule(tx, known.id, schedule)
    kept = planning.fitting(tx, known.terms, due_at, schedule, rules_of(tx, known))
    campaign_plans.set_terms(tx, known.id, kept)
    return submit(tx, desk, _again(tx, known))


def _hand_in(tx: Tx, desk: Desk, known: Campaign, submitted_at: datetime) -> Campaign:
    """Submit a draft with its reach plan; its time becomes the one at which it may really go."""
    rules = rules_of(tx, known)
    due_at = known.due_at
    if rules is not None and due_at is not None:
        due_at = rules.opens_at(due_at)
    campaigns.set_due(tx, known.id, due_at, rules)
    campaign_plans.set_plan(tx, known.id, reach_planning.of(tx, desk, _again(tx, known)))
    ready = _again(tx, known)
    if not campaigns.change(
        tx,
        ready,
        CampaignState.SUBMITTED,
        submitted_at=submitted_at,
        submitted_hash=ready.hash(),
    ):
        raise Refusal("campaigns.already_decided")
    return _again(tx, ready)


def rules_of(tx: Tx, known: Campaign) -> BroadcastRules | None:
    """Return what a campaign keeps to: an urgent one and its correction to nothing.

    Any other correction keeps to no cap.
    """
    of_run = known.audience.of_run
    if known.lane is Lane.URGENT or (of_run is not None and amending.is_urgent(tx, of_run)):
        return None
    rules = units.get_unit(tx, known.unit_id).broadcasting
    return rules if of_run is None else replace(rules, a_day=0, a_month=0)


def decide(
    tx: Tx,
    known: Campaign,
    state: CampaignState,
    decider: Staff | None,
    note: str | None = None,
    **values: object,
) -> bool:
    """Write a decision down, with who took it; `note` is why.

    Raises: Refusal when it was decided meanwhile.
    """
    staff_id = decider.id if decider is not None else None
    decided = campaigns.change(
        tx, known, state, note=note, decided_by=staff_id, decided_at=tx.now, **values
    )
    if not decided:
        raise Refusal("campaigns.already_decided")
    record(tx, _DECISIONS[state], known, staff_id, reason=note or "")
    return True


def record(tx: Tx, act: Act, known: Campaign, staff_id: UUID | None, reason: str = "") -> None:
    """Write down who did what to a campaign; nobody: the service did it by itself."""
    audit.append(
        tx,
        act,
        Thing.CAMPAIGN,
        known.id,
        unit_id=known.unit_id,
        staff_id=staff_id,
        reason=reason,
        number=known.number,
        lane=known.lane.name,
        signed=(known.submitted_hash or "")[:16],
        **_facts(known),
    )


def _facts(known: Campaign) -> dict[str, str]:
    photo, pages = known.content.photo, known.audience.articles
    facts = {"photo": photo.digest[:16]} if photo is not None else {}
    return {**facts, "articles": str(len(pages))} if pages else facts


_DECISIONS: Mapping[CampaignState, Act] = MappingProxyType(
    {
        CampaignState.APPROVED: Act.CAMPAIGN_APPROVED,
        CampaignState.REJECTED: Act.CAMPAIGN_REJECTED,
        CampaignState.CANCELLED: Act.CAMPAIGN_CANCELLED,
    }
)


def _again(tx: Tx, known: Campaign) -> Campaign:
    found = campaigns.get(tx, known.id)
    return found if found is not None else known


def _channels(tx: Tx, unit: Unit) -> list[str]:
    serving = [one for one in addresses.accounts(tx) if one.unit_id in (None, unit.id)]
    return sorted({one.channel for one in serving})
