"""Copies of a channel's posts in its discussion group: which post, and our comment under it.

No word of anybody stands here, and nobody's id: a copy is written by the platform.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update

from domain.messages import ChatKind
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.tables import address, attempt, group_chat, post_copy
from storage.tables.groups import UNCOMMENTED
from storage.upsert import put_new

WAITS = timedelta(minutes=10)
"""How long a copy waits for its post to become known; one that nobody of ours wrote never does."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that has no comment yet, and the post that it is one of."""

    address_id: UUID
    group_id: UUID
    message_id: str
    post: Delivery


def note(tx: Tx, address_id: UUID, message_id: str, channel_id: UUID, post_message_id: str) -> None:
    """Note that a channel's post was copied into a group; again does no harm."""
    put_new(
        tx,
        post_copy,
        address_id=address_id,
        message_id=message_id,
        channel_id=channel_id,
        post_message_id=post_message_id,
        at=tx.now,
    )


def due(tx: Tx, limit: int) -> list[Copy]:
    """Return copies of posts of ours that have no comment yet, oldest first.

    What a copy is of becomes known only when the sending of its post is written down.
    """
    rows = tx.connection.execute(
        select(post_copy, address.c.group_id, group_chat.c.left_at)
        .join(address, address.c.id == post_copy.c.address_id)
        .join(group_chat, group_chat.c.id == address.c.group_id)
        .where(UNCOMMENTED)
        .order_by(post_copy.c.at)
        .limit(limit)
        .with_for_update(of=post_copy, skip_locked=True)
    ).all()
    found = []
    for row in rows:
        post = ledger.by_message(tx, row.channel_id, row.post_message_id)
        if post is not None and post.run_id is not None and row.left_at is None:
            found.append(Copy(row.address_id, row.group_id, row.message_id, post))
    return found


def note_comment(tx: Tx, copy: Copy, comment_id: UUID) -> None:
    """Remember which post a copy is of, and our comment under it."""
    tx.connection.execute(
        update(post_copy)
        .where(post_copy.c.address_id == copy.address_id, post_copy.c.message_id == copy.message_id)
        .values(post_id=copy.post.id, comment_id=comment_id)
    )


def post_of(tx: Tx, address_id: UUID, message_id: str) -> Delivery | None:
    """Return the post of which a message in a group is the copy, or our comment under it."""
    row = ledger.by_message(tx, address_id, message_id)
    mine = post_copy.c.message_id == message_id
    if row is not None:
        mine = or_(mine, post_copy.c.comment_id == row.id)
    query = select(post_copy.c.post_id, post_copy.c.channel_id, post_copy.c.post_message_id)
    found = tx.connection.execute(query.where(post_copy.c.address_id == address_id, mine)).first()
    if found is None:
        return None
    if found.post_id is not None:
        return ledger.get(tx, found.post_id)
    return ledger.by_message(tx, found.channel_id, found.post_message_id)


def standing(tx: Tx, post: Delivery) -> list[tuple[Copy, Delivery | None, str | None]]:
    """Return the copies of a post in groups that we are in, our comment under each, and its id."""
    message_id = (
        select(attempt.c.message_id)
        .where(attempt.c.delivery_id == post_copy.c.comment_id, attempt.c.message_id.is_not(None))
        .order_by(attempt.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = tx.connection.execute(
        select(post_copy, address.c.group_id, message_id.label("commented_as"))
        .join(address, address.c.id == post_copy.c.address_id)
        .join(group_chat, group_chat.c.id == address.c.group_id)
        .where(post_copy.c.post_id == post.id, group_chat.c.left_at.is_(None))
    ).all()
    return [
        (
            Copy(row.address_id, row.group_id, row.message_id, post),
            ledger.get(tx, row.comment_id) if row.comment_id is not None else None,
            row.commented_as,
        )
        for row in rows
    ]


def forget_in(tx: Tx, address_id: UUID) -> None:
    """Forget the copies in a group that has moved: their ids mean something else there."""
    tx.connection.execute(delete(post_copy).where(post_copy.c.address_id == address_id))


def forget_strange(tx: Tx) -> int:
    """Forget copies of posts that turned out to be nobody's of ours; return how many."""
    return tx.connection.execute(
        delete(post_copy).where(UNCOMMENTED, post_copy.c.at <= tx.now - WAITS)
    ).rowcount


def is_channel_of(tx: Tx, channel_id: UUID, unit_id: UUID) -> bool:
    """Tell whether an address is a connected channel of a unit."""
    query = (
        select(group_chat.c.id)
        .join(address, address.c.group_id == group_chat.c.id)
        .where(
            address.c.id == channel_id,
            address.c.kind == ChatKind.CHANNEL.value,
            group_chat.c.unit_id == unit_id,
            group_chat.c.left_at.is_(None),
        )
    )
    return tx.connection.execute(query).first() is not None
