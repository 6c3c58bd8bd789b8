"""Sending a run to the rest: exactly those whom it may have missed, because somebody decides so."""

from uuid import UUID

from broadcasts import approving, controlling, own_photos, signing, taking_up
from broadcasts.approving import RULES
from domain.audit import Act
from domain.campaign import CampaignRules, CampaignState, RunState
from domain.delivery import Lane
from domain.errors import Refusal
from domain.terms import AS_RULED
from storage.campaigns import campaigns, rest, runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.rest import Rest
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people.units import Staff

_GONE = (CampaignState.REJECTED, CampaignState.CANCELLED)


def check(tx: Tx, run: Run, rules: CampaignRules = RULES) -> tuple[Campaign, Rest]:
    """Return a run's campaign and its rest, if it may be sent to that now.

    Raises: Refusal when it is not finished, too old, corrected, not signed any more, or when
    there is no rest.
    """
    if run.state is not RunState.FINISHED:
        raise Refusal("campaigns.rest_not_finished", code=run.code)
    known = campaigns.get(tx, run.campaign_id)
    if known is None:
        raise Refusal("campaigns.no_such_run")
    _check_age(tx, run, known, rules)
    check_words(tx, run, known)
    found = rest.count(tx, run.id)
    if not found.people and not found.posts:
        raise Refusal("campaigns.no_rest", code=run.code)
    return known, found


def check_words(tx: Tx, run: Run, known: Campaign) -> None:
    """See that a run's words may still go to more people.

    Raises: Refusal when it was corrected, is not signed any more, or tells of another unit.
    """
    states = [state for state in CampaignState if state not in _GONE]
    for other in campaigns.waiting(tx, run.unit_id, states):
        if other.audience.of_run == run.id:
            raise Refusal("campaigns.rest_corrected", code=run.code, number=str(other.number))
    if run.lane is not Lane.URGENT and signing.unsigned(tx, run.unit_id, known.content):
        raise Refusal("campaigns.not_signed")
    if known.content.photo is not None and not own_photos.is_kept(tx, known.content.photo):
        raise Refusal("campaigns.rest_photo", code=run.code)
    if approving.tells_old_unit(tx, known):
        raise Refusal("unit_changes.rest", code=run.code)


def _check_age(tx: Tx, run: Run, known: Campaign, rules: CampaignRules) -> None:
    if tx.now - run.created_at > rules.rest_within:
        raise Refusal("campaigns.rest_too_old", code=run.code)
    if known.terms is not None and known.terms.expiry.is_over(tx.now):
        raise Refusal("expiry.rest_over", code=run.code)


def start(tx: Tx, run_id: UUID, by: Staff, rules: CampaignRules = RULES) -> tuple[Run, Rest]:
    """Send a finished run to its rest, in the hours of its unit, for as long as a run lasts.

    Raises: Refusal.
    """
    run = taking_up.locked(tx, run_id, by)
    known, found = check(tx, run, rules)
    expiry = known.terms.expiry if known.terms is not None else AS_RULED
    lifetime = rules.urgent_lifetime if run.lane is Lane.URGENT else rules.lifetime
    not_after = expiry.ends(taking_up.hours(tx, run), tx.now, lifetime)
    taking_up.take_up(tx, run, rest_at=tx.now, not_after=not_after)
    controlling.note(tx, Act.RUN_RESENT, run, by.id, people=found.people, posts=found.posts)
    return runs.get(tx, run.id) or run, found
