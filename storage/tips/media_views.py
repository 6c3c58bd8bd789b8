"""Which message in which chat shows which photo, and until when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, update

from domain.delivery import DeliveryState
from domain.tip import Secrecy, TipEventKind, TipState
from storage.database import Tx
from storage.tables import attempt, delivery, tip, tip_event
from storage.tables.intake import ON_VIEW, tip_file_view

_HOPEFUL = (
    DeliveryState.PENDING.value,
    DeliveryState.ACCEPTED.value,
    DeliveryState.DELIVERED.value,
)
_ENDS = (TipEventKind.CLOSED, TipEventKind.MISTAKEN, TipEventKind.KEPT_FOR_CHIEF)
"""What ends every view there was before it."""


@dataclass(frozen=True, slots=True)
class View:
    """A photo that stands, or may stand, in a chat."""

    delivery_id: UUID
    address_id: UUID
    group_id: UUID | None
    tip_id: UUID | None
    language: str
    messages: tuple[tuple[UUID, str], ...]
    """Each attempt that became a message, with its id: one sent again stands twice."""


def note(tx: Tx, file_id: UUID, delivery_id: UUID) -> None:
    """Remember that a message shows a photo."""
    tx.connection.execute(tip_file_view.insert().values(delivery_id=delivery_id, file_id=file_id))


def stands(tx: Tx, file_id: UUID, address_id: UUID) -> bool:
    """Tell whether a photo stands in a chat, or is on its way there."""
    query = select(tip_file_view.c.delivery_id).where(
        ON_VIEW,
        tip_file_view.c.file_id == file_id,
        exists().where(
            delivery.c.id == tip_file_view.c.delivery_id,
            delivery.c.address_id == address_id,
            delivery.c.state.in_(_HOPEFUL),
        ),
    )
    return tx.connection.execute(query.limit(1)).first() is not None


def ending(tx: Tx, shown_before: datetime, limit: int) -> list[View]:
    """Return photos on view that are to be taken back.

    They were shown long ago, or before their tip was closed or kept for the chief, or it is erased;
    or they stand in a group where its words may stand no more. What is still on its way is left
    until it is known what became of it.
    """
    ended = exists().where(
        tip_event.c.tip_id == tip.c.id,
        tip_event.c.kind.in_([kind.value for kind in _ENDS]),
        tip_event.c.at >= delivery.c.created_at,
    )
    hidden = and_(tip.c.secrecy != Secrecy.ORDINARY.value, delivery.c.group_id.is_not(None))
    rows = tx.connection.execute(
        select(tip_file_view.c.delivery_id, delivery)
        .outerjoin(delivery, delivery.c.id == tip_file_view.c.delivery_id)
        .outerjoin(tip, tip.c.id == delivery.c.tip_id)
        .where(
            ON_VIEW,
            or_(delivery.c.id.is_(None), delivery.c.state != DeliveryState.PENDING.value),
            or_(
                delivery.c.id.is_(None),
                delivery.c.settled_at <= shown_before,
                tip.c.id.is_(None),
                tip.c.state == TipState.ERASED.value,
                ended,
                hidden,
            ),
        )
        .order_by(tip_file_view.c.delivery_id)
        .limit(limit)
        .with_for_update(of=tip_file_view, skip_locked=True)
    ).all()
    return [
        View(
            row.delivery_id,
            row.address_id,
            row.group_id,
            row.tip_id,
            row.language or "vi",
            _messages(tx, row.delivery_id),
        )
        for row in rows
    ]


def standing_in(tx: Tx, address_id: UUID) -> list[View]:
    """Return the photos that stand in a chat."""
    rows = tx.connection.execute(
        select(tip_file_view.c.delivery_id, delivery)
        .join(delivery, delivery.c.id == tip_file_view.c.delivery_id)
        .where(
            ON_VIEW,
            delivery.c.address_id == address_id,
            delivery.c.state != DeliveryState.PENDING.value,
        )
        .order_by(tip_file_view.c.delivery_id)
        .with_for_update(of=tip_file_view)
    ).all()
    return [
        View(
            row.delivery_id,
            row.address_id,
            row.group_id,
            row.tip_id,
            row.language,
            _messages(tx, row.delivery_id),
        )
        for row in rows
    ]


def end(tx: Tx, delivery_id: UUID) -> None:
    """Remember that a message shows its photo no more."""
    tx.connection.execute(
        update(tip_file_view).where(tip_file_view.c.delivery_id == delivery_id).values(over=True)
    )


def _messages(tx: Tx, delivery_id: UUID) -> tuple[tuple[UUID, str], ...]:
    query = (
        select(attempt.c.id, attempt.c.message_id)
        .where(attempt.c.delivery_id == delivery_id, attempt.c.message_id.is_not(None))
        .order_by(attempt.c.id)
    )
    return tuple((row.id, row.message_id) for row in tx.connection.execute(query))
