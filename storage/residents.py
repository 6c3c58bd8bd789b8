"""Residents, their wish to receive broadcasts, and the proof of their consent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update

from domain.language import Language
from storage.database import Tx
from storage.tables import resident


class Wish(StrEnum):
    """What a resident wants of broadcasts; only `YES` lets one be sent."""

    NONE = "none"
    YES = "yes"
    NO = "no"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Resident:
    """A resident: no name, only what is needed to serve them."""

    id: UUID
    unit_id: UUID
    area_code: str | None
    language: Language
    wish: Wish
    wish_at: datetime | None
    invited_by: str | None


def get(tx: Tx, resident_id: UUID) -> Resident:
    """Return a resident by id."""
    row = tx.connection.execute(select(resident).where(resident.c.id == resident_id)).one()
    return Resident(
        row.id,
        row.unit_id,
        row.area_code,
        Language(row.language),
        Wish(row.wish),
        row.wish_at,
        row.invited_by,
    )


def create(tx: Tx, unit_id: UUID, language: Language) -> Resident:
    """Make a resident who has said nothing yet."""
    new_id = tx.new_id()
    tx.connection.execute(
        resident.insert().values(
            id=new_id,
            unit_id=unit_id,
            language=language.value,
            wish=Wish.NONE.value,
            created_at=tx.now,
        )
    )
    return get(tx, new_id)


def set_wish(tx: Tx, resident_id: UUID, wish: Wish) -> None:
    """Record what the resident wants of broadcasts; in force at once."""
    _update(tx, resident_id, wish=wish.value, wish_at=tx.now)


def set_area(tx: Tx, resident_id: UUID, unit_id: UUID, area_code: str) -> None:
    """Record where the resident lives and which unit serves them."""
    _update(tx, resident_id, unit_id=unit_id, area_code=area_code)


def set_language(tx: Tx, resident_id: UUID, language: Language) -> None:
    """Record the language to answer in."""
    _update(tx, resident_id, language=language.value)


def set_invited_by(tx: Tx, resident_id: UUID, payload: str) -> None:
    """Record the link or poster by which the resident came."""
    _update(tx, resident_id, invited_by=payload)


def _update(tx: Tx, resident_id: UUID, **values: object) -> None:
    tx.connection.execute(update(resident).where(resident.c.id == resident_id).values(**values))
