"""`/guitiep` in chat: who the rest of a run is, and one press to send to exactly them."""

from collections.abc import Sequence

from broadcasts import resending
from domain.clock import show_day, show_time
from domain.errors import Refusal
from domain.figures import count
from domain.ids import from_short, short
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from handlers.campaigns.running import find
from handlers.turn import Turn


def ask(turn: Turn, argument: str) -> None:
    """Say who of a run may not have it, and ask whether to send it to them."""
    turn.require(Permission.CONTROL_RUN)
    run = find(turn, argument, "/guitiep")
    _, found = resending.check(turn.tx, run)
    lines = [
        turn.text(
            "campaigns.confirm_rest",
            code=run.code,
            day=show_day(run.created_at),
            people=count(found.people),
            posts=count(found.posts),
        )
    ]
    lines += [
        turn.text(f"campaigns.rest_{key}", n=count(number))
        for key, number in (
            ("unsure", found.unsure),
            ("expired", found.expired),
            ("paused", found.paused),
        )
        if number
    ]
    button = Button(turn.text("campaigns.button_rest"), action=f"rest:{short(run.id)}")
    turn.tell(Outgoing(text="\n".join(lines), buttons=((button,),)))


def start(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Send a run to its rest: `rest:<run>`."""
    del press
    by = turn.require(Permission.CONTROL_RUN)
    run_id = from_short(args[0]) if len(args) == 1 else None
    if run_id is None:
        raise Refusal("app.stale_button")
    run, found = resending.start(turn.tx, run_id, by)
    facts = {"code": run.code, "people": count(found.people), "posts": count(found.posts)}
    if run.open_from is not None:
        turn.say("campaigns.rest_waits", **facts, when=show_time(run.open_from))
    else:
        turn.say("campaigns.rest_started", **facts)
