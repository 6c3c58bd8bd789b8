"""Claim codes: a resident's secret by which a tip's public status is seen from another phone.

Only a keyed hash is kept; one code per tip, and it goes with the tip.
"""

from uuid import UUID

from sqlalchemy import select

from domain.ids import is_random_code, random_code, typed_code
from storage.database import Tx
from storage.tables import tip, tip_claim
from storage.tips.tips import Tip, as_tip
from storage.upsert import insert_into

LETTERS = 20
"""Of 30 signs each: 98 random bits."""
_GROUP = 5
_PURPOSE = "claim"


def issue(tx: Tx, tip_id: UUID) -> str:
    """Make the code of a tip; an older one works no more."""
    code = random_code(LETTERS)
    values = {"lookup": tx.keys.hash(_PURPOSE, code), "made_at": tx.now}
    tx.connection.execute(
        insert_into(tx, tip_claim)
        .values(tip_id=tip_id, **values)
        .on_conflict_do_update(index_elements=[tip_claim.c.tip_id], set_=values)
    )
    return "-".join(code[at : at + _GROUP] for at in range(0, LETTERS, _GROUP))


def is_one(typed: str) -> bool:
    """Tell whether a text has the shape of a claim code."""
    return is_random_code(typed, LETTERS)


def find(tx: Tx, typed: str) -> Tip | None:
    """Return the tip of a code."""
    lookups = tx.keys.hashes(_PURPOSE, typed_code(typed))
    query = select(tip).join(tip_claim, tip_claim.c.tip_id == tip.c.id)
    row = tx.connection.execute(query.where(tip_claim.c.lookup.in_(lookups))).one_or_none()
    return as_tip(row) if row is not None else None
