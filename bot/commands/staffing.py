"""`staff`: who works here with which roles, and the codes by which they link their chats."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any

import typer

from bot.commands.terminal import say, settings_at_hand, the_unit, with_database
from bot.invocation import typed
from domain.audit import Act, Thing
from domain.clock import show_time
from domain.errors import Misconfigured
from domain.language import Language
from domain.roles import Role
from domain.texts.catalogue import catalogue
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff
from storage.staff import audit, one_time_codes, setting_up, staff_links
from storage.staff.one_time_codes import CodePurpose

_VALID = timedelta(hours=24)
_HANDLE = 6
"""Letters of an id by which people name somebody in a command."""

_LEFT_LYING = (
    "Ca trực, chiến dịch, tin còn ở người đó (nếu có) được báo cho chỉ huy trong chat; "
    "chỉ huy giao cho người khác bằng /bangiao."
)

_Unit = Annotated[
    str | None, typer.Option("--unit", metavar="MÃ", help="Mã đơn vị; chỉ cần khi có nhiều.")
]
_Who = Annotated[str, typer.Argument(metavar="CÁN-BỘ", help="Mã cán bộ, xem bằng staff list.")]
_Roles = Annotated[
    list[Role],
    typer.Option(
        "--role",
        metavar="VAI-TRÒ",
        help="officer, reviewer, duty_officer, chief, deputy, admin, auditor; nêu lại để thêm.",
    ),
]


def list_staff(unit: _Unit = None) -> None:
    """Liệt kê cán bộ đang làm việc: mã, tên, vai trò, đã liên kết chưa."""

    def work(tx: Tx) -> list[str]:
        found = units.staff_with(tx, the_unit(tx, unit).id, frozenset(Role))
        return [_line(tx, one) for one in found]

    lines = with_database(settings_at_hand(), work)
    say("\n".join(lines) if lines else "Chưa có cán bộ nào.")


def add(
    name: Annotated[str, typer.Argument(metavar="TÊN", help="Tên gọi trong nội bộ.")],
    role: _Roles,
    unit: _Unit = None,
) -> None:
    """Thêm một cán bộ và in mã liên kết dùng một lần cho người đó."""
    shown = " ".join(name.split())
    if not shown:
        raise Misconfigured("Cần nêu tên cán bộ.")

    def work(tx: Tx) -> tuple[Staff, str, str]:
        made = setting_up.create_staff(tx, the_unit(tx, unit).id, shown, role)
        return _invited(tx, made)

    _say_code(*with_database(settings_at_hand(), work, write=True))


def invite(who: _Who) -> None:
    """In mã liên kết mới; mã cũ chưa dùng hết hiệu lực. Dùng khi đổi điện thoại."""
    _say_code(
        *with_database(settings_at_hand(), lambda tx: _invited(tx, _somebody(tx, who)), write=True)
    )


def set_roles(who: _Who, role: _Roles) -> None:
    """Đổi vai trò của một cán bộ; có hiệu lực ngay."""

    def work(tx: Tx) -> tuple[str, int]:
        known = _somebody(tx, who)
        tips = setting_up.change_staff(tx, known.id, known.name, role, active=True)
        return _line(tx, _still(tx, known)), tips

    line, tips = with_database(settings_at_hand(), work, write=True)
    say(line + _released(tips))


def unlink(who: _Who) -> None:
    """Gỡ mọi tài khoản trò chuyện của một cán bộ, như khi mất điện thoại."""

    def work(tx: Tx) -> tuple[str, int]:
        known = _somebody(tx, who)
        one_time_codes.revoke(tx, CodePurpose.STAFF, known.id)
        return known.name, staff_links.unlink(tx, known)

    name, chats = with_database(settings_at_hand(), work, write=True)
    say(f"Đã gỡ {chats} tài khoản của {name}. Liên kết lại: {typed(f'staff invite {who}')}")
    say(_LEFT_LYING)


def retire(who: _Who) -> None:
    """Cho một cán bộ nghỉ: mất mọi quyền ngay, tài khoản trò chuyện bị gỡ."""

    def work(tx: Tx) -> tuple[str, int]:
        known = _somebody(tx, who)
        staff_links.unlink(tx, known)
        one_time_codes.revoke(tx, CodePurpose.STAFF, known.id)
        tips = setting_up.change_staff(tx, known.id, known.name, known.roles, active=False)
        return known.name, tips

    name, tips = with_database(settings_at_hand(), work, write=True)
    say(f"{name} đã nghỉ, không còn quyền nào." + _released(tips) + f"\n{_LEFT_LYING}")


def _released(tips: int) -> str:
    return f"\nTin người đó đang giữ, nay chờ người khác nhận: {tips}." if tips else ""


def _somebody(tx: Tx, handle: str) -> Staff:
    found = [
        one
        for unit in units.all_units(tx)
        for one in units.staff_with(tx, unit.id, frozenset(Role))
        if _handle(one) == handle.strip().lower()
    ]
    if len(found) != 1:
        raise Misconfigured(f"Không có cán bộ mang mã {handle}. Xem: {typed('staff list')}")
    return found[0]


def _still(tx: Tx, who: Staff) -> Staff:
    found = units.get_staff(tx, who.id)
    assert found is not None, "just written"
    return found


def _invited(tx: Tx, who: Staff) -> tuple[Staff, str, str]:
    code = one_time_codes.issue(tx, CodePurpose.STAFF, who.unit_id, who.id, _VALID)
    audit.append(tx, Act.STAFF_INVITED, Thing.STAFF, who.id, unit_id=who.unit_id, staff_id=None)
    return who, code, show_time(tx.now + _VALID)


def _say_code(who: Staff, code: str, until: str) -> None:
    say(
        f"{who.name} ({_roles(who)}), mã cán bộ {_handle(who)}.\n"
        f"Đưa riêng cho người đó mã liên kết: {code}\n"
        f"Người đó gõ trong khung trò chuyện với máy: /lienket {code}\n"
        f"Mã dùng một lần, hết hạn lúc {until}. Chỉ huy được báo khi có người liên kết."
    )


def _line(tx: Tx, who: Staff) -> str:
    linked = "đã liên kết" if addresses.of_staff(tx, who.id) is not None else "chưa liên kết"
    return f"{_handle(who)}  {who.name}  –  {_roles(who)}  –  {linked}"


def _roles(who: Staff) -> str:
    say_in = catalogue().say
    named = [say_in(Language.VI, f"linking.role_{one.value}") for one in Role if one in who.roles]
    return ", ".join(named) or "chưa có vai trò"


def _handle(who: Staff) -> str:
    # The end of a UUIDv7 is random.
    return who.id.hex[-_HANDLE:]


COMMANDS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "list": list_staff,
        "add": add,
        "invite": invite,
        "roles": set_roles,
        "unlink": unlink,
        "retire": retire,
    }
)
