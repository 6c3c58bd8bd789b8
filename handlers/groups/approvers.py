"""Who says yes to a group: the chief or a deputy, who is not the one that asked."""

from uuid import UUID

from domain.roles import Permission, Role, may
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff

_MAY = frozenset(role for role in Role if may({role}, Permission.CONFIRM_GROUP))


def of(tx: Tx, unit_id: UUID, asker: Staff | None) -> list[Staff]:
    """Return who may say yes and has a chat; the asker alone only where there is nobody else."""
    able = [
        one
        for one in units.staff_with(tx, unit_id, _MAY)
        if addresses.of_staff(tx, one.id) is not None
    ]
    others = [one for one in able if asker is None or one.id != asker.id]
    return others or able
