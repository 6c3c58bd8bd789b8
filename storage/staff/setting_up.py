"""Make units, staff and groups known: what seeding and the admin's commands write."""

from collections.abc import Collection, Mapping
from typing import NotRequired, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import select

from domain.audit import Act, Thing
from domain.clocks import WorkRules
from domain.hours import BroadcastRules
from domain.language import Language
from domain.roles import Role
from storage.database import Tx
from storage.people.units import (
    SEEN,
    Group,
    Staff,
    Unit,
    get_group,
    get_staff,
    get_unit,
    rules_json,
    work_json,
)
from storage.sealing import Place
from storage.staff import audit
from storage.tables import account, group_chat, staff, staff_role, unit
from storage.tips import tip_releasing


class Particulars(TypedDict):
    """What a unit is; `name` and `retention` by language, Vietnamese must be among them.

    Without `broadcasting` the usual quiet hours and caps hold, without `working` the usual hours.
    """

    name: Mapping[str, str]
    area_code: str
    duty_phone: str
    controller: str
    retention: Mapping[str, str]
    card_content: bool
    broadcasting: NotRequired[BroadcastRules]
    working: NotRequired[WorkRules]


def create_unit(tx: Tx, *, code: str, **particulars: Unpack[Particulars]) -> Unit:
    """Make a unit."""
    new_id = tx.new_id()
    tx.connection.execute(unit.insert().values(id=new_id, code=code, **_columns(particulars)))
    audit.append(tx, Act.UNIT_MADE, Thing.UNIT, new_id, unit_id=new_id, staff_id=None, code=code)
    return get_unit(tx, new_id)


def change_unit(tx: Tx, unit_id: UUID, **particulars: Unpack[Particulars]) -> None:
    """Give a unit other particulars; messages already prepared keep the old ones."""
    tx.connection.execute(unit.update().where(unit.c.id == unit_id).values(**_columns(particulars)))
    tx.seen.pop((SEEN, unit_id), None)
    audit.append(tx, Act.UNIT_CHANGED, Thing.UNIT, unit_id, unit_id=unit_id, staff_id=None)


def give_account(tx: Tx, account_id: UUID, unit_id: UUID) -> None:
    """Say which unit a channel account belongs to."""
    tx.connection.execute(
        account.update().where(account.c.id == account_id).values(unit_id=unit_id)
    )


def create_staff(tx: Tx, unit_id: UUID, name: str, roles: Collection[Role]) -> Staff:
    """Make a member of staff."""
    new_id = tx.new_id()
    tx.connection.execute(
        staff.insert().values(
            id=new_id,
            unit_id=unit_id,
            name=tx.keys.seal(name, Place("staff", "name", new_id)),
            language=Language.VI.value,
            active=True,
        )
    )
    for role in sorted(set(roles)):
        tx.connection.execute(staff_role.insert().values(staff_id=new_id, role=role.value))
    made = get_staff(tx, new_id)
    if made is None:
        message = "a member of staff just made is not there"
        raise LookupError(message)
    _account_for(tx, Act.STAFF_MADE, new_id, unit_id, roles=_codes(roles))
    return made


def change_staff(
    tx: Tx, staff_id: UUID, name: str, roles: Collection[Role], *, active: bool
) -> int:
    """Give a member of staff another name or other roles; inactive, they have no rights at all.

    What they work on and may not read any more is for others to take; returns how many tips.
    """
    before = tx.connection.execute(
        select(staff_role.c.role).where(staff_role.c.staff_id == staff_id)
    ).scalars()
    roles_before = _codes([Role(role) for role in before])
    tx.connection.execute(
        staff.update()
        .where(staff.c.id == staff_id)
        .values(name=tx.keys.seal(name, Place("staff", "name", staff_id)), active=active)
    )
    if not active:
        tx.connection.execute(staff.update().where(staff.c.id == staff_id).values(phone=None))
    tx.connection.execute(staff_role.delete().where(staff_role.c.staff_id == staff_id))
    for role in sorted(set(roles)):
        tx.connection.execute(staff_role.insert().values(staff_id=staff_id, role=role.value))
    _account_for(
        tx,
        Act.STAFF_CHANGED,
        staff_id,
        unit_of_staff(tx, staff_id),
        before=roles_before,
        roles=_codes(roles),
        active="yes" if active else "no",
    )
    return tip_releasing.release_all(tx, staff_id, roles if active else ())


def named(tx: Tx, unit_id: UUID, name: str) -> UUID | None:
    """Return who of a unit has exactly this name, active or not; the first made, if several."""
    rows = tx.connection.execute(
        select(staff.c.id, staff.c.name).where(staff.c.unit_id == unit_id).order_by(staff.c.id)
    )
    for row in rows:
        if tx.keys.unseal(row.name, Place("staff", "name", row.id)) == name:
            found: UUID = row.id
            return found
    return None


def unit_of_staff(tx: Tx, staff_id: UUID) -> UUID:
    """Return the unit of a member of staff, active or not."""
    query = select(staff.c.unit_id).where(staff.c.id == staff_id)
    unit_id: UUID = tx.connection.execute(query).scalar_one()
    return unit_id


def change_group(tx: Tx, group_id: UUID, area_code: str, purpose: str, label: str) -> None:
    """Give a connected group another area, purpose or label."""
    tx.connection.execute(
        group_chat.update()
        .where(group_chat.c.id == group_id)
        .values(area_code=area_code, purpose=purpose, label=label)
    )
    audit.append(
        tx,
        Act.GROUP_CHANGED,
        Thing.GROUP,
        group_id,
        unit_id=get_group(tx, group_id).unit_id,
        staff_id=None,
        purpose=purpose,
        area=area_code,
    )


def create_group(tx: Tx, unit_id: UUID, area_code: str, purpose: str, label: str) -> Group:
    """Make a connected group; `purpose` is `neighbourhood`, `channel` or `review`."""
    new_id = tx.new_id()
    tx.connection.execute(
        group_chat.insert().values(
            id=new_id,
            unit_id=unit_id,
            area_code=area_code,
            purpose=purpose,
            label=label,
            connected_at=tx.now,
        )
    )
    return get_group(tx, new_id)


def _account_for(tx: Tx, act: Act, staff_id: UUID, unit_id: UUID, **facts: str) -> None:
    audit.append(tx, act, Thing.STAFF, staff_id, unit_id=unit_id, staff_id=None, **facts)


def _codes(roles: Collection[Role]) -> str:
    return ",".join(sorted({role.value for role in roles}))


def _columns(particulars: Particulars) -> dict[str, object]:
    return {
        **particulars,
        "name": dict(particulars["name"]),
        "retention": dict(particulars["retention"]),
        "broadcasting": rules_json(particulars.get("broadcasting") or BroadcastRules()),
        "working": work_json(particulars.get("working") or WorkRules()),
    }
