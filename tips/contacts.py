"""A contact that a writer leaves at their own wish: for the holder alone, each look is noted."""

from uuid import UUID

from domain.errors import Refusal
from domain.ids import short
from domain.language import Language
from domain.messages import Button
from domain.tip import TipEventKind
from storage.database import Tx
from storage.people.units import Staff
from storage.tips import tip_contacts, tip_events, tips
from storage.tips.tips import Tip
from tips import rights
from tips.desk import Desk, tell

BETWEEN = "; "
LONGEST = 120
"""Letters of a contact: a name and a number, no story."""


def leave(tx: Tx, desk: Desk, tip: Tip, contact: str, message_id: str | None = None) -> None:
    """Keep what its writer typed as a contact; the readers hear that there is one."""
    words = " ".join(contact.split())
    lookup = None
    if message_id is not None and tip.address_id is not None:
        lookup = tip_events.lookup(tx, tip.address_id, message_id)
    tip_contacts.leave(tx, tip, words, lookup)
    if tip.carded_at is not None:
        tell(tx, desk, tip, "review.contact_left", (button(desk, tip, Language.VI),))


def correct(tx: Tx, desk: Desk, chat_id: UUID, message_id: str, text: str) -> Tip | None:
    """Take new words of a message that was kept as a contact; None when it was none, or is gone."""
    left = tip_events.by_message(tx, chat_id, message_id, TipEventKind.CONTACT_LEFT)
    tip = tips.locked(tx, left.tip_id) if left is not None else None
    kept = tip_contacts.of_tip(tx, tip) if tip is not None else None
    if tip is None or kept is None or tip_events.by_message(tx, chat_id, message_id) is not None:
        return None
    leave(tx, desk, tip, f"{kept}{BETWEEN}{text}" if BETWEEN in kept else text, message_id)
    return tip


def withdraw(tx: Tx, desk: Desk, tip: Tip) -> bool:
    """Delete the contact at its writer's wish; False when there is none any more."""
    if not tip_contacts.withdraw(tx, tip):
        return False
    if tip.carded_at is not None:
        tell(tx, desk, tip, "review.contact_withdrawn")
    return True


def read(tx: Tx, tip_id: UUID, staff: Staff | None) -> tuple[Tip, str]:
    """Return a tip's contact to who holds it, and note that they looked.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if tip.taken_by != own.id:
        raise Refusal("review.contact_holder_only", ma_tin=tip.case_number)
    contact = tip_contacts.of_tip(tx, tip)
    if contact is None:
        raise Refusal("review.contact_none", ma_tin=tip.case_number)
    tip_events.add(tx, tip, TipEventKind.CONTACT_READ, staff_id=own.id)
    return tip, contact


def button(desk: Desk, tip: Tip, language: Language) -> Button:
    """Return the button that shows the contact to the holder."""
    return Button(desk.catalogue.say(language, "review.button_contact"), f"contact:{short(tip.id)}")
