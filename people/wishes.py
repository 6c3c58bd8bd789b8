"""What a resident wishes of broadcasts, changed only here and never without its proof."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from storage.database import Tx
from storage.people import addresses, consents, residents
from storage.people.consents import Answer, Consent, Evidence
from storage.people.residents import Resident, Wish
from storage.savepoints import Spoiled, each_apart

log = structlog.get_logger(__name__)

SILENCE = timedelta(hours=24)
"""After a pause, silence of this length means stopped (product rule 4)."""
UNDO_WITHIN = timedelta(hours=24)
"""How long a stop by a button can be taken back without being asked for consent again."""

NOBODY_ANSWERED = "[không trả lời trong 24 giờ]"
BLOCKED = "[đã chặn]"
RESTED = "[hết thời gian tạm ngưng]"


def agree(tx: Tx, person: Resident, evidence: Evidence) -> bool:
    """Record a yes; False when the same yes already stands (a second press)."""
    return _answer(tx, person, Answer.YES, Wish.YES, evidence)


def decline(tx: Tx, person: Resident, evidence: Evidence) -> bool:
    """Record a no; False when the same no already stands."""
    return _answer(tx, person, Answer.NO, Wish.NO, evidence)


def decline_as_child(tx: Tx, person: Resident, evidence: Evidence) -> None:
    """Record that somebody is a child, who is enrolled by a parent or not at all."""
    consents.note(tx, person.id, Answer.NO, evidence)
    residents.set_wish(tx, person.id, Wish.NO)


def stop(tx: Tx, person: Resident, evidence: Evidence) -> UUID | None:
    """Stop broadcasts at once, on every channel of the person.

    Returns the proof by which it can be taken back; None when there was nothing to take back.
    """
    agreed = person.wish in (Wish.YES, Wish.SUSPENDED)
    undoable = agreed or (person.wish is Wish.PAUSED and _said_yes(tx, person))
    proof = consents.note(tx, person.id, Answer.STOP, evidence)
    residents.set_wish(tx, person.id, Wish.STOPPED)
    return proof if undoable else None


def block(tx: Tx, person: Resident, channel: str) -> None:
    """Record that the person blocked us: a stop; only a new yes brings broadcasts back."""
    last = consents.last(tx, person.id)
    again = last is not None and consents.exact_words(tx, last.id) == BLOCKED
    if again and person.wish is Wish.STOPPED:
        return
    stop(tx, person, Evidence("", person.language.value, channel, BLOCKED))


def stopped_by_block(tx: Tx, person: Resident, since: datetime) -> bool:
    """Tell whether broadcasts, which they had agreed to, stopped by the block of that instant."""
    proofs = consents.history(tx, person.id)
    if person.wish is not Wish.STOPPED or len(proofs) < 2 or proofs[-1].at < since:
        return False
    agreed = proofs[-2].answer in (Answer.YES, Answer.RESUME, Answer.PAUSE, Answer.SUSPEND)
    return agreed and consents.exact_words(tx, proofs[-1].id) == BLOCKED


def pause(tx: Tx, person: Resident, evidence: Evidence) -> None:
    """Send nothing until it is clear whether the person wants to stop."""
    consents.note(tx, person.id, Answer.PAUSE, evidence)
    if person.wish is not Wish.PAUSED:
        # A second unclear word does not begin the 24 hours anew.
        residents.set_wish(tx, person.id, Wish.PAUSED)


def suspend(tx: Tx, person: Resident, until: datetime | None, evidence: Evidence) -> bool:
    """Send nothing until an instant, or until they say otherwise; an urgent alert neither.

    False where there is nothing to pause: no yes stands.
    """
    asked = person.wish is Wish.PAUSED and _said_yes(tx, person)
    if not asked and person.wish not in (Wish.YES, Wish.SUSPENDED):
        return False
    consents.note(tx, person.id, Answer.SUSPEND, evidence)
    residents.suspend(tx, person.id, until)
    return True


def resume(tx: Tx, person: Resident, evidence: Evidence) -> Wish:
    """Take a pause back and return what holds again: `YES` only if a yes was recorded before.

    Who was asked whether to stop goes back to what held before, which may be a time of rest.
    """
    if person.wish not in (Wish.PAUSED, Wish.SUSPENDED):
        return person.wish
    before = Wish.YES if person.wish is Wish.SUSPENDED else _wish_before(tx, person)
    taken_back = Answer.RESUME if before is Wish.YES else Answer.CLEARED
    consents.note(tx, person.id, taken_back, evidence)
    if before is Wish.SUSPENDED:
        residents.suspend(tx, person.id, person.suspended_until)
    else:
        residents.set_wish(tx, person.id, before)
    return before


def wake(tx: Tx, limit: int = 200) -> int:
    """Send again to up to `limit` of those who named a day that has come; how many?

    They are told nothing: the answer to their wish named the day.
    """

    def spoiled(resident_id: UUID, fault: Spoiled) -> None:
        log.error("rest_not_ended", resident=str(resident_id), error=str(fault))

    rested = partial(residents.suspended_before, tx, tx.now)
    return each_apart(tx, limit, rested, partial(_wake, tx), spoiled)


def _wake(tx: Tx, resident_id: UUID) -> None:
    person = residents.get(tx, resident_id)
    where = addresses.of_resident(tx, person.id)
    channel = where.channel if where else ""
    resume(tx, person, Evidence("", person.language.value, channel, RESTED))


def undo_stop(tx: Tx, person: Resident, proof: UUID, evidence: Evidence) -> bool:
    """Take a stop back; False when it is too late or something else was said or done since."""
    stopped = consents.last(tx, person.id)
    if (
        stopped is None
        or stopped.id != proof
        or stopped.answer is not Answer.STOP
        or person.wish is not Wish.STOPPED
        # A stop of a later instant is not the one they want back.
        or person.wish_at != stopped.at
        or tx.now - stopped.at > UNDO_WITHIN
    ):
        return False
    consents.note(tx, person.id, Answer.RESUME, evidence)
    residents.set_wish(tx, person.id, Wish.YES)
    return True


def settle_silence(tx: Tx, limit: int = 200) -> int:
    """Stop up to `limit` of those who were asked whether to stop and did not answer; how many?

    They are not written to again: the question said that silence stops, and how to come back. One
    that cannot be settled stays paused, is told in the log, and holds back no other.
    """

    def spoiled(resident_id: UUID, fault: Spoiled) -> None:
        log.error("silence_not_settled", resident=str(resident_id), error=str(fault))

    silent = partial(residents.paused_before, tx, tx.now - SILENCE)
    return each_apart(tx, limit, silent, partial(_stop_silent, tx), spoiled)


def _stop_silent(tx: Tx, resident_id: UUID) -> None:
    person = residents.get(tx, resident_id)
    asked = consents.last(tx, person.id)
    where = addresses.of_resident(tx, person.id)
    evidence = Evidence(
        asked.words_version if asked else "",
        person.language.value,
        where.channel if where else "",
        NOBODY_ANSWERED,
    )
    consents.note(tx, person.id, Answer.STOP, evidence)
    residents.set_wish(tx, person.id, Wish.STOPPED)


def _answer(tx: Tx, person: Resident, answer: Answer, wish: Wish, evidence: Evidence) -> bool:
    stands = consents.last(tx, person.id)
    if person.wish is wish and stands is not None and _same(stands, answer, evidence):
        return False
    consents.note(tx, person.id, answer, evidence)
    residents.set_wish(tx, person.id, wish)
    return True


def _same(stands: Consent, answer: Answer, evidence: Evidence) -> bool:
    return stands.answer is answer and stands.words_version == evidence.words_version


def _said_yes(tx: Tx, person: Resident) -> bool:
    return _wish_before(tx, person) in (Wish.YES, Wish.SUSPENDED)


def _wish_before(tx: Tx, person: Resident) -> Wish:
    """Return what the person wished before a pause, by the proofs."""
    stands = consents.standing_or_resting(tx, person.id)
    match stands.answer if stands else None:
        case Answer.YES | Answer.RESUME:
            return Wish.YES
        case Answer.SUSPEND:
            until = person.suspended_until
            return Wish.SUSPENDED if until is None or until > tx.now else Wish.YES
        case Answer.NO:
            return Wish.NO
        case Answer.STOP:
            return Wish.STOPPED
        case _:
            return Wish.NONE
