"""Quiet hours: runs rest in them, and go on by themselves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from broadcasts.approving import RULES
from domain.campaign import CampaignRules
from domain.delivery import Lane
from domain.hours import BroadcastRules
from domain.reach_plan import ReachPlan
from domain.terms import AS_RULED
from storage.campaigns import runs
from storage.database import Tx
from storage.people import units

RESTING = (Lane.ROUTINE, Lane.BULK)
"""The lanes whose runs rest in quiet hours; an urgent alert does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """When a broadcast really goes out: what its plan says."""

    begins: datetime
    ends: datetime
    """About when the last of it will have gone, at the pace of its channels."""
    rests_at: datetime | None
    """When the first quiet hours interrupt it; None when it is through before."""


def course(plan: ReachPlan, rules: BroadcastRules) -> Course:
    """Return when what is planned so really goes out, with these quiet hours."""
    ends = plan.through
    rests_at = rules.closes_at(plan.begins)
    return Course(
        begins=plan.begins, ends=ends, rests_at=rests_at if rests_at and rests_at < ends else None
    )


def keep_hours(tx: Tx, rules: CampaignRules = RULES) -> int:
    """Set every unfinished run's hours by what its unit says now; return how many changed.

    A silent day that is decided today holds even for what was approved yesterday. Time in which a
    run had to rest is given back to it: it is over once it could have been sent for a lifetime.
    """
    changed = 0
    known: dict[UUID, BroadcastRules] = {}
    for run in runs.unfinished(tx, RESTING):
        if run.unit_id not in known:
            known[run.unit_id] = units.get_unit(tx, run.unit_id).broadcasting
        own = known[run.unit_id]
        hours = own.interval(tx.now)
        expiry = run.terms.expiry if run.terms is not None else AS_RULED
        not_after = run.not_after
        if expiry.at is None:
            not_after = max(not_after, expiry.ends(own, run.created_at, rules.lifetime))
        if (run.open_from, run.open_until, run.not_after) != (*hours, not_after):
            runs.set_hours(tx, run.run_id, hours, not_after)
            changed += 1
    return changed
