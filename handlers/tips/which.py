"""Which of several open tips somebody's words belong to: asked once, with buttons.

Meanwhile the words are kept sealed with the newest tip, whose card waits; there they stay when
nobody answers. The question shows nothing of what was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from domain.clock import show_day
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, ChatKind, Outgoing, Press
from domain.tip import TipEventKind, TipState
from handlers.router import Presser
from handlers.turn import Turn
from storage.tips import tip_events, tips
from storage.tips.tips import Tip
from tips import intake
from tips.intake import Writer

WAIT = timedelta(minutes=5)
"""How long the words wait for an answer before a card shows them."""
_MOST = 4
_WORD = 16
"""Letters of the first word shown on a button."""


@dataclass(frozen=True, slots=True)
class Place:
    """The tip to keep words with, and the question that asks about them, if any does."""

    tip: Tip | None
    question: UUID | None = None
    is_new: bool = False
    """Whether the question still has to be put."""


def settled(turn: Turn, options: Sequence[Tip]) -> Place:
    """Return where to keep words; options come newest first.

    With the tip in need, or chosen lately, or with those already asked about; else it is asked.
    """
    for tip in options:
        if tip.urgent and turn.tx.now - tip.last_piece_at < intake.PAUSE:
            # After a cry come the place and the number of people: nobody is asked anything then.
            return Place(tip)
    chosen = _latest(turn, options, TipEventKind.CHOSEN, intake.PAUSE)
    if chosen is not None:
        return Place(chosen[0])
    asked = _latest(turn, options, TipEventKind.ASKED, WAIT)
    if asked is not None:
        return Place(*asked)
    question = tip_events.add(turn.tx, options[0], TipEventKind.ASKED)
    return Place(options[0], question, is_new=True)


def _latest(
    turn: Turn, options: Sequence[Tip], kind: TipEventKind, within: timedelta
) -> tuple[Tip, UUID] | None:
    found = [
        (last.at, tip, last.id)
        for tip in options
        if (last := tip_events.newest(turn.tx, tip.id, kind)) is not None
        and turn.tx.now - last.at < within
    ]
    return max(found, key=lambda one: one[0])[1:] if found else None


def ask(turn: Turn, tip: Tip, event_id: UUID, options: Sequence[Tip]) -> None:
    """Ask which tip the words kept with `tip` belong to that a question is about."""
    asked = short(event_id)
    rows = [
        (Button(_label(turn, option), f"which:{asked}:{short(option.id)}"),)
        for option in options[:_MOST]
    ]
    rows.append((Button(turn.text("tips.button_new"), f"which:{asked}:new"),))
    turn.tell(Outgoing(text=turn.text("tips.which"), buttons=tuple(rows)), tip_id=tip.id)


def press(turn: Turn, _press: Press, args: Sequence[str]) -> None:
    """Handle the choice: the words go to the tip that was meant, once."""
    if turn.chat.kind is not ChatKind.PRIVATE or len(args) != 2:
        raise Refusal("app.stale_button")
    asked_id, target_id = from_short(args[0]), from_short(args[1])
    source_id = tip_events.find(turn.tx, asked_id) if asked_id is not None else None
    source = tips.locked(turn.tx, source_id) if source_id is not None else None
    if source is None or source.address_id != turn.me.id or asked_id is None:
        raise Refusal("app.stale_button")
    if source.state is TipState.ERASED:
        raise Refusal("tips.erased")
    if target_id == source.id:
        tip_events.add(turn.tx, source, TipEventKind.CHOSEN)
        turn.say("tips.added", ma_tin=source.case_number)
        return
    if not tip_events.still_asked(turn.tx, source, asked_id):
        raise Refusal("tips.which_late", ma_tin=source.case_number)
    if args[1] == "new":
        target: Tip | None = intake.open_beside(
            turn.tx, source, _writer(turn, source), turn.tx.now + turn.context.rules.burst
        )
    else:
        target = tips.locked(turn.tx, target_id) if target_id is not None else None
    if target is None or target.address_id != turn.me.id or not target.state.is_open:
        raise Refusal("app.stale_button")
    target = intake.move(turn.tx, source, target, asked_id, burst=turn.context.rules.burst)
    tip_events.add(turn.tx, target, TipEventKind.CHOSEN)
    turn.say("tips.added", ma_tin=target.case_number)


def _writer(turn: Turn, source: Tip) -> Writer:
    resident = turn.resident
    return Writer(
        unit_id=turn.unit.id,
        unit_code=turn.unit.code,
        area_code=resident.area_code if resident is not None else None,
        address_id=turn.me.id,
        resident_id=resident.id if resident is not None else None,
        group_id=None,
        language=source.language,
    )


def _label(turn: Turn, tip: Tip) -> str:
    """Return case number, day and the first word of the story; none of what only few may read."""
    label = f"{tip.case_number}, {show_day(tip.opened_at)}"
    words = tip_events.first_words(turn.tx, tip).split() if tip.secrecy.is_open else []
    return f"{label}, {words[0][:_WORD]}…" if words else label


PRESSES: Mapping[str, Presser] = {"which": press}
"""The buttons under the question."""
