"""In which of their chats the writer of a tip can be told that there is news of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from domain.messages import ChatKind
from domain.tip import TipEventKind
from storage.database import Tx
from storage.deliveries.ledger import Delivery
from storage.people import addresses
from storage.people.addresses import Address
from storage.tables import account, address, delivery, tip_event
from storage.tips.tips import Tip, changed

_ANNOUNCED = (
    TipEventKind.ANSWER,
    TipEventKind.STATUS,
    TipEventKind.VALUED,
    TipEventKind.VALUE_WITHDRAWN,
    TipEventKind.CLOSED,
    TipEventKind.TAKEN_DOWN,
    TipEventKind.MUTED,
    TipEventKind.UNMUTED,
    TipEventKind.ASKED_IF_CALLED,
)


@dataclass(frozen=True, slots=True)
class Tries:
    """What was done to tell somebody one thing: when it was first put, and in which chats."""

    first_at: datetime
    chats: tuple[UUID, ...]


def open_chats(tx: Tx, known: Tip) -> list[Address]:
    """Return where its writer can be written to now, best first: where it lies, if that is open.

    A chat of an account that is down is none, unless the tip lies there: there it waits.
    """
    own = addresses.get(tx, known.address_id) if known.address_id is not None else None
    found = [own] if own is not None and own.unreachable is None else []
    if known.resident_id is None:
        return found
    rows = tx.connection.execute(
        select(*addresses.COLUMNS)
        .join(account, account.c.id == address.c.account_id)
        .where(
            address.c.resident_id == known.resident_id,
            address.c.id != known.address_id,
            address.c.kind == ChatKind.PRIVATE.value,
            address.c.unreachable.is_(None),
            account.c.down_reason.is_(None),
        )
        .order_by(*addresses.best_first())
    )
    return found + [addresses.from_columns(tx, tuple(row)) for row in rows]


def lie_with(tx: Tx, known: Tip, address_id: UUID) -> Tip:
    """Let a tip lie with another chat of its writer, where they are told of it from now on."""
    if known.address_id == address_id:
        return known
    tx.seen.clear()
    return changed(tx, known.id, address_id=address_id)


def tries(tx: Tx, row: Delivery) -> Tries:
    """Return how somebody was told what a row tells, in this chat and in those before it."""
    chats, first_at = [row.address_id], row.created_at
    before = _instead_of(tx, row.id)
    while before is not None:
        asked = select(delivery.c.address_id, delivery.c.created_at).where(delivery.c.id == before)
        found = tx.connection.execute(asked).one_or_none()
        if found is None:
            break
        chats.append(found.address_id)
        first_at, before = found.created_at, _instead_of(tx, before)
    return Tries(first_at, tuple(chats))


def announced(tx: Tx, tip_id: UUID, at: datetime) -> UUID | None:
    """Return what a neutral notice that was put at an instant tells of; None: it was none."""
    query = select(tip_event.c.id).where(
        tip_event.c.tip_id == tip_id,
        tip_event.c.at == at,
        tip_event.c.kind.in_([kind.value for kind in _ANNOUNCED]),
    )
    found: UUID | None = tx.connection.execute(query.limit(1)).scalar_one_or_none()
    return found


def _instead_of(tx: Tx, row_id: UUID) -> UUID | None:
    query = select(delivery.c.amends).where(delivery.c.id == row_id)
    return tx.connection.execute(query).scalar_one_or_none()
