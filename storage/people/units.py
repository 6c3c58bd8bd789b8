"""Units, their areas, staff and groups."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, Uuid, bindparam, select, update

from domain.clocks import WorkRules
from domain.hours import BroadcastRules
from domain.language import Language
from domain.roles import Role
from storage.database import Tx
from storage.sealing import Place
from storage.tables import area, group_chat, staff, staff_role, unit

_RULES: TypeAdapter[BroadcastRules] = TypeAdapter(BroadcastRules)
_WORK: TypeAdapter[WorkRules] = TypeAdapter(WorkRules)
SEEN = "unit"
"""Who changes a unit takes it out of `Tx.seen` under this."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune police station; `name` and `retention` by language."""

    id: UUID
    code: str
    name: Mapping[str, str]
    area_code: str
    duty_phone: str
    controller: str
    retention: Mapping[str, str]
    card_content: bool
    """Whether cards in a review group may carry what a resident wrote."""
    broadcasting: BroadcastRules
    working: WorkRules = field(default_factory=WorkRules)

    def values(self, language: Language) -> dict[str, str]:
        """Return the placeholder values that the unit gives to any text in a language."""
        return {
            "don_vi": self.name.get(language, self.name["vi"]),
            "sdt_truc": self.duty_phone,
            "ten_dieu_hanh": self.controller,
            "han_luu": self.retention.get(language, self.retention["vi"]),
        }


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff."""

    id: UUID
    unit_id: UUID
    name: str
    language: Language
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Group:
    """A connected group or channel; `purpose` is `neighbourhood`, `channel` or `review`."""

    id: UUID
    unit_id: UUID
    area_code: str
    purpose: str
    label: str
    members: int | None
    left_at: datetime | None


def all_units(tx: Tx) -> list[Unit]:
    """Return all units, by code."""
    return [_unit(row) for row in tx.connection.execute(select(unit).order_by(unit.c.code))]


def get_unit(tx: Tx, unit_id: UUID) -> Unit:
    """Return a unit by its id."""
    place = (SEEN, unit_id)
    if place not in tx.seen:
        tx.seen[place] = _unit(tx.connection.execute(_BY_ID, {"unit": unit_id}).one())
    known: Unit = tx.seen[place]
    return known


def first_unit(tx: Tx) -> Unit | None:
    """Return the first unit by code; None while none is set up."""
    row = tx.connection.execute(select(unit).order_by(unit.c.code).limit(1)).one_or_none()
    return _unit(row) if row else None


def unit_for_area(tx: Tx, area_code: str) -> Unit | None:
    """Return the unit that serves an area or one above it."""
    code: str | None = area_code
    while code is not None:
        here = select(unit).where(unit.c.area_code == code).order_by(unit.c.code.desc()).limit(1)
        row = tx.connection.execute(here).one_or_none()
        if row is not None:
            return _unit(row)
        query = select(area.c.parent_code).where(area.c.code == code)
        code = tx.connection.execute(query).scalar_one_or_none()
    return None


def areas_below(tx: Tx, *area_codes: str) -> frozenset[str]:
    """Return the codes of areas and all that lie within them."""
    found = set(area_codes)
    edge = set(area_codes)
    while edge:
        rows = tx.connection.execute(select(area.c.code).where(area.c.parent_code.in_(edge)))
        edge = {row.code for row in rows} - found
        found |= edge
    return frozenset(found)


def area_name(tx: Tx, area_code: str) -> str:
    """Return an area's full name, or the code itself when it is not known."""
    query = select(area.c.full_name).where(area.c.code == area_code)
    return tx.connection.execute(query).scalar_one_or_none() or area_code


def area_names(tx: Tx, codes: Collection[str]) -> dict[str, str]:
    """Return the full names of areas by code; a code that is not known stands for itself."""
    query = select(area.c.code, area.c.full_name).where(area.c.code.in_(codes))
    known = {row.code: row.full_name for row in tx.connection.execute(query)}
    return {code: known.get(code) or code for code in codes}


def get_staff(tx: Tx, staff_id: UUID) -> Staff | None:
    """Return an active member of staff."""
    row = tx.connection.execute(
        select(staff).where(staff.c.id == staff_id, staff.c.active)
    ).one_or_none()
    if row is None:
        return None
    roles = tx.connection.execute(
        select(staff_role.c.role).where(staff_role.c.staff_id == staff_id)
    ).scalars()
    name = tx.keys.unseal(row.name, Place("staff", "name", row.id))
    return Staff(
        row.id, row.unit_id, name, Language(row.language), frozenset(Role(role) for role in roles)
    )


def staff_name(tx: Tx, staff_id: UUID) -> tuple[str, bool] | None:
    """Return what a member of staff is called, and whether they are active: acts outlive both."""
    row = tx.connection.execute(select(staff).where(staff.c.id == staff_id)).one_or_none()
    if row is None:
        return None
    return tx.keys.unseal(row.name, Place("staff", "name", row.id)), bool(row.active)


def staff_with(tx: Tx, unit_id: UUID, roles: frozenset[Role]) -> list[Staff]:
    """Return a unit's active staff who have one of the roles, oldest first."""
    rows = tx.connection.execute(
        select(staff.c.id).where(staff.c.unit_id == unit_id, staff.c.active).order_by(staff.c.id)
    ).scalars()
    everybody = [get_staff(tx, staff_id) for staff_id in list(rows)]
    return [one for one in everybody if one is not None and one.roles & roles]


def get_group(tx: Tx, group_id: UUID) -> Group:
    """Return a group by its id."""
    row = tx.connection.execute(select(group_chat).where(group_chat.c.id == group_id)).one()
    return Group(
        row.id, row.unit_id, row.area_code, row.purpose, row.label, row.members, row.left_at
    )


def groups_of(tx: Tx, unit_id: UUID, purpose: str) -> list[Group]:
    """Return a unit's connected groups of a purpose that we have not left, oldest first."""
    rows = tx.connection.execute(
        select(group_chat.c.id)
        .where(
            group_chat.c.unit_id == unit_id,
            group_chat.c.purpose == purpose,
            group_chat.c.left_at.is_(None),
        )
        .order_by(group_chat.c.id)
    ).scalars()
    return [get_group(tx, group_id) for group_id in list(rows)]


def note_members(tx: Tx, group_id: UUID, members: int) -> None:
    """Remember how many members a group had when last counted."""
    tx.connection.execute(
        update(group_chat).where(group_chat.c.id == group_id).values(members=members)
    )


def note_presence(tx: Tx, group_id: UUID, *, present: bool) -> None:
    """Remember that we left a group, or are back in it."""
    tx.connection.execute(
        update(group_chat)
        .where(group_chat.c.id == group_id)
        .values(left_at=None if present else tx.now)
    )


def rules_json(rules: BroadcastRules) -> Any:
    """Return broadcast rules as they are stored."""
    return _RULES.dump_python(rules, mode="json")


def read_rules(stored: Any) -> BroadcastRules:
    """Read what `rules_json` wrote.

    Raises: pydantic.ValidationError.
    """
    return _RULES.validate_python(stored)


def work_json(rules: WorkRules) -> Any:
    """Return a unit's working hours and days as they are stored."""
    return _WORK.dump_python(rules, mode="json")


def _unit(row: Row[Any]) -> Unit:
    return Unit(
        row.id,
        row.code,
        row.name,
        row.area_code,
        row.duty_phone,
        row.controller,
        row.retention,
        row.card_content,
        read_rules(row.broadcasting),
        _WORK.validate_python(row.working),
    )


# Asked for each message, so it is built once.
_BY_ID = select(unit).where(unit.c.id == bindparam("unit", type_=Uuid))
