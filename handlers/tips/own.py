"""A resident's own tips: listed with where each stands, and gone on with."""

from collections.abc import Mapping, Sequence

from domain.clock import show_day
from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, ChatKind, Outgoing, Press
from handlers.router import Presser
from handlers.tips.presses import TIP, own_tip
from handlers.turn import Turn
from storage.people import dialogues
from storage.tips import tip_work

_LISTED = 10


def show(turn: Turn) -> None:
    """List the newest tips written in this chat: number, day, status, and no word of them."""
    found = tip_work.of_writer(turn.tx, turn.me.id, _LISTED)
    if not found:
        turn.say("tips.own_none")
        return
    lines = [
        turn.text(
            "tips.own_line",
            ma_tin=tip.case_number,
            ngay=show_day(tip.opened_at),
            trang_thai=turn.text(f"tips.status_{tip.status.value}"),
        )
        for tip in found
    ]
    rows = tuple(
        (Button(turn.text("tips.button_more", ma_tin=tip.case_number), f"more:{short(tip.id)}"),)
        for tip in found
    )
    text = "\n".join([turn.text("tips.own_heading"), *lines, turn.text("tips.own_foot")])
    turn.tell(Outgoing(text=text, buttons=rows))


def press_more(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Viết thêm**: what they write next belongs to that tip."""
    del press
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("tips.not_yours")
    tip = own_tip(turn, args)
    dialogues.keep(turn.tx, turn.me.id, TIP, {"tip": short(tip.id)})
    turn.say("tips.write_more", ma_tin=tip.case_number)


PRESSES: Mapping[str, Presser] = {"more": press_more}
