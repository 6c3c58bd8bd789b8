"""Who reacted to a post in a group, only to count each person once: nobody is kept by name.

A person stands here as a keyed hash bound to the one post, so that nothing lines up what somebody
did under two posts. It is forgotten soon; what stays is a row per person that points to nobody.
"""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, select, update

from domain.delivery import DeliveryKind, Facet
from storage.database import Tx
from storage.tables import delivery, post_reaction
from storage.tables.deliveries import KNOWN
from storage.upsert import put_new

COUNTED_FOR = timedelta(days=30)
"""How long after a post reactions to it are counted; then who reacted is forgotten."""
_NOBODY = b"\x00"
"""Begins what stands in the place of a forgotten person; a hash begins with its key's version."""


def note(
    tx: Tx, post_id: UUID, posted_at: datetime, channel: str, facet: Facet, user_id: str | None
) -> bool:
    """Note a person's reaction to a post; False when it was counted before, or is too late.

    Raises: ValueError without a person, since posts count people.
    """
    if not user_id:
        message = "a reaction to a post is counted by person"
        raise ValueError(message)
    if tx.now - posted_at >= COUNTED_FOR:
        return False
    people = tx.keys.hashes(f"reaction:{post_id.hex}", f"{channel}:{user_id}")
    mine = (post_reaction.c.delivery_id == post_id, post_reaction.c.kind == facet.value)
    known = select(post_reaction.c.at).where(*mine, post_reaction.c.person.in_(people))
    if tx.connection.execute(known).first() is not None:
        return False
    return put_new(
        tx,
        post_reaction,
        delivery_id=post_id,
        kind=facet.value,
        person=people[0],
        at=tx.now,
        known=True,
    )


def take_back(tx: Tx, post_id: UUID, channel: str, facet: Facet, user_id: str) -> bool:
    """Count a person's reaction to a post no more; False where it was not counted."""
    people = tx.keys.hashes(f"reaction:{post_id.hex}", f"{channel}:{user_id}")
    mine = (post_reaction.c.delivery_id == post_id, post_reaction.c.kind == facet.value)
    gone = tx.connection.execute(
        delete(post_reaction).where(*mine, post_reaction.c.person.in_(people))
    )
    return bool(gone.rowcount)


def forget(tx: Tx, limit: int = 500) -> bool:
    """Forget who reacted to posts whose time is over, up to `limit` at once; True if there is more.

    The rows stay, each with random bytes for a person, so that the figures can be recounted.
    """
    rows = tx.connection.execute(
        select(post_reaction.c.delivery_id, post_reaction.c.kind, post_reaction.c.person)
        .join(delivery, delivery.c.id == post_reaction.c.delivery_id)
        .where(KNOWN, delivery.c.created_at <= tx.now - COUNTED_FOR)
        .order_by(post_reaction.c.delivery_id, post_reaction.c.kind, post_reaction.c.person)
        .limit(limit)
    ).all()
    if not rows:
        return False
    _make_nobody(tx, rows)
    return len(rows) == limit


def forget_person(tx: Tx, channel: str, user_id: str) -> int:
    """Forget that somebody reacted, wherever that is still known; return to how much.

    The rows stay, pointing to nobody. Should they press again, they are somebody new.
    """
    posts = select(post_reaction.c.delivery_id).where(KNOWN).distinct()
    found = 0
    for post_id in tx.connection.execute(posts).scalars().all():
        people = tx.keys.hashes(f"reaction:{post_id.hex}", f"{channel}:{user_id}")
        rows = tx.connection.execute(
            select(post_reaction.c.delivery_id, post_reaction.c.kind, post_reaction.c.person)
            .where(KNOWN, post_reaction.c.delivery_id == post_id)
            .where(post_reaction.c.person.in_(people))
        ).all()
        _make_nobody(tx, rows)
        found += len(rows)
    return found


def _make_nobody(tx: Tx, rows: Sequence[Row[Any, Any, Any]]) -> None:
    if not rows:
        return
    tx.connection.execute(
        update(post_reaction)
        .where(
            post_reaction.c.delivery_id == bindparam("of_post"),
            post_reaction.c.kind == bindparam("of_kind"),
            post_reaction.c.person == bindparam("of_person"),
        )
        .values(person=bindparam("nobody"), known=False),
        [
            {
                "of_post": row.delivery_id,
                "of_kind": row.kind,
                "of_person": row.person,
                "nobody": _NOBODY + secrets.token_bytes(32),
            }
            for row in rows
        ],
    )


def counted(tx: Tx, run_id: UUID) -> Mapping[tuple[str, str, str], Mapping[str, int]]:
    """Count the people who reacted to a run's posts, by (area, channel, language) and facet."""
    line = (delivery.c.area_code, delivery.c.channel, delivery.c.language)
    rows = tx.connection.execute(
        select(*line, post_reaction.c.kind, func.count())
        .join(post_reaction, post_reaction.c.delivery_id == delivery.c.id)
        .where(delivery.c.run_id == run_id, delivery.c.kind == DeliveryKind.POST.value)
        .group_by(*line, post_reaction.c.kind)
    )
    found: dict[tuple[str, str, str], dict[str, int]] = defaultdict(
        lambda: {facet.value: 0 for facet in Facet}
    )
    for row in rows:
        found[row.area_code, row.channel, row.language][row.kind] = row[4]
    return found
