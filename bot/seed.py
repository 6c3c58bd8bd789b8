"""Fill an empty installation: the areas always, the demo unit when asked."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from bot.faults import sentences
from domain.errors import Misconfigured
from domain.language import Language
from domain.messages import ChatKind
from domain.places import Gazetteer
from domain.roles import Role
from storage import addresses, areas, installation, setting_up
from storage.database import Tx


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlannedUnit(_Strict):
    """The unit of a demo installation."""

    code: str
    area: str
    duty_phone: str
    controller: str
    card_content: bool
    name: dict[str, str]
    retention: dict[str, str]

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


class PlannedGroup(_Strict):
    """One of its groups, with its invented Telegram id."""

    label: str
    purpose: Literal["neighbourhood", "review", "channel"]
    area: str
    telegram: str


class Plan(_Strict):
    """A whole installation: one unit, its people and groups."""

    unit: PlannedUnit
    staff: tuple[PlannedStaff, ...]
    groups: tuple[PlannedGroup, ...]


def read_plan(file: Path | None) -> Plan:
    """Read an installation from a TOML file, or the invented one that ships with the service.

    Raises: Misconfigured, naming the field that is wrong.
    """
    source = file or resources.files("storage") / "data" / "demo.toml"
    try:
        return Plan.model_validate(tomllib.loads(source.read_text("utf-8")))
    except OSError as error:
        message = f"Không đọc được tệp {file}: {error.strerror}."
        raise Misconfigured(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"Tệp {file} không phải TOML đúng cách: {error}."
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
    for code in (plan.unit.area, *(group.area for group in plan.groups)):
        if areas.get(tx, code) is None:
            message = f"Không có địa bàn mang mã {code}."
            raise Misconfigured(message)
    unit = setting_up.create_unit(
        tx,
        code=plan.unit.code,
        name=plan.unit.name,
        area_code=plan.unit.area,
        duty_phone=plan.unit.duty_phone,
        controller=plan.unit.controller,
        retention=plan.unit.retention,
        card_content=plan.unit.card_content,
    )
    setting_up.give_account(tx, account_id, unit.id)
    for person in plan.staff:
        made = setting_up.create_staff(tx, unit.id, person.name, person.roles)
        address = addresses.ensure(tx, account_id, ChatKind.PRIVATE, person.telegram)
        addresses.link_staff(tx, address.id, made.id)
    for group in plan.groups:
        kind = ChatKind.CHANNEL if group.purpose == "channel" else ChatKind.GROUP
        connected = setting_up.create_group(tx, unit.id, group.area, group.purpose, group.label)
        address = addresses.ensure(tx, account_id, kind, group.telegram)
        addresses.link_group(tx, address.id, connected.id)
    return True
