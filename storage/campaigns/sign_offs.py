"""Signatures under texts with figures of law or phone numbers: whose, for how long."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from storage.database import Tx
from storage.tables import sign_off, unit


@dataclass(frozen=True, slots=True)
class SignOff:
    """One signature under the words of one hash."""

    id: UUID
    text_hash: str
    signed_by: UUID
    signed_at: datetime
    expires_at: datetime


def hold(tx: Tx, unit_id: UUID) -> None:
    """Let one at a time sign in a unit, until the transaction ends."""
    query = select(unit.c.id).where(unit.c.id == unit_id).with_for_update(key_share=True)
    tx.connection.execute(query).one()


def add(
    tx: Tx, unit_id: UUID, staff_id: UUID, hashes: Collection[str], valid_for: timedelta
) -> list[UUID]:
    """Sign texts by their hashes; an older signature under the same words stays written."""
    made = []
    for text_hash in hashes:
        new_id = tx.new_id()
        tx.connection.execute(
            sign_off.insert().values(
                id=new_id,
                unit_id=unit_id,
                text_hash=text_hash,
                signed_by=staff_id,
                signed_at=tx.now,
                expires_at=tx.now + valid_for,
            )
        )
        made.append(new_id)
    return made


def in_force(tx: Tx, unit_id: UUID, hashes: Collection[str]) -> dict[str, SignOff]:
    """Return the newest signature of a unit that holds now under each hash that has one."""
    rows = tx.connection.execute(
        select(sign_off)
        .where(
            sign_off.c.unit_id == unit_id,
            sign_off.c.text_hash.in_(list(hashes)),
            sign_off.c.expires_at > tx.now,
        )
        .order_by(sign_off.c.id)
    )
    return {
        row.text_hash: SignOff(row.id, row.text_hash, row.signed_by, row.signed_at, row.expires_at)
        for row in rows
    }
