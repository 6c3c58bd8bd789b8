"""Fill an empty installation, or bring one up to date with its file."""

from collections import Counter
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
from storage.people.units import Staff, Unit
from storage.staff import audit, phones, roster, setting_up, staff_links
from storage.staff.setting_up import Particulars

_MOST_NAMED = 30


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


def seed_plan(tx: Tx, account_id: UUID, plan: Plan) -> bool:
    """Set up a unit on an account; False when a unit is there already.

    Raises: Misconfigured when an area of the plan does not exist.
    """
    if installation.count_units(tx):
        return False
    _prepare_areas(tx, plan)
    unit = setting_up.create_unit(tx, code=plan.unit.code, **_particulars(plan.unit))
    setting_up.give_account(tx, account_id, unit.id)
    for person in plan.staff:
        _seed_person(tx, account_id, unit, person)
    for group in plan.groups:
        _seed_group(tx, account_id, unit, group)
    return True


def update_plan(tx: Tx, plan: Plan) -> Update:
    """Bring the unit of the plan's code to what the plan says; again changes nothing more.

    People and groups are known by their Telegram ids. Who is not in the plan stays as they are.

    Raises: Misconfigured when there is no such unit with an account, an area does not exist, or
    an id belongs to another unit.
    """
    unit = next((one for one in units.all_units(tx) if one.code == plan.unit.code), None)
    if unit is None:
        message = f"Không có đơn vị mang mã {plan.unit.code} để cập nhật."
        raise Misconfigured(message)
    villages = _prepare_areas(tx, plan)
    account_id = next(
        (
            one.id
            for one in addresses.accounts(tx)
            if (one.channel, one.unit_id) == ("telegram", unit.id)
        ),
        None,
    )
    if account_id is None:
        message = f"Đơn vị {plan.unit.code} chưa có tài khoản Telegram nào."
        raise Misconfigured(message)
    done: Counter[Change] = Counter()
    wanted = _particulars(plan.unit)
    if any(getattr(unit, name) != value for name, value in wanted.items()):
        setting_up.change_unit(tx, unit.id, **wanted)
        done["unit"] += 1
    cut_off = []
    for person in plan.staff:
        change = _update_person(tx, account_id, unit, person)
        done[change] += 1
        if change == "cut_off":
            cut_off.append(person.name)
    let_go = []
    for group in plan.groups:
        change = _update_group(tx, account_id, unit, group)
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


def _seed_person(tx: Tx, account_id: UUID, unit: Unit, person: PlannedStaff) -> None:
    if not person.active:
        return
    made = setting_up.create_staff(tx, unit.id, person.name, person.roles)
    address = addresses.ensure(tx, account_id, ChatKind.PRIVATE, person.telegram)
    addresses.link_staff(tx, address.id, made.id)
    _put_turns(tx, unit, made.id, person)
    _put_phone(tx, made, person)


def _put_phone(tx: Tx, whose: Staff, person: PlannedStaff) -> bool:
    if person.phone is None:
        return False
    return phones.keep(tx, whose, read_phone(person.phone) if person.phone else None, None)


def _put_turns(tx: Tx, unit: Unit, staff_id: UUID, person: PlannedStaff) -> bool:
    if person.duty is None:
        return False
    turns = read_turns("; ".join(person.duty)) if person.duty else ()
    return roster.keep(tx, unit.id, staff_id, turns, None)


def _update_person(tx: Tx, account_id: UUID, unit: Unit, person: PlannedStaff) -> Change:
    known = addresses.find(tx, account_id, person.telegram)
    if known is not None and staff_links.was_taken(tx, known.id):
        # Retired, cut off, or moved to another phone: a file must not undo that.
        return "cut_off" if person.active else "same"
    if known is None or known.staff_id is None:
        _seed_person(tx, account_id, unit, person)
        return "added" if person.active else "same"
    if setting_up.unit_of_staff(tx, known.staff_id) != unit.id:
        _refuse(person.name)
    now = units.get_staff(tx, known.staff_id)
    if now is None and not person.active:
        return "same"
    turned = _put_turns(tx, unit, known.staff_id, person)
    rung = now is not None and person.active and _put_phone(tx, now, person)
    wanted = (person.name, frozenset(person.roles), person.active)
    if now is not None and (now.name, now.roles, True) == wanted:
        return "changed" if turned or rung else "same"
    setting_up.change_staff(tx, known.staff_id, person.name, person.roles, active=person.active)
    return "changed"


def _seed_group(tx: Tx, account_id: UUID, unit: Unit, group: PlannedGroup) -> None:
    kind = ChatKind.CHANNEL if group.purpose == "channel" else ChatKind.GROUP
    connected = setting_up.create_group(tx, unit.id, group.area, group.purpose, group.label)
    address = addresses.ensure(tx, account_id, kind, group.telegram)
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


def _update_group(tx: Tx, account_id: UUID, unit: Unit, group: PlannedGroup) -> Change:
    known = addresses.find(tx, account_id, group.telegram)
    if known is not None and group_links.was_let_go(tx, known.id):
        # The chief let it go: a file must not undo that.
        return "let_go"
    if known is None or known.group_id is None:
        _seed_group(tx, account_id, unit, group)
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
    message = f"{name}: mã Telegram này đã thuộc về đơn vị khác."
    raise Misconfigured(message)
