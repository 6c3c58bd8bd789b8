"""Say what a valuable tip helped to; change it later, withdraw it, or confirm it later."""

import re
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from domain.errors import Refusal
from domain.ids import short
from domain.roles import Permission, may
from domain.tip import TipEventKind, TipOutcome, TipState, ValueFigure
from domain.toneless import toneless
from storage.database import Tx
from storage.people.units import Staff
from storage.tips import tip_events, tip_values, tips
from storage.tips.tip_events import Event
from storage.tips.tip_values import Value
from storage.tips.tips import Tip
from tips import rights, talk
from tips.desk import Desk, tell

_MOST = 9_999
_MOST_MONEY = 99_999_999_999_999
_LONGEST_REASON = 500
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+")
_MONEY = re.compile(r" ?(?:d|dong|vnd)")


def number_in(text: str, figure: ValueFigure) -> int:
    """Read a typed number; property may be grouped and end in đồng.

    Raises: Refusal.
    """
    # Not `fold`: it would take the sign of a negative number for an edge.
    plain = toneless(unicodedata.normalize("NFKC", text)).casefold()
    typed = " ".join(plain.split()).removesuffix(".")
    is_money = figure is ValueFigure.PROPERTY
    found = _GROUPED.match(typed)
    rest = typed[found.end() :] if found is not None else typed
    if found is None or not (rest == "" or (is_money and _MONEY.fullmatch(rest))):
        raise Refusal("review.value_not_number")
    digits = re.sub(r"[., ]", "", found.group())
    number = int(digits) if len(digits) <= len(str(_MOST_MONEY)) else _MOST_MONEY + 1
    if number > (_MOST_MONEY if is_money else _MOST):
        raise Refusal("review.value_too_big")
    return number


def for_value(tx: Tx, tip_id: UUID, staff: Staff | None) -> tuple[Tip, Staff]:
    """Return a closed tip whose value this member of staff may state, and them.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if not may(own.roles, Permission.CLOSE_TIP):
        raise Refusal("app.not_allowed")
    rights.must_be_free(tx, own, tip)
    if tip.state is not TipState.CLOSED:
        raise Refusal("review.value_of_open", ma_tin=tip.case_number)
    return tip, own


def set_figure(
    tx: Tx, tip_id: UUID, staff: Staff | None, figure: ValueFigure, number: int
) -> tuple[Tip, bool]:
    """Write a figure down; returns the tip, and whether that changed anything.

    Raises: Refusal.
    """
    tip, own = for_value(tx, tip_id, staff)
    value = _confirmed(tx, tip)
    if value.figures.get(figure) == number:
        return tip, False
    tip_values.set_figure(tx, tip.id, figure, number)
    told = f"{figure.value}={number}"
    tip_events.add(tx, tip, TipEventKind.VALUE_CHANGED, text=told, staff_id=own.id)
    return tip, True


def set_reason(tx: Tx, tip_id: UUID, staff: Staff | None, text: str) -> Tip:
    """Keep why a tip was valuable, sealed with its words.

    Raises: Refusal.
    """
    tip, own = for_value(tx, tip_id, staff)
    _confirmed(tx, tip)
    words = text.strip()
    if not words or len(words) > _LONGEST_REASON:
        raise Refusal("review.value_reason_long")
    tip_events.add(tx, tip, TipEventKind.VALUE_REASON, text=words, staff_id=own.id)
    return tip


def reason_of(tx: Tx, tip: Tip) -> str:
    """Return the last reason given, empty when none was since the confirmation."""
    reason = ""
    for event in tip_events.of_tip(tx, tip):
        if event.kind is TipEventKind.VALUE_REASON:
            reason = event.text or ""
        elif event.kind is TipEventKind.VALUE_WITHDRAWN:
            reason = ""
    return reason


def confirm(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None) -> Tip:
    """Confirm a tip that was closed otherwise; its writer is told as of any outcome.

    Raises: Refusal.
    """
    tip, own = for_value(tx, tip_id, staff)
    if not tip_values.confirm(tx, tip.id, own.id):
        raise Refusal("review.value_already", ma_tin=tip.case_number)
    tip = tips.changed(tx, tip.id, outcome=TipOutcome.VALUABLE.value)
    event_id = tip_events.add(tx, tip, TipEventKind.VALUED, staff_id=own.id)
    talk.notify(tx, desk, tip, event_id)
    tell(tx, desk, tip, "review.value_confirmed", ten=own.name)
    return tip


def withdraw(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None) -> Tip:
    """Withdraw the confirmation: the tip stays closed, as handled.

    Who was told that it was valuable is told what stands now; who was not will read that.
    Raises: Refusal.
    """
    tip, own = for_value(tx, tip_id, staff)
    if not tip_values.withdraw(tx, tip.id):
        raise Refusal("review.value_none", ma_tin=tip.case_number)
    tip = tips.changed(tx, tip.id, outcome=TipOutcome.HANDLED.value)
    knew = _was_told(tip_events.of_tip(tx, tip))
    event_id = tip_events.add(tx, tip, TipEventKind.VALUE_WITHDRAWN, staff_id=own.id)
    if knew:
        talk.notify(tx, desk, tip, event_id)
    tell(tx, desk, tip, "review.value_withdrawn", ten=own.name)
    return tip


def _was_told(events: Sequence[Event]) -> bool:
    """Tell whether its writer opened the notice of the confirmation that stands."""
    said: set[str] = set()
    told = False
    for event in events:
        if event.kind is TipEventKind.VALUED or (
            event.kind is TipEventKind.CLOSED and event.text == TipOutcome.VALUABLE
        ):
            said.add(short(event.id))
        elif event.kind is TipEventKind.VALUE_WITHDRAWN:
            said, told = set(), False
        elif event.kind is TipEventKind.OPENED:
            told = told or event.text in said
    return told


def _confirmed(tx: Tx, tip: Tip) -> Value:
    value = tip_values.get(tx, tip.id)
    if value is None:
        raise Refusal("review.value_none", ma_tin=tip.case_number)
    return value
