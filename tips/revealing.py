"""Who wrote a tip: for the chief alone, with a reason, each time logged with it."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.errors import Refusal
from domain.roles import Permission, may
from domain.tip import TipEventKind
from storage.database import Tx
from storage.people import addresses, erasing
from storage.people.addresses import Address
from storage.people.units import Staff
from storage.tips import tip_contacts, tip_events
from storage.tips.tips import Tip
from tips import rights

_FEWEST_WORDS = 3
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Revealed:
    """All that is kept of who wrote: the account's id on its platform; never a name."""

    tip: Tip
    channel: str
    account: str = field(repr=False)
    contact: str = field(repr=False)
    now_channel: str | None = None
    """Where they write now, if they went on in another chat of theirs."""
    now_account: str = field(repr=False, default="")


def must_be_revealable(tx: Tx, tip_id: UUID, staff: Staff | None, reason: str) -> Tip:
    """Return a tip of whose writer something is kept, if this chief may see it for this reason.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if not may(own.roles, Permission.REVEAL_IDENTITY):
        raise Refusal("app.not_allowed")
    if len(reason.split()) < _FEWEST_WORDS or len(reason) > _LONGEST_REASON:
        raise Refusal("revealing.reason")
    if tip.address_id is None:
        raise Refusal("revealing.nobody", ma_tin=tip.case_number)
    if not erasing.leads_somewhere(tx, tip.address_id):
        raise Refusal("revealing.erased", ma_tin=tip.case_number)
    return tip


def reveal(tx: Tx, tip_id: UUID, staff: Staff | None, reason: str) -> Revealed:
    """Open what is kept of who wrote a tip, and write down who looked and why.

    Raises: Refusal.
    """
    tip = must_be_revealable(tx, tip_id, staff, reason)
    if staff is None or tip.address_id is None:
        raise Refusal("app.not_allowed")
    tip_events.add(tx, tip, TipEventKind.REVEALED, text=reason, staff_id=staff.id)
    now = addresses.get(tx, tip.address_id)
    first = _first_chat(tx, tip) or now
    found = Revealed(
        tip,
        first.channel,
        addresses.chat_of(tx, first.id).chat_id,
        tip_contacts.of_tip(tx, tip) or "",
    )
    if first.id == now.id:
        return found
    account = addresses.chat_of(tx, now.id).chat_id
    return replace(found, now_channel=now.channel, now_account=account)


def _first_chat(tx: Tx, tip: Tip) -> Address | None:
    """Return the chat of the writer by which a tip came, wherever they went on with it."""
    if tip.resident_id is None:
        return None
    theirs = addresses.all_of_resident(tx, tip.resident_id)
    return next((one for one in theirs if one.account_id == tip.account_id), None)
