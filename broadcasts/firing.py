"""Starting what is due: an approved campaign whose time has come becomes a run, once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

import structlog

from broadcasts import (
    amending,
    approving,
    articles,
    expanding,
    leaflets,
    own_photos,
    signing,
    telling,
)
from broadcasts.approving import RULES
from broadcasts.desk import Desk
from broadcasts.preparing import prepare
from broadcasts.trouble import put_off_campaign
from domain.campaign import CampaignRules, CampaignState, RunState
from domain.clock import show_time
from domain.delivery import Lane
from domain.figures import count
from domain.hours import ANY_TIME
from domain.schedule import Schedule, Turnout, turnout
from domain.terms import AS_RULED, Expiry
from storage.campaigns import campaign_plans, campaigns, runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.runs import Run
from storage.codec import write_outgoing
from storage.database import Tx
from storage.deliveries import marks
from storage.people import units
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)

_MOST_KEPT = 31
"""Of so many times that came while the service was down a run is kept."""
_MOST_NAMED = 5


def fire_due(tx: Tx, desk: Desk, rules: CampaignRules = RULES) -> int:
    """Start every campaign that is due; return how many runs were started.

    Harmless when called twice or by two processes: (campaign, occurrence) is unique. A campaign
    later than it allows is not sent; its run is kept as missed and its author is told. One that
    fails is put off, and does not hold up the others.
    """
    if marks.noticed(tx) is not None:
        # An older copy knows nothing of what began since: an admin says whether it begins again.
        return 0
    return sum(_try(tx, desk, campaign_id, rules) for campaign_id in campaigns.due(tx))


def fire(tx: Tx, desk: Desk, campaign_id: UUID, rules: CampaignRules = RULES) -> bool:
    """Start one campaign that is due; False when there is nothing to start now."""
    known = campaigns.get(tx, campaign_id)
    return known is not None and _fire(tx, desk, known, rules)


def _try(tx: Tx, desk: Desk, campaign_id: UUID, rules: CampaignRules) -> bool:
    try:
        return apart(tx, lambda: fire(tx, desk, campaign_id, rules))
    except Spoiled as fault:
        put_off_campaign(tx, desk, campaign_id, fault)
        return False


def _fire(tx: Tx, desk: Desk, known: Campaign, rules: CampaignRules) -> bool:
    # Whoever cancels it at the same instant has the last word: then there is nothing to start.
    if known.state is not CampaignState.APPROVED or known.next_at is None:
        return False
    if known.audience.of_run is not None and runs.counted(tx, known.audience.of_run, "pending"):
        # What is on its way of the text to be corrected must be counted among those it reached.
        return False
    if known.schedule is not None:
        return _fire_again(tx, desk, known, known.schedule, rules)
    occurrence = known.occurrence + 1
    if not campaigns.change(tx, known, CampaignState.DONE, next_at=None, occurrence=occurrence):
        return False
    missed = _is_late(tx, known, known.next_at, rules)
    run = runs.create(tx, _new_run(tx, desk, known, occurrence, known.next_at, rules, missed))
    if run is None:
        return False
    _tell(tx, desk, known, run)
    missed = run.state is RunState.MISSED
    if known.audience.of_run is not None and not missed:
        amending.take_down(tx, desk, known.audience.of_run)
    log.info("run_fired", run=str(run.id), missed=missed)
    if not missed and run.lane is Lane.URGENT:
        # Nobody in danger waits for the next tick.
        expanding.expand_step(tx, run.id, doors=desk.outbox.doors())
    return not missed


def _fire_again(
    tx: Tx, desk: Desk, known: Campaign, schedule: Schedule, rules: CampaignRules
) -> bool:
    """Let a repeating campaign come as far as it should be: what was missed is kept as missed.

    Of several times that have come only the newest is sent, so that nobody gets a burst.
    """
    if known.next_at is None or known.next_at > tx.now:
        return False
    come = turnout(
        schedule,
        known.next_at,
        tx.now,
        known.times_left,
        lambda due_at: _is_late(tx, known, due_at, rules),
    )
    last = known.occurrence + come.come
    if not campaign_plans.advance(tx, known, last, come.next_at, come.left):
        return False
    behind = [*come.missed, *([come.goes] if come.goes is not None else [])]
    for occurrence, due_at in list(enumerate(behind, start=known.occurrence + 1))[-_MOST_KEPT:]:
        missed = due_at != come.goes
        run = runs.create(tx, _new_run(tx, desk, known, occurrence, due_at, rules, missed))
        if run is None:
            return False
        log.info("run_fired", run=str(run.id), missed=missed)
        if not missed:
            _tell(tx, desk, replace(known, next_at=come.next_at), run)
    if come.missed:
        _tell_missed(tx, desk, known, come)
    return come.goes is not None


def _is_late(tx: Tx, known: Campaign, due_at: datetime, rules: CampaignRules) -> bool:
    """Tell whether it is too late for a time, not counting quiet hours just after it."""
    ready_at = due_at
    if known.schedule is not None:
        ready_at = units.get_unit(tx, known.unit_id).broadcasting.opens_at(due_at)
    late = tx.now - ready_at > rules.late_allowance or _expiry(known).is_over(tx.now)
    return late or _hindrance(tx, known) is not None


def _expiry(known: Campaign) -> Expiry:
    return known.terms.expiry if known.terms is not None else AS_RULED


def _new_run(
    tx: Tx,
    desk: Desk,
    known: Campaign,
    occurrence: int,
    due_at: datetime,
    rules: CampaignRules,
    missed: bool,
) -> runs.NewRun:
    code = runs.unused_code(tx)
    prepared = prepare(desk.catalogue, known.content, code, tx.now)
    unit = units.get_unit(tx, known.unit_id)
    source = leaflets.of_content(known.content, known.subject, code, approved=True)
    prepared = leaflets.with_cards(tx, desk.catalogue, unit, source, prepared)
    photo = known.content.photo
    if photo is not None and not own_photos.is_kept(tx, photo):
        # A photo ends with its first withdrawal; the words that were approved with it go on.
        prepared = {name: replace(one, media=None) for name, one in prepared.items()}
    written = {name: write_outgoing(message) for name, message in prepared.items()}
    written |= articles.prepared(tx, desk, unit, known, prepared)
    amends = known.audience.of_run
    urgent = amends is not None and amending.is_urgent(tx, amends)
    lane = Lane.URGENT if urgent else known.lane
    routine = lane is not Lane.URGENT
    lifetime = rules.lifetime if routine or urgent else rules.urgent_lifetime
    hours = unit.broadcasting if routine else ANY_TIME
    caps = known.rules or ANY_TIME
    open_from, open_until = hours.interval(tx.now)
    return runs.NewRun(
        campaign_id=known.id,
        occurrence=occurrence,
        unit_id=known.unit_id,
        code=code,
        lane=lane,
        state=RunState.MISSED if missed else RunState.EXPANDING,
        content=written,
        audience=known.audience,
        due_at=due_at,
        not_after=_expiry(known).ends(hours, tx.now, lifetime),
        open_from=open_from,
        open_until=open_until,
        counted=routine and amends is None,
        a_day=caps.a_day,
        a_month=caps.a_month,
    )


class _Hindrance(StrEnum):
    """Why a campaign that is in time is not sent: the texts that tell of it."""

    UNSIGNED = "campaigns.run_unsigned"
    OTHER_UNIT = "unit_changes.run"


_OF_SERIES: Mapping[_Hindrance | None, str] = MappingProxyType(
    {
        None: "campaigns.series_missed",
        _Hindrance.UNSIGNED: "campaigns.series_unsigned",
        _Hindrance.OTHER_UNIT: "unit_changes.series",
    }
)


def _hindrance(tx: Tx, known: Campaign) -> _Hindrance | None:
    if known.lane is Lane.URGENT:
        return None
    if signing.unsigned(tx, known.unit_id, known.content) is not None:
        return _Hindrance.UNSIGNED
    # The words were approved as they are: nobody has approved them with another number.
    return _Hindrance.OTHER_UNIT if approving.tells_old_unit(tx, known) else None


def _tell(tx: Tx, desk: Desk, known: Campaign, run: Run) -> None:
    key, when = "campaigns.run_started", run.due_at
    more = {}
    if known.schedule is not None:
        key = "campaigns.series_started" if known.next_at else "campaigns.series_last"
        more = {"next": show_time(known.next_at) if known.next_at else "", "n": str(run.occurrence)}
    if run.state is RunState.MISSED:
        key = _hindrance(tx, known) or "campaigns.run_missed"
    elif run.open_from is not None:
        key, when = "campaigns.run_rests", run.open_from
    facts = {"number": str(known.number), "code": run.code, "due": show_time(when), **more}
    telling.notify(
        tx,
        desk,
        known,
        lambda say: (say(key, **facts), ()),
        chiefs=run.state is RunState.MISSED,
    )


def _tell_missed(tx: Tx, desk: Desk, known: Campaign, come: Turnout) -> None:
    """Tell which times of a repeating campaign nobody got, and when it goes on."""
    key = _OF_SERIES[_hindrance(tx, known)]
    telling.notify(
        tx,
        desk,
        known,
        lambda say: (
            say(
                key,
                number=str(known.number),
                n=count(len(come.missed)),
                times="; ".join(show_time(at) for at in come.missed[-_MOST_NAMED:]),
                next=show_time(come.next_at) if come.next_at else say("campaigns.repeat_no_more"),
            ),
            (),
        ),
        chiefs=True,
    )
