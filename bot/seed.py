"""Fill an empty installation, or bring one up to date with its file."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Literal, NoReturn, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.faults import sentences
from bot.outages import of_system
from domain.audit import Act, Thing
from domain.clocks import WorkRules
from domain.errors import Misconfigured
from domain.hours import BroadcastRules, read_span
from domain.language import Language
from domain.messages import ChatKind
from domain.place import Kind, Level, Place, village_of
from domain.places import Gazetteer
from domain.roles import Role
from storage import addresses, areas, audit, installation, setting_up, staff_links, units
from storage.database import Tx
from storage.setting_up import Particulars
from storage.units import Unit

_LINE = re.compile(r"line (\d+), column (\d+)")
_MOST_NAMED = 30


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlannedBroadcasts(_Strict):
    """When its broadcasts rest, and how many a person gets; 0: no cap."""

    quiet: tuple[str, ...] = tuple(str(span) for span in BroadcastRules().quiet)
    silent_days: tuple[date, ...] = ()
    a_day: int = Field(default=BroadcastRules().a_day, ge=0, le=100)
    a_month: int = Field(default=BroadcastRules().a_month, ge=0, le=1000)

    @model_validator(mode="after")
    def _leaves_some_of_the_day(self) -> Self:
        try:
            _ = self.rules
        except ValueError:
            message = 'quiet phải ghi như ["20:30-07:00"] và chừa ít nhất một giờ trong ngày'
            raise ValueError(message) from None
        return self

    @property
    def rules(self) -> BroadcastRules:
        """What the unit's broadcasts keep to."""
        return BroadcastRules(
            quiet=tuple(read_span(text) for text in self.quiet),
            silent_days=tuple(sorted(set(self.silent_days))),
            a_day=self.a_day,
            a_month=self.a_month,
        )


class PlannedWork(_Strict):
    """When it works, its days off besides weekends, and within how long a tip is looked at."""

    hours: tuple[str, ...] = tuple(str(span) for span in WorkRules().hours)
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    look_hours: int = Field(default=WorkRules().look_hours, ge=1, le=80)
    report_hours: int = Field(default=WorkRules().report_hours, ge=0, le=72)

    @model_validator(mode="after")
    def _leaves_time_to_work(self) -> Self:
        try:
            _ = self.rules
        except ValueError:
            message = 'hours phải ghi như ["07:30-11:30", "13:30-17:00"], mỗi khoảng trong một ngày'
            raise ValueError(message) from None
        return self

    @property
    def rules(self) -> WorkRules:
        """What the clocks of its tips go by."""
        return WorkRules(
            hours=tuple(read_span(text) for text in self.hours),
            holidays=tuple(sorted(set(self.holidays))),
            workdays=tuple(sorted(set(self.workdays))),
            look_hours=self.look_hours,
            report_hours=self.report_hours,
        )


class PlannedUnit(_Strict):
    """The unit of a demo installation."""

    code: str
    area: str
    duty_phone: str
    controller: str
    card_content: bool
    name: dict[str, str]
    retention: dict[str, str]
    broadcasts: PlannedBroadcasts = PlannedBroadcasts()
    work: PlannedWork = PlannedWork()

    @field_validator("name", "retention")
    @classmethod
    def _languages_are_known(cls, value: dict[str, str]) -> dict[str, str]:
        if not value.get("vi", "").strip() or set(value) - set(Language):
            message = "phải có bản tiếng Việt (vi), và chỉ có thể thêm en, zh"
            raise ValueError(message)
        return value


class PlannedStaff(_Strict):
    """One of its people, with their invented Telegram id."""

    name: str
    roles: tuple[Role, ...]
    telegram: str
    active: bool = True
    """Set to false for somebody who has left: `update_plan` then takes all rights away."""


class PlannedGroup(_Strict):
    """One of its groups, with its invented Telegram id."""

    label: str
    purpose: Literal["neighbourhood", "review", "channel"]
    area: str
    telegram: str


VillageKind = Literal["village", "hamlet", "quarter", "group"]


class PlannedVillage(_Strict):
    """A village (thôn), hamlet (bản), quarter (khối phố) or group (tổ dân phố) of a commune.

    Its code is `<parent>-<slug>`; the slug is made from the name when none is given, and has to be
    kept when the name changes.
    """

    kind: VillageKind
    name: str = Field(min_length=1, max_length=100, pattern=r"\w")
    parent: str
    slug: str = Field(default="", pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=40)

    @property
    def place(self) -> Place:
        """The place it is."""
        return village_of(self.parent, Kind(self.kind), self.name.strip(), self.slug)


class Plan(_Strict):
    """A whole installation: one unit, its villages, people and groups."""

    unit: PlannedUnit
    villages: tuple[PlannedVillage, ...] = ()
    staff: tuple[PlannedStaff, ...]
    groups: tuple[PlannedGroup, ...]


Change = Literal["unit", "added", "changed", "same", "cut_off"]


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


def read_plan(file: Path | None) -> Plan:
    """Read an installation from a TOML file, or the invented one that ships with the service.

    Raises: Misconfigured, naming the field that is wrong.
    """
    source = file or resources.files("storage") / "data" / "demo.toml"
    try:
        return Plan.model_validate(tomllib.loads(source.read_text("utf-8")))
    except OSError as error:
        message = f"Không đọc được tệp {file} ({of_system(error)})."
        raise Misconfigured(message) from error
    except UnicodeDecodeError as error:
        message = f"Tệp {file} không phải chữ UTF-8; hãy lưu lại tệp bằng UTF-8."
        raise Misconfigured(message) from error
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        where = f": sai ở dòng {found[1]}, cột {found[2]}" if found else ""
        message = f"Tệp {file} không phải TOML đúng cách{where}."
        raise Misconfigured(message) from error
    except ValidationError as error:
        faults = [f"{place}: {said}." for place, said in sentences(error, ".")]
        raise Misconfigured(f"Tệp {file} chưa đúng:\n" + "\n".join(faults)) from None


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
    for group in plan.groups:
        done[_update_group(tx, account_id, unit, group)] += 1
    return Update(
        unit_changed=bool(done["unit"]),
        added=done["added"],
        changed=done["changed"],
        villages=villages,
        cut_off=tuple(cut_off),
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
    wanted = (person.name, frozenset(person.roles), person.active)
    if now is not None and (now.name, now.roles, True) == wanted:
        return "same"
    setting_up.change_staff(tx, known.staff_id, person.name, person.roles, active=person.active)
    return "changed"


def _seed_group(tx: Tx, account_id: UUID, unit: Unit, group: PlannedGroup) -> None:
    kind = ChatKind.CHANNEL if group.purpose == "channel" else ChatKind.GROUP
    connected = setting_up.create_group(tx, unit.id, group.area, group.purpose, group.label)
    address = addresses.ensure(tx, account_id, kind, group.telegram)
    addresses.link_group(tx, address.id, connected.id)
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
    if known is None or known.group_id is None:
        _seed_group(tx, account_id, unit, group)
        return "added"
    now = units.get_group(tx, known.group_id)
    if now.unit_id != unit.id:
        _refuse(group.label)
    if (now.area_code, now.purpose, now.label) == (group.area, group.purpose, group.label):
        return "same"
    setting_up.change_group(tx, now.id, group.area, group.purpose, group.label)
    return "changed"


def _refuse(name: str) -> NoReturn:
    message = f"{name}: mã Telegram này đã thuộc về đơn vị khác."
    raise Misconfigured(message)
