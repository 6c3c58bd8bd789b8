"""Notes of staff on a tip, for colleagues alone: never sent to its writer.

A reply to a card is relayed unless it is marked as a note. "Ghi chú:" or "gc:" marks one, with or
without tones. Whatever only looks like it ("Ghi chú giúp em biển số"), or speaks to colleagues
("Nội bộ: …", "Đ/c Ví Dụ xem giúp"), is asked about: relayed, a note may do harm, and an answer that
stays here leaves somebody waiting.
"""

import re
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from domain.clock import show_time
from domain.errors import Refusal
from domain.tip import TipEventKind, TipState
from domain.toneless import fold
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff
from storage.tips import tip_events, tips
from storage.tips.tip_events import Event
from storage.tips.tips import Tip
from tips import rights, talk
from tips.desk import Desk, tell

_WORD = r"(?:ghi ?chu(?: noi ?bo)?|gc)"
_MARKED = re.compile(rf"{_WORD} ?:")
_BARE = re.compile(rf"{_WORD}")
_WRITER = r"(?:nguoi (?:bao|dan|viet|gui)|ba con|dan\b)"
_FIRST = (
    rf"{_WORD}\b",
    r"g\W{1,2}c\b",
    r"ghi chep\b",
    r"nb\b",
    r"notes?\b",
    r"fyi\b",
    r"internal",
    r"d ?[/.] ?c\b",
    r"dong chi\b",
    r"khong (?:gui|chuyen)\b",
    r"(?:do not|don ?['’]? ?t|not to be) (?:send|sent|forward|relay)",
    r"注[:：]",
)
"""What an officer begins with who speaks to colleagues."""
_ANYWHERE = (
    rf"\b{_WORD}\W{{0,3}}:",
    r"\bnoi ?bo\b",
    r"[(\[{<（【《] ?(?:nb|notes?|internal|gc)\b",
    rf"\b(?:khong|dung|ko|k) (?:gui|chuyen|noi|bao|cho)(?: lai)?(?: cho)?(?: biet)? {_WRITER}",
    r"内部|內部|备注|備註|(?:不要|勿|别|別)(?:发|發|转|轉)给?(?:举报|報案|舉報|群众)?",
)
_LOOKS_LIKE = re.compile(rf"\W*(?:{'|'.join(_FIRST)})|.*(?:{'|'.join(_ANYWHERE)})", re.DOTALL)
_SETTLE_WITHIN = timedelta(minutes=30)
_COLON = re.compile(r"[:：﹕︓]")


class Meant(StrEnum):
    """What a reply to a card is."""

    ANSWER = "answer"
    NOTE = "note"
    UNCLEAR = "unclear"


def meaning(text: str) -> Meant:
    """Tell whether a reply is a note, an answer, or must be asked about."""
    folded = fold(text)
    if _MARKED.match(folded) or _BARE.fullmatch(folded):
        return Meant.NOTE
    return Meant.UNCLEAR if _LOOKS_LIKE.match(folded) else Meant.ANSWER


def unmarked(text: str) -> str:
    """Return the words of a note without the mark before them."""
    if meaning(text) is not Meant.NOTE:
        return text
    _, *rest = _COLON.split(text, maxsplit=1)
    return "".join(rest).strip()


def add(
    tx: Tx, tip_id: UUID, staff: Staff | None, text: str, *, lookup: bytes | None = None
) -> Tip:
    """Write a note down; it stands on the next card.

    Raises: Refusal.
    """
    tip, own = _for_note(tx, tip_id, staff)
    words = unmarked(text)
    if not words.strip():
        raise Refusal("review.note_empty")
    tip_events.add(
        tx, tip, TipEventKind.NOTE, text=words, staff_id=own.id, lookup=lookup, shown=False
    )
    return tip


def hold(tx: Tx, tip_id: UUID, staff: Staff | None, text: str, lookup: bytes) -> tuple[Tip, UUID]:
    """Keep words until their officer says what they are; returns the event that names them.

    Raises: Refusal.
    """
    tip, own = _for_note(tx, tip_id, staff)
    event_id = tip_events.add(
        tx, tip, TipEventKind.UNCLEAR, text=text, staff_id=own.id, lookup=lookup, shown=False
    )
    return tip, event_id


def remind_due(tx: Tx, desk: Desk, limit: int = 20) -> int:
    """Say once under the card that words still wait for their officer's choice; return of how many.

    They believe that they answered, and somebody waits for it.
    """
    due = tip_events.unsettled(tx, tx.now - _SETTLE_WITHIN, limit)
    for event_id in due:
        tip_id = tip_events.find(tx, event_id)
        tip = tips.locked(tx, tip_id) if tip_id is not None else None
        tip_events.mark_shown(tx, [event_id])
        if tip is None or tip.state is TipState.ERASED:
            continue
        held = next(event for event in tip_events.of_tip(tx, tip) if event.id == event_id)
        author = units.get_staff(tx, held.staff_id) if held.staff_id is not None else None
        if held.text:
            name = author.name if author is not None else "—"
            tell(tx, desk, tip, "review.unclear_waits", ten=name, luc=show_time(held.at))
    return len(due)


def settle(tx: Tx, desk: Desk, event_id: UUID, staff: Staff | None, meant: Meant | None) -> Tip:
    """Do with words that were held what their officer says, once; None lets them go.

    Raises: Refusal.
    """
    tip_id = tip_events.find(tx, event_id)
    if tip_id is None:
        raise Refusal("app.stale_button")
    tip, own = rights.for_work(tx, tip_id, staff)
    held = next(event for event in tip_events.of_tip(tx, tip) if event.id == event_id)
    if held.kind is not TipEventKind.UNCLEAR:
        raise Refusal("app.stale_button")
    if held.staff_id != own.id:
        raise Refusal("review.unclear_not_yours")
    if not held.text:
        raise Refusal("review.unclear_settled")
    tip_events.forget_words(tx, event_id)
    match meant:
        case Meant.NOTE:
            return add(tx, tip.id, own, held.text, lookup=held.lookup)
        case Meant.ANSWER:
            return talk.answer(tx, desk, tip.id, own, held.text, lookup=held.lookup)
        case _:
            return tip


def reword(tx: Tx, known: Event, staff: Staff | None, text: str) -> Tip | None:
    """Take changed words of a note, or of what still waits to be told apart; None when unchanged.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, known.tip_id, staff)
    if known.staff_id != own.id:
        raise Refusal("app.not_allowed")
    now = next(event for event in tip_events.of_tip(tx, tip) if event.id == known.id)
    words = unmarked(text).strip() if now.kind is TipEventKind.NOTE else text
    if not words:
        raise Refusal("review.note_empty")
    if not now.text or now.text == words:
        return None
    tip_events.reword(tx, tip, now, words)
    return tip


def _for_note(tx: Tx, tip_id: UUID, staff: Staff | None) -> tuple[Tip, Staff]:
    tip, own = rights.for_work(tx, tip_id, staff)
    rights.must_be_free(tx, own, tip)
    return tip, own
