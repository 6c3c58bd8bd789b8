"""Write down a tip that staff heard: it has no writer, so nobody can be answered."""

from dataclasses import dataclass, field
from datetime import timedelta

from domain.language import Language
from domain.tip import Heard, TipEventKind, TipKind
from storage.database import Tx
from storage.people.units import Staff, Unit
from storage.tips import tip_contacts, tip_events
from storage.tips.tips import Tip
from tips import intake
from tips.intake import Bound, Piece, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardTip:
    """What staff wrote down: `contact` only where the caller wanted and agreed to it."""

    how: Heard
    area_code: str | None
    piece: Piece
    contact: str = field(default="", repr=False)


def enter(tx: Tx, unit: Unit, staff: Staff, told: HeardTip) -> Tip:
    """Open a tip with what was heard; its card goes at once. Who entered it is in the log."""
    writer = Writer(
        unit_id=unit.id,
        unit_code=unit.code,
        area_code=told.area_code,
        address_id=None,
        resident_id=None,
        group_id=None,
        language=Language.VI,
        heard=told.how,
        entered_by=staff.id,
    )
    tip = intake.accept(
        tx, told.piece, writer, None, bound=Bound(), kind=TipKind.TIP, burst=timedelta()
    ).tip
    tip_events.add(tx, tip, TipEventKind.ENTERED, text=told.how.value, staff_id=staff.id)
    if told.contact:
        tip_contacts.leave(tx, tip, told.contact)
    return tip
