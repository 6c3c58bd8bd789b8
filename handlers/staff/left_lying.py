"""What lies with staff who have left, or may not look after it any more: the chief is told, once.

It is compared with how things are, so whatever took them away is followed: the command line, the
unit's file, another role, a chat that was taken from them.
"""

from uuid import UUID

import structlog

from broadcasts.desk import Desk, Rows, Say
from domain.ids import short
from domain.messages import Button
from domain.roles import Role
from handlers.staff import belongings
from handlers.staff.belongings import in_words, lying
from handlers.turn import Context
from storage.database import Tx
from storage.people import addresses, units
from storage.staff import leavers
from storage.staff.leavers import Member

log = structlog.get_logger(__name__)


def tell_due(tx: Tx, context: Context) -> int:
    """Tell chiefs of whose things nobody looks after; return of how many people."""
    desk = Desk(context.outbox, context.catalogue)
    return sum(
        _look(tx, desk, unit.id, one)
        for unit in units.all_units(tx)
        for one in leavers.everybody(tx, unit.id)
    )


def _look(tx: Tx, desk: Desk, unit_id: UUID, one: Member) -> bool:
    holder = units.get_staff(tx, one.id) if not one.cut_off else None
    left = lying(belongings.of(tx, unit_id, one.id), holder)
    if not left.shares:
        if one.told_at is not None:
            leavers.note_told(tx, one.id, told=False)
        return False
    chiefs = [
        chief
        for chief in units.staff_with(tx, unit_id, frozenset({Role.CHIEF}))
        if chief.id != one.id and addresses.of_staff(tx, chief.id) is not None
    ]
    if one.told_at is not None or not chiefs:
        return False
    known = units.staff_name(tx, one.id)
    name = known[0] if known is not None else "–"
    why = "left" if not one.active else "cut_off" if one.cut_off else "role"

    def compose(say: Say) -> tuple[str, Rows]:
        button = Button(say("handovers.button_theirs"), f"handof:{short(one.id)}")
        lines = [say(f"handovers.lying_{why}", ten=name), *in_words(left, say)]
        return "\n".join(lines), ((button,),)

    for chief in chiefs:
        desk.notify(tx, chief.id, compose)
    leavers.note_told(tx, one.id, told=True)
    log.info("left_lying_told", staff=str(one.id), why=why)
    return True
