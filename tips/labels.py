"""Say what a tip is about, and what its writer is told of where it stands."""

from uuid import UUID

from domain.errors import Refusal
from domain.language import Language
from domain.subject import Subject
from domain.tip import TipEventKind, TipState, TipStatus
from domain.toneless import fold
from storage.database import Tx
from storage.people.units import Staff
from storage.tips import tip_events, tip_work
from storage.tips.tips import Tip
from tips import rights, talk
from tips.desk import Desk, tell

_FEWEST_LETTERS = 2


def for_label(tx: Tx, tip_id: UUID, staff: Staff | None) -> tuple[Tip, Staff]:
    """Return a tip that this member of staff may label now, and them.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    rights.must_be_free(tx, own, tip)
    return tip, own


def set_subject(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None, subject: Subject) -> Tip:
    """Write down what a tip is about, also after its end; the readers hear it in a line.

    Of a tip whose content is not for all readers they do not hear what it is about.
    Raises: Refusal; also when that is its subject already.
    """
    tip, own = for_label(tx, tip_id, staff)
    if tip.subject is subject and not tip.subject_assumed:
        raise Refusal("review.subject_same", ma_tin=tip.case_number)
    tip = tip_work.set_subject(tx, tip, subject)
    tip_events.add(tx, tip, TipEventKind.SUBJECT, text=subject.value, staff_id=own.id)
    if tip.secrecy.is_open:
        tell(tx, desk, tip, "review.subject_set", chu_de=subject.vi, ten=own.name)
    else:
        tell(tx, desk, tip, "review.subject_set_hidden", ten=own.name)
    return tip


def subjects_named(text: str) -> list[Subject]:
    """Return the subjects that typed words name, with or without tones; several when unsure."""
    typed = fold(text)
    if len(typed) < _FEWEST_LETTERS:
        return []
    for language in Language:
        exact = [one for one in Subject if typed in (fold(one.label(language)), one.value)]
        if exact:
            return exact
    return [one for one in Subject if f" {typed} " in f" {_words(one.vi)} "]


def for_status(tx: Tx, tip_id: UUID, staff: Staff | None) -> tuple[Tip, Staff]:
    """Return an open tip whose status this member of staff may set now, and them.

    Raises: Refusal.
    """
    tip, own = for_label(tx, tip_id, staff)
    if tip.state is TipState.CLOSED:
        raise Refusal("review.status_of_closed", ma_tin=tip.case_number)
    return tip, own


def set_status(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None, status: TipStatus) -> Tip:
    """Set what a tip's writer sees of it; when something is asked of them they are told.

    A tip nobody has becomes theirs. Raises: Refusal.
    """
    tip, own = for_status(tx, tip_id, staff)
    if not status.is_set_by_hand:
        raise Refusal("app.stale_button")
    name = status_name(desk, status)
    if tip.set_status is status:
        raise Refusal("review.status_same", ma_tin=tip.case_number, trang_thai=name)
    asks = status is TipStatus.NEEDS_MORE
    if asks:
        talk.must_be_reachable(tx, tip)
    if tip.state is TipState.RECEIVED:
        tip = talk.take_over(tx, desk, tip, own)
    tip = tip_work.set_status(tx, tip, status)
    event_id = tip_events.add(tx, tip, TipEventKind.STATUS, text=status.value, staff_id=own.id)
    if asks:
        tip = tip_work.note_answer(tx, tip)
        talk.notify(tx, desk, tip, event_id)
    tell(tx, desk, tip, "review.status_set", trang_thai=name, ten=own.name)
    return tip


def status_name(desk: Desk, status: TipStatus) -> str:
    """Return the name of a status for staff, the same as residents read in Vietnamese."""
    return desk.catalogue.say(Language.VI, f"tips.status_{status.value}")


def _words(label: str) -> str:
    return " ".join(fold(part) for part in label.replace(",", " ").split())
