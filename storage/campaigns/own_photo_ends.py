"""What becomes of a unit's own photos: which campaigns use them, and when they are erased.

A photo is kept no longer than what it is for: withdrawn with its run, else erased a while after
the last run with it is over.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update

from domain.campaign import CampaignState, RunState
from domain.delivery import DeliveryKind, DeliveryState, Lane
from storage.campaigns.own_photos import PhotoState
from storage.database import Tx
from storage.deliveries.effects import REMOVABLE
from storage.deliveries.ledger import Delivery, as_delivery
from storage.tables import (
    attempt,
    campaign,
    delivery,
    own_photo,
    own_photo_upload,
    own_photo_use,
    own_photo_view,
    run,
)
from storage.tables.own_photos import DOWN, LIVING
from storage.upsert import put_new

NEVER_USED = timedelta(hours=24)
"""How long a photo is kept that went with nothing."""
AFTER_URGENT = timedelta(days=1)
AFTER_ROUTINE = timedelta(days=7)
"""How long after its last run: so long that run may still be sent to its rest."""

_WAITING = tuple(
    state.value
    for state in (
        CampaignState.DRAFT,
        CampaignState.SUBMITTED,
        CampaignState.APPROVED,
        CampaignState.PAUSED,
    )
)
_OVER = tuple(state.value for state in RunState if state.is_over)
_HAVE_IT = tuple(
    state.value for state in (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNSURE)
)


def note_use(tx: Tx, photo_id: UUID, campaign_id: UUID) -> None:
    """Remember that a campaign goes out with a photo."""
    put_new(tx, own_photo_use, photo_id=photo_id, campaign_id=campaign_id)


def is_used(tx: Tx, photo_id: UUID) -> bool:
    """Tell whether any campaign was written with a photo."""
    query = select(exists().where(own_photo_use.c.photo_id == photo_id))
    return bool(tx.connection.execute(query).scalar_one())


def note_view(tx: Tx, photo_id: UUID, delivery_id: UUID) -> None:
    """Remember that a message shows a photo to staff."""
    put_new(tx, own_photo_view, delivery_id=delivery_id, photo_id=photo_id)


def erase(tx: Tx, photo_id: UUID) -> None:
    """Let nothing fetch or open a photo any more, and its file be removed."""
    tx.connection.execute(
        update(own_photo)
        .where(own_photo.c.id == photo_id, LIVING)
        .values(
            state=PhotoState.ERASED.value,
            reference=None,
            alert=None,
            digest=None,
            file_key=None,
            due_at=None,
        )
    )
    tx.connection.execute(delete(own_photo_upload).where(own_photo_upload.c.photo_id == photo_id))


def withdraw(tx: Tx, photo_id: UUID) -> bool:
    """Erase a photo and have it taken out of the chats; False when that has begun already."""
    done = tx.connection.execute(
        update(own_photo)
        .where(own_photo.c.id == photo_id, own_photo.c.withdrawn_at.is_(None))
        .values(withdrawn_at=tx.now)
    )
    erase(tx, photo_id)
    return done.rowcount == 1


def runs_with(tx: Tx, photo_id: UUID) -> list[UUID]:
    """Return the runs of all campaigns with a photo, oldest first."""
    query = (
        select(run.c.id)
        .join(own_photo_use, own_photo_use.c.campaign_id == run.c.campaign_id)
        .where(own_photo_use.c.photo_id == photo_id)
        .order_by(run.c.id)
    )
    return list(tx.connection.execute(query).scalars())


def standing(tx: Tx) -> list[tuple[UUID, UUID]]:
    """Return photo and campaign of withdrawn photos whose messages are still to be taken down."""
    rows = tx.connection.execute(
        select(own_photo_use.c.photo_id, own_photo_use.c.campaign_id)
        .join(own_photo, own_photo.c.id == own_photo_use.c.photo_id)
        .where(DOWN, own_photo.c.withdrawn_at.is_not(None))
        .order_by(own_photo_use.c.photo_id, own_photo_use.c.campaign_id)
    )
    return [(row.photo_id, row.campaign_id) for row in rows]


def messages(tx: Tx, campaign_id: UUID, limit: int) -> list[tuple[Delivery, str]]:
    """Return private messages of a campaign's runs that nobody began to take down, with ids.

    One of which nobody knows whether it arrived has no id that could be told to the platform.
    """
    return _with_ids(
        tx,
        limit,
        delivery.c.run_id.in_(select(run.c.id).where(run.c.campaign_id == campaign_id)),
        delivery.c.kind == DeliveryKind.CAMPAIGN.value,
    )


def views(tx: Tx, limit: int) -> list[tuple[UUID, Delivery, str]]:
    """Return photo, message and its id where a withdrawn photo stands in chats of staff."""
    rows = tx.connection.execute(
        select(own_photo_view.c.delivery_id, own_photo_view.c.photo_id)
        .join(own_photo, own_photo.c.id == own_photo_view.c.photo_id)
        .where(own_photo.c.withdrawn_at.is_not(None))
    )
    shown = {row.delivery_id: row.photo_id for row in rows}
    found = _with_ids(tx, limit, delivery.c.id.in_(list(shown)))
    tx.connection.execute(
        delete(own_photo_view).where(own_photo_view.c.delivery_id.in_([row.id for row, _ in found]))
    )
    return [(shown[row.id], row, message_id) for row, message_id in found]


def too_old(tx: Tx, photo_id: UUID) -> int:
    """Return how many messages and posts of all runs with a photo no platform deletes any more."""
    query = (
        select(func.count())
        .select_from(delivery)
        .join(run, run.c.id == delivery.c.run_id)
        .join(own_photo_use, own_photo_use.c.campaign_id == run.c.campaign_id)
        .where(
            own_photo_use.c.photo_id == photo_id,
            delivery.c.kind.in_([DeliveryKind.CAMPAIGN.value, DeliveryKind.POST.value]),
            delivery.c.state.in_(_HAVE_IT),
            delivery.c.settled_at <= tx.now - REMOVABLE,
        )
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def pending(tx: Tx, campaign_id: UUID) -> bool:
    """Tell whether anything of a campaign's runs is still on its way."""
    query = select(
        exists().where(
            run.c.campaign_id == campaign_id,
            delivery.c.run_id == run.c.id,
            delivery.c.state == DeliveryState.PENDING.value,
        )
    )
    return bool(tx.connection.execute(query).scalar_one())


def note_down(tx: Tx, photo_id: UUID, campaign_id: UUID) -> None:
    """Remember that nothing is left of a campaign's messages with a photo to be taken down."""
    tx.connection.execute(
        update(own_photo_use)
        .where(own_photo_use.c.photo_id == photo_id, own_photo_use.c.campaign_id == campaign_id)
        .values(down_at=tx.now)
    )


def outlived(tx: Tx, limit: int = 50) -> list[UUID]:
    """Return photos that are kept for nothing any more."""
    mine = own_photo_use.c.photo_id == own_photo.c.id
    ended = func.coalesce(run.c.finished_at, run.c.created_at)
    keeps = or_(
        run.c.state.not_in(_OVER),
        and_(run.c.lane == Lane.URGENT.name, ended > tx.now - AFTER_URGENT),
        and_(run.c.lane != Lane.URGENT.name, ended > tx.now - AFTER_ROUTINE),
    )
    waits = exists().where(
        mine, campaign.c.id == own_photo_use.c.campaign_id, campaign.c.state.in_(_WAITING)
    )
    runs = exists().where(mine, run.c.campaign_id == own_photo_use.c.campaign_id, keeps)
    unused = ~exists().where(mine) & (own_photo.c.created_at > tx.now - NEVER_USED)
    query = (
        select(own_photo.c.id)
        .where(LIVING, ~waits, ~runs, ~unused)
        .order_by(own_photo.c.id)
        .limit(limit)
    )
    return list(tx.connection.execute(query).scalars())


def _with_ids(tx: Tx, limit: int, *which: ColumnElement[bool]) -> list[tuple[Delivery, str]]:
    other = delivery.alias()
    message_id = (
        select(attempt.c.message_id)
        .where(attempt.c.delivery_id == delivery.c.id, attempt.c.message_id.is_not(None))
        .order_by(attempt.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = tx.connection.execute(
        select(delivery, message_id.label("message_id"))
        .where(
            *which,
            delivery.c.state.in_(_HAVE_IT),
            message_id.is_not(None),
            ~exists(select(other.c.id).where(other.c.amends == delivery.c.id)),
        )
        .order_by(delivery.c.id)
        .limit(limit)
    )
    return [(as_delivery(row), row.message_id) for row in rows]
