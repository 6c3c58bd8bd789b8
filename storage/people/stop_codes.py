"""Codes that a resident reads out on the phone, so that an officer stops broadcasts for them.

Only a keyed hash is kept, for a day; one code per person, which works once and says nothing of who
they are to whoever types it.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from domain.ids import CODE_LETTERS, is_random_code, random_code, typed_code
from storage.database import Tx
from storage.tables import stop_code
from storage.upsert import insert_into

VALID = timedelta(hours=24)
_HALF = CODE_LETTERS // 2
_PURPOSE = "stop"


def issue(tx: Tx, resident_id: UUID) -> str:
    """Make a person's code; an older one works no more."""
    code = random_code(CODE_LETTERS)
    values = {"lookup": tx.keys.hash(_PURPOSE, code), "expires_at": tx.now + VALID}
    tx.connection.execute(
        insert_into(tx, stop_code)
        .values(resident_id=resident_id, **values)
        .on_conflict_do_update(index_elements=[stop_code.c.resident_id], set_=values)
    )
    return f"{code[:_HALF]}-{code[_HALF:]}"


def is_one(typed: str) -> bool:
    """Tell whether a text has the shape of such a code."""
    return is_random_code(typed, CODE_LETTERS)


def redeem(tx: Tx, typed: str) -> UUID | None:
    """Use a code up and return whose it was; None when it is wrong, used or too old."""
    return tx.connection.execute(
        delete(stop_code)
        .where(
            stop_code.c.lookup.in_(tx.keys.hashes(_PURPOSE, typed_code(typed))),
            stop_code.c.expires_at > tx.now,
        )
        .returning(stop_code.c.resident_id)
    ).scalar_one_or_none()


def forget(tx: Tx, resident_id: UUID) -> None:
    """Forget a person's code."""
    tx.connection.execute(delete(stop_code).where(stop_code.c.resident_id == resident_id))


def forget_old(tx: Tx) -> int:
    """Delete codes that work no more; returns how many."""
    return tx.connection.execute(delete(stop_code).where(stop_code.c.expires_at <= tx.now)).rowcount
