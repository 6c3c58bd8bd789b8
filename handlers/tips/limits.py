"""How much one sender may ask of us: many tips join, floods are answered once, mutes hold.

A danger is always taken, and its numbers are always said; to a flood of them every half minute.
Nobody is counted or scored for staff to see (domain 6.2): what is counted is forgotten by itself.
"""

from datetime import timedelta

from domain.clock import show_time
from domain.delivery import Lane
from domain.messages import Outgoing
from domain.tip import TipState
from handlers.turn import Turn
from storage.people import mutes
from storage.tips.tips import Tip

MOST_TIPS = 20
"""Tips that one sender opens within an hour; what comes after joins the last."""
_HOUR = timedelta(hours=1)
MOST_ANSWERS = 20
"""Answers that one sender gets within ten minutes, then one that says so, then none."""
_NUMBERS_EVERY = timedelta(seconds=30)
_TOLD_EVERY = timedelta(days=1)


def last_of_many(turn: Turn, *, urgent: bool) -> Tip | None:
    """Return the tip that more words join, when a sender opened too many lately; else None.

    Only one of the same unit, and told in the same place: what was written to officers alone does
    not join what a group has seen.
    """
    since = turn.tx.now - _HOUR
    opened = mutes.opened_since(turn.tx, turn.me.id, since, urgent=urgent)
    if len(opened) < MOST_TIPS:
        return None
    here = turn.group.id if turn.group is not None else None
    alike = (tip for tip in opened if tip.unit_id == turn.unit.id and tip.group_id == here)
    return next((tip for tip in alike if tip.state in (TipState.RECEIVED, TipState.TAKEN)), None)


def may_answer(turn: Turn) -> bool:
    """Tell whether a sender is answered; says once that there were too many answers."""
    told = mutes.answers(turn.tx, turn.me.id)
    if told == MOST_ANSWERS:
        turn.say("limits.calm")
    return told < MOST_ANSWERS


def tell(turn: Turn, outgoing: Outgoing, tip: Tip, *, always: bool) -> None:
    """Answer a sender about a tip; `always`, or unless there were too many answers."""
    if always or may_answer(turn):
        turn.tell(outgoing, tip_id=tip.id)


def may_say_numbers(turn: Turn) -> bool:
    """Tell whether the emergency numbers are said: always, but to a flood every half minute."""
    tx, me = turn.tx, turn.me.id
    if mutes.told_since(tx, me, tx.now - mutes.ANSWERS_WITHIN, Lane.URGENT) < MOST_ANSWERS:
        return True
    return not mutes.told_since(tx, me, tx.now - _NUMBERS_EVERY, Lane.URGENT)


def is_muted(turn: Turn) -> bool:
    """Tell whether nothing is taken from who writes, unless there is danger; tell them, once a day.

    In a group they are told nothing.
    """
    if turn.person is None or turn.staff is not None:
        return False
    known = mutes.of(turn.tx, turn.person.id)
    if known is None:
        return False
    private = turn.group_address is None
    if private and (known.told_at is None or turn.tx.now - known.told_at >= _TOLD_EVERY):
        turn.say("limits.muted", luc=show_time(known.until), **_where(turn))
        mutes.note_told(turn.tx, known)
    return True


def _where(turn: Turn) -> dict[str, str]:
    values = turn.unit_values()
    return {"don_vi": values["don_vi"], "sdt_truc": values["sdt_truc"]}
