"""Two chats of one person: what holds of broadcasts once they are linked, and the audit log.

The stricter wish wins: who stopped in one chat has stopped in both, and a yes given in one does
not hold before the words of consent were answered in the other.
"""

from dataclasses import replace
from datetime import datetime

from domain.audit import Act, Thing
from storage.database import Tx
from storage.people import consents, joining, residents
from storage.people.consents import Answer, Evidence
from storage.people.joining import Pair
from storage.people.residents import Resident, Wish
from storage.staff import audit

LINKED = "[liên kết hai kênh]"
"""Stands for the words of an answer that followed from linking."""
_STRICT = (Wish.STOPPED, Wish.NO, Wish.NONE, Wish.PAUSED, Wish.SUSPENDED, Wish.YES)
_PROOF = {Wish.STOPPED: Answer.STOP, Wish.NO: Answer.NO, Wish.SUSPENDED: Answer.SUSPEND}
_AGREED = (Wish.YES, Wish.PAUSED, Wish.SUSPENDED)


def join(tx: Tx, pair: Pair, evidence: Evidence) -> Resident:
    """Make one resident of two and return them; in force at once, on every channel."""
    first, second = sorted((pair.kept, pair.other), key=lambda one: _STRICT.index(one.wish))
    joining.join(tx, pair)
    held = second if first.wish is Wish.PAUSED and second.wish is Wish.SUSPENDED else first
    _prove(tx, pair.kept, held.wish, replace(evidence, exact_words=LINKED))
    residents.take_over_wish(tx, pair.kept.id, first, _until(first, second))
    audit.append(
        tx,
        Act.CHATS_LINKED,
        Thing.RESIDENT,
        None,
        unit_id=pair.kept.unit_id,
        staff_id=None,
        stricter=first.wish.value,
    )
    return residents.get(tx, pair.kept.id)


def unanswered(pair: Pair) -> Resident | None:
    """Return which of two was never answered for, while a yes of the other waits for that."""
    for one, other in ((pair.kept, pair.other), (pair.other, pair.kept)):
        if one.wish is Wish.NONE and other.wish in _AGREED:
            return one
    return None


def note_parted(tx: Tx, person: Resident) -> None:
    """Write down that a chat was parted from somebody's others."""
    audit.append(tx, Act.CHATS_PARTED, Thing.RESIDENT, None, unit_id=person.unit_id, staff_id=None)


def _until(first: Resident, second: Resident) -> datetime | None:
    """Return until when they want nothing: of two times of rest the longer, which may be open."""
    if first.wish not in (Wish.PAUSED, Wish.SUSPENDED):
        return None
    resting = [one.suspended_until for one in (first, second) if one.wish is Wish.SUSPENDED]
    if not resting:
        return first.suspended_until
    return None if None in resting else max(end for end in resting if end is not None)


def _prove(tx: Tx, kept: Resident, wish: Wish, evidence: Evidence) -> None:
    """Let the newest of all answers say what holds, since figures and pauses go by it."""
    answer = _PROOF.get(wish)
    newest = consents.standing_or_resting(tx, kept.id)
    if answer is not None and (newest is None or newest.answer is not answer):
        consents.note(tx, kept.id, answer, evidence)
