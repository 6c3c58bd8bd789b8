"""The file that says what a unit is: its people, groups, villages, and how it works."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.faults import sentences
from bot.outages import of_system
from domain.clocks import WorkRules
from domain.errors import Misconfigured
from domain.hours import BroadcastRules, read_span
from domain.language import Language
from domain.pager import read_phone
from domain.place import Kind, Place, village_of
from domain.roles import Role
from domain.roster import read_turns

_CHANNELS = ("telegram", "zalo_oa", "zalo_bot")
_LINE = re.compile(r"line (\d+), column (\d+)")


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


class _Chat(_Strict):
    """Ids of a chat, by the name of the channel; a channel that is not set up is passed over."""

    telegram: str | None = Field(default=None, min_length=1)
    zalo_oa: str | None = Field(default=None, min_length=1)
    zalo_bot: str | None = Field(default=None, min_length=1)

    @property
    def ids(self) -> Mapping[str, str]:
        """The ids that are there."""
        found = {channel: getattr(self, channel) for channel in _CHANNELS}
        return {channel: known for channel, known in found.items() if known is not None}


class PlannedStaff(_Chat):
    """One of its people; without any id they link their chat by a code (`staff invite`)."""

    name: str
    roles: tuple[Role, ...]
    active: bool = True
    """Set to false for somebody who has left: `update_plan` then takes all rights away."""
    duty: tuple[str, ...] | None = None
    """Turns of the weekly roster, as `T2-T6 7h-17h`; left out, theirs stay as they are."""

    phone: str | None = None
    """Where they are rung in an emergency, sealed; left out, theirs stays as it is; "": none."""

    @field_validator("phone")
    @classmethod
    def _phone_can_be_rung(cls, value: str | None) -> str | None:
        if value and read_phone(value) is None:
            message = 'phone phải là số máy, như "0900 000 000"'
            raise ValueError(message)
        return value

    @field_validator("duty")
    @classmethod
    def _turns_can_be_read(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        try:
            _ = read_turns("; ".join(value)) if value else ()
        except ValueError:
            message = 'duty phải ghi thứ rồi giờ, như ["T2-T6 7h-17h", "T7, CN 17h30-7h"]'
            raise ValueError(message) from None
        return value


class PlannedGroup(_Chat):
    """One of its groups, with its id on one channel."""

    label: str
    purpose: Literal["neighbourhood", "review", "channel"]
    area: str

    @model_validator(mode="after")
    def _is_one_chat(self) -> Self:
        if len(self.ids) != 1:
            message = f"phải có đúng một mã nhóm: {', '.join(_CHANNELS)}"
            raise ValueError(message)
        return self


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
