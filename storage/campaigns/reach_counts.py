"""How everybody of an audience stands, counted before a campaign goes out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, case, func, literal, or_, select

from domain.campaign import Audience
from domain.clock import local
from domain.hours import BroadcastRules
from domain.reach_plan import Posts, Standing
from storage.campaigns import caps, reached, recipients
from storage.database import Tx
from storage.people.residents import Wish
from storage.people.units import Unit
from storage.tables import account, account_use, address, delivery, group_chat, hand_group, resident

Counts = Mapping[tuple[UUID, Standing], int]

BY_HAND = "by_hand"
"""In place of a channel: where people post by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How long after they last wrote people of an account are written to at all, and for nothing.

    None: for ever.
    """

    account_id: UUID
    reply: timedelta | None
    free: timedelta | None


@dataclass(frozen=True, slots=True)
class Use:
    """What an account sent in a month, and how many of these beyond the free ones."""

    sent: int = 0
    paid: int = 0


def standing(
    tx: Tx,
    unit: Unit,
    audience: Audience,
    windows: Sequence[Windows],
    at: datetime,
    rules: BroadcastRules,
) -> Counts:
    """Return how many of an audience's area stand how at an instant, by the account of each.

    Nobody is counted twice: the first of `Standing` that holds is theirs.
    """
    if audience.posts_only:
        return {}
    shut = _silent({one.account_id: one.reply for one in windows}, at)
    costs = _silent({one.account_id: one.free for one in windows}, at)
    everybody = recipients.everybody(tx, unit, audience, shut, costs)
    found = _counted(tx, everybody, windows, at)
    if rules.caps:
        full = caps.full(tx, (resident.c.unit_id == unit.id,), at, rules).subquery()
        had = everybody.where(resident.c.id.in_(select(full.c.resident_id)))
        for (account_id, one), number in _counted(tx, had, windows, at).items():
            if one in (Standing.FREE, Standing.COSTS):
                found[account_id, one] -= number
                found[account_id, Standing.CAPPED] += number
    return {key: number for key, number in found.items() if number}


def standing_of_run(tx: Tx, of_run: UUID, windows: Sequence[Windows], at: datetime) -> Counts:
    """Return the same of those whom a run reached, each where they got it; they have no caps."""
    people = (
        select(
            resident.c.id,
            resident.c.wish,
            delivery.c.address_id,
            literal(None, String).label("declines"),
        )
        .select_from(delivery)
        .join(resident, resident.c.id == delivery.c.resident_id)
        .where(*reached.private(of_run))
    )
    return dict(_counted(tx, people, windows, at))


def use_of(tx: Tx, account_id: UUID, at: datetime) -> Use:
    """Return what an account sent in the month of Viet Nam in which an instant lies."""
    row = tx.connection.execute(
        select(account_use.c.sent, account_use.c.paid).where(
            account_use.c.account_id == account_id,
            account_use.c.month == f"{local(at):%Y-%m}",
        )
    ).one_or_none()
    return Use(row.sent, row.paid) if row is not None else Use()


def posts(tx: Tx, group_ids: Sequence[UUID]) -> list[tuple[UUID, Posts]]:
    """Return by account in which groups and channels a campaign is posted."""
    if not group_ids:
        return []
    rows = tx.connection.execute(
        select(
            address.c.account_id,
            account.c.channel,
            func.count(),
            func.coalesce(func.sum(group_chat.c.members), 0),
            func.count(case((group_chat.c.members.is_(None), 1))),
        )
        .select_from(group_chat)
        .join(address, address.c.group_id == group_chat.c.id)
        .join(account, account.c.id == address.c.account_id)
        .where(group_chat.c.id.in_(group_ids))
        .group_by(address.c.account_id, account.c.channel)
        .order_by(account.c.channel, address.c.account_id)
    )
    return [
        (row[0], Posts(channel=row[1], groups=row[2], members=int(row[3]), unknown=row[4]))
        for row in rows
    ]


def by_hand(tx: Tx, unit: Unit) -> Posts | None:
    """Return the groups in which people of a unit may post by hand; None without any."""
    row = tx.connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(hand_group.c.members), 0),
            func.count(case((hand_group.c.members.is_(None), 1))),
        ).where(hand_group.c.unit_id == unit.id, hand_group.c.ended_at.is_(None))
    ).one()
    if not row[0]:
        return None
    return Posts(channel=BY_HAND, groups=row[0], members=int(row[1]), unknown=row[2])


def _counted(
    tx: Tx, everybody: Select[Any], windows: Sequence[Windows], at: datetime
) -> Counter[tuple[UUID, Standing]]:
    page = everybody.subquery()
    wish = page.c.wish
    whens: list[tuple[ColumnElement[bool], str]] = [
        (wish.in_([Wish.PAUSED.value, Wish.SUSPENDED.value]), Standing.PAUSED.value),
        (wish != Wish.YES.value, Standing.NO_CONSENT.value),
        (page.c.declines.is_not(None), Standing.DECLINED.value),
        (address.c.unreachable.is_not(None), Standing.UNREACHABLE.value),
    ]
    for limits, how in (
        ({one.account_id: one.reply for one in windows}, Standing.WINDOW),
        ({one.account_id: one.free for one in windows}, Standing.COSTS),
    ):
        silent = _silent(limits, at)
        if silent is not None:
            whens.append((silent, how.value))
    how_each = case(*whens, else_=Standing.FREE.value)
    one = select(address.c.account_id, how_each.label("how")).join(
        page, page.c.address_id == address.c.id
    )
    found = one.subquery()
    rows = tx.connection.execute(
        select(found.c.account_id, found.c.how, func.count()).group_by(
            found.c.account_id, found.c.how
        )
    )
    return Counter({(row.account_id, Standing(row.how)): row[2] for row in rows})


def _silent(spans: Mapping[UUID, timedelta | None], at: datetime) -> ColumnElement[bool] | None:
    """Say which addresses are of an account whose span is over since their people last wrote."""
    heard = address.c.heard_at
    found = [
        and_(address.c.account_id == one, or_(heard.is_(None), heard <= at - span))
        for one, span in spans.items()
        if span is not None
    ]
    return or_(*found) if found else None
