"""Codes that work once and not for long: to link a chat, to connect a group, to open originals.

Only a keyed hash of a code is kept. Whoever types wrong codes is heard a few times an hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update

from domain.ids import CODE_LETTERS, random_code, typed_code
from storage.database import Tx
from storage.tables import one_time_code, wrong_code

_HALF = CODE_LETTERS // 2
_MOST_WRONG = 5
_WRONG_WITHIN = timedelta(hours=1)
_KEPT = timedelta(days=8)


class CodePurpose(StrEnum):
    """What a code is good for."""

    STAFF = "staff"
    """Links the chat in which it is typed to a member of staff."""
    GROUP = "group"
    """Asks to connect the group in which it is typed."""
    EVIDENCE = "evidence"
    """Opens the originals of one tip on the command line."""


class TooManyWrong(Exception):
    """Too many wrong codes from one chat: it has to wait."""


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """What a code stood for; `staff_id` is whom it links, or who asked for it."""

    id: UUID
    purpose: CodePurpose
    unit_id: UUID
    staff_id: UUID
    facts: Mapping[str, str]
    expires_at: datetime


def issue(
    tx: Tx,
    purpose: CodePurpose,
    unit_id: UUID,
    staff_id: UUID,
    valid: timedelta,
    **facts: str,
) -> str:
    """Make a code; an older one of that person for the same purpose stops working."""
    revoke(tx, purpose, staff_id)
    code = random_code(CODE_LETTERS)
    tx.connection.execute(
        one_time_code.insert().values(
            id=tx.new_id(),
            purpose=purpose.value,
            unit_id=unit_id,
            staff_id=staff_id,
            facts=facts,
            lookup=tx.keys.hash(_hashed(purpose), code),
            made_at=tx.now,
            expires_at=tx.now + valid,
        )
    )
    return f"{code[:_HALF]}-{code[_HALF:]}"


def revoke(tx: Tx, purpose: CodePurpose, staff_id: UUID) -> None:
    """Let no open code of that person and purpose work any more."""
    tx.connection.execute(
        delete(one_time_code).where(
            one_time_code.c.staff_id == staff_id,
            one_time_code.c.purpose == purpose.value,
            one_time_code.c.used_at.is_(None),
        )
    )


def revoke_typed(tx: Tx, purpose: CodePurpose, typed: str) -> bool:
    """Let a code work no more that others may have read; False when none such works anyway."""
    lookups = tx.keys.hashes(_hashed(purpose), typed_code(typed))
    return bool(
        tx.connection.execute(
            delete(one_time_code).where(
                one_time_code.c.lookup.in_(lookups),
                one_time_code.c.purpose == purpose.value,
                one_time_code.c.used_at.is_(None),
            )
        ).rowcount
    )


def asked_by(tx: Tx, purpose: CodePurpose, typed: str) -> UUID | None:
    """Return who asked for a code that still works; None when it does not. Nothing is used up."""
    lookups = tx.keys.hashes(_hashed(purpose), typed_code(typed))
    query = select(one_time_code.c.staff_id).where(
        one_time_code.c.lookup.in_(lookups),
        one_time_code.c.purpose == purpose.value,
        one_time_code.c.used_at.is_(None),
        one_time_code.c.expires_at > tx.now,
    )
    return tx.connection.execute(query).scalar_one_or_none()


def standing(tx: Tx, purpose: CodePurpose, typed: str) -> OneTimeCode | None:
    """Return what a code stands for that still works, locked; nothing is used up."""
    query = select(one_time_code).where(
        one_time_code.c.lookup.in_(tx.keys.hashes(_hashed(purpose), typed_code(typed))),
        one_time_code.c.purpose == purpose.value,
        one_time_code.c.used_at.is_(None),
        one_time_code.c.expires_at > tx.now,
    )
    row = tx.connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        return None
    return OneTimeCode(row.id, purpose, row.unit_id, row.staff_id, row.facts, row.expires_at)


def use_up(tx: Tx, code: OneTimeCode) -> bool:
    """Use a code up that stands; False when somebody was faster."""
    done = tx.connection.execute(
        update(one_time_code)
        .where(one_time_code.c.id == code.id, one_time_code.c.used_at.is_(None))
        .values(used_at=tx.now)
    )
    return done.rowcount == 1


def give_back(tx: Tx, code_id: UUID) -> bool:
    """Let a code that was used up work until its end; False when its owner has a newer one."""
    older = one_time_code.alias("older")
    newer = exists().where(
        older.c.id == code_id,
        one_time_code.c.id > older.c.id,
        one_time_code.c.staff_id == older.c.staff_id,
        one_time_code.c.purpose == older.c.purpose,
    )
    if tx.connection.execute(select(newer)).scalar_one():
        return False
    query = update(one_time_code).where(one_time_code.c.id == code_id).values(used_at=None)
    return tx.connection.execute(query).rowcount == 1


def redeem(tx: Tx, purpose: CodePurpose, typed: str, address_id: UUID) -> OneTimeCode | None:
    """Use a code up; None when it is wrong, used or too old, which is counted against the chat.

    Raises: TooManyWrong.
    """
    must_not_guess(tx, address_id)
    code = typed_code(typed)
    row = tx.connection.execute(
        update(one_time_code)
        .where(
            one_time_code.c.lookup.in_(tx.keys.hashes(_hashed(purpose), code)),
            one_time_code.c.purpose == purpose.value,
            one_time_code.c.used_at.is_(None),
            one_time_code.c.expires_at > tx.now,
        )
        .values(used_at=tx.now)
        .returning(one_time_code)
    ).one_or_none()
    if row is None:
        note_wrong(tx, address_id)
        return None
    return OneTimeCode(row.id, purpose, row.unit_id, row.staff_id, row.facts, row.expires_at)


def must_not_guess(tx: Tx, address_id: UUID) -> None:
    """Refuse a chat that typed too many wrong codes lately, of whatever kind.

    Raises: TooManyWrong.
    """
    if _wrong_lately(tx, address_id) >= _MOST_WRONG:
        message = "too many wrong codes from one chat"
        raise TooManyWrong(message)


def note_wrong(tx: Tx, address_id: UUID) -> None:
    """Count a wrong code against a chat."""
    tx.connection.execute(
        wrong_code.insert().values(id=tx.new_id(), address_id=address_id, at=tx.now)
    )


def forget_old(tx: Tx) -> int:
    """Delete codes and wrong tries that are of no use any more; returns how many."""
    codes = tx.connection.execute(
        delete(one_time_code).where(
            or_(
                one_time_code.c.expires_at < tx.now - _KEPT,
                one_time_code.c.used_at < tx.now - _KEPT,
            )
        )
    )
    wrong = tx.connection.execute(delete(wrong_code).where(wrong_code.c.at < tx.now - _KEPT))
    return codes.rowcount + wrong.rowcount


def forget_wrong(tx: Tx, address_id: UUID) -> None:
    """Delete the wrong tries of a chat."""
    tx.connection.execute(delete(wrong_code).where(wrong_code.c.address_id == address_id))


def _wrong_lately(tx: Tx, address_id: UUID) -> int:
    query = select(func.count()).where(
        wrong_code.c.address_id == address_id, wrong_code.c.at > tx.now - _WRONG_WITHIN
    )
    return tx.connection.execute(query).scalar_one()


def _hashed(purpose: CodePurpose) -> str:
    return f"code:{purpose.value}"
