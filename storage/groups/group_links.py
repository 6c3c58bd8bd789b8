"""Which chats are connected groups: making the link, and undoing it for good."""

from uuid import UUID

from sqlalchemy import func, select, update

from domain.delivery import DeliveryKind
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Group
from storage.staff import setting_up
from storage.tables import address, attempt, delivery, group_chat


def connect(
    tx: Tx, address_id: UUID, unit_id: UUID, area_code: str, purpose: str, label: str
) -> Group:
    """Make a chat one of a unit's groups."""
    group = setting_up.create_group(tx, unit_id, area_code, purpose, label)
    addresses.link_group(tx, address_id, group.id)
    addresses.mark_reachable(tx, address_id)
    tx.connection.execute(
        update(address).where(address.c.id == address_id).values(former_group_id=None)
    )
    return group


def disconnect(tx: Tx, group_id: UUID) -> bool:
    """Make the chat nobody's again; its rows stay for the figures. False when it is done already.

    Being put back into the chat does not connect it again, unlike after a mere absence.
    """
    done = tx.connection.execute(
        update(address)
        .where(address.c.group_id == group_id)
        .values(group_id=None, former_group_id=group_id)
    ).rowcount
    tx.connection.execute(
        update(group_chat)
        .where(group_chat.c.id == group_id)
        .values(left_at=func.coalesce(group_chat.c.left_at, tx.now))
    )
    return bool(done)


def was_let_go(tx: Tx, chat_id: UUID) -> bool:
    """Tell whether a chat was a group that was let go: only a new code connects it again."""
    query = select(address.c.id).where(
        address.c.id == chat_id,
        address.c.group_id.is_(None),
        address.c.former_group_id.is_not(None),
    )
    return tx.connection.execute(query).scalar_one_or_none() is not None


def want_notice(tx: Tx, group_id: UUID) -> None:
    """Have a group told of us, which no answer of a chief connected."""
    _set_due(tx, group_id, due=True)


def take_unnoticed(tx: Tx, limit: int) -> list[Group]:
    """Return connected groups that are still to be told of us, and take them for told."""
    rows = tx.connection.execute(
        select(group_chat.c.id)
        .join(address, address.c.group_id == group_chat.c.id)
        .where(group_chat.c.notice_due, group_chat.c.left_at.is_(None))
        .order_by(group_chat.c.id)
        .limit(limit)
        .with_for_update(of=group_chat, skip_locked=True)
    ).scalars()
    found = list(dict.fromkeys(rows))
    for group_id in found:
        _set_due(tx, group_id, due=False)
    return [units.get_group(tx, group_id) for group_id in found]


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


def _set_due(tx: Tx, group_id: UUID, *, due: bool) -> None:
    tx.connection.execute(
        update(group_chat).where(group_chat.c.id == group_id).values(notice_due=due)
    )
