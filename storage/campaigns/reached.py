"""Whom a run reached, so that a correction goes to exactly those."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, false, func, select

from domain.delivery import DeliveryKind, DeliveryState, SkipReason
from storage.database import Tx
from storage.deliveries.ledger import Delivery, as_delivery
from storage.people.residents import Wish
from storage.tables import address, attempt, delivery, group_chat, resident

_HAVE_IT = tuple(
    state.value for state in (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNSURE)
)
"""Who may have it counts as one who has it: nobody is left with a wrong text."""


@dataclass(frozen=True, slots=True)
class Posts:
    """The groups and channels that have a run's post: those we are in, and those we have left."""

    here: tuple[UUID, ...]
    left: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whom a run's private messages reached, and in which groups its posts stand."""

    people: int
    unsure: int
    """Of these, of how many nobody knows whether it arrived."""
    stopped: int
    """Of these, how many have stopped since, and must not be written to."""
    suspended: int
    """Of these, how many want nothing for a while; they must not be written to either."""
    unreachable: int
    """Of the others, how many cannot be reached now."""
    by_language: dict[str, int]
    posts: Posts

    @property
    def nobody(self) -> bool:
        """True when neither a person nor a group has anything of it."""
        return not (self.people or self.posts.here or self.posts.left)


def whom(tx: Tx, run_id: UUID) -> Reached:
    """Return whom a run has reached so far."""
    suspended = resident.c.wish == Wish.SUSPENDED.value
    stopped = resident.c.wish.not_in([Wish.YES.value, Wish.SUSPENDED.value])
    gone = address.c.unreachable.is_not(None) & (resident.c.wish == Wish.YES.value)
    rows = tx.connection.execute(
        select(
            resident.c.language,
            func.count(),
            func.count(case((delivery.c.state == DeliveryState.UNSURE.value, 1))),
            func.count(case((stopped, 1))),
            func.count(case((suspended, 1))),
            func.count(case((gone, 1))),
        )
        .select_from(delivery)
        .join(resident, resident.c.id == delivery.c.resident_id)
        .join(address, address.c.id == delivery.c.address_id)
        .where(*private(run_id))
        .group_by(resident.c.language)
    ).all()
    return Reached(
        people=sum(row[1] for row in rows),
        unsure=sum(row[2] for row in rows),
        stopped=sum(row[3] for row in rows),
        suspended=sum(row[4] for row in rows),
        unreachable=sum(row[5] for row in rows),
        by_language={row.language: row[1] for row in rows},
        posts=posts(tx, run_id),
    )


def posts(tx: Tx, run_id: UUID) -> Posts:
    """Return which groups and channels have a run's post, in the order of the groups."""
    rows = tx.connection.execute(
        select(delivery.c.group_id, group_chat.c.left_at)
        .join(group_chat, group_chat.c.id == delivery.c.group_id)
        .where(
            delivery.c.run_id == run_id,
            # Among a million private rows the few posts are found by this alone.
            delivery.c.group_id.is_not(None),
            delivery.c.state.in_(_HAVE_IT),
        )
        .order_by(delivery.c.group_id)
    ).all()
    return Posts(
        tuple(row.group_id for row in rows if row.left_at is None),
        tuple(row.group_id for row in rows if row.left_at is not None),
    )


class Fate(StrEnum):
    """What becomes of an old post."""

    STANDS = "stands"
    """A machine can still take it down, or is about to."""
    DOWN = "down"
    BY_HAND = "by_hand"
    """Only people can: we have left, or never learned its id, or were refused."""


@dataclass(frozen=True, slots=True)
class OldPost:
    """A run's post in one group; `message_id` is None where nobody knows it."""

    row: Delivery
    label: str
    message_id: str | None
    fate: Fate


def old_posts(tx: Tx, run_id: UUID) -> list[OldPost]:
    """Return a run's posts that arrived or may have, with what becomes of each."""
    effect = delivery.alias()
    message_id = (
        select(attempt.c.message_id)
        .where(attempt.c.delivery_id == delivery.c.id, attempt.c.message_id.is_not(None))
        .order_by(attempt.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = tx.connection.execute(
        select(
            delivery,
            group_chat.c.label.label("group_label"),
            group_chat.c.left_at,
            message_id.label("message_id"),
            effect.c.state.label("taken_down"),
        )
        .join(group_chat, group_chat.c.id == delivery.c.group_id)
        .outerjoin(effect, effect.c.amends == delivery.c.id)
        .where(
            delivery.c.run_id == run_id,
            delivery.c.group_id.is_not(None),
            delivery.c.state.in_(_HAVE_IT),
        )
        .order_by(delivery.c.group_id)
    ).all()
    return [
        OldPost(
            as_delivery(row),
            row.group_label,
            row.message_id,
            _fate(row.taken_down, movable=row.left_at is None and row.message_id is not None),
        )
        for row in rows
    ]


def _fate(taken_down: str | None, *, movable: bool) -> Fate:
    if taken_down == DeliveryState.ACCEPTED.value:
        return Fate.DOWN
    if taken_down in (None, DeliveryState.PENDING.value) and movable:
        return Fate.STANDS
    return Fate.BY_HAND


def groups_left(tx: Tx, run_id: UUID) -> list[str]:
    """Return the labels of groups that a run left out because they were let go or left."""
    left = delivery.c.reason == SkipReason.GROUP_LEFT.value
    return _groups(tx, run_id, (delivery.c.state == DeliveryState.SKIPPED.value) & left)


def groups_refused(tx: Tx, run_id: UUID) -> list[str]:
    """Return the labels of groups into which the platform did not let a run's post."""
    refused = (DeliveryState.REFUSED.value, DeliveryState.UNREACHABLE.value)
    post = delivery.c.kind == DeliveryKind.POST.value
    return _groups(tx, run_id, post & delivery.c.state.in_(refused))


def _groups(tx: Tx, run_id: UUID, which: ColumnElement[bool]) -> list[str]:
    query = (
        select(group_chat.c.label)
        .join(delivery, delivery.c.group_id == group_chat.c.id)
        .where(
            delivery.c.run_id == run_id,
            # As above: found by this alone.
            delivery.c.group_id.is_not(None),
            which,
        )
        .order_by(group_chat.c.label)
    )
    return list(tx.connection.execute(query).scalars())


def page(run_id: UUID, of_run: UUID, after: UUID | None, limit: int) -> Select[Any]:
    """Return a query of the next residents whom `of_run` reached and who have no row in `run_id`.

    Its columns are those of `recipients.page`, and as there they are the next by id. They are
    written to where they got the first message. Who has stopped since is among them: that is looked
    at again when it is sent, and then counted as the reason why it was not.
    """
    where = [*private(of_run), ~_written(run_id)]
    if after is not None:
        where.append(delivery.c.resident_id > after)
    return (
        select(
            delivery.c.resident_id,
            resident.c.area_code,
            resident.c.language,
            delivery.c.address_id,
            delivery.c.account_id,
            delivery.c.channel,
            false().label("shut"),
            func.row_number().over(order_by=delivery.c.resident_id).label("number"),
        )
        .join(resident, resident.c.id == delivery.c.resident_id)
        .where(*where)
        .order_by(delivery.c.resident_id)
        .limit(limit)
    )


def _written(run_id: UUID) -> ColumnElement[bool]:
    own = delivery.alias()
    same = (own.c.run_id == run_id) & (own.c.resident_id == delivery.c.resident_id)
    return select(own.c.id).where(same).exists()


def private(run_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Say which rows, with their residents, are private messages of a run that may have arrived.

    Of one person on two chats, joined since, only the row that is theirs now.
    """
    return (
        resident.c.joined_to.is_(None),
        delivery.c.run_id == run_id,
        delivery.c.kind == DeliveryKind.CAMPAIGN.value,
        delivery.c.state.in_(_HAVE_IT),
    )
