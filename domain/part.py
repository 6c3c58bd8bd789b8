"""What a resident says they are in the village, if they like: officers may write to just those."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

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


def named(text: str) -> Part | None:
    """Return the part of a name as somebody types it, in any of our languages."""
    wanted = fold(text)
    return next((part for part in Part if wanted in _NAMES[part]), None)


_NAMES: Mapping[Part, frozenset[str]] = MappingProxyType(
    {
        Part.HOUSEHOLD: frozenset({"ho gia dinh", "gia dinh", "ho dan", "household", "家庭"}),
        Part.SCHOOL: frozenset(
            {"nha truong", "truong hoc", "giao vien", "phu huynh", "school", "学校", "學校"}
        ),
        Part.TRADER: frozenset(
            {"ho kinh doanh", "kinh doanh", "buon ban", "ban hang", "tieu thuong", "trader", "shop"}
            | {"商户", "商戶"}
        ),
        Part.LODGING: frozenset(
            {"co so luu tru, nha tro", "co so luu tru", "luu tru", "nha tro", "nha nghi"}
            | {"khach san", "lodging", "hotel", "住宿", "出租房", "住宿、出租房"}
        ),
        Part.DRIVER: frozenset({"lai xe", "tai xe", "xe om", "driver", "司机", "司機"}),
        Part.ENTERPRISE: frozenset(
            {"doanh nghiep", "cong ty", "company", "enterprise", "business", "企业", "企業"}
        ),
    }
)
