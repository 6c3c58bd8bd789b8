"""Whom an alarm reaches: who is on duty, then the chief, then everybody who may read it."""

from collections.abc import Sequence

from domain.roles import Permission, Role, may
from domain.tip import Secrecy
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff
from storage.staff import duty
from storage.tips.tips import Tip
from tips.desk import Reader

DUTY, CHIEF, EVERYBODY = 0, 1, 2
"""The steps, in order."""
LAST = EVERYBODY


def first_step(tip: Tip) -> int:
    """Return at whom an alarm begins: what only the chief may see begins there."""
    return CHIEF if tip.secrecy is Secrecy.CHIEF else DUTY


def people(tx: Tx, tip: Tip, step: int) -> list[Reader]:
    """Return who can be paged at a step, privately; none when nobody of them can be reached."""
    found = _chats(tx, staff_at(tx, tip, step))
    if step == DUTY and not found:
        return _chats(tx, _with(tx, tip, frozenset({Role.DUTY_OFFICER})))
    return found


def staff_at(tx: Tx, tip: Tip, step: int) -> list[Staff]:
    """Return whose alarm it is at a step, whether they can be reached by chat or not."""
    if step == DUTY:
        named = [one for one in duty.on_duty(tx, tip.unit_id) if _may_read(one)]
        return named or _with(tx, tip, frozenset({Role.DUTY_OFFICER}))
    if step == CHIEF:
        return _with(tx, tip, frozenset({Role.CHIEF}))
    if tip.secrecy is Secrecy.CHIEF:
        return []
    return [one for one in _with(tx, tip, frozenset(Role)) if _may_read(one)]


def _may_read(one: Staff) -> bool:
    return may(one.roles, Permission.READ_URGENT_TIPS)


def _with(tx: Tx, tip: Tip, roles: frozenset[Role]) -> list[Staff]:
    return units.staff_with(tx, tip.unit_id, roles)


def _chats(tx: Tx, staff: Sequence[Staff]) -> list[Reader]:
    found = []
    for one in staff:
        address = addresses.of_staff(tx, one.id)
        if address is not None and address.unreachable is None:
            found.append(Reader(address, None, one.language, one.name))
    return found
