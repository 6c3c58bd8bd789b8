"""Which chats are connected groups: making the link, and undoing it for good."""

from uuid import UUID

from sqlalchemy import func, select, update

from domain.delivery import DeliveryKind
from storage import addresses, setting_up, units
from storage.database import Tx
from storage.tables import address, attempt, delivery, group_chat
from storage.units import Group


def connect(
    tx: Tx, address_id: UUID, unit_id: UUID, area_code: str, purpose: str, label: str
) -> Group:
    """Make a chat one of a unit's groups."""
    group = setting_up.create_group(tx, unit_id, area_code, purpose, label)
    addresses.link_group(tx, address_id, group.id)
    addresses.mark_reachable(tx, address_id)
    return group


def disconnect(tx: Tx, group_id: UUID) -> bool:
    """Make the chat nobody's again; its rows stay for the figures. False when it is done already.

    Being put back into the chat does not connect it again, unlike after a mere absence.
    """
    done = tx.connection.execute(
        update(address).where(address.c.group_id == group_id).values(group_id=None)
    ).rowcount
    tx.connection.execute(
        update(group_chat)
        .where(group_chat.c.id == group_id)
        .values(left_at=func.coalesce(group_chat.c.left_at, tx.now))
    )
    return bool(done)


def locked(tx: Tx, group_id: UUID, unit_id: UUID) -> Group | None:
    """Return a unit's connected group; nobody else does anything with it meanwhile."""
    query = select(group_chat.c.id).where(
        group_chat.c.id == group_id, group_chat.c.unit_id == unit_id
    )
    if tx.connection.execute(query.with_for_update()).one_or_none() is None:
        return None
    linked = select(address.c.id).where(address.c.group_id == group_id).limit(1)
    if tx.connection.execute(linked).one_or_none() is None:
        return None
    return units.get_group(tx, group_id)


def connected(tx: Tx, unit_id: UUID) -> list[Group]:
    """Return a unit's connected groups, those that we are absent from among them, by label."""
    rows = tx.connection.execute(
        select(group_chat.c.id)
        .join(address, address.c.group_id == group_chat.c.id)
        .where(group_chat.c.unit_id == unit_id)
        .order_by(group_chat.c.label, group_chat.c.id)
    ).scalars()
    return [units.get_group(tx, group_id) for group_id in dict.fromkeys(rows)]


def standing_notice(tx: Tx, address_id: UUID, group_id: UUID) -> str | None:
    """Return the platform's id of the newest notice that stands in a group's chat."""
    return tx.connection.execute(
        select(attempt.c.message_id)
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .where(
            delivery.c.group_id == group_id,
            delivery.c.kind == DeliveryKind.PINNED.value,
            attempt.c.address_id == address_id,
            attempt.c.message_id.is_not(None),
        )
        .order_by(attempt.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
