"""Senders from whom nothing is taken for a while; known to staff by a tip of theirs alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    Uuid,
    bindparam,
    delete,
    func,
    select,
    update,
)

from domain.delivery import DeliveryKind, Lane
from storage.database import Tx
from storage.deliveries.ledger import ANSWERS
from storage.tables import delivery, mute, tip
from storage.tables.deliveries import ALONE
from storage.tips.tips import Tip, as_tip
from storage.types import UtcDateTime

ANSWERS_WITHIN = timedelta(minutes=10)
"""Our answers to a sender are counted so far back; the count is read with who writes."""
_NONE = "no mute"


@dataclass(frozen=True, slots=True)
class Mute:
    """A mute that holds; `told_at` is when its sender was last told of it."""

    id: UUID
    until: datetime
    told_at: datetime | None


def put(tx: Tx, known: Tip, until: datetime) -> None:
    """Take nothing from the writer of a tip until an instant, in place of a mute by that tip.

    One by another tip stays: by replacing it, two tips would tell that one person wrote both.
    """
    if known.address_id is None:
        message = "nobody is known who wrote this tip"
        raise ValueError(message)
    tx.connection.execute(delete(mute).where(mute.c.tip_id == known.id))
    tx.seen.pop((_NONE, known.address_id), None)
    tx.connection.execute(
        mute.insert().values(
            id=tx.new_id(),
            address_id=known.address_id,
            tip_id=known.id,
            since=tx.now,
            until=until,
        )
    )


def end(tx: Tx, known: Tip) -> bool:
    """End the mute that was put by a tip; False when none holds by that very tip."""
    done = tx.connection.execute(
        delete(mute).where(mute.c.tip_id == known.id, mute.c.until > tx.now)
    )
    return done.rowcount > 0


def of(tx: Tx, address_id: UUID) -> Mute | None:
    """Return the mute of an address that holds longest from now."""
    if (_NONE, address_id) in tx.seen:
        return None
    row = tx.connection.execute(_OF, {"address": address_id, "now": tx.now}).one_or_none()
    return Mute(row.id, row.until, row.told_at) if row is not None else None


def note_none(tx: Tx, address_id: UUID) -> None:
    """Take over from another question that no mute of an address holds."""
    tx.seen[_NONE, address_id] = True


def note_told(tx: Tx, known: Mute) -> None:
    """Remember that its sender was told of it just now."""
    tx.connection.execute(update(mute).where(mute.c.id == known.id).values(told_at=tx.now))


def forget(tx: Tx, address_id: UUID) -> None:
    """Forget every mute of an address."""
    tx.connection.execute(delete(mute).where(mute.c.address_id == address_id))


def forget_by(tx: Tx, tip_id: UUID) -> None:
    """Forget the mute that was made through a tip; one made through another goes on."""
    tx.connection.execute(delete(mute).where(mute.c.tip_id == tip_id))


def forget_over(tx: Tx) -> int:
    """Forget the mutes that are over; return how many."""
    return tx.connection.execute(delete(mute).where(mute.c.until <= tx.now)).rowcount


def opened_since(tx: Tx, address_id: UUID, since: datetime, *, urgent: bool) -> list[Tip]:
    """Return the tips that an address opened since an instant, newest first: all, or urgent ones.

    Locked, since the newest may take more words.
    """
    query = _URGENT_OPENED if urgent else _OPENED
    rows = tx.connection.execute(query, {"address": address_id, "since": since})
    return [as_tip(row) for row in rows]


def answers(tx: Tx, address_id: UUID) -> int:
    """Return how many of our answers an address was given within `ANSWERS_WITHIN`."""
    place = (ANSWERS, address_id)
    if place not in tx.seen:
        tx.seen[place] = told_since(tx, address_id, tx.now - ANSWERS_WITHIN)
    count: int = tx.seen[place]
    return count


def note_answers(tx: Tx, address_id: UUID, count: int) -> None:
    """Take over from another question how many of our answers an address was given."""
    tx.seen[ANSWERS, address_id] = count


def told_since(tx: Tx, address_id: UUID, since: datetime, lane: Lane | None = None) -> int:
    """Return how many of our answers an address was given since an instant, or those of a lane."""
    asked: dict[str, object] = {"address": address_id, "since": since}
    if lane is not None:
        asked["lane"] = int(lane)
    query = _TOLD_IN_LANE if lane is not None else _TOLD
    count: int = tx.connection.execute(query, asked).scalar_one()
    return count


def answers_to(address_id: ColumnElement[UUID]) -> ScalarSelect[int]:
    """Return the count of `answers` for another question, which binds `since`."""
    return _told(address_id).scalar_subquery()


def _told(address_id: ColumnElement[UUID]) -> Select[int]:
    return (
        select(func.count())
        .select_from(delivery)
        .where(
            ALONE,
            delivery.c.address_id == address_id,
            delivery.c.kind == DeliveryKind.REPLY.value,
            delivery.c.created_at > _SINCE,
        )
    )


# Asked for each message, so they are built once.
_ADDRESS = bindparam("address", type_=Uuid)
_SINCE = bindparam("since", type_=UtcDateTime)
_OF = (
    select(mute)
    .where(mute.c.address_id == _ADDRESS, mute.c.until > bindparam("now", type_=UtcDateTime))
    .order_by(mute.c.until.desc())
    .limit(1)
)
_OPENED = (
    select(tip)
    .where(tip.c.address_id == _ADDRESS, tip.c.opened_at > _SINCE)
    .order_by(tip.c.id.desc())
    .with_for_update()
)
_URGENT_OPENED = _OPENED.where(tip.c.urgent)
_TOLD = _told(_ADDRESS)
_TOLD_IN_LANE = _TOLD.where(delivery.c.lane == bindparam("lane", type_=Integer))
