"""Whether a plan can be kept: its time, its schedule, how long it may go on and how fast."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from broadcasts.desk import Desk
from domain.due import FURTHEST
from domain.errors import Refusal
from domain.hours import BroadcastRules
from domain.schedule import Schedule
from domain.terms import AS_RULED, Expiry, Terms
from storage.database import Tx
from storage.people import addresses


def check(
    tx: Tx,
    due_at: datetime | None,
    schedule: Schedule | None,
    terms: Terms | None = None,
    rules: BroadcastRules | None = None,
) -> None:
    """Check that a plan has a time to come, not too far ahead, and expires neither soon nor late.

    `rules`: the quiet hours it waits for before it begins.

    Raises: Refusal.
    """
    expiry = terms.expiry if terms is not None else AS_RULED
    if schedule is not None:
        if schedule.next_after(tx.now) is None:
            raise Refusal("campaigns.repeat_over")
        if expiry.at is not None:
            raise Refusal("expiry.repeats")
    elif due_at is not None and due_at <= tx.now:
        raise Refusal("campaigns.time_past")
    elif due_at is not None and due_at - tx.now > FURTHEST:
        raise Refusal("campaigns.time_far")
    begins = first_time(tx, due_at, schedule, rules) or tx.now
    if expiry.is_over(begins):
        raise Refusal("expiry.before_start")
    if not expiry.fits(begins):
        raise Refusal("expiry.far")


def first_time(
    tx: Tx, due_at: datetime | None, schedule: Schedule | None, rules: BroadcastRules | None
) -> datetime | None:
    """Return when a plan that is approved now begins; None when it is over.

    A repeating one keeps its own instants: its runs rest in quiet hours by themselves.
    """
    if schedule is not None:
        return schedule.next_after(tx.now)
    next_at = max(due_at or tx.now, tx.now)
    return rules.opens_at(next_at) if rules is not None else next_at


def fitting(
    tx: Tx,
    terms: Terms | None,
    due_at: datetime | None,
    schedule: Schedule | None,
    rules: BroadcastRules | None,
) -> Terms | None:
    """Return terms for another plan: an instant that says nothing of it is let go, a span stays."""
    if terms is None or terms.expiry.at is None:
        return terms
    begins = first_time(tx, due_at, None, rules) or tx.now
    if schedule is None and terms.expiry.fits(begins):
        return terms
    return replace(terms, expiry=AS_RULED)


def terms_of(tx: Tx, desk: Desk, unit_id: UUID, expiry: Expiry, most_vnd: int = 0) -> Terms:
    """Return what is approved of a plan beside its time, with the pace of the unit's channels."""
    serving = {one.channel for one in addresses.accounts(tx) if one.unit_id in (None, unit_id)}
    return Terms(
        expiry=expiry,
        pace={channel: desk.outbox.pace(channel) for channel in sorted(serving)},
        most_vnd=most_vnd,
    )
