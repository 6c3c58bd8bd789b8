"""Which messages in groups became pieces of public tips, so that they can be taken down there.

Such an id points to who wrote the message. It is sealed with the tip's own key, and forgotten once
the message is gone or no platform would delete it any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update

from storage.database import Tx
from storage.deliveries.effects import REMOVABLE
from storage.sealing import Place
from storage.tables import delivery, public_words, tip
from storage.tables.groups import ASKED
from storage.tips.tip_keys import key_of
from storage.tips.tips import Tip

_SETTLED_BY = timedelta(hours=1)
"""How much longer the id of a message is kept whose removal is under way."""
_NOWHERE = b""
"""Stands for an id that means nothing any more, since the group has moved."""


@dataclass(frozen=True, slots=True)
class PublicWords:
    """A message of somebody's in a group; `message_id` is empty when nobody knows it any more."""

    event_id: UUID
    tip_id: UUID
    address_id: UUID
    written_at: datetime
    removal_id: UUID | None
    asked_by: UUID | None
    message_id: str = field(repr=False)


def keep(tx: Tx, of: Tip, event_id: UUID, address_id: UUID, message_id: str) -> None:
    """Keep which message in a group a piece of a tip came from."""
    tx.connection.execute(
        public_words.insert().values(
            event_id=event_id,
            tip_id=of.id,
            address_id=address_id,
            message_id=key_of(tx, of).seal(message_id, _place(event_id)),
            written_at=tx.now,
        )
    )


def of_tip(tx: Tx, of: Tip) -> list[PublicWords]:
    """Return what of a tip stands in a group and is known, oldest first; whatever its age."""
    if of.sealed_key is None:
        return []
    rows = tx.connection.execute(
        select(public_words)
        .where(public_words.c.tip_id == of.id)
        .order_by(public_words.c.written_at, public_words.c.event_id)
    )
    return [_words(tx, of, row) for row in rows]


def told_by(tx: Tx, address_id: UUID, limit: int) -> list[UUID]:
    """Return the newest tips of a writer of which something can still be taken down."""
    rows = tx.connection.execute(
        select(public_words.c.tip_id)
        .join(tip, tip.c.id == public_words.c.tip_id)
        .where(tip.c.address_id == address_id, public_words.c.written_at > tx.now - REMOVABLE)
        .group_by(public_words.c.tip_id)
        .order_by(func.max(public_words.c.written_at).desc())
        .limit(limit)
    )
    return list(rows.scalars())


def note_asked(tx: Tx, words: PublicWords, removal_id: UUID, asked_by: UUID | None) -> None:
    """Remember which row of the ledger deletes a message, and who asked for it."""
    tx.connection.execute(
        update(public_words)
        .where(public_words.c.event_id == words.event_id)
        .values(removal_id=removal_id, asked_by=asked_by)
    )


def asked_for(tx: Tx, limit: int) -> list[UUID]:
    """Return tips of which something is being taken down."""
    query = select(public_words.c.tip_id).where(ASKED).distinct().limit(limit)
    return list(tx.connection.execute(query).scalars())


def let_be(tx: Tx, words: Sequence[PublicWords]) -> None:
    """Remember that messages were not deleted: it may be tried again."""
    tx.connection.execute(
        update(public_words)
        .where(public_words.c.event_id.in_([one.event_id for one in words]))
        .values(removal_id=None, asked_by=None)
    )
    # A row of unknown outcome keeps what it was to do; this one is not done again by itself.
    tx.connection.execute(
        update(delivery)
        .where(delivery.c.id.in_([one.removal_id for one in words if one.removal_id is not None]))
        .values(payload=None)
    )


def forget(tx: Tx, event_ids: Collection[UUID]) -> None:
    """Forget which messages some pieces came from."""
    tx.connection.execute(delete(public_words).where(public_words.c.event_id.in_(event_ids)))


def forget_tip(tx: Tx, tip_id: UUID) -> None:
    """Forget which messages a tip came from."""
    tx.connection.execute(delete(public_words).where(public_words.c.tip_id == tip_id))


def forget_in(tx: Tx, address_id: UUID) -> None:
    """Forget the ids of messages in a group that has moved: there they mean something else."""
    here = public_words.c.address_id == address_id
    tx.connection.execute(delete(public_words).where(here, ~ASKED))
    tx.connection.execute(update(public_words).where(here).values(message_id=_NOWHERE))


def forget_old(tx: Tx, limit: int = 500) -> int:
    """Forget what cannot be taken down any more, up to `limit` at once; return how many."""
    over = public_words.c.written_at <= tx.now - REMOVABLE
    late = public_words.c.written_at <= tx.now - REMOVABLE - _SETTLED_BY
    found = select(public_words.c.event_id).where(over, ~ASKED | late).limit(limit)
    ids = list(tx.connection.execute(found).scalars())
    forget(tx, ids)
    return len(ids)


def _words(tx: Tx, of: Tip, row: Row[Any]) -> PublicWords:
    message_id = ""
    if row.message_id != _NOWHERE:
        message_id = key_of(tx, of).unseal(row.message_id, _place(row.event_id))
    return PublicWords(
        row.event_id,
        row.tip_id,
        row.address_id,
        row.written_at,
        row.removal_id,
        row.asked_by,
        message_id,
    )


def _place(event_id: UUID) -> Place:
    return Place("public_words", "message_id", event_id)
