"""Residents, their wish to receive broadcasts, and the proof of their consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, update

from domain.language import Language
from domain.tip import TipState
from storage.database import Tx
from storage.tables import delivery, resident, tip
from storage.tables.people import PAUSED, SUSPENDED


class Wish(StrEnum):
    """What a resident wants of broadcasts; only `YES` lets one be sent."""

    NONE = "none"
    YES = "yes"
    NO = "no"
    PAUSED = "paused"
    """Asked whether to stop; silence of a day stops."""
    SUSPENDED = "suspended"
    """Nothing for a while, by their own word: until they want it again, or the day they named."""
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
    created_at: datetime
    language_chosen: bool
    """Whether they said themselves which language they want."""
    erased_at: datetime | None
    """When everything that told of them was erased; the row stays, to be counted."""
    suspended_until: datetime | None
    """Until when they want nothing, if they named a day; kept while they are asked to stop."""
    linked: bool
    """Whether they write to us in several chats."""
    shown_elsewhere: bool
    """Whether what they tell may be shown on another channel than the one they wrote on."""


COLUMNS = (
    resident.c.id,
    resident.c.unit_id,
    resident.c.area_code,
    resident.c.language,
    resident.c.wish,
    resident.c.wish_at,
    resident.c.invited_by,
    resident.c.created_at,
    resident.c.language_chosen,
    resident.c.erased_at,
    resident.c.suspended_until,
    resident.c.linked,
    resident.c.shown_elsewhere,
)
"""In the order of the fields."""


def get(tx: Tx, resident_id: UUID) -> Resident:
    """Return a resident by id."""
    return from_columns(tuple(tx.connection.execute(_BY_ID, {"resident": resident_id}).one()))


def from_columns(values: Sequence[Any]) -> Resident:
    """Read a resident from their `COLUMNS`."""
    resident_id, unit_id, area_code, language, wish, *others = values
    return Resident(resident_id, unit_id, area_code, Language(language), Wish(wish), *others)


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
    values = {"wish": wish.value, "wish_at": tx.now}
    # Who is asked whether to stop may go back to what held before.
    kept = {} if wish is Wish.PAUSED else {"suspended_until": None}
    _update(tx, resident_id, **values, **kept)


def suspend(tx: Tx, resident_id: UUID, until: datetime | None) -> None:
    """Record that the resident wants nothing until an instant, or until they say otherwise."""
    _update(tx, resident_id, wish=Wish.SUSPENDED.value, wish_at=tx.now, suspended_until=until)


def take_over_wish(tx: Tx, resident_id: UUID, whose: Resident, until: datetime | None) -> None:
    """Let a resident wish what another wished, since when they did; `until` ends a time of rest."""
    values = {"wish": whose.wish.value, "wish_at": whose.wish_at, "suspended_until": until}
    _update(tx, resident_id, **values)


def suspended_before(
    tx: Tx, instant: datetime, limit: int, after: UUID | None = None
) -> Sequence[UUID]:
    """Return up to `limit` residents whose time of rest ended by the instant, by id, locked."""
    query = select(resident.c.id).where(
        SUSPENDED, resident.c.suspended_until <= instant, resident.c.wish == Wish.SUSPENDED.value
    )
    if after is not None:
        query = query.where(resident.c.id > after)
    query = query.order_by(resident.c.id).limit(limit).with_for_update()
    return tx.connection.execute(query).scalars().all()


def set_area(tx: Tx, resident_id: UUID, unit_id: UUID, area_code: str) -> None:
    """Record where the resident lives and which unit serves them."""
    _update(tx, resident_id, unit_id=unit_id, area_code=area_code)


def set_unit(tx: Tx, resident_id: UUID, unit_id: UUID) -> None:
    """Record which unit serves the resident, while the area is not known yet."""
    _update(tx, resident_id, unit_id=unit_id)


def set_language(tx: Tx, resident_id: UUID, language: Language, *, chosen: bool = True) -> None:
    """Record the language to answer in, and whether they chose it or it was told from their words.

    What is open of their tips is answered in it, too.
    """
    _update(tx, resident_id, language=language.value, language_chosen=chosen)
    tx.connection.execute(
        update(tip)
        .where(tip.c.resident_id == resident_id, tip.c.state != TipState.ERASED.value)
        .values(language=language.value)
    )


def set_shown_elsewhere(tx: Tx, resident_id: UUID, *, allowed: bool) -> None:
    """Record whether what they tell may be shown on another channel than they wrote on."""
    _update(tx, resident_id, shown_elsewhere=allowed)


def set_invited_by(tx: Tx, resident_id: UUID, payload: str) -> None:
    """Record the link or poster by which the resident came."""
    _update(tx, resident_id, invited_by=payload)


def paused_before(
    tx: Tx, instant: datetime, limit: int, after: UUID | None = None
) -> Sequence[UUID]:
    """Return up to `limit` residents paused at or before the instant, by id, those behind `after`.

    They are locked against their own answers.
    """
    query = select(resident.c.id).where(PAUSED, resident.c.wish_at <= instant)
    if after is not None:
        query = query.where(resident.c.id > after)
    query = query.order_by(resident.c.id).limit(limit).with_for_update()
    return tx.connection.execute(query).scalars().all()


def last_said(tx: Tx, resident_id: UUID) -> UUID | None:
    """Return the newest delivery meant for a resident: what they answer when they write."""
    query = select(delivery.c.id).where(delivery.c.resident_id == resident_id)
    newest = query.order_by(delivery.c.id.desc()).limit(1)
    found: UUID | None = tx.connection.execute(newest).scalar_one_or_none()
    return found


def _update(tx: Tx, resident_id: UUID, **values: object) -> None:
    tx.connection.execute(update(resident).where(resident.c.id == resident_id).values(**values))


# Asked for each message, so it is built once.
_BY_ID = select(*COLUMNS).where(resident.c.id == bindparam("resident", type_=Uuid))
