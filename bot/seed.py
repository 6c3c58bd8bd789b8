"""Fill an empty installation, or bring one up to date with its file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn
from uuid import UUID

from bot.plan import Plan, PlannedGroup, PlannedStaff, PlannedUnit
from domain.audit import Act, Thing
from domain.errors import Misconfigured
from domain.messages import ChatKind
from domain.pager import read_phone
from domain.place import Level
from domain.places import Gazetteer
from domain.roster import read_turns
from storage import installation
from storage.database import Tx
from storage.groups import group_links
from storage.people import addresses, areas, units
from storage.people.addresses import Account
from storage.people.units import Staff, Unit
from storage.staff import audit, phones, roster, setting_up, staff_links
from storage.staff.setting_up import Particulars

_MOST_NAMED = 30

Homes = Mapping[str, UUID]
"""A unit's accounts, by the name of their channel."""

Change = Literal["unit", "added", "changed", "same", "cut_off", "let_go"]


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did; people and groups are counted together."""

    unit_changed: bool
    added: int
    changed: int
    villages: int = 0
    """How many villages are new or have another name."""
    cut_off: tuple[str, ...] = ()
    """Names of people whose chat was taken from them since: they are left as they are."""
    let_go: tuple[str, ...] = ()
    """Labels of groups that were let go since: they are left as they are."""


def seed_areas(tx: Tx, gazetteer: Gazetteer) -> None:
    """Write the areas; again does no harm."""
    areas.sync(tx, gazetteer)


def seed_plan(tx: Tx, accounts: Sequence[Account], plan: Plan) -> bool:
    """Set up a unit on its accounts; False when a unit is there already.

    Raises: Misconfigured when an area of the plan does not exist.
    """
    if installation.count_units(tx):
        return False
    _prepare_areas(tx, plan)
    unit = setting_up.create_unit(tx, code=plan.unit.code, **_particulars(plan.unit))
    for account in accounts:
        setting_up.give_account(tx, account.id, unit.id)
    homes = {account.channel: account.id for account in accounts}
    for person in plan.staff:
        _seed_person(tx, homes, unit, person)
    for group in plan.groups:
        _update_group(tx, homes, unit, group)
    return True


def complete_plan(tx: Tx, accounts: Sequence[Account], plan: Plan) -> int:
    """Add groups and chats of a newer plan to a unit that was set up by an older one; how many.

    Nothing that is there is changed, and nothing that was let go or taken comes back. Accounts of
    nobody become the unit's. Nothing is done where the unit is another's.
    """
    unit = next((one for one in units.all_units(tx) if one.code == plan.unit.code), None)
    if unit is None:
        return 0
    for account in accounts:
        if account.unit_id is None:
            setting_up.give_account(tx, account.id, unit.id)
    homes = {one.channel: one.id for one in addresses.accounts(tx) if one.unit_id == unit.id}
    added = 0
    for person in plan.staff:
        found = [
            addresses.find(tx, home, person.ids[on])
            for on, home in homes.items()
            if on in person.ids
        ]
        staff_id = next((one.staff_id for one in found if one and one.staff_id), None)
        known = units.get_staff(tx, staff_id) if staff_id is not None else None
        if known is not None and known.unit_id == unit.id:
            added += _link(tx, homes, known.id, person)
    for group in plan.groups:
        ((channel, chat_id),) = group.ids.items()
        there = addresses.find(tx, homes[channel], chat_id) if channel in homes else None
        if channel in homes and (there is None or there.group_id is None):
            added += _update_group(tx, homes, unit, group) == "added"
    return added


def update_plan(tx: Tx, plan: Plan) -> Update:
    """Bring the unit of the plan's code to what the plan says; again changes nothing more.

    People and groups are known by their ids, or else people by their names. Who is not in the
    plan stays as they are.

    Raises: Misconfigured when there is no such unit with an account, an area does not exist, or
    an id belongs to another unit.
    """
    unit = next((one for one in units.all_units(tx) if one.code == plan.unit.code), None)
    if unit is None:
        message = f"Không có đơn vị mang mã {plan.unit.code} để cập nhật."
        raise Misconfigured(message)
    villages = _prepare_areas(tx, plan)
    homes = {one.channel: one.id for one in addresses.accounts(tx) if one.unit_id == unit.id}
    if not homes:
        message = f"Đơn vị {plan.unit.code} chưa có tài khoản nhắn tin nào."
        raise Misconfigured(message)
    done: Counter[Change] = Counter()
    wanted = _particulars(plan.unit)
    if any(getattr(unit, name) != value for name, value in wanted.items()):
        setting_up.change_unit(tx, unit.id, **wanted)
        done["unit"] += 1
    cut_off = []
    for person in plan.staff:
        change = _update_person(tx, homes, unit, person)
        done[change] += 1
        if change == "cut_off":
            cut_off.append(person.name)
    let_go = []
    for group in plan.groups:
        change = _update_group(tx, homes, unit, group)
        done[change] += 1
        if change == "let_go":
            let_go.append(group.label)
    return Update(
        unit_changed=bool(done["unit"]),
        added=done["added"],
        changed=done["changed"],
        villages=villages,
        cut_off=tuple(cut_off),
        let_go=tuple(let_go),
    )


def _particulars(planned: PlannedUnit) -> Particulars:
    return {
        "name": planned.name,
        "area_code": planned.area,
        "duty_phone": planned.duty_phone,
        "controller": planned.controller,
        "retention": planned.retention,
        "card_content": planned.card_content,
        "broadcasting": planned.broadcasts.rules,
        "working": planned.work.rules,
    }


def _prepare_areas(tx: Tx, plan: Plan) -> int:
    """Write the plan's villages, see that every area exists; return how many were new or changed.

    Raises: Misconfigured.
    """
    places = [village.place for village in plan.villages]
    for code, count in Counter(place.code for place in places).items():
        if count > 1:
            message = f"Tệp có hai thôn cùng mã {code}; hãy thêm slug khác nhau cho mỗi thôn."
            raise Misconfigured(message)
    for place in places:
        above = areas.get(tx, place.parent or "")
        if above is None or above.level is not Level.COMMUNE:
            message = (
                f"{place.title}: parent phải là mã của một xã, phường trong "
                f"storage/data/areas.csv, không có xã, phường mang mã {place.parent}."
            )
            raise Misconfigured(message)
    written = areas.write_villages(tx, places)
    for code in (plan.unit.area, *(group.area for group in plan.groups)):
        if areas.get(tx, code) is None:
            _refuse_area(tx, plan, code)
    return written


def _refuse_area(tx: Tx, plan: Plan, code: str) -> NoReturn:
    message = f"Không có địa bàn mang mã {code}."
    below = areas.children(tx, plan.unit.area)[:_MOST_NAMED]
    if below:
        known = ", ".join(f"{one.code} ({one.full_name})" for one in below)
        message += f" Trong đơn vị có: {known}."
    else:
        message += " Thôn, khối phố của đơn vị phải có trong mục [[villages]] của tệp."
    raise Misconfigured(message)


def _seed_person(tx: Tx, homes: Homes, unit: Unit, person: PlannedStaff) -> None:
    if not person.active:
        return
    made = setting_up.create_staff(tx, unit.id, person.name, person.roles)
    _link(tx, homes, made.id, person)
    _put_turns(tx, unit, made.id, person)
    _put_phone(tx, made, person)


def _link(tx: Tx, homes: Homes, staff_id: UUID, person: PlannedStaff) -> bool:
    """Link the chats of the file that nobody took from them; tell whether one was not linked."""
    linked = False
    for channel, platform_id in person.ids.items():
        if channel not in homes:
            continue
        address = addresses.ensure(tx, homes[channel], ChatKind.PRIVATE, platform_id)
        if address.staff_id is None and not staff_links.was_taken(tx, address.id):
            addresses.link_staff(tx, address.id, staff_id)
            linked = True
    return linked


def _put_phone(tx: Tx, whose: Staff, person: PlannedStaff) -> bool:
    if person.phone is None:
        return False
    return phones.keep(tx, whose, read_phone(person.phone) if person.phone else None, None)


def _put_turns(tx: Tx, unit: Unit, staff_id: UUID, person: PlannedStaff) -> bool:
    if person.duty is None:
        return False
    turns = read_turns("; ".join(person.duty)) if person.duty else ()
    return roster.keep(tx, unit.id, staff_id, turns, None)


def _update_person(tx: Tx, homes: Homes, unit: Unit, person: PlannedStaff) -> Change:
    found = [
        addresses.find(tx, homes[channel], platform_id)
        for channel, platform_id in person.ids.items()
        if channel in homes
    ]
    known = [one for one in found if one is not None]
    staff_id = next((one.staff_id for one in known if one.staff_id is not None), None)
    if staff_id is None and any(staff_links.was_taken(tx, one.id) for one in known):
        # Retired, cut off, or moved to another phone: a file must not undo that.
        return "cut_off" if person.active else "same"
    if staff_id is None and not found:
        staff_id = setting_up.named(tx, unit.id, person.name)
    if staff_id is None:
        _seed_person(tx, homes, unit, person)
        return "added" if person.active else "same"
    if setting_up.unit_of_staff(tx, staff_id) != unit.id:
        _refuse(person.name)
    now = units.get_staff(tx, staff_id)
    if now is None and (not person.active or not found):
        return "same"
    linked = person.active and _link(tx, homes, staff_id, person)
    turned = _put_turns(tx, unit, staff_id, person)
    rung = now is not None and person.active and _put_phone(tx, now, person)
    wanted = (person.name, frozenset(person.roles), person.active)
    if now is not None and (now.name, now.roles, True) == wanted:
        return "changed" if turned or rung or linked else "same"
    setting_up.change_staff(tx, staff_id, person.name, person.roles, active=person.active)
    return "changed"


def _seed_group(tx: Tx, account_id: UUID, chat_id: str, unit: Unit, group: PlannedGroup) -> None:
    kind = ChatKind.CHANNEL if group.purpose == "channel" else ChatKind.GROUP
    connected = setting_up.create_group(tx, unit.id, group.area, group.purpose, group.label)
    address = addresses.ensure(tx, account_id, kind, chat_id)
    addresses.link_group(tx, address.id, connected.id)
    group_links.want_notice(tx, connected.id)
    audit.append(
        tx,
        Act.GROUP_CONNECTED,
        Thing.GROUP,
        connected.id,
        unit_id=unit.id,
        staff_id=None,
        purpose=group.purpose,
        area=group.area,
    )


def _update_group(tx: Tx, homes: Homes, unit: Unit, group: PlannedGroup) -> Change:
    ((channel, chat_id),) = group.ids.items()
    if channel not in homes:
        return "same"
    known = addresses.find(tx, homes[channel], chat_id)
    if known is not None and group_links.was_let_go(tx, known.id):
        # The chief let it go: a file must not undo that.
        return "let_go"
    if known is None or known.group_id is None:
        _seed_group(tx, homes[channel], chat_id, unit, group)
        return "added"
    now = units.get_group(tx, known.group_id)
    if now.unit_id != unit.id:
        _refuse(group.label)
    if (now.area_code, now.purpose, now.label) == (group.area, group.purpose, group.label):
        return "same"
    setting_up.change_group(tx, now.id, group.area, group.purpose, group.label)
    if now.purpose != group.purpose:
        # What stands there now tells of something else.
        group_links.want_notice(tx, now.id)
    return "changed"


def _refuse(name: str) -> NoReturn:
    message = f"{name}: mã này đã thuộc về đơn vị khác."
    raise Misconfigured(message)
