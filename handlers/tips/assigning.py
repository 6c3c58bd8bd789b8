"""Give a tip to a colleague by a button."""

from collections.abc import Mapping, Sequence

from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Outgoing, Press
from handlers.router import Presser
from handlers.tips.meant import say_here, tip_id_of
from handlers.turn import Turn
from tips import assigning


def press_assign(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Giao cho…**: list who may work on the tip."""
    tip, found = assigning.candidates(turn.tx, tip_id_of(args), turn.staff)
    rows = tuple((Button(one.name, f"give:{short(tip.id)}:{short(one.id)}"),) for one in found)
    text = turn.text("review.choose_assignee", ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=text, buttons=rows, reply_to=press.message_id))


def press_give(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the choice of a colleague."""
    to_id = from_short(args[1]) if len(args) == 2 else None
    if to_id is None:
        raise Refusal("app.stale_button")
    assigning.assign(turn.tx, turn.context, tip_id_of(args), turn.staff, to_id)
    turn.answer(press.press_id, turn.text("review.page_noted"))


PRESSES: Mapping[str, Presser] = {"assign": press_assign, "give": press_give}
