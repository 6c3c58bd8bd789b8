"""What happened while nothing could be sent to somebody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from domain.delivery import DeliveryKind, DeliveryState
from domain.tip import TipState
from storage.database import Tx
from storage.tables import address, delivery, tip
from storage.tips import tips
from storage.tips.tips import Tip

_LOST = (DeliveryState.UNREACHABLE.value, DeliveryState.SKIPPED.value)


def since(tx: Tx, address_id: UUID) -> datetime | None:
    """Return since when nothing can be sent there, None when it can."""
    query = select(address.c.unreachable_at).where(
        address.c.id == address_id, address.c.unreachable.is_not(None)
    )
    return tx.connection.execute(query).scalar_one_or_none()


def unreceipted(tx: Tx, address_id: UUID) -> list[Tip]:
    """Return the open tips of an address of which no word of ours ever reached its writer.

    What was put in this very transaction counts for nothing: it answers what they write now.
    """
    told = (delivery.c.tip_id == tip.c.id) & (delivery.c.address_id == address_id)
    told &= delivery.c.kind == DeliveryKind.REPLY.value
    lost = exists().where(told, delivery.c.state.in_(_LOST))
    reached = exists().where(told, delivery.c.state.not_in(_LOST), delivery.c.created_at < tx.now)
    rows = tx.connection.execute(
        select(tip.c.id)
        .where(
            tip.c.address_id == address_id,
            tip.c.state.in_([state.value for state in TipState if state.is_open]),
            lost,
            ~reached,
        )
        .order_by(tip.c.id)
    ).scalars()
    return [found for tip_id in rows.all() if (found := tips.get(tx, tip_id)) is not None]
