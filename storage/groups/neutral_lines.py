"""When a neutral line last stood under a post, so that a group is not flooded with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from domain.delivery import DeliveryKind, Lane
from storage.database import Tx
from storage.tables import delivery, neutral_line
from storage.tables.deliveries import ALONE
from storage.upsert import insert_into


def last_under(tx: Tx, delivery_id: UUID) -> datetime | None:
    """Return when a line was last written under a post."""
    query = select(neutral_line.c.at).where(neutral_line.c.delivery_id == delivery_id)
    return tx.connection.execute(query).scalar_one_or_none()


def last_in(tx: Tx, address_id: UUID) -> datetime | None:
    """Return when a line was last written in a group, under whatever post."""
    query = (
        select(func.max(neutral_line.c.at))
        .join(delivery, delivery.c.id == neutral_line.c.delivery_id)
        .where(delivery.c.address_id == address_id)
    )
    return tx.connection.execute(query).scalar_one_or_none()


def numbers_at(tx: Tx, address_id: UUID, language: str) -> datetime | None:
    """Return when the emergency numbers were last said in a group, in a language."""
    query = select(func.max(delivery.c.created_at)).where(
        ALONE,
        delivery.c.address_id == address_id,
        delivery.c.lane == int(Lane.URGENT),
        delivery.c.kind == DeliveryKind.REPLY.value,
        delivery.c.language == language,
    )
    return tx.connection.execute(query).scalar_one_or_none()


def note(tx: Tx, delivery_id: UUID) -> None:
    """Record that a line is written now, under a post or (its own id) under none."""
    tx.connection.execute(
        insert_into(tx, neutral_line)
        .values(delivery_id=delivery_id, at=tx.now)
        .on_conflict_do_update(index_elements=[neutral_line.c.delivery_id], set_={"at": tx.now})
    )
