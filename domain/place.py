"""A place, its kinds and old names, and what a look-up answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.toneless import slug

_NUMBER = re.compile("([0-9]+)")


class Level(StrEnum):
    """A storey of the administration. DISTRICT ended on 1 July 2025; people still say it."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    VILLAGE = "village"


class Kind(StrEnum):
    """What a place is called before its name."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    WARD = "ward"
    COMMUNE = "commune"
    TOWN = "town"
    FARM_TOWN = "farm_town"
    VILLAGE = "village"
    HAMLET = "hamlet"
    QUARTER = "quarter"
    GROUP = "group"

    @property
    def vi(self) -> str:
        """The Vietnamese word, lower case."""
        return _KINDS[self][0]

    @property
    def level(self) -> Level:
        """The storey this kind stands on."""
        return _KINDS[self][1]

    @property
    def short(self) -> str:
        """The Vietnamese abbreviation without tones, as used in slugs."""
        return _KINDS[self][2]


_KINDS: Mapping[Kind, tuple[str, Level, str]] = MappingProxyType(
    {
        Kind.PROVINCE: ("tỉnh", Level.PROVINCE, "tinh"),
        Kind.CITY: ("thành phố", Level.DISTRICT, "tp"),
        Kind.DISTRICT: ("huyện", Level.DISTRICT, "huyen"),
        Kind.WARD: ("phường", Level.COMMUNE, "phuong"),
        Kind.COMMUNE: ("xã", Level.COMMUNE, "xa"),
        Kind.TOWN: ("thị trấn", Level.COMMUNE, "tt"),
        Kind.FARM_TOWN: ("thị trấn nông trường", Level.COMMUNE, "ttnt"),
        Kind.VILLAGE: ("thôn", Level.VILLAGE, "thon"),
        Kind.HAMLET: ("bản", Level.VILLAGE, "ban"),
        Kind.QUARTER: ("khối phố", Level.VILLAGE, "kp"),
        Kind.GROUP: ("tổ dân phố", Level.VILLAGE, "tdp"),
    }
)


@dataclass(frozen=True, slots=True)
class OldName:
    """A unit as it was before 1 July 2025; `district` is None for a district itself."""

    kind: Kind
    name: str
    district: "OldName | None" = None

    @property
    def full_name(self) -> str:
        """`phường Vĩnh Trại`."""
        return f"{self.kind.vi} {self.name}"

    @property
    def with_district(self) -> str:
        """`xã Hòa Bình, huyện Văn Quan`: tells units of the same name apart."""
        if self.district is None:
            return self.full_name
        return f"{self.full_name}, {self.district.full_name}"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of today. `code` is the statistics office's code, or `<commune>-<slug>` of a village.

    `old_names` are the units merged into it wholly or in part; `old_districts` the districts it
    lay in.
    """

    code: str
    kind: Kind
    name: str
    parent: str | None
    slug: str = ""
    old_names: tuple[OldName, ...] = ()
    old_districts: tuple[OldName, ...] = ()

    def __post_init__(self) -> None:
        if not self.slug:
            object.__setattr__(self, "slug", f"{self.kind.short}-{slug(self.name)}")

    @property
    def level(self) -> Level:
        """Province, commune or village."""
        return self.kind.level

    @property
    def full_name(self) -> str:
        """`phường Đông Kinh`, as within a sentence."""
        return f"{self.kind.vi} {self.name}"

    @property
    def title(self) -> str:
        """`Phường Đông Kinh`, as on a button."""
        return self.full_name[0].upper() + self.full_name[1:]


def village_of(commune: str, kind: Kind, name: str, given_slug: str = "") -> Place:
    """Make a village or quarter of a commune; its code stays when the slug is kept with it."""
    own = given_slug or f"{kind.short}-{slug(name)}"
    return Place(f"{commune}-{own}", kind, name, commune, own)


def reading_order(name: str) -> tuple[str | int, ...]:
    """Return by what names or codes are put in order: Ví Dụ 2 stands before Ví Dụ 10."""
    parts = enumerate(_NUMBER.split(name))
    return tuple(int(part) if at % 2 else part for at, part in parts)


class Reason(StrEnum):
    """Why a place was found, best first."""

    CURRENT = "current"
    OTHER_KIND = "other_kind"
    OLD_NAME = "old_name"
    OLD_DISTRICT = "old_district"
    VILLAGE_ALONE = "village_alone"
    SIMILAR = "similar"

    @property
    def vi(self) -> str:
        """A short Vietnamese label."""
        return {
            Reason.CURRENT: "tên hiện nay",
            Reason.OLD_NAME: "tên cũ",
            Reason.OTHER_KIND: "cùng tên",
            Reason.OLD_DISTRICT: "thuộc địa bàn cũ",
            Reason.VILLAGE_ALONE: "chưa rõ xã, phường",
            Reason.SIMILAR: "tên gần giống",
        }[self]


@dataclass(frozen=True, slots=True)
class Match:
    """A place, why it was found, and the old unit or district through which it was."""

    place: Place
    reason: Reason
    old: OldName | None = None

    @property
    def label(self) -> str:
        """`Phường Đông Kinh (tên cũ: phường Vĩnh Trại)`, to show back for confirmation."""
        if self.old is None:
            return self.place.title
        return f"{self.place.title} ({self.reason.vi}: {self.old.with_district})"


class Outcome(StrEnum):
    """What a look-up came to."""

    ONE = "one"
    SEVERAL = "several"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a look-up.

    `matches` are what the text says: one, or several to ask about. `also` are other readings to
    offer if the person says no. `suggestions` are names one slip of the pen away, never chosen
    silently. `remainder` is the smaller place typed in front that we do not know (a village);
    suggestions beside it are villages of that commune with nearly the same name.
    """

    matches: tuple[Match, ...] = ()
    also: tuple[Match, ...] = ()
    suggestions: tuple[Match, ...] = ()
    remainder: str = ""

    @property
    def outcome(self) -> Outcome:
        """One place, several to choose from, or none."""
        if not self.matches:
            return Outcome.NONE
        return Outcome.ONE if len(self.matches) == 1 else Outcome.SEVERAL

    @property
    def place(self) -> Place | None:
        """The single place, if there is exactly one."""
        return self.matches[0].place if len(self.matches) == 1 else None

    @property
    def must_confirm(self) -> bool:
        """True unless one match bears today's own name and nothing else was called so."""
        return (
            len(self.matches) != 1
            or bool(self.also)
            or self.matches[0].reason is not Reason.CURRENT
        )
