"""Who may work on a tip: by role, unit, assignment and how secret it is. Deny by default."""

from uuid import UUID

from domain.errors import Refusal
from domain.roles import Permission, Role, may, may_read
from domain.tip import Secrecy, TipState
from storage.database import Tx
from storage.people import addresses, residents, units
from storage.people.addresses import Address
from storage.people.units import Staff
from storage.tips import tip_releasing, tips
from storage.tips.tips import Tip


def for_work(tx: Tx, tip_id: UUID, staff: Staff | None) -> tuple[Tip, Staff]:
    """Return a tip for a change, and the member of staff who may work on it.

    A holder who has left, or may not read it any more, counts as nobody from now on.
    Raises: Refusal.
    """
    tip = tips.locked(tx, tip_id)
    if tip is None:
        raise Refusal("app.stale_button")
    own = must_be_theirs(staff, tip)
    must_live(tip)
    return _with_holder(tx, tip), own


def must_be_theirs(staff: Staff | None, tip: Tip) -> Staff:
    """Return the member of staff, if this unit's tips of this urgency are theirs to work on.

    Raises: Refusal.
    """
    if staff is None:
        raise Refusal("review.not_linked")
    if tip.secrecy is Secrecy.CHIEF and _is_of(staff, tip) and not is_chief(staff):
        raise Refusal("review.chief_only", ma_tin=tip.case_number)
    if not may_work(staff, tip):
        raise Refusal("app.not_allowed")
    return staff


def may_work(staff: Staff, tip: Tip) -> bool:
    """Tell whether a tip may be given to a member of staff."""
    only_chief = tip.secrecy is Secrecy.CHIEF
    own = staff.unit_id == tip.unit_id
    return own and may_read(staff.roles, urgent=tip.urgent, only_chief=only_chief)


def must_be_free(tx: Tx, staff: Staff, tip: Tip) -> None:
    """Refuse when another reviewer has it; the chief may step in.

    A closed tip keeps the name of its holder, who may have left since.
    Raises: Refusal.
    """
    if tip.taken_by in (None, staff.id) or is_chief(staff):
        return
    if tip.taken_by is not None and units.get_staff(tx, tip.taken_by) is not None:
        raise Refusal("review.taken_by", ma_tin=tip.case_number, ten=holder(tx, tip))


def must_live(tip: Tip) -> None:
    """Refuse when it was erased.

    Raises: Refusal.
    """
    if tip.state is TipState.ERASED:
        raise Refusal("review.erased", ma_tin=tip.case_number)


def must_see(staff: Staff, tip: Tip) -> None:
    """Refuse content that only its holder and the chief may read.

    Raises: Refusal.
    """
    if tip.secrecy is Secrecy.SENSITIVE and tip.taken_by != staff.id and not is_chief(staff):
        raise Refusal("review.take_first", ma_tin=tip.case_number)


def may_stand_open(tx: Tx, tip: Tip, chat: Address) -> bool:
    """Tell whether content may stand in a chat of several readers: as for the words on cards.

    What came on one platform goes out on another only if its writer allows it.
    """
    if not tip.secrecy.is_open or not units.get_unit(tx, tip.unit_id).card_content:
        return False
    return came_by(tx, tip, chat.channel)


def came_by(tx: Tx, tip: Tip, channel: str) -> bool:
    """Tell whether the content may go out on a channel: it came by it alone, or by none at all.

    Or its writer allows that it is shown on any.
    """
    if tip.heard is not None or (channel_of(tx, tip) == channel and not tip.crossed):
        return True
    return tip.resident_id is not None and residents.get(tx, tip.resident_id).shown_elsewhere


def may_be_opened_on(tx: Tx, tip: Tip, channel: str) -> bool:
    """Tell whether one reviewer may be shown the content alone, in their own chat on a channel.

    Of what came on two, by a writer who went on with it on the other, on both.
    """
    if came_by(tx, tip, channel):
        return True
    last = addresses.home(tx, tip.address_id).channel if tip.address_id is not None else None
    return tip.crossed and channel in (channel_of(tx, tip), last)


def channel_of(tx: Tx, tip: Tip) -> str | None:
    """Return on which channel it came; None for what staff entered."""
    return addresses.channel_of(tx, tip.account_id) if tip.account_id is not None else None


def holder(tx: Tx, tip: Tip) -> str:
    """Return the name of who has it, empty for nobody or one who has left."""
    found = units.get_staff(tx, tip.taken_by) if tip.taken_by is not None else None
    return found.name if found is not None else "—"


def is_chief(staff: Staff) -> bool:
    """Tell whether they may step in everywhere."""
    return Role.CHIEF in staff.roles


def _with_holder(tx: Tx, tip: Tip) -> Tip:
    if tip.state is not TipState.TAKEN or tip.taken_by is None:
        return tip
    holder_now = units.get_staff(tx, tip.taken_by)
    if holder_now is not None and may_work(holder_now, tip):
        return tip
    return tip_releasing.release(tx, tip)


def _is_of(staff: Staff, tip: Tip) -> bool:
    asked = Permission.READ_URGENT_TIPS if tip.urgent else Permission.READ_TIPS
    return staff.unit_id == tip.unit_id and may(staff.roles, asked)
