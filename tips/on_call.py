"""Whom an alarm reaches: who is on duty, then the chief, then everybody who may read it."""

from collections.abc import Mapping, Sequence

from domain.door import Door
from domain.roles import Permission, Role, may
from domain.tip import Secrecy
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff
from storage.staff import duty, reachable
from storage.tips.tips import Tip
from tips.desk import Reader

DUTY, CHIEF, EVERYBODY = 0, 1, 2
"""The steps, in order."""
LAST = EVERYBODY


def first_step(tip: Tip) -> int:
    """Return at whom an alarm begins: what only the chief may see begins there."""
    return CHIEF if tip.secrecy is Secrecy.CHIEF else DUTY


def people(tx: Tx, tip: Tip, step: int, doors: Mapping[str, Door]) -> list[Reader]:
    """Return who can be paged at a step, privately; none when nobody of them can be reached.

    `doors` say by channel who wrote too long ago to be written to.
    """
    found = _chats(tx, staff_at(tx, tip, step), doors)
    if step == DUTY and not found:
        return _chats(tx, _with(tx, tip, frozenset({Role.DUTY_OFFICER})), doors)
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


def _chats(tx: Tx, staff: Sequence[Staff], doors: Mapping[str, Door]) -> list[Reader]:
    found = []
    for one in staff:
        address = reachable.chat_of(tx, one.id, doors)
        if address is not None:
            found.append(Reader(address, None, one.language, one.name))
    return found
