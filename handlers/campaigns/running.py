"""Watching and steering runs in chat: the list, the funnel, pause, resume, cancel."""

from collections.abc import Sequence

from broadcasts import approving, controlling, reach
from broadcasts.desk import Desk
from domain.campaign import CampaignState
from domain.clock import show_time
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.library import fill
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from handlers.turn import Turn
from storage import campaigns, runs
from storage.campaigns import Campaign
from storage.runs import Run

_LISTED = 10
_BEFORE_A_RUN = (CampaignState.DRAFT, CampaignState.SUBMITTED, CampaignState.APPROVED)


def show_list(turn: Turn, argument: str) -> None:
    """List the unit's campaigns that have not started, and its newest runs."""
    del argument
    turn.require(Permission.READ_FIGURES)
    lines = [
        turn.text(
            "campaigns.list_waiting",
            number=str(one.number),
            title=fill(one.content.title, one.content.values[Language.VI]),
            state=turn.text(
                f"campaigns.state_{one.state}",
                when=show_time(one.next_at) if one.next_at else "",
            ),
        )
        for one in campaigns.waiting(turn.tx, turn.unit.id, _BEFORE_A_RUN)
    ]
    newest = runs.of_unit(turn.tx, turn.unit.id, _LISTED)
    if newest:
        lines.append(turn.text("campaigns.list_title"))
        lines += [reach.render_line(reach.of_run(turn.tx, run), turn.text) for run in newest]
    turn.tell(Outgoing(text="\n".join(lines) or turn.text("campaigns.list_empty")))


def show_reach(turn: Turn, argument: str) -> None:
    """Show the funnel of a run."""
    turn.require(Permission.READ_FIGURES)
    run = _run(turn, argument, "/baocao")
    turn.tell(Outgoing(text=reach.render(reach.of_run(turn.tx, run), turn.text)))


def pause(turn: Turn, argument: str) -> None:
    """Pause a run."""
    turn.require(Permission.CONTROL_RUN)
    run = _run(turn, argument, "/tamdung")
    controlling.pause(turn.tx, run)
    turn.say("campaigns.paused", code=run.code)


def resume(turn: Turn, argument: str) -> None:
    """Go on with a paused run."""
    turn.require(Permission.CONTROL_RUN)
    run = _run(turn, argument, "/tieptuc")
    controlling.resume(turn.tx, run)
    turn.say("campaigns.resumed", code=run.code)


def ask_cancel(turn: Turn, argument: str) -> None:
    """Ask whether a run, or a campaign not yet started, is really to be cancelled."""
    turn.require(Permission.CONTROL_RUN)
    label = turn.text("campaigns.button_cancel")
    if argument.isdecimal() and len(argument) < 5:
        known = campaigns.by_number(turn.tx, turn.unit.id, int(argument))
        if known is None:
            raise Refusal("campaigns.no_such_run")
        if known.state not in _BEFORE_A_RUN:
            raise Refusal("campaigns.already_decided")
        button = Button(label, action=f"uncampaign:{short(known.id)}")
        turn.say("campaigns.confirm_cancel_campaign", (button,), number=str(known.number))
        return
    run = _run(turn, argument, "/huy")
    if run.state.is_over:
        raise Refusal("campaigns.run_is_over")
    left = runs.counted(turn.tx, run.id, "pending")
    button = Button(label, action=f"unrun:{short(run.id)}")
    turn.say("campaigns.confirm_cancel", (button,), code=run.code, n=str(left))


def cancel_run(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Cancel a run for good: `unrun:<id>`."""
    del press
    turn.require(Permission.CONTROL_RUN)
    run_id = from_short(args[0]) if len(args) == 1 else None
    run = runs.get(turn.tx, run_id, lock=True) if run_id else None
    if run is None or run.unit_id != turn.unit.id:
        raise Refusal("app.stale_button")
    controlling.cancel(turn.tx, run)
    turn.say("campaigns.cancelled", code=run.code)


def cancel_campaign(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Cancel a campaign that has not started: `uncampaign:<id>`."""
    del press
    decider = turn.require(Permission.CONTROL_RUN)
    campaign_id = from_short(args[0]) if len(args) == 1 else None
    known: Campaign | None = None
    if campaign_id is not None:
        known = campaigns.get(turn.tx, campaign_id, lock=True)
    if known is None or known.unit_id != turn.unit.id:
        raise Refusal("app.stale_button")
    approving.cancel(turn.tx, known, decider)
    number = str(known.number)
    turn.say("campaigns.cancelled_campaign", number=number)
    if known.author_id != decider.id:
        Desk(turn.context.outbox, turn.context.catalogue).tell(
            turn.tx,
            known.author_id,
            "campaigns.cancelled_campaign_author",
            decider=decider.name,
            number=number,
        )


def _run(turn: Turn, argument: str, command: str) -> Run:
    if not argument:
        raise Refusal("campaigns.need_code", command=command)
    found = reach.find_run(turn.tx, argument)
    locked = runs.get(turn.tx, found.id, lock=True) if found else None
    if locked is None or locked.unit_id != turn.unit.id:
        raise Refusal("campaigns.no_such_run")
    return locked
