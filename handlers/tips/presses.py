"""The buttons residents press about tips."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.delivery import Facet
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import ChatKind, Outgoing, Press
from domain.tip import IllegalStep, Secrecy, TipEventKind, TipState
from handlers.router import Presser
from handlers.turn import Turn
from storage.deliveries import ledger
from storage.people import dialogues
from storage.tips import tip_events, tips
from storage.tips.tip_events import Event
from storage.tips.tips import Tip
from tips import hiding, talk
from tips.taking_down import BY_STAFF, TO_WRITER

TIP = "tip"
ASK = "ask"
"""Dialogues: invited to report, invited to ask."""
_CLOSINGS = (TipEventKind.CLOSED, TipEventKind.VALUED, TipEventKind.VALUE_WITHDRAWN)
_OPENED_JUST_NOW = timedelta(minutes=1)


def press_tip(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Báo tin** under a broadcast: invite to write, bound to it."""
    _invite(turn, press, args, TIP, "tips.invite")


def press_ask(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Hỏi** under a broadcast: invite to ask, bound to it."""
    _invite(turn, press, args, ASK, "tips.invite_question")


def press_mistake(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Báo nhầm**: thank, and close."""
    tip = own_tip(turn, args)
    try:
        talk.mistaken(turn.tx, turn.context, tip)
    except IllegalStep:
        raise Refusal("tips.mistake_already", ma_tin=tip.case_number) from None
    turn.say("tips.mistake_noted", ma_tin=tip.case_number)
    del press


def press_chief(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Chỉ chỉ huy xem**: hide the content from everybody else, as far as is possible."""
    tip = own_tip(turn, args)
    if tip.taken_back:
        raise Refusal("app.stale_button")
    if tip.secrecy is Secrecy.CHIEF:
        turn.answer(press.press_id, turn.text("tips.chief_noted", ma_tin=tip.case_number))
        return
    in_time = hiding.keep_for_chief(turn.tx, turn.context, tip)
    turn.say("tips.chief_noted" if in_time else "tips.chief_noted_late", ma_tin=tip.case_number)


def press_open(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Xem** on a neutral notice: show the content, to its own chat alone."""
    event_id = from_short(args[0]) if len(args) == 1 else None
    tip_id = tip_events.find(turn.tx, event_id) if event_id is not None else None
    tip = tips.locked(turn.tx, tip_id) if tip_id is not None else None
    if tip is None or event_id is None:
        raise Refusal("app.stale_button")
    if tip.state is TipState.ERASED:
        raise Refusal("tips.erased")
    if turn.chat.kind is not ChatKind.PRIVATE or tip.address_id != turn.me.id:
        raise Refusal("tips.not_yours")
    events = tip_events.of_tip(turn.tx, tip)
    event = next(event for event in events if event.id == event_id)
    opened = [e.at for e in events if e.kind is TipEventKind.OPENED and e.text == args[0]]
    if opened and turn.tx.now - max(opened) < _OPENED_JUST_NOW:
        turn.answer(press.press_id, turn.text("tips.shown_above"))
        return
    text = _announced(turn, tip, events, event)
    turn.tell(Outgoing(text=text), tip_id=tip.id)
    tip_events.add(turn.tx, tip, TipEventKind.OPENED, text=args[0])


def _announced(turn: Turn, tip: Tip, events: Sequence[Event], event: Event) -> str:
    """Return what a neutral notice told of.

    Raises: Refusal.
    """
    if event.kind in _CLOSINGS:
        ended = talk.outcome_now(tip, events, event)
        outcome = turn.text(f"tips.outcome_{ended.value}")
        return turn.library_text("sys-outcome-told-back", ma_tin=tip.case_number, ket_qua=outcome)
    if event.kind is TipEventKind.TAKEN_DOWN:
        key = "taken_down" if event.text == BY_STAFF else "done"
        return turn.text(f"takedown.{key}", ma_tin=tip.case_number)
    if event.kind is TipEventKind.LEFT_BY_HAND and event.text == TO_WRITER:
        return turn.text("takedown.failed_for_writer")
    if event.kind in (TipEventKind.MUTED, TipEventKind.UNMUTED):
        values = turn.unit_values()
        where = {"don_vi": values["don_vi"], "sdt_truc": values["sdt_truc"]}
        until = {"luc": event.text or ""} if event.kind is TipEventKind.MUTED else {}
        return turn.text(f"limits.{event.kind.value}", **where, **until)
    if event.kind is TipEventKind.ASKED_IF_CALLED:
        return turn.library_text("sys-escalated", ma_tin=tip.case_number)
    if event.kind is TipEventKind.STATUS:
        return turn.text("tips.needs_more", ma_tin=tip.case_number)
    if event.kind is TipEventKind.FILE_OVERSIZED:
        return turn.text("tips.too_big")
    if event.kind is not TipEventKind.ANSWER:
        # Nothing else was ever announced: a note among colleagues least of all.
        raise Refusal("app.stale_button")
    return turn.text("tips.answer", ma_tin=tip.case_number, loi=talk.newest_words(events, event))


def _invite(turn: Turn, press: Press, args: Sequence[str], name: str, key: str) -> None:
    if turn.chat.kind is not ChatKind.PRIVATE:
        turn.answer(press.press_id, turn.text("groups.write_privately"), alert=True)
        return
    delivery_id = from_short(args[0]) if len(args) == 1 else None
    row = ledger.get(turn.tx, delivery_id) if delivery_id is not None else None
    data = {}
    if row is not None and row.run_id is not None and row.address_id == turn.me.id:
        ledger.note_facet(turn.tx, row.id, Facet.PRESSED)
        data = {"delivery": short(row.id)}
    dialogues.keep(turn.tx, turn.me.id, name, data)
    turn.say(key)


def own_tip(turn: Turn, args: Sequence[str]) -> Tip:
    """Return the tip that a button names, if it was written in this very chat.

    Raises: Refusal.
    """
    tip_id = from_short(args[0]) if len(args) == 1 else None
    tip = tips.locked(turn.tx, tip_id) if tip_id is not None else None
    if tip is None:
        raise Refusal("app.stale_button")
    if tip.state is TipState.ERASED:
        raise Refusal("tips.erased")
    if turn.chat.kind is not ChatKind.PRIVATE or tip.address_id != turn.me.id:
        raise Refusal("tips.not_yours")
    return tip


PRESSES: Mapping[str, Presser] = {
    "tip": press_tip,
    "ask": press_ask,
    "mistake": press_mistake,
    "chief": press_chief,
    "open": press_open,
}
