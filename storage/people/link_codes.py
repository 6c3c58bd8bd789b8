"""Codes by which two chats become one person's: made in one, typed in the other.

Only a keyed hash is kept, for a quarter of an hour; one code per person, which works once.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from domain.ids import CODE_LETTERS, is_random_code, random_code, typed_code
from storage.database import Tx
from storage.tables import link_code
from storage.upsert import insert_into

VALID = timedelta(minutes=15)
_HALF = CODE_LETTERS // 2
_PURPOSE = "link"
_SIGN = "[2-9A-HJKMNP-TV-Z]"
_PRINTED = re.compile(
    rf"(?<![0-9A-Za-z]){_SIGN}{{{_HALF}}}([-\u2010-\u2015]?){_SIGN}{{{_HALF}}}(?![0-9A-Za-z])",
    re.IGNORECASE,
)
"""As we print one: halves and a dash, or in one piece."""
_ANYWHERE = re.compile(
    rf"(?<![0-9A-Za-z]){_SIGN}{{{_HALF}}}[-\u2010-\u2015\s]?{_SIGN}{{{_HALF}}}(?![0-9A-Za-z])",
    re.IGNORECASE,
)
"""As people may write one among other words, which has to be looked up."""


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


def is_printed(text: str) -> bool:
    """Tell whether a text is written as we print codes: in halves with a dash, or in one piece."""
    return _PRINTED.fullmatch(_plain(text)) is not None


def is_in_halves(text: str) -> bool:
    """Tell whether a text is two halves with a dash, of digits and letters: hardly a plate."""
    found = _PRINTED.fullmatch(_plain(text))
    signs = typed_code(text)
    mixed = any(map(str.isdigit, signs)) and any(map(str.isalpha, signs))
    return found is not None and bool(found.group(1)) and mixed


def within(text: str) -> Iterator[str]:
    """Yield what is written like a code anywhere in a text."""
    for found in _ANYWHERE.finditer(_plain(text)):
        yield found.group()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def expiry(tx: Tx, resident_id: UUID) -> datetime | None:
    """Return until when a person's code works, which tells it from their other codes."""
    query = select(link_code.c.expires_at).where(
        link_code.c.resident_id == resident_id, link_code.c.expires_at > tx.now
    )
    return tx.connection.execute(query).scalar_one_or_none()


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
