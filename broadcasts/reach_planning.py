"""The reach plan of a campaign: made when it is handed in, approved with it, kept when it runs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from broadcasts import amending
from broadcasts.desk import Desk
from domain import reach_plan
from domain.campaign import Audience, CampaignRules
from domain.delivery import Lane
from domain.door import for_runs
from domain.hours import ANY_TIME, BroadcastRules
from domain.messages import MediaKind
from domain.reach_plan import Page, Posts, ReachPlan, TheirCount, Way
from domain.schedule import Schedule
from domain.terms import AS_RULED, Terms
from storage.accounts import told_left
from storage.campaigns import articles, reach_counts
from storage.campaigns.campaigns import Campaign
from storage.campaigns.reach_counts import Counts, Windows
from storage.database import Tx
from storage.people import addresses, units
from storage.people.addresses import Account
from storage.people.units import Unit

_RULES = CampaignRules()
_ANY_PACE = 1.0
"""Messages a second of an account whose channel is not in use here."""


def make(
    tx: Tx,
    desk: Desk,
    unit: Unit,
    audience: Audience,
    *,
    due_at: datetime | None = None,
    schedule: Schedule | None = None,
    terms: Terms | None = None,
    urgent: bool = False,
    goes_with: MediaKind | None = None,
) -> ReachPlan:
    """Return the plan of what would be approved now; of a repeating one of its first time.

    An urgent alert rests for nothing and costs whatever it takes. `goes_with`: what goes with its
    words.
    """
    hours = hours_of(tx, unit, audience, urgent=urgent)
    at = schedule.next_after(tx.now) if schedule is not None else due_at
    begins = hours.opens_at(max(at or tx.now, tx.now))
    expiry = terms.expiry if terms is not None else AS_RULED
    lifetime = _RULES.urgent_lifetime if urgent else _RULES.lifetime
    counts = _counts(tx, desk, unit, audience, begins, hours)
    posts = reach_counts.posts(tx, audience.group_ids)
    ways = [
        _in_people(
            _way(tx, desk, account, begins, _posts_by(posts, account.id)),
            desk.outbox.door(account.channel).messages(goes_with),
        )
        for account in addresses.accounts(tx)
        if account.unit_id in (None, unit.id) or account.id in {of for of, _ in counts}
    ]
    return reach_plan.make(
        counts,
        ways,
        made_at=tx.now,
        begins=begins,
        ends=expiry.ends(hours, begins, lifetime),
        rules=hours,
        most_vnd=None if urgent else (terms.most_vnd if terms is not None else 0),
        posts=[one for _, one in posts],
        by_hand=reach_counts.by_hand(tx, unit) if audience.of_run is None else None,
        articles=[_in_hours(desk, one) for one in articles.pages(tx, audience.articles, begins)],
    )


def _in_hours(desk: Desk, page: Page) -> Page:
    able = desk.outbox.able(page.channel)
    return page if able is None else replace(page, hours=able.article_hours)


def of(tx: Tx, desk: Desk, known: Campaign) -> ReachPlan:
    """Return the plan of a campaign as it would be made now."""
    return make(
        tx,
        desk,
        units.get_unit(tx, known.unit_id),
        known.audience,
        due_at=known.due_at,
        schedule=known.schedule,
        terms=known.terms,
        urgent=known.lane is Lane.URGENT,
        goes_with=known.content.goes_with,
    )


def has_prices(tx: Tx, desk: Desk, unit: Unit) -> bool:
    """Tell whether messages of some channel of a unit may cost."""
    abilities = (
        desk.outbox.able(one.channel)
        for one in addresses.accounts(tx)
        if one.unit_id in (None, unit.id)
    )
    return any(
        able is not None and able.free_window is not None and able.price_vnd for able in abilities
    )


def hours_of(tx: Tx, unit: Unit, audience: Audience, *, urgent: bool = False) -> BroadcastRules:
    """Return the hours to which a campaign of a unit keeps."""
    if urgent:
        return ANY_TIME
    if audience.of_run is not None:
        return amending.hours(tx, unit, audience.of_run)
    return unit.broadcasting


def costs_more(known: Campaign, now: ReachPlan) -> bool:
    """Tell whether a campaign would cost more by now than whoever approves it was shown."""
    return known.reach_plan is not None and now.cost_vnd > known.reach_plan.cost_vnd


def _counts(
    tx: Tx, desk: Desk, unit: Unit, audience: Audience, at: datetime, hours: BroadcastRules
) -> Counts:
    windows = [
        Windows(account_id=one.id, reply=able.reply_window, free=able.free_window)
        for one in addresses.accounts(tx)
        if (able := desk.outbox.able(one.channel)) is not None
    ]
    if audience.of_run is not None:
        return reach_counts.standing_of_run(tx, audience.of_run, windows, at)
    return reach_counts.standing(tx, unit, audience, windows, at, hours)


def _way(tx: Tx, desk: Desk, account: Account, at: datetime, posts: int) -> Way:
    able = desk.outbox.able(account.channel)
    if able is None:
        return Way(
            account_id=account.id,
            channel=account.channel,
            per_s=_ANY_PACE,
            posts=posts,
            down=True,
        )
    used = reach_counts.use_of(tx, account.id, at)
    ours = max(0, able.allowance - used.paid)
    theirs = _their_count(tx, account.id, at, used.paid, ours)
    return Way(
        account_id=account.id,
        channel=account.channel,
        per_s=desk.outbox.pace(account.channel),
        may_cost=able.free_window is not None,
        price_vnd=able.price_vnd,
        allowance_left=min(ours, theirs.left) if theirs is not None and theirs.fresh else ours,
        their_count=theirs,
        down=account.down_reason is not None,
        month_left=None if able.most_a_month is None else for_runs(able.most_a_month) - used.sent,
        posts=posts,
    )


def _posts_by(posts: Sequence[tuple[UUID, Posts]], account_id: UUID) -> int:
    return sum(one.groups for of, one in posts if of == account_id)


def _in_people(way: Way, each: int) -> Way:
    """Return what an account may do where one person's are several messages."""
    if each == 1:
        return way
    return replace(
        way,
        each=each,
        per_s=way.per_s / each,
        price_vnd=way.price_vnd * each,
        allowance_left=way.allowance_left // each,
        month_left=None if way.month_left is None else way.month_left // each,
    )


def _their_count(tx: Tx, account_id: UUID, at: datetime, paid: int, ours: int) -> TheirCount | None:
    found = told_left.of(tx, account_id, paid, at)
    if found is None:
        return None
    return TheirCount(at=found.at, told=found.told, left=found.left, ours=ours, fresh=found.fresh)
