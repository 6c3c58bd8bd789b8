"""Codes by which two chats become one person's: made in one, typed in the other.

Only a keyed hash is kept, for a quarter of an hour; one code per person, which works once.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from domain.ids import CODE_LETTERS, is_random_code, random_code, typed_code
from storage.database import Tx
from storage.tables import link_code
from storage.upsert import insert_into

VALID = timedelta(minutes=15)
_HALF = CODE_LETTERS // 2
_PURPOSE = "link"


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A code that works: whose it is, and in which chat of theirs it was made."""

    resident_id: UUID
    address_id: UUID


def issue(tx: Tx, resident_id: UUID, address_id: UUID) -> str:
    """Make a person's code; an older one works no more."""
    code = random_code(CODE_LETTERS)
    values = {
        "address_id": address_id,
        "lookup": tx.keys.hash(_PURPOSE, code),
        "expires_at": tx.now + VALID,
    }
    tx.connection.execute(
        insert_into(tx, link_code)
        .values(resident_id=resident_id, **values)
        .on_conflict_do_update(index_elements=[link_code.c.resident_id], set_=values)
    )
    return f"{code[:_HALF]}-{code[_HALF:]}"


def is_one(typed: str) -> bool:
    """Tell whether a text has the shape of such a code."""
    return is_random_code(typed, CODE_LETTERS)


def find(tx: Tx, typed: str) -> LinkCode | None:
    """Return what a code stands for; None when it is wrong, used or too old. It stays as it is."""
    row = tx.connection.execute(
        select(link_code.c.resident_id, link_code.c.address_id).where(
            link_code.c.lookup.in_(tx.keys.hashes(_PURPOSE, typed_code(typed))),
            link_code.c.expires_at > tx.now,
        )
    ).one_or_none()
    return LinkCode(row.resident_id, row.address_id) if row is not None else None


def forget(tx: Tx, resident_id: UUID) -> None:
    """Forget a person's code."""
    tx.connection.execute(delete(link_code).where(link_code.c.resident_id == resident_id))


def forget_old(tx: Tx) -> int:
    """Delete codes that work no more; returns how many."""
    return tx.connection.execute(delete(link_code).where(link_code.c.expires_at <= tx.now)).rowcount
