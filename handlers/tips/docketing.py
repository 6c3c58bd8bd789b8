"""`/vuviec`: a tip became part of a case, so nothing of it is erased (domain rule 13)."""

from domain.audit import Act, Thing
from domain.errors import Refusal
from domain.messages import Outgoing
from domain.roles import Permission
from domain.toneless import fold
from handlers.tips.meant import named, say_here
from handlers.turn import Turn
from storage.staff import audit
from storage.tips import dockets
from tips import rights

_LONGEST = 60
_STRIKE = "bo"
"""Typed for the number, it takes the tip out of its case: `/vuviec MÃ bỏ`."""


def docket_command(turn: Turn, argument: str) -> None:
    """Handle `/vuviec MÃ SỐ`, or as a reply `/vuviec SỐ`; without a number tell the one noted."""
    turn.require(Permission.CLOSE_TIP)
    tip_id, number = named(turn, argument, "/vuviec")
    tip, own = rights.for_work(turn.tx, tip_id, turn.staff)
    rights.must_be_free(turn.tx, own, tip)
    facts = {"ma_tin": tip.case_number}
    if not number:
        noted = dockets.of(turn.tx, tip.id)
        key = "keeping.docket_none" if noted is None else "keeping.docket_is"
        turn.say(key, **facts, so=noted or "")
        return
    if len(number) > _LONGEST or "\n" in number:
        raise Refusal("keeping.docket_too_long")
    struck = fold(number) == _STRIKE
    if struck and not dockets.strike(turn.tx, tip):
        raise Refusal("keeping.docket_none", **facts)
    if not struck:
        dockets.note(turn.tx, tip, number)
    audit.append(
        turn.tx,
        Act.TIP_UNDOCKETED if struck else Act.TIP_DOCKETED,
        Thing.TIP,
        tip.id,
        unit_id=tip.unit_id,
        staff_id=own.id,
        number=tip.case_number,
    )
    told = turn.text("keeping.docket_struck" if struck else "keeping.docket_noted", **facts)
    say_here(turn, tip, Outgoing(text=told, reply_to=turn.incoming.message_id))
