"""`/guitiep` in chat: the rest of a run, and its newcomers, each sent to by one press."""

from collections.abc import Sequence
from uuid import UUID

from broadcasts import newcomers, resending
from domain.clock import show_day, show_time
from domain.errors import Refusal
from domain.figures import count
from domain.ids import from_short, short
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from handlers.campaigns.running import find
from handlers.turn import Turn
from storage.campaigns.runs import Run


def ask(turn: Turn, argument: str) -> None:
    """Say who of a run may not have it and who came later, and ask whether to send it to them."""
    turn.require(Permission.CONTROL_RUN)
    run = find(turn, argument, "/guitiep")
    lines, buttons = [], []
    refusals: list[Refusal] = []
    for offer in (_rest, _newcomers):
        try:
            said, button = offer(turn, run)
        except Refusal as refusal:
            refusals.append(refusal)
            continue
        lines += said
        buttons.append((button,))
    if not buttons:
        nobody = [refusal.key for refusal in refusals]
        if nobody == ["campaigns.no_rest", "campaigns.no_newcomers"]:
            raise Refusal("campaigns.nobody_left", code=run.code)
        raise refusals[0]
    turn.tell(Outgoing(text="\n".join(lines), buttons=tuple(buttons)))


def _rest(turn: Turn, run: Run) -> tuple[list[str], Button]:
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
    return lines, Button(turn.text("campaigns.button_rest"), action=f"rest:{short(run.id)}")


def _newcomers(turn: Turn, run: Run) -> tuple[list[str], Button]:
    people = newcomers.check(turn.tx, run)
    line = turn.text(
        "campaigns.confirm_newcomers",
        code=run.code,
        people=count(people),
        until=show_time(run.not_after),
    )
    label = turn.text("campaigns.button_newcomers")
    return [line], Button(label, action=f"newcomers:{short(run.id)}")


def start(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Send a run to its rest: `rest:<run>`."""
    del press
    by = turn.require(Permission.CONTROL_RUN)
    run, found = resending.start(turn.tx, _run_id(args), by)
    facts = {"code": run.code, "people": count(found.people), "posts": count(found.posts)}
    if run.open_from is not None:
        turn.say("campaigns.rest_waits", **facts, when=show_time(run.open_from))
    else:
        turn.say("campaigns.rest_started", **facts)


def start_newcomers(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Send a run to its newcomers: `newcomers:<run>`."""
    del press
    by = turn.require(Permission.CONTROL_RUN)
    run, people = newcomers.start(turn.tx, _run_id(args), by)
    facts = {"code": run.code, "people": count(people)}
    if run.open_from is not None:
        turn.say("campaigns.newcomers_wait", **facts, when=show_time(run.open_from))
    else:
        turn.say("campaigns.newcomers_started", **facts)


def _run_id(args: Sequence[str]) -> UUID:
    run_id = from_short(args[0]) if len(args) == 1 else None
    if run_id is None:
        raise Refusal("app.stale_button")
    return run_id
