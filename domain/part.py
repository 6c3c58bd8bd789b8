"""What a resident says they are in the village, if they like: officers may write to just those."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.language import Language
from domain.toneless import fold

FEW = 5
"""Fewer people than this of some part in some area are not counted out loud."""


class Part(StrEnum):
    """A part that somebody may have; one person may have several, or none."""

    HOUSEHOLD = "household"
    SCHOOL = "school"
    TRADER = "trader"
    LODGING = "lodging"
    DRIVER = "driver"
    ENTERPRISE = "enterprise"

    def label(self, language: Language) -> str:
        """Return the name of the part for people."""
        return _LABELS[self][language]


def named(text: str) -> Part | None:
    """Return the part of a name as somebody types it, in any of our languages."""
    wanted = fold(text)
    for part in Part:
        names = {part.value, *(fold(part.label(language)) for language in Language)}
        if wanted in names | _OTHER_NAMES[part]:
            return part
    return None


def _row(vi: str, en: str, zh: str) -> Mapping[Language, str]:
    return MappingProxyType({Language.VI: vi, Language.EN: en, Language.ZH: zh})


_LABELS: Mapping[Part, Mapping[Language, str]] = MappingProxyType(
    {
        Part.HOUSEHOLD: _row("Hộ gia đình", "Household", "家庭"),
        Part.SCHOOL: _row("Nhà trường", "School", "学校"),
        Part.TRADER: _row("Hộ kinh doanh", "Trader", "商户"),
        Part.LODGING: _row("Cơ sở lưu trú, nhà trọ", "Lodging", "住宿、出租房"),
        Part.DRIVER: _row("Lái xe", "Driver", "司机"),
        Part.ENTERPRISE: _row("Doanh nghiệp", "Company", "企业"),
    }
)
_OTHER_NAMES: Mapping[Part, frozenset[str]] = MappingProxyType(
    {
        Part.HOUSEHOLD: frozenset({"gia dinh", "ho dan"}),
        Part.SCHOOL: frozenset({"truong hoc", "giao vien", "phu huynh"}),
        Part.TRADER: frozenset({"kinh doanh", "buon ban", "ban hang", "tieu thuong", "shop"}),
        Part.LODGING: frozenset({"nha tro", "nha nghi", "khach san", "luu tru", "hotel"}),
        Part.DRIVER: frozenset({"tai xe", "lai xe", "xe om"}),
        Part.ENTERPRISE: frozenset({"cong ty", "enterprise", "business"}),
    }
)
